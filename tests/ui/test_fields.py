"""What is typed faster than the screens keep up stays as it was typed (UI-74)."""

from __future__ import annotations

import random

import pytest

from kring.phases.netwerkatlas.mensen.commands import DescribePerson
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
