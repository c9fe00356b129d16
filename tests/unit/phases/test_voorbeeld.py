"""The example: made by real commands, whole in both languages, with all of life in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kring.domain.tie import QUALITIES, SUPPORT_KINDS
from kring.i18n.translator import Translator
from kring.phases import STRINGS, voorbeeld
from kring.phases.netwerkatlas.relatiekaart.as_text import as_text
from kring.phases.netwerkatlas.relatiekaart.labelling import details
from kring.phases.netwerkatlas.relatiekaart.layout import layout
from kring.phases.voorbeeld.making import client_name, make_example, title
from kring.phases.voorbeeld.people import FIGURES


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_MAP_19_the_example_holds_a_whole_life(new_owner, language):
    owner = new_owner(4, client_name(language))
    await make_example(owner.bus.dispatch, owner.random, language)
    view = owner.kaart()
    people = [each.person for each in view.people]
    assert 25 <= len(people) <= 28
    assert title(language)
    assert all(person.name and person.note for person in (view.client, *people))
    assert sum(person.deceased for person in people) == 1
    assert len(view.private) == 1
    assert {each.tie.quality for each in view.people if each.tie} >= set(QUALITIES)
    assert {kind for each in view.people for kind in each.client_gives} == set(SUPPORT_KINDS)
    assert {kind for each in view.people for kind in each.client_receives} == set(SUPPORT_KINDS)
    assert any(tie.quality == "gespannen" and not tie.with_client for tie in view.ties)
    assert {"buren", "professional", "vrijwilliger"} <= {
        group for person in people for group in person.groups
    }
    assert any(group.own for group in view.groups)
    assert view.clashes == 0
    text = as_text(view, Translator.of(language, STRINGS))
    assert all(person.note in text for person in people)


async def test_the_possible_person_of_the_example_is_private(new_owner):
    owner = new_owner(4)
    await make_example(owner.bus.dispatch, owner.random, "nl")
    assert "Peter" not in repr(owner.views["mensen"])
    assert "Peter" in repr(owner.views["prive"])


async def test_everybody_in_the_example_has_a_name_on_a_phone(new_owner):
    owner = new_owner(4, client_name("nl"))
    await make_example(owner.bus.dispatch, owner.random, "nl")
    view = owner.kaart()
    made = layout(view, 1.0, 1.4)
    assert len(details(made, view, 1.0).labels) == len(made.nodes)


def test_the_example_says_everything_it_needs_and_no_more():
    words = json.loads((Path(voorbeeld.__file__).parent / "nl.json").read_text())
    keys = {key.split(".")[1] for key in words}
    assert keys == {"title", "klant", *(figure.key for figure in FIGURES)}
