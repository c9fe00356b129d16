"""Adding somebody: name first, then two questions, giving first; one command at the end."""

from __future__ import annotations

from kring.phases.netwerkatlas.mensen.commands import AddPerson
from tests.ui.harness import App
from tests.ui.memory import MemoryKring
from tests.ui.scenes import CASE, own


async def test_UI_17_the_two_questions_are_always_asked_giving_first(kring: MemoryKring) -> None:
    case = await own(kring)
    app = await App.open(kring, f"/case/{CASE}/add")
    await app.type("add-name", "Buurman Henk", leave=False)
    await app.tap("add-next")
    shown = app.texts(app.top())
    giving = shown.index("Voor wie ben jij belangrijk, wie help jij?")
    assert giving < shown.index("Wie is voor jou belangrijk, wie helpt jou?")
    await app.tap("gives-G")
    await app.tap("gives-M")
    await app.tap("gives-M")
    await app.tap("receives-E")
    await app.tap("add-next")
    await app.tap("ring-1")
    await app.tap("group-buren")
    await app.tap("role-speelde")
    assert not case.dispatched
    await app.tap("add-done")
    assert len(case.dispatched) == 1
    command = case.dispatched[0]
    assert isinstance(command, AddPerson)
    assert (command.name, command.gives, command.receives) == ("Buurman Henk", ("G",), ("E",))
    assert (command.ring, command.groups, command.role) == (1, ("buren",), "speelde")
    assert command.added_by == case.member
    assert app.went == [f"/case/{CASE}"]
    assert app.bars() == ["Buurman Henk staat op de kaart"]


async def test_UI_17_every_step_but_the_name_can_be_skipped(kring: MemoryKring) -> None:
    case = await own(kring)
    app = await App.open(kring, f"/case/{CASE}/add")
    await app.tap("add-next")
    assert app.reads("Een naam of een bijnaam is genoeg.")
    assert "gives-E" not in app.names()
    await app.type("add-name", "Mo", leave=False)
    await app.tap("add-next")
    await app.tap("add-next")
    await app.tap("add-back")
    await app.tap("add-next")
    await app.tap("add-done")
    command = case.dispatched[0]
    assert isinstance(command, AddPerson)
    assert (command.gives, command.receives, command.groups) == ((), (), ())


async def test_UI_75_who_taps_once_more_before_the_screen_goes_adds_one_person(kring: MemoryKring) -> None:
    case = await own(kring)
    app = await App.open(kring, f"/case/{CASE}/add")
    await app.type("add-name", "Mo")
    await app.tap("add-next")
    await app.tap("add-next")
    await app.tap("add-done")
    await app.tap("add-done")
    assert len(case.dispatched) == 1
