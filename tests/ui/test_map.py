"""The map as a picture: taps, drags, and how little is drawn again."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kring.domain.ids import CLIENT
from kring.errors import NotAllowed
from kring.phases.netwerkatlas.mensen.commands import RenamePerson
from kring.phases.netwerkatlas.relatiekaart.commands import PlacePerson, SetTieQuality
from kring.phases.netwerkatlas.relatiekaart.labelling import details
from kring.phases.netwerkatlas.relatiekaart.layout import layout
from kring.ui.hooks import read_map
from kring.ui.map import node as node_module
from kring.ui.map.fitting import ABOVE, BELOW, edge
from kring.ui.map.frame import frame_for, stretches
from tests.ui.harness import App
from tests.ui.memory import MemoryCase, MemoryKring
from tests.ui.people import fill
from tests.ui.scenes import CASE, own


async def shown(kring: MemoryKring, count: int, **options: int) -> tuple[App, MemoryCase, list[str]]:
    case = await own(kring)
    ids = await fill(case, count, **options)
    case.dispatched.clear()
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    return app, case, ids


@pytest.mark.parametrize("count", [0, 1, 12, 60])
async def test_UI_10_everybody_is_on_the_map_and_can_be_tapped(kring: MemoryKring, count: int) -> None:
    app, _, ids = await shown(kring, count)
    assert {f"node-{person}" for person in (CLIENT, *ids)} <= app.names()
    for person in ids[:1]:
        await app.tap(f"node-{person}")
        assert app.went == [f"/case/{CASE}/person/{person}"]


async def test_UI_10_nobody_stands_outside_the_first_view(kring: MemoryKring) -> None:
    app, _, ids = await shown(kring, 60)
    for person in ids:
        circle = app.node(person)
        assert 0 <= circle.left <= 360 - circle.width  # type: ignore[operator]
        assert 0 <= circle.top <= 560 - circle.height  # type: ignore[operator]


async def test_UI_11_a_drag_is_one_command_however_many_steps(kring: MemoryKring) -> None:
    app, case, ids = await shown(kring, 12)
    await app.drag(ids[0], *[(3.0, -2.0)] * 25)
    assert len(case.dispatched) == 1
    command = case.dispatched[0]
    assert isinstance(command, PlacePerson)
    assert command.person == ids[0]
    assert case.undo_label == "undo.place_person"


async def test_UI_11_a_drag_to_the_middle_means_the_closest_ring(kring: MemoryKring) -> None:
    app, case, ids = await shown(kring, 12)
    middle, circle = app.node(CLIENT), app.node(ids[3])
    x = middle.left + middle.width / 2 - circle.left - circle.width / 2  # type: ignore[operator]
    y = middle.top + middle.height / 2 - circle.top - circle.height / 2  # type: ignore[operator]
    far = math.hypot(x, y)
    await app.drag(ids[3], (x * (1 - 60 / far), y * (1 - 60 / far)))
    command = case.dispatched[0]
    assert isinstance(command, PlacePerson)
    assert command.ring == 1


async def test_UI_11_a_refused_drag_leaves_everybody_where_they_were(kring: MemoryKring) -> None:
    app, case, ids = await shown(kring, 5)
    before = app.node(ids[0]).left, app.node(ids[0]).top
    case.refusal = NotAllowed()
    await app.drag(ids[0], (40.0, 40.0))
    assert (app.node(ids[0]).left, app.node(ids[0]).top) == before
    assert len(app.bars()) == 1


async def test_UI_9_a_reader_cannot_drag(kring: MemoryKring) -> None:
    app, case, ids = await shown(kring, 5)
    case.read_only = frozenset(("mensen", "relatiekaart", "prive"))
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    assert app.node(ids[0]).on_pan_update is None
    assert "add-person" not in app.names()
    assert "undo" not in app.names()


async def test_UI_12_a_drag_step_sends_only_the_circle_and_its_ties(kring: MemoryKring) -> None:
    """What is sent in a step does not grow with the map."""
    sizes = {}
    for count in (10, 150):
        app, case, ids = await shown(MemoryKring(), count, ties=0)
        await case.dispatch(SetTieQuality(CLIENT, ids[0], "sterk"))
        spot = {"x": 1.0, "y": 1.0}
        await app.event(app.node(ids[0]), "pan_start", {"k": "touch", "l": spot, "g": spot})
        step = {"l": spot, "g": spot, "ld": {"x": 2.0, "y": 2.0}, "gd": {"x": 2.0, "y": 2.0}}
        await app.event(app.node(ids[0]), "pan_update", step)
        before = app.patches()
        await app.event(app.node(ids[0]), "pan_update", step)
        bodies = app.patch_bodies()[before:]
        sizes[count] = sum(len(str(body)) for body in bodies)
        assert 1 <= len(bodies) <= 2
    assert sizes[150] <= 2 * sizes[10]


async def test_UI_12_a_change_of_one_person_renders_that_person_only(
    kring: MemoryKring, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, case, ids = await shown(kring, 30)
    drawn: list[str] = []
    original = node_module.spoken

    def counted(ui: Any, person: Any, placed: Any) -> str:
        drawn.append(person.id)
        return original(ui, person, placed)

    monkeypatch.setattr(node_module, "spoken", counted)
    await case.bus.dispatch(RenamePerson(ids[7], "Tante Ans"))
    await app.settle()
    assert set(drawn) == {ids[7]}


async def test_UI_13_an_empty_map_invites_with_the_first_question(kring: MemoryKring) -> None:
    app, _, _ = await shown(kring, 0)
    assert app.reads("Voor wie ben jij belangrijk, wie help jij?")
    assert app.reads("Eén mens is al een goede kaart.")


@pytest.mark.parametrize(("count", "told"), [(0, False), (1, True), (2, True), (3, False)])
async def test_UI_13_while_the_first_people_come_a_hint_says_what_a_finger_can_do(
    kring: MemoryKring, count: int, told: bool
) -> None:
    app, _, _ = await shown(kring, count)
    assert app.reads("Tik op iemand om meer te vertellen.") == told


async def test_MAP_8_no_name_is_cut_off_by_the_edge_or_hidden_under_a_button(kring: MemoryKring) -> None:
    case = await own(kring)
    await fill(case, 12)
    view = read_map(case)[1]
    made = layout(view, *stretches(360, 560, 12))
    frame = frame_for(made, 360, 560)
    labels = details(made, view, frame.zoom, within=edge(frame, 1.0)).labels
    assert len(labels) >= 12
    for label in labels:
        left, right = frame.x(label.box.left), frame.x(label.box.right)
        assert (left >= 0, right <= 360) == (True, True), label.text
        assert frame.y(label.box.top) >= ABOVE - 1
        assert frame.y(label.box.bottom) <= 560 - BELOW + 1


async def test_UI_6_undo_says_what_it_takes_back_and_redo_brings_it_again(kring: MemoryKring) -> None:
    app, case, ids = await shown(kring, 3)
    await app.drag(ids[0], (30.0, 0.0))
    assert app.inside("undo").tooltip == "Ongedaan maken: plek op de kaart"
    await app.tap("undo")
    assert app.bars()[-1] == "Ongedaan gemaakt: plek op de kaart"
    assert app.inside("redo").tooltip == "Opnieuw doen: plek op de kaart"
    await app.tap("redo")
    assert case.undo_label == "undo.place_person"


async def test_UI_14_the_legend_shows_only_what_this_map_uses(kring: MemoryKring) -> None:
    case = await own(kring)
    await fill(case, 1)
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    await app.tap("legend")
    assert app.reads("Wat betekent wat?")
    assert not app.reads("leeft niet meer, en hoort er nog bij")
