"""The person register: commands on real documents, and the view model."""

from __future__ import annotations

import pytest

from kring.documents.handle import Handle
from kring.domain.ids import CLIENT, new_person_id
from kring.errors import BadInput, DocumentError, NotAllowed
from kring.i18n.translator import Translator
from kring.phases import STRINGS
from kring.phases.netwerkatlas.mensen.commands import (
    AddPerson,
    DescribePerson,
    HidePerson,
    MakeKnown,
    MarkMogelijk,
    RemovePerson,
    RenamePerson,
    ResolveConflict,
    SetDeceased,
    SetGroups,
    SetPersonFields,
    SetRole,
    ShowPerson,
)
from kring.phases.netwerkatlas.mensen.moving import in_both
from kring.phases.netwerkatlas.relatiekaart.as_text import as_text
from kring.phases.netwerkatlas.relatiekaart.commands import PlacePerson, SetSupport, SetTieQuality
from kring.platform.cpython.crdt import CpythonCrdt


def test_MEN_1_a_person_is_entered_once_and_stands_everywhere(owner):
    person = owner.add("Fenna", emoji="💛", groups=("vrienden",), ring=1, gives=("E",), receives=("G", "P"))
    view = owner.mensen().person(person)
    assert (view.name, view.emoji, view.groups, view.role) == ("Fenna", "💛", ("vrienden",), "speelt")
    placed = owner.kaart().placed(person)
    assert placed.person == view
    assert (placed.ring, placed.client_gives, placed.client_receives) == (1, ("E",), ("M", "G"))


def test_the_client_is_there_from_the_start(owner):
    view = owner.mensen()
    assert view.client.name == "Noor"
    assert view.client.is_client
    assert view.people == ()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"name": ""}, "empty"),
        ({"name": "\u200b \u202e"}, "empty"),
        ({"name": "x" * 501}, "too_long"),
        ({"name": "half \ud800"}, "unreadable"),
        ({"name": "A", "emoji": "ab"}, "no_emoji"),
        ({"name": "A", "groups": ("",)}, "empty"),
        ({"name": "A", "groups": tuple(f"g{i}" for i in range(21))}, "too_many"),
        ({"name": "A", "ring": 0}, "no_choice"),
        ({"name": "A", "ring": True}, "no_choice"),
        ({"name": "A", "gives": ("X",)}, "no_choice"),
        ({"name": "A", "role": "baas"}, "no_choice"),
        ({"name": "A", "person": CLIENT}, "no_fresh_id"),
        ({"name": "A", "person": "a~b/ring"}, "no_fresh_id"),
    ],
)
def test_MEN_2_bad_input_is_refused_before_anything_is_touched(owner, more, reason):
    before = owner.views
    with pytest.raises(BadInput) as caught:
        owner.run(AddPerson(**{"person": new_person_id(owner.random), **more}))
    assert caught.value.details["reason"] == reason
    assert owner.views == before
    assert not any(owner.sent.values())


def test_a_name_of_500_characters_is_kept_whole(owner):
    name = "é" * 500
    person = owner.add(name)
    assert owner.mensen().person(person).name == name


def test_the_same_id_twice_is_refused(owner):
    person = owner.add("Mo")
    with pytest.raises(BadInput, match="fresh"):
        owner.run(AddPerson(person, "Mo again"))


def test_MEN_3_only_what_differs_is_changed(owner):
    person = owner.add("Els", groups=("buren", "koor"))
    made = len(owner.sent["mensen"])
    owner.run(RenamePerson(person, "Els"))
    owner.run(SetGroups(person, ("koor", "buren")))
    owner.run(SetPersonFields(person, emoji=""))
    owner.run(DescribePerson(person, "", ""))
    assert len(owner.sent["mensen"]) == made
    owner.run(SetGroups(person, ("koor", "vrienden")))
    assert owner.mensen().person(person).groups == ("vrienden", "koor")


def test_fields_in_own_words(owner):
    person = owner.add("Sam")
    owner.run(SetPersonFields(person, birth="rond groep 6", sex="", gender="gewoon Sam"))
    owner.run(SetDeceased(person, True))
    owner.run(SetRole(person, "speelde"))
    view = owner.mensen().person(person)
    assert (view.birth, view.gender, view.deceased, view.role) == (
        "rond groep 6",
        "gewoon Sam",
        True,
        "speelde",
    )


