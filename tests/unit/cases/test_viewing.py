"""Looking as a member shows what that member's own app shows (CAS-70)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from kring.cases.case import Case
from kring.cases.inviting import Inviting
from kring.cases.shapes import Member
from kring.cases.viewing import Seen
from kring.cli.commands import map_of
from kring.domain.ids import CLIENT
from kring.domain.rights import right_named
from kring.i18n.translator import Translator
from kring.phases import STRINGS
from kring.phases.netwerkatlas.mensen.commands import AddPerson, MarkMogelijk, RemovePerson, RenamePerson
from kring.phases.netwerkatlas.relatiekaart.as_text import as_text
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport, SetTieQuality
from kring.phases.netwerkatlas.relatiekaart.summary import summary
from tests.simulation.world import World
from tests.unit.cases.people import BOTH, add, own_case, pair

SAY = Translator.of("nl", ("kring.ui", *STRINGS))
COMBINATIONS = [
    {kind: right for kind, right in zip(("mensen", "relatiekaart"), each, strict=True) if right}
    for each in product(("", "lezen", "bijdragen"), repeat=2)
    if any(each)
]


def members_of(case: Any) -> list[tuple[Any, ...]]:
    """What shows of the members; who decides about whom is no part of looking."""
    return [_shown(each) for each in case.members]


def _shown(each: Member) -> tuple[Any, ...]:
    rights = dict(each.rights)
    return each.id, each.name, each.role, rights, each.until, each.owner, each.you, each.over, each.frozen


def same(seen: Seen, own: Case) -> None:
    """What the two screens are made from is equal."""
    view, theirs = map_of(seen), map_of(own)  # type: ignore[arg-type]  # it has the documents, which is all
    assert view == theirs
    assert (seen.title, seen.kind, seen.over) == (own.title, own.kind, own.over)
    assert {kind: (handle.heads, handle.conflicts) for kind, handle in seen.documents.items()} == {
        kind: (handle.heads, handle.conflicts) for kind, handle in own.documents.items()
    }
    assert members_of(seen) == members_of(own)
    whose = [case.kind != "shared" for case in (seen, own)]
    assert summary(view, SAY, whose[0]) == summary(theirs, SAY, whose[1])
    assert as_text(view, SAY, whose[0]) == as_text(theirs, SAY, whose[1])


async def fill(case: Case) -> None:
    """People in every kind of place, one of them of the owner alone, one gone, with ties between all."""
    oma, cor, ida, jan = [await add(case, name) for name in ("Oma", "Cor", "Ida", "Jan")]
    await case.dispatch(AddPerson(case.new_person_id(), "Zonder plek", groups=("buren",)))
    for one, other in ((oma, cor), (cor, ida), (oma, jan)):
        await case.dispatch(SetTieQuality(one, other, "gespannen"))
        await case.dispatch(SetSupport("E", one, other, True))
    await case.dispatch(SetTieQuality(CLIENT, oma, "sterk"))
    await case.dispatch(MarkMogelijk(ida))
    await case.dispatch(RemovePerson(jan))
    await case.save()


async def test_CAS_70_looking_as_each_member_shows_what_each_has_on_screen(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna, "De kring van Anna")
    await fill(case)
    await world.synced(case)
    own = [
        await world.share(case, await world.device(f"Lid {number}"), rights)
        for number, rights in enumerate(COMBINATIONS)
    ]
    await fill(case)
    await world.synced(case, *own)
    for rights, theirs in zip(COMBINATIONS, own, strict=True):
        assert set(theirs.documents) == {"kring", *rights}
        same(Seen(case, theirs.member), theirs)


async def test_CAS_70_both_show_a_clash_and_a_private_person_to_neither(world: World) -> None:
    case, bas = await pair(world)
    oma = await add(case, "Oma")
    hidden = await add(case, "Geheim")
    await case.dispatch(MarkMogelijk(hidden))
    await world.synced(case, bas)
    world.devices[1].air.fall()
    await case.dispatch(RenamePerson(oma, "Oma Truus"))
    await bas.dispatch(RenamePerson(oma, "Oma Geertruida"))
    await case.save()
    await bas.save()
    world.devices[1].air.rise()
    bas.wake()
    await world.until(lambda: case.documents["mensen"].conflicts and bas.documents["mensen"].conflicts)
    await world.synced(case, bas)
    seen = Seen(case, bas.member)
    assert seen.documents["mensen"].conflicts
    assert "Geheim" in as_text(map_of(case), SAY, True)
    assert "Geheim" not in as_text(map_of(seen), SAY, False)  # type: ignore[arg-type]
    same(seen, bas)


async def test_CAS_70_who_may_not_read_the_names_sees_no_title_and_no_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bare(self: Inviting, offer: dict[str, str]) -> dict[bytes, int]:
        return {self._engine.document_of(kind).id: int(right_named(right)) for kind, right in offer.items()}

    case, bas = await pair(world)
    with monkeypatch.context() as patch:
        patch.setattr(Inviting, "_offered", bare)
        cor = await world.share(case, await world.device("Cor"), {"relatiekaart": "lezen"})
    await add(case, "Oma")
    await world.synced(case, bas, cor)
    await world.until(lambda: "relatiekaart" in cor.documents)
    seen = Seen(case, cor.member)
    assert seen.title == cor.title == ""
    assert {each.name for each in seen.members} == {"", "Cor"}
    assert seen.name == "Cor"
    same(seen, cor)


async def test_CAS_70_whose_time_is_over_sees_nothing_and_others_do_not_see_them(world: World) -> None:
    case, bas = await pair(world)
    cor = await world.share(case, await world.device("Cor"), BOTH)
    await add(case, "Oma")
    await world.synced(case, bas, cor)
    await case.change_rights(cor.member, BOTH, world.clock.now() + 60_000)
    await world.until(lambda: next(each for each in bas.members if each.id == cor.member).until)
    same(Seen(case, cor.member), cor)
    world.clock.advance(61)
    seen = Seen(case, cor.member)
    assert seen.over
    assert not seen.documents
    same(seen, cor)
    same(Seen(case, bas.member), bas)
    assert cor.member not in {each.id for each in Seen(case, bas.member).members}


async def test_CAS_70_who_manages_and_who_handed_over_are_seen_as_they_are(world: World) -> None:
    case, bas = await pair(world)
    cor = await world.share(case, await world.device("Cor"), {"mensen": "lezen"})
    await case.change_rights(bas.member, {"mensen": "beheren", "relatiekaart": "beheren"}, 0)
    await case.change_rights(cor.member, {"mensen": "lezen"}, world.clock.now() + 60_000)
    await add(case, "Oma")
    await world.until(lambda: all(each.until for each in bas.members if each.id == cor.member))
    await world.synced(case, bas, cor)
    world.clock.advance(61)
    same(Seen(case, bas.member), bas)
    anna = case.member
    await case.transfer(bas.member)
    await world.until(lambda: bas.documents.keys() == case.documents.keys())
    await world.synced(case, bas)
    same(Seen(bas, anna), case)
