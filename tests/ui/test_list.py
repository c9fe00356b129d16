"""The list does all that the map does, by keyboard and screen reader."""

from __future__ import annotations

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport, SetTieQuality
from tests.ui.harness import App, walk
from tests.ui.memory import MemoryKring
from tests.ui.people import HARD_NAMES, fill
from tests.ui.scenes import CASE, own


async def listed(kring: MemoryKring, count: int, hard: bool = False) -> tuple[App, list[str]]:
    case = await own(kring)
    ids = await fill(case, count, ties=0, hard=hard)
    if count > 1:
        await case.dispatch(SetTieQuality(ids[0], ids[1], "gespannen"))
        await case.dispatch(SetSupport("M", ids[0], ids[1], True))
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    await app.tap("way-list")
    return app, ids


async def test_UI_15_everybody_and_every_tie_is_in_the_list(kring: MemoryKring) -> None:
    app, ids = await listed(kring, 12)
    tie = "~".join(sorted(ids[:2]))
    assert {f"row-{person}" for person in (CLIENT, *ids)} | {f"row-{tie}"} <= app.names()
    assert any("gespannen band" in text and "materiële steun" in text for text in app.texts())


async def test_UI_15_what_is_tapped_on_the_map_is_tapped_in_the_list(kring: MemoryKring) -> None:
    app, ids = await listed(kring, 3)
    await app.tap(f"row-{ids[2]}")
    await app.tap("row-" + "~".join(sorted(ids[:2])))
    first, second = sorted(ids[:2])
    assert app.went == [f"/case/{CASE}/person/{ids[2]}", f"/case/{CASE}/person/{first}/tie/{second}"]
    assert "add-person" in app.names()


async def test_UI_15_rows_are_buttons_that_a_keyboard_reaches(kring: MemoryKring) -> None:
    app, ids = await listed(kring, 3)
    for person in ids:
        assert type(app.inside(f"row-{person}")).__name__ == "TextButton"
        assert app.marked(f"row-{person}").label


async def test_UI_16_hard_names_are_whole_in_the_list_and_cut_on_the_map(kring: MemoryKring) -> None:
    app, _ = await listed(kring, len(HARD_NAMES), hard=True)
    shown = app.texts()
    for name in HARD_NAMES:
        assert name in shown
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    drawn = [
        getattr(shape, "value", "")
        for each in app.controls()
        for shape in getattr(each, "shapes", None) or []
    ]
    assert "N" * 500 not in drawn
    assert any(str(text).endswith("…") for text in drawn)


async def test_UI_15_the_summary_speaks_in_sentences(kring: MemoryKring) -> None:
    app, _ = await listed(kring, 12)
    assert app.reads("Op je kaart staan 12 mensen.")
    count = len(list(walk(app.top())))
    await app.tap("summary-more")
    assert len(list(walk(app.top()))) > count


async def test_UI_36_a_wide_screen_shows_the_map_and_the_list_beside_each_other(kring: MemoryKring) -> None:
    ids = await fill(await own(kring), 3)
    app = await App.open(kring, f"/case/{CASE}", width=1280, height=800)
    await app.size(880, 640)
    assert {f"node-{ids[0]}", f"row-{ids[0]}"} <= app.names()
    assert "way-list" not in app.names()
