"""Everything about one person: each intent is one command."""

from __future__ import annotations

from math import tau

import pytest

from kring.cases.shapes import Member
from kring.domain.ids import CLIENT
from kring.errors import NotAllowed
from kring.phases.netwerkatlas.mensen.commands import (
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
from kring.phases.netwerkatlas.relatiekaart.commands import (
    PlacePerson,
    RemoveTie,
    SetSupport,
    SetTieQuality,
    TakeOffMap,
)
from kring.phases.netwerkatlas.relatiekaart.layout import layout
from kring.ui.components.person_ties import STEP
from kring.ui.hooks import read_map
from tests.ui.harness import App
from tests.ui.memory import MemoryCase, MemoryKring
from tests.ui.people import fill
from tests.ui.scenes import CASE, clash, own


async def test_UI_2_a_name_is_one_command_when_the_writer_leaves_the_field(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, person = opened
    await app.type("person-name", "Tante", leave=False)
    assert not case.dispatched
    await app.type("person-name", "Tante Ans")
    assert case.dispatched == [RenamePerson(person, "Tante Ans")]
    assert app.reads("Tante Ans")


async def test_UI_2_a_note_carries_the_text_that_the_writer_started_from(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, person = opened
    await app.type("person-note", "komt op zondag")
    await app.type("person-note", "komt op zondag, met taart")
    assert case.dispatched == [
        DescribePerson(person, "", "komt op zondag"),
        DescribePerson(person, "komt op zondag", "komt op zondag, met taart"),
    ]


async def test_UI_2_what_another_writes_meanwhile_is_merged_and_shown(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, person = opened
    await app.type("person-note", "zus", leave=False)
    await case.bus.dispatch(DescribePerson(person, "", "Anna is "))
    await app.type("person-note", "zus")
    note = case.documents["mensen"].view["people"][person]["note"]  # type: ignore[index, call-overload]
    assert sorted(str(note)) == sorted("Anna is zus")
    assert app.reads(str(note))


@pytest.mark.parametrize("name", ["birth", "sex", "gender"])
async def test_UI_3_sex_gender_and_birth_are_apart_and_in_own_words(
    opened: tuple[App, MemoryCase, str], name: str
) -> None:
    app, case, person = opened
    await app.tap("person-more")
    await app.type(f"person-{name}", "rond de oorlog")
    assert case.dispatched == [SetPersonFields(person, **{name: "rond de oorlog"})]


async def test_UI_4_support_goes_both_ways_and_giving_is_asked_first(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, person = opened
    shown = app.texts(app.top())
    asked = [index for index, text in enumerate(shown) if text.startswith("Wat doe")]
    assert shown[asked[0]].startswith("Wat doe jij voor")
    before = case.documents["relatiekaart"].view["ties"]
    for name, giver, receiver in (("gives", CLIENT, person), ("receives", person, CLIENT)):
        for kind in "EMGA":
            tie = "~".join(sorted((CLIENT, person)))
            on = f"{tie}/steun/{kind}/{giver}" not in before  # type: ignore[operator]
            await app.tap(f"{name}-{kind}")
            assert case.dispatched[-1] == SetSupport(kind, giver, receiver, on)


async def test_UI_4_a_quality_is_set_and_taken_back(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, person = opened
    await app.tap("quality-gespannen")
    await app.tap("quality-gespannen")
    assert case.dispatched == [
        SetTieQuality(CLIENT, person, "gespannen"),
        SetTieQuality(CLIENT, person, None),
    ]


async def test_UI_5_the_ring_is_chosen_without_dragging(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, person = opened
    places = case.documents["relatiekaart"].view["places"]
    ring = 3 if places[f"{person}/ring"] != 3 else 2  # type: ignore[index, call-overload]
    await app.tap(f"ring-{ring}")
    await app.tap("ring-off")
    assert case.dispatched == [PlacePerson(person, ring), TakeOffMap(person)]
    assert app.bars()[-1] == "Van de kaart gehaald"


async def test_UI_5_the_angle_is_chosen_without_dragging(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, person = opened
    before = layout(read_map(case)[1]).nodes[person]
    await app.tap("turn-right")
    once = case.dispatched[-1]
    assert isinstance(once, PlacePerson)
    assert (once.person, once.ring) == (person, before.ring)
    assert once.angle == pytest.approx((before.angle + STEP) % tau)
    await app.tap("turn-right")
    await app.tap("turn-left")
    again = case.dispatched[-1]
    assert isinstance(again, PlacePerson)
    assert again.angle == pytest.approx(once.angle, abs=1e-3)
    await app.tap("ring-off")
    assert "turn-left" not in app.names()


async def test_UI_30_who_had_it_keeps_it_is_said_when_somebody_becomes_possible(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, _ = opened
    assert not app.reads("Was deze persoon eerder gedeeld?")
    await app.tap("role-mogelijk")
    assert app.bars() == []
    await app.tap("role-speelt")
    case.members = (*case.members, Member("b1" * 16, "Sanne", "netwerklid", {"mensen": "lezen"}))
    case.changed()
    await app.tap("role-mogelijk")
    assert "Wat anderen al hadden, houden zij." in app.bars()[-1]
    assert app.reads("Was deze persoon eerder gedeeld? Wat anderen toen kregen, houden zij.")


async def test_UI_3_groups_parts_and_death_are_told(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, person = opened
    mine = [key for key in case.documents["mensen"].view["people"][person] if key.startswith("group/")]  # type: ignore[index, call-overload, union-attr]
    group = "buren" if "group/buren" not in mine else "gezin"
    await app.tap(f"group-{group}")
    assert case.dispatched[-1] == SetGroups(person, (mine[0].removeprefix("group/"), group))
    await app.tap("role-speelde")
    assert case.dispatched[-1] == SetRole(person, "speelde")
    await app.tap("role-mogelijk")
    assert case.dispatched[-1] == MarkMogelijk(person)
    assert app.reads("Deze persoon is van jou alleen.")
    await app.tap("role-speelt")
    assert case.dispatched[-1] == MakeKnown(person, "speelt")
    switch = app.inside("deceased")
    app.session.apply_patch(switch._i, {"value": True})
    await app.event(switch, "change", True)
    assert case.dispatched[-1] == SetDeceased(person, True)


async def test_UI_3_an_own_group_is_added_in_own_words(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, _ = opened
    await app.tap("group-own")
    await app.type("group-own-name", " lotgenoten ", leave=False)
    await app.tap("group-own-add")
    assert "lotgenoten" in case.dispatched[-1].groups  # type: ignore[attr-defined]
    assert app.reads("lotgenoten")


async def test_UI_3_a_picture_is_chosen(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, person = opened
    await app.tap("person-picture")
    await app.tap("emoji-🌻")
    assert case.dispatched == [SetPersonFields(person, emoji="🌻")]


async def test_UI_6_who_is_removed_can_be_put_back_at_once(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, person = opened
    await app.tap("person-remove")
    assert case.dispatched == [RemovePerson(person)]
    assert app.went[-1] == f"/case/{CASE}"
    bar = app.page._dialogs.controls[-1]
    assert "is weggehaald" in app.bars()[-1]
    assert app.reads("Deze persoon staat hier niet meer")
    await app.event(bar.action, "click")  # type: ignore[attr-defined]
    assert person in case.documents["mensen"].view["people"]  # type: ignore[operator]


async def test_UI_62_somebody_is_hidden_and_shown_again(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, person = opened
    await app.tap("person-hide")
    assert case.dispatched == [HidePerson(person)]
    assert "is verborgen" in app.bars()[-1]
    assert app.reads("Verborgen: alleen jij ziet deze persoon.")
    assert "person-hide" not in app.names()
    await app.tap("role-speelde")
    assert case.dispatched[-1] == SetRole(person, "speelde")
    assert app.reads("Verborgen: alleen jij ziet deze persoon.")
    await app.tap("person-show")
    assert case.dispatched[-1] == ShowPerson(person)
    assert not app.reads("Verborgen: alleen jij ziet deze persoon.")


async def test_UI_62_the_list_marks_who_is_hidden_and_says_what_others_keep(kring: MemoryKring) -> None:
    case = await own(kring)
    person = (await fill(case, 3))[0]
    case.members = (*case.members, Member("ab" * 16, "Bas", "netwerklid"))
    app = await App.open(kring, f"/case/{CASE}/person/{person}")
    await app.tap("person-hide")
    assert "Wat anderen al kregen, houden zij." in app.bars()[-1]
    app = await App.open(kring, f"/case/{CASE}")
    await app.size()
    await app.tap("way-list")
    assert app.reads("verborgen: alleen jij ziet dit")


async def test_UI_62_who_keeps_nothing_private_cannot_hide(kring: MemoryKring) -> None:
    case = await own(kring)
    person = (await fill(case, 3))[0]
    case.read_only = frozenset(("prive",))
    app = await App.open(kring, f"/case/{CASE}/person/{person}")
    assert "person-hide" not in app.names()


async def test_UI_7_both_answers_of_a_clash_are_shown_and_one_is_chosen(kring: MemoryKring) -> None:
    app = await App.open(kring, await clash(kring, "nl"))
    assert app.reads("Houd “Ans”")
    assert app.reads("Houd “Tante Annie”")
    assert app.reads("Houd “sterke band”")
    assert app.reads("Houd “gespannen band”")
    case = kring.opened[CASE]
    await app.tap("clash-name-1")
    command = case.dispatched[-1]
    assert isinstance(command, ResolveConflict)
    assert command.value in ("Ans", "Tante Annie")
    assert not app.reads("Houd “Ans”")
    assert app.reads("Houd “sterke band”")


async def test_UI_8_a_refused_command_is_said_once_by_its_code(opened: tuple[App, MemoryCase, str]) -> None:
    app, case, _ = opened
    case.refusal = NotAllowed("for developers only")
    await app.tap("quality-sterk")
    assert app.bars() == ["Dit mag je hier niet veranderen. Vraag het aan de eigenaar van de kaart."]
    assert not app.reads("for developers only")


async def test_UI_9_a_reader_sees_all_and_can_change_nothing(kring: MemoryKring) -> None:
    case = await own(kring)
    person = (await fill(case, 3))[0]
    case.read_only = frozenset(("mensen", "relatiekaart", "prive"))
    app = await App.open(kring, f"/case/{CASE}/person/{person}")
    assert app.reads("Je kunt dit lezen, niet veranderen.")
    for name in ("gives-E", "receives-A", "quality-sterk", "ring-1", "group-gezin", "role-speelde"):
        assert app.inside(name).disabled, name
    assert not {"person-remove", "group-own", "role-mogelijk"} & app.names()


async def test_UI_4_ties_between_others_have_a_screen_of_their_own(
    opened: tuple[App, MemoryCase, str],
) -> None:
    app, case, person = opened
    await app.tap("tie-add")
    other = next(name for name in app.names() if name.startswith("tie-new-")).removeprefix("tie-new-")
    await app.tap(f"tie-new-{other}")
    assert app.went[-1] == f"/case/{CASE}/person/{person}/tie/{other}"
    await app.go(app.went[-1])
    await app.tap("gives-M")
    await app.tap("receives-A")
    await app.tap("quality-sterk")
    await app.tap("tie-remove")
    assert case.dispatched == [
        SetSupport("M", person, other, True),
        SetSupport("A", other, person, True),
        SetTieQuality(person, other, "sterk"),
        RemoveTie(person, other),
    ]