def test_MEN_4_text_merges_by_character_even_when_the_screen_was_behind(owner):
    person = owner.add("Gerda")
    owner.run(DescribePerson(person, "", "Wandelt met mij."))
    owner.run(DescribePerson(person, "Wandelt met mij.", "Wandelt met mij en Boef."))
    owner.run(DescribePerson(person, "Wandelt met mij.", "Lief. Wandelt met mij."))
    assert owner.mensen().person(person).note == "Lief. Wandelt met mij en Boef."


def test_MEN_5_removing_takes_place_and_ties_along(owner):
    person, other = owner.add("A", ring=1, gives=("E",)), owner.add("B", ring=2)
    owner.run(SetTieQuality(person, other, "sterk"))
    owner.run(RemovePerson(person))
    assert owner.mensen().person(person) is None
    assert not any(person in key for part in ("places", "ties") for key in owner.views["relatiekaart"][part])
    assert [each.id for each in owner.kaart().people] == [other]


@pytest.mark.parametrize(
    "command",
    [RemovePerson(CLIENT), MarkMogelijk(CLIENT), SetRole(CLIENT, "speelde"), PlacePerson(CLIENT, 1)],
)
def test_MEN_6_the_client_stays(owner, command):
    with pytest.raises(BadInput) as caught:
        owner.run(command)
    assert caught.value.details["reason"] == "client"


def test_MEN_7_a_possible_person_is_in_no_shared_document(owner):
    person = owner.add("Peter", role="mogelijk", ring=3, gives=("G",))
    other = owner.add("Els", ring=1)
    owner.run(SetTieQuality(person, other, "gewoon"))
    owner.run(SetSupport("A", person, other, True))
    owner.run(PlacePerson(person, 2, 1.5))
    shared = repr(owner.views["mensen"]) + repr(owner.views["relatiekaart"])
    assert person not in shared
    assert "Peter" not in shared
    view = owner.kaart()
    assert view.private == {person}
    assert view.placed(person).ring == 2
    assert {tie.id for tie in view.ties if tie.private} == {tie.id for tie in view.ties_of(person)}
    assert view.placed(person).person.role == "mogelijk"


def test_MEN_8_making_known_and_back_moves_everything(owner):
    person = owner.add("Peter", role="mogelijk", ring=3, gives=("G",), groups=("koor",))
    other = owner.add("Els", ring=1)
    hidden = owner.add("Nog iemand", role="mogelijk", ring=3)
    owner.run(DescribePerson(person, "", "Bood aan te rijden."))
    owner.run(SetTieQuality(person, other, "gewoon"))
    owner.run(SetTieQuality(person, hidden, "sterk"))
    before = owner.kaart()
    owner.run(MakeKnown(person))
    known = owner.kaart()
    assert known.private == {hidden}
    assert known.placed(person).person.note == "Bood aan te rijden."
    assert {tie.id for tie in known.ties} == {tie.id for tie in before.ties}
    assert hidden not in repr(owner.views["relatiekaart"])
    assert person not in owner.views["prive"]["people"]
    owner.run(MarkMogelijk(person))
    assert owner.kaart() == before
    assert person not in repr(owner.views["mensen"]) + repr(owner.views["relatiekaart"])


def test_MEN_8_making_known_tells_nothing_of_anybody_else(owner):
    """A tie with somebody who is not in the shared register stays behind, whatever made it."""
    person = owner.add("Peter", role="mogelijk", ring=3, gives=("G",))
    key = f"{'z' * 16}~{person}/quality" if person > "z" else f"{person}~{'z' * 16}/quality"
    owner.handles["prive"].change("", lambda edit: edit.put(("ties", key), "sterk"))
    owner.run(MakeKnown(person))
    assert "z" * 16 not in repr(owner.views["relatiekaart"])
    assert owner.kaart().placed(person).client_gives == ("G",)


def _cast(owner):
    """Somebody who played a part, with all that can be said of them, and what both maps then show."""
    person = owner.add("Peter", role="speelde", ring=3, gives=("G",), groups=("koor",))
    other = owner.add("Els", ring=1)
    owner.run(DescribePerson(person, "", "Bood aan te rijden."))
    owner.run(SetTieQuality(person, other, "gewoon"))
    owner.run(SetSupport("A", person, other, True))
    return person, other


