"""Looking at one person on the map: their ties come forward, all others step back."""

from __future__ import annotations

import flet as ft
import flet.canvas as cv

from kring.phases.netwerkatlas.mensen.commands import RenamePerson
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport, SetTieQuality
from kring.ui.map.map import LONG_PRESS
from kring.ui.map.ties import BACK
from kring.ui.theme import LIGHT
from tests.ui.harness import App
from tests.ui.memory import MemoryCase, MemoryKring
from tests.ui.people import fill
from tests.ui.scenes import CASE, own

SPOT = {"x": 5.0, "y": 5.0}
_REST = "ts dev ps pMin pMax dist distMax size rMj rMn rMin rMax or tilt"
REST = _REST.split()
"""What else a mouse tells, none of which matters here."""


async def two_tied() -> tuple[App, MemoryCase, list[str]]:
    case = await own(MemoryKring())
    kring = MemoryKring()
    kring.state = "open"
    kring.add(case)
    ids = await fill(case, 8, ties=0)
    await case.dispatch(SetTieQuality(ids[0], ids[1], "gespannen"))
    await case.dispatch(SetSupport("E", ids[0], ids[1], True))
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    return app, case, ids


def inks(app: App) -> set[str]:
    """Every colour of a line on the map."""
    found = set()
    for each in app.controls():
        if isinstance(each, cv.Canvas):
            paints = (getattr(shape, "paint", None) for shape in each.shapes)
            found |= {str(paint.color) for paint in paints if paint is not None}
    return found


def layers(app: App) -> list[float]:
    """How much is seen of each layer of the map that has stepped back."""
    stacks = (each for each in app.controls() if isinstance(each, ft.Stack))
    return [float(each.opacity) for each in stacks if each.opacity not in (None, 1.0)]  # type: ignore[arg-type]


async def mouse(app: App, person: str, event: str) -> None:
    await app.event(app.node(person), event, {"k": "mouse", "l": SPOT, "g": SPOT, **dict.fromkeys(REST, 0)})


async def press(app: App, person: str, milliseconds: int) -> None:
    await app.event(app.node(person), "tap_down", {"k": "touch", "l": SPOT, "g": SPOT})
    app.now += milliseconds
    await app.event(app.node(person), "tap", None)


async def test_UI_29_ties_between_others_rest_and_come_forward_under_a_mouse() -> None:
    app, _, ids = await two_tied()
    at_rest = inks(app)
    await mouse(app, ids[0], "enter")
    assert LIGHT.tie_tense in inks(app)
    assert layers(app) == [BACK]
    await mouse(app, ids[0], "exit")
    assert layers(app) == []
    assert inks(app) == at_rest


async def test_UI_29_a_long_press_looks_and_a_short_one_opens() -> None:
    app, _, ids = await two_tied()
    await press(app, ids[0], LONG_PRESS)
    assert (layers(app), app.went) == ([BACK], [])
    await press(app, ids[0], LONG_PRESS - 1)
    assert app.went == [f"/case/{CASE}/person/{ids[0]}"]


async def test_UI_29_a_tap_beside_everybody_shows_the_whole_again() -> None:
    app, _, ids = await two_tied()
    await press(app, ids[0], LONG_PRESS)
    ground = next(
        each for each in app.controls() if isinstance(each, ft.GestureDetector) and each.content is None
    )
    await app.event(ground, "tap", None)
    assert layers(app) == []


async def test_UI_29_support_between_others_has_its_letters_when_looked_at() -> None:
    app, _, ids = await two_tied()
    before = app.texts().count("E")
    await press(app, ids[1], LONG_PRESS)
    letters = [text for text in app.texts() if set(text) <= set("EMGA") and text]
    assert "E" in letters
    await press(app, ids[5], LONG_PRESS)
    assert app.texts().count("E") <= before + 1


async def test_UI_29_who_is_looked_at_has_a_name_also_where_there_was_no_room_for_it() -> None:
    kring = MemoryKring()
    case = await own(kring)
    ids = await fill(case, 60)
    for index, person in enumerate(ids):
        await case.dispatch(RenamePerson(person, f"Naam{index}"))
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    silent = next(index for index in range(60) if f"Naam{index}" not in app.texts())
    await mouse(app, ids[silent], "enter")
    assert f"Naam{silent}" in app.texts()
