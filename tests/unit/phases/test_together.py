"""Two people at the same documents, apart and then together again: real handles, real changes."""

from __future__ import annotations

import random as seeded

import pytest

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.mensen.commands import (
    DescribePerson,
    RemovePerson,
    RenamePerson,
    ResolveConflict,
    SetGroups,
)
from kring.phases.netwerkatlas.relatiekaart.commands import (
    AnswerQuestions,
    PlacePerson,
    SetSupport,
    SetTieQuality,
)

SHARED = ("mensen", "relatiekaart")


def test_MEN_11_a_clash_on_one_field_shows_both_values_until_somebody_chooses(owner, swap):
    person = owner.add("Mama", ring=1)
    sister = owner.guest(2, *SHARED)
    owner.run(RenamePerson(person, "Tineke"))
    sister.run(RenamePerson(person, "Mams"))
    swap(owner, sister)
    seen = [device.mensen() for device in (owner, sister)]
    assert seen[0] == seen[1]
    clash = seen[0].person(person).clashes[0]
    assert (clash.document, clash.field) == ("mensen", "name")
    assert set(clash.values) == {"Tineke", "Mams"}
    assert clash.values[0] == seen[0].person(person).name
    assert seen[0].clashes == 1
    sister.run(ResolveConflict(clash.document, clash.path, "Mama Tineke"))
    swap(owner, sister)
    assert owner.mensen().person(person).name == "Mama Tineke"
    assert owner.mensen().clashes == 0


def test_MEN_11_choosing_the_value_that_shows_ends_the_clash_too(owner, swap):
    person = owner.add("Mama", ring=1)
    sister = owner.guest(2, *SHARED)
    owner.run(RenamePerson(person, "Tineke"))
    sister.run(RenamePerson(person, "Mams"))
    swap(owner, sister)
    clash = owner.mensen().person(person).clashes[0]
    owner.run(ResolveConflict(clash.document, clash.path, clash.values[0]))
    swap(owner, sister)
    assert owner.mensen() == sister.mensen()
    assert owner.mensen().clashes == 0


def test_MAP_1_clashes_on_ring_and_quality_are_shown_and_can_be_resolved(owner, swap):
    person = owner.add("Karim", ring=2)
    sister = owner.guest(2, *SHARED)
    owner.run(PlacePerson(person, 1))
    sister.run(PlacePerson(person, 3))
    owner.run(SetTieQuality(CLIENT, person, "gespannen"))
    sister.run(SetTieQuality(person, CLIENT, "verbroken"))
    swap(owner, sister)
    view = owner.kaart()
    assert view == sister.kaart()
    ring, quality = view.placed(person).clashes[0], view.placed(person).tie.clashes[0]
    assert set(ring.values) == {1, 3}
    assert set(quality.values) == {"gespannen", "verbroken"}
    assert view.clashes == 2
    owner.run(ResolveConflict(ring.document, ring.path, 3))
    owner.run(ResolveConflict(quality.document, quality.path, "gespannen"))
    swap(owner, sister)
    assert sister.kaart().clashes == 0
    assert sister.kaart().placed(person).ring == 3


def test_MAP_2_the_same_tie_made_by_two_keeps_everything_both_said(owner, swap):
    person = owner.add("Els", ring=2)
    sister = owner.guest(2, *SHARED)
    owner.run(AnswerQuestions(person, ("E",), ("G",)))
    sister.run(AnswerQuestions(person, ("M",), ("G", "A")))
    owner.run(SetGroups(person, ("buren",)))
    sister.run(SetGroups(person, ("koor",)))
    swap(owner, sister)
    placed = owner.kaart().placed(person)
    assert placed.client_gives == ("E", "M")
    assert placed.client_receives == ("G", "A")
    assert placed.person.groups == ("buren", "koor")
    assert owner.kaart() == sister.kaart()
    assert owner.kaart().clashes == 0


def test_MEN_4_no_word_of_a_text_is_lost(owner, swap):
    person = owner.add("Opa")
    owner.run(DescribePerson(person, "", "Vertelt graag."))
    sister = owner.guest(2, *SHARED)
    owner.run(DescribePerson(person, "Vertelt graag.", "Opa vertelt graag."))
    sister.run(DescribePerson(person, "Vertelt graag.", "Vertelt graag. Houdt van brood."))
    swap(owner, sister)
    note = owner.mensen().person(person).note
    assert note == sister.mensen().person(person).note
    assert "pa " in note
    assert "Houdt van brood." in note


def test_MEN_5_removing_wins_over_an_edit_made_at_the_same_time_without_a_trace(owner, swap):
    person = owner.add("Ruben", ring=3)
    sister = owner.guest(2, *SHARED)
    owner.run(RemovePerson(person))
    sister.run(SetSupport("E", person, CLIENT, True))
    sister.run(PlacePerson(person, 1))
    swap(owner, sister)
    for device in (owner, sister):
        view = device.kaart()
        assert view.people == ()
        assert view.ties == ()
        assert view.clashes == 0


@pytest.mark.parametrize("seed", range(6))
def test_three_devices_converge_after_any_edits_in_any_order(new_owner, seed, swap):
    owner = new_owner(seed)
    people = [owner.add(f"Mens {i}", ring=1 + i % 3) for i in range(4)]
    devices = [owner, owner.guest(f"{seed}a", *SHARED), owner.guest(f"{seed}b", *SHARED)]
    dice = seeded.Random(seed)
    for _ in range(5):
        for device in devices:
            for _ in range(4):
                person, other = dice.sample([*people, CLIENT], 2)
                if person == CLIENT:
                    person, other = other, person
                device.run(
                    dice.choice(
                        [
                            RenamePerson(person, f"Naam {dice.randrange(99)}"),
                            PlacePerson(person, dice.choice((1, 2, 3)), dice.random()),
                            SetTieQuality(person, other, dice.choice(("sterk", "gespannen", None))),
                            SetSupport(dice.choice("EMGA"), person, other, dice.random() < 0.7),
                            SetGroups(person, tuple(dice.sample(("buren", "koor", "gezin"), 2))),
                        ]
                    )
                )
        swap(*devices)
        drawn = [(device.mensen(), device.kaart()) for device in devices]
        assert drawn[0] == drawn[1] == drawn[2]
    assert owner.kaart().ties