@pytest.mark.parametrize("role", ["speelt", "speelde"])
def test_MEN_13_a_hidden_person_moves_as_a_whole_and_back_in_the_same_role(owner, role):
    person, _ = _cast(owner)
    owner.run(SetRole(person, role))
    before = owner.kaart()
    owner.run(HidePerson(person))
    shared = repr(owner.views["mensen"]) + repr(owner.views["relatiekaart"])
    assert person not in shared
    assert "Peter" not in shared
    hidden = owner.kaart().placed(person)
    assert hidden.person.hidden
    assert hidden.person.role == role
    assert (hidden.person.note, hidden.ring, hidden.client_gives) == ("Bood aan te rijden.", 3, ("G",))
    assert {tie.id for tie in owner.kaart().ties} == {tie.id for tie in before.ties}
    assert all(tie.private for tie in owner.kaart().ties_of(person))
    owner.run(HidePerson(person))
    assert owner.kaart().placed(person) == hidden
    owner.run(ShowPerson(person))
    assert owner.kaart() == before
    assert person not in repr(owner.views["prive"])


def test_MEN_13_what_is_set_while_hidden_stays_private_and_comes_along(owner):
    person, other = _cast(owner)
    owner.run(HidePerson(person))
    shared = [owner.handles[kind].heads for kind in ("mensen", "relatiekaart")]
    owner.run(SetRole(person, "speelt"))
    owner.run(RenamePerson(person, "Piet"))
    owner.run(SetTieQuality(person, other, "gespannen"))
    owner.run(PlacePerson(person, 1))
    assert [owner.handles[kind].heads for kind in ("mensen", "relatiekaart")] == shared
    owner.run(ShowPerson(person))
    shown = owner.kaart().placed(person)
    assert (shown.person.name, shown.person.role, shown.ring) == ("Piet", "speelt", 1)


def test_MEN_13_a_possible_person_is_not_shown_by_mistake_and_a_hidden_one_can_become_possible(owner):
    person, _ = _cast(owner)
    owner.run(HidePerson(person))
    owner.run(MarkMogelijk(person))
    assert owner.mensen().person(person).role == "mogelijk"
    assert not owner.mensen().person(person).hidden
    with pytest.raises(BadInput):
        owner.run(ShowPerson(person))
    owner.run(HidePerson(person))
    assert owner.mensen().person(person).role == "mogelijk"


async def test_MEN_13_hiding_is_one_step_to_undo_in_every_document(owner):
    person, _ = _cast(owner)
    before = owner.kaart()
    await owner.bus.dispatch(HidePerson(person))
    assert owner.bus.undo_label == "undo.hide_person"
    await owner.bus.undo()
    assert owner.kaart() == before
    assert person not in repr(owner.views["prive"])
    await owner.bus.redo()
    assert owner.mensen().person(person).hidden


def test_MEN_14_nobody_else_sees_that_somebody_is_hidden(owner, swap):
    person, _ = _cast(owner)
    guest = owner.guest(2, "mensen", "relatiekaart")
    owner.sent["mensen"].clear()
    owner.run(HidePerson(person))
    swap(owner, guest)
    without = owner.guest(3, "mensen", "relatiekaart")
    for device in (guest, without):
        said = as_text(device.kaart(), Translator.of("nl", STRINGS), own=False)
        assert "Peter" not in said
        assert "verborgen" not in said
        assert device.mensen().person(person) is None
        assert person not in repr(device.views)
    assert "verborgen: alleen jij ziet dit" in as_text(owner.kaart(), Translator.of("nl", STRINGS), own=True)
    with pytest.raises(BadInput) as unknown:
        guest.run(RenamePerson(person, "Piet"))
    with pytest.raises(BadInput) as never:
        guest.run(RenamePerson("nobody", "Piet"))
    assert (unknown.value.args, unknown.value.details) == (never.value.args, never.value.details)


def test_MEN_14_who_has_no_private_document_hides_nobody(owner):
    person, _ = _cast(owner)
    guest = owner.guest(2, "mensen", "relatiekaart")
    with pytest.raises(NotAllowed):
        guest.run(HidePerson(person))
    assert guest.kaart().placed(person)


