"""What is done faster than the screens keep up is done as it was meant (UI-74, UI-75)."""

from __future__ import annotations

import random

import pytest

from kring.phases.netwerkatlas.mensen.commands import DescribePerson
from kring.ui import addresses
from tests.ui.harness import App
from tests.ui.memory import MemoryCase, MemoryKring

NAME = "Noor van den Berg"


@pytest.mark.parametrize("seed", range(20))
async def test_UI_74_no_letter_is_lost_where_the_screen_falls_behind(seed: int) -> None:
    kring = MemoryKring()
    app = await App.open(kring, "/new")
    sent = len(app.patch_bodies())
    await app.type_ahead("new-name", NAME, random.Random(seed))
    assert app.field("new-name").value == NAME
    assert [each for each in app.patch_texts(sent) if each and each in NAME] == []
    await app.tap("new-next")
    assert kring.calls == [("create_case", f"De kring van {NAME}", NAME)]


async def test_UI_2_UI_74_what_another_writes_while_letters_are_on_their_way_is_merged(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, person = opened
    number = app.field("person-note")._i
    app.session.apply_patch(number, {"value": "zus"})
    await case.bus.dispatch(DescribePerson(person, "", "Anna is "))
    await app.settle()
    assert app.field("person-note").value == "zus"
    await app.event(app.field("person-note"), "change", "zus")
    await app.event(app.field("person-note"), "blur")
    note = str(case.documents["mensen"].view["people"][person]["note"])  # type: ignore[index, call-overload]
    assert sorted(note) == sorted("Anna is zus")
    assert app.field("person-note").value == note


@pytest.mark.parametrize("way", ["click", "submit"])
async def test_UI_75_who_goes_on_right_after_the_last_letter_loses_none(way: str) -> None:
    kring = MemoryKring()
    app = await App.open(kring, "/new")
    field = app.field("new-name")
    on = field if way == "submit" else app.inside("new-next")
    await app.at_once((field, "change", "Noor van"), (field, "change", NAME), (on, way, None))
    assert kring.calls == [("create_case", f"De kring van {NAME}", NAME)]


async def test_UI_75_who_taps_twice_makes_one_circle() -> None:
    kring = MemoryKring()
    app = await App.open(kring, "/new")
    await app.type("new-name", NAME)
    button = app.inside("new-next")
    await app.at_once((button, "click", None), (button, "click", None))
    assert kring.calls == [("create_case", f"De kring van {NAME}", NAME)]


async def test_UI_75_an_invite_that_is_made_right_after_the_last_letter_has_the_whole_name(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, _ = opened
    await app.go(addresses.invite_route(case.id))
    field, make = app.field("invite-name"), app.inside("invite-make")
    await app.at_once((field, "change", NAME), (make, "click", None), (make, "click", None))
    assert [call[:2] for call in case.calls] == [("invite", NAME)]


async def test_UI_75_letters_are_drawn_several_at_once(opened: tuple[App, MemoryCase, str]) -> None:
    """A drawing for each would leave a busy phone further behind with every one."""
    app, case, _ = opened
    await app.go(addresses.invite_route(case.id))
    field, before = app.field("invite-name"), app.patches()
    await app.at_once(*((field, "change", NAME[:end]) for end in range(1, len(NAME) + 1)))
    assert app.reads(NAME)
    assert app.patches() - before == 1