def test_an_interrupted_move_shows_the_person_once_and_can_be_finished(owner):
    person = owner.add("Peter", role="mogelijk", ring=3)
    guest = owner.guest(9, "mensen", "relatiekaart", "prive")
    kept = owner.handles["prive"]
    guest.run(MakeKnown(person))
    owner.handles["mensen"].receive(guest.sent["mensen"])
    owner.handles["relatiekaart"].receive(guest.sent["relatiekaart"])
    assert in_both(owner.views) == (person,)
    assert [each.id for each in owner.mensen().people] == [person]
    owner.run(MakeKnown(person))
    assert in_both(owner.views) == ()
    assert not kept.view["people"]
    assert owner.kaart().placed(person).ring == 3


def test_MEN_9_who_has_no_private_document_cannot_keep_somebody_private(owner):
    person = owner.add("Els", ring=1)
    guest = owner.guest(2, "mensen", "relatiekaart")
    before = guest.views
    for command in (
        AddPerson(new_person_id(guest.random), "Stil", role="mogelijk"),
        MarkMogelijk(person),
    ):
        with pytest.raises(NotAllowed):
            guest.run(command)
    assert guest.views == before


def test_who_has_only_the_register_cannot_half_place_somebody(owner):
    guest = owner.guest(2, "mensen")
    before = guest.views
    with pytest.raises(NotAllowed):
        guest.run(AddPerson(new_person_id(guest.random), "Half", ring=1))
    assert guest.views == before
    guest.run(AddPerson(new_person_id(guest.random), "Heel"))
    assert [each.name for each in guest.mensen().people] == ["Heel"]


def test_a_document_that_has_not_arrived_is_not_half_changed(owner):
    owner.handles["relatiekaart"] = Handle(CpythonCrdt(), "relatiekaart", b"q" * 16)
    owner.context = type(owner.context)(owner.handles, owner.random, owner.context.clock)
    before = owner.views
    with pytest.raises(DocumentError):
        owner.add("Half", ring=1)
    assert owner.views == before


async def test_MEN_10_one_command_is_one_undo_step_with_a_label(owner):
    person = new_person_id(owner.random)
    await owner.bus.dispatch(AddPerson(person, "Willem", ring=2, gives=("E",), receives=("A",)))
    assert owner.bus.undo_label == "undo.add_person"
    placed = owner.kaart()
    await owner.bus.undo()
    assert owner.kaart().people == ()
    assert owner.mensen().people == ()
    await owner.bus.redo()
    assert owner.kaart() == placed


async def test_undo_of_removing_brings_words_place_and_ties_back(owner):
    person = owner.add("Papa", ring=1, gives=("E",), groups=("familie",))
    owner.run(DescribePerson(person, "", "Leerde mij bakken."))
    before = owner.kaart()
    await owner.bus.dispatch(RemovePerson(person))
    await owner.bus.undo()
    assert owner.kaart() == before


def test_unchanged_people_stay_the_same_objects(owner):
    first, second = owner.add("A", ring=1, gives=("E",)), owner.add("B", ring=2, gives=("G",))
    mensen, kaart = owner.mensen(), owner.kaart()
    assert owner.mensen(mensen) is mensen
    owner.run(RenamePerson(first, "C"))
    later = owner.mensen(mensen)
    assert later.person(second) is mensen.person(second)
    assert later.person(first) is not mensen.person(first)
    owner.run(SetSupport("A", "klant", first, True))
    drawn = owner.kaart(kaart)
    assert drawn.placed(second) is kaart.placed(second)
    assert drawn.tie(kaart.placed(second).tie.id) is kaart.placed(second).tie
    assert owner.kaart(drawn) == drawn


def test_resolving_checks_the_value(owner):
    person = owner.add("A", ring=1)
    path = ("people", person, "name")
    for command in (
        ResolveConflict("mensen", path, ""),
        ResolveConflict("mensen", path, 3),
        ResolveConflict("mensen", ("people", person, "role"), "mogelijk"),
        ResolveConflict("mensen", ("people", "nobody", "name"), "B"),
        ResolveConflict("mensen", ("schema",), 9),
        ResolveConflict("kring", ("title",), "B"),
        ResolveConflict("relatiekaart", ("places", f"{person}/ring"), 7),
        ResolveConflict("relatiekaart", ("ties", f"{person}~klant/steun/E/klant"), True),
    ):
        with pytest.raises(BadInput):
            owner.run(command)
