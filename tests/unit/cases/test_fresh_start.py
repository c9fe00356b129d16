"""A document begins anew without its history, with a real relay (CAS-61 to CAS-66)."""

from __future__ import annotations

import asyncio

import pytest

from kring.cases.case import Case
from kring.domain.ids import CLIENT
from kring.errors import BadInput, NotAllowed
from kring.phases.netwerkatlas.mensen.commands import (
    AddPerson,
    DescribePerson,
    HidePerson,
    RemovePerson,
    RenamePerson,
)
from kring.phases.netwerkatlas.relatiekaart.commands import SetTieQuality
from tests.simulation.world import Device, World
from tests.support.canary import traces
from tests.support.reading import readable
from tests.unit.cases.people import BOTH, add, names, own_case, pair, reopened
from tests.unit.cases.test_devices import second
from tests.unit.cases.test_recovery import recovered
from tests.unit.cases.test_removing import connected, member, three

ANNA, BAS = 0, 1


def place(case: Case, kind: str = "mensen") -> bytes:
    """The id of the document of this kind now."""
    found = case._engine.document_of(kind)
    return found.id if found is not None else b""


def note(case: Case, person: str) -> str:
    return str(case.documents["mensen"].view["people"][person]["note"])  # type: ignore[index,call-overload]


def alike(*cases: Case, kinds: tuple[str, ...] = ("mensen", "relatiekaart")) -> bool:
    """Whether all have the same documents, by id and by heads, the ones before included."""
    heads = [
        {
            each.id: each.handle.heads
            for each in case._engine.documents.values()
            if each.handle is not None and each.handle.kind in kinds
        }
        for case in cases
    ]
    shared = set.intersection(*(set(each) for each in heads))
    places = {tuple(place(case, kind) for kind in kinds) for case in cases}
    return len(places) == 1 and all(len({each[name] for each in heads}) == 1 for name in shared)


async def test_CAS_61_all_go_on_in_the_document_that_took_the_place_of_the_other(world: World) -> None:
    case, bas = await pair(world)
    await add(case, "Oma")
    gone = await add(bas, "Weg")
    await world.synced(case, bas)
    await case.dispatch(RemovePerson(gone))
    before = place(case)
    await case.begin_anew("mensen")
    assert case.beginning_anew == frozenset()
    assert place(case) != before
    assert names(case) == {"Oma"}
    await world.until(lambda: place(bas) == place(case))
    assert names(bas) == {"Oma"}
    await add(bas, "Van Bas")
    await world.until(lambda: "Van Bas" in names(case))
    assert member(case, "Bas").rights == {"kring": "lezen", **BOTH}
    assert member(bas, "Bas").rights == {"kring": "lezen", **BOTH}
    assert bas._engine.documents[before].handle.view["people"].keys() == {CLIENT, *_people(case, "Oma")}  # type: ignore[union-attr]


def _people(case: Case, *called: str) -> list[str]:
    people = case.documents["mensen"].view["people"]
    return [each for each, fields in people.items() if fields["name"] in called]  # type: ignore[union-attr,index,call-overload]


async def test_CAS_61_nothing_that_was_done_before_can_be_undone_after_it(world: World) -> None:
    case, _ = await pair(world)
    await add(case, "Oma")
    person = await add(case, "Verborgen")
    await case.dispatch(HidePerson(person))
    await case.begin_anew("mensen")
    assert case.undo_label is None
    await case.undo()
    assert names(case) == {"Oma"}
    assert person in case.documents["prive"].view["people"]  # type: ignore[operator]
    await add(case, "Opa")
    await case.undo()
    assert names(case) == {"Oma"}


async def test_P6_CAS_63_what_was_written_offline_comes_along_and_merges(world: World) -> None:
    case, bas = await pair(world)
    oma = await add(case, "Oma")
    await case.dispatch(DescribePerson(oma, "", "Oma woont in Hoorn."))
    await case.save()
    await world.until(lambda: oma in bas.documents["mensen"].view["people"] and note(bas, oma))  # type: ignore[operator]
    await world.synced(case, bas)
    phone = world.devices[BAS]
    phone.air.fall()
    tante = await add(bas, "Tante")
    await bas.dispatch(DescribePerson(oma, "Oma woont in Hoorn.", "Oma woont in Hoorn, boven de bakker."))
    await bas.dispatch(SetTieQuality(oma, tante, "sterk"))
    await bas.save()
    for kind in BOTH:
        await case.begin_anew(kind)
    await case.dispatch(DescribePerson(oma, "Oma woont in Hoorn.", "Mijn oma woont in Hoorn."))
    await connected(world, phone, bas)
    await world.until(lambda: alike(case, bas) and "Tante" in names(case))
    await world.synced(case, bas)
    for each in (case, bas):
        assert note(each, oma) == "Mijn oma woont in Hoorn, boven de bakker."
        assert names(each) == {"Oma", "Tante"}
        assert list(each.documents["relatiekaart"].view["ties"].values()).count("sterk") == 1  # type: ignore[union-attr]
        assert not each.status.unsent
        assert not each.quarantine
    assert not bas._engine.sender.batches(bas._engine.document_of("mensen"))


async def test_P6_CAS_63_what_came_along_comes_once_also_after_restarts(world: World) -> None:
    case, bas = await pair(world)
    oma = await add(case, "Oma")
    await world.until(lambda: "Oma" in names(bas))
    phone = world.devices[BAS]
    phone.air.fall()
    await bas.dispatch(DescribePerson(oma, "", "Woord van Bas."))
    await bas.save()
    await case.begin_anew("mensen")
    bas = await reopened(phone, bas)
    assert note(bas, oma) == "Woord van Bas."
    await connected(world, phone, bas)
    await world.until(lambda: alike(case, bas) and note(case, oma))
    for _ in range(2):
        bas = await reopened(phone, bas)
        await world.synced(bas)
    assert note(case, oma) == note(bas, oma) == "Woord van Bas."
    assert alike(case, bas)


@pytest.mark.parametrize("turns", range(0, 120, 8))
async def test_P6_CAS_63_a_kill_at_any_instant_loses_no_word_and_says_none_twice(
    world: World, turns: int
) -> None:
    case, bas = await pair(world)
    oma = await add(case, "Oma")
    await world.until(lambda: "Oma" in names(bas))
    phone = world.devices[BAS]
    phone.air.fall()
    await bas.dispatch(DescribePerson(oma, "", "Woord van Bas."))
    tante = await add(bas, "Tante")
    await case.begin_anew("mensen")
    phone.air.rise()
    phone.running.wake()
    fresh = place(case)
    await world.until(lambda: bas._engine.documents.keys() >= {fresh})
    await world.run(turns)
    bas = await reopened(phone, bas)
    await world.until(lambda: alike(case, bas) and tante in _people(case, "Tante"))
    await world.synced(case, bas)
    assert note(case, oma) == note(bas, oma) == "Woord van Bas."


@pytest.mark.parametrize("turns", range(0, 260, 13))
async def test_P6_CAS_62_the_owner_goes_on_after_a_kill_at_any_instant(world: World, turns: int) -> None:
    case, bas = await pair(world)
    await add(case, "Oma")
    gone = await add(bas, "Weg")
    await world.until(lambda: {"Oma", "Weg"} == names(case) == names(bas))
    await world.synced(case, bas)
    await case.dispatch(RemovePerson(gone))
    await case.save()
    before = place(case)
    task = asyncio.create_task(case.begin_anew("mensen"))
    await bas.dispatch(AddPerson(bas.new_person_id(), "Tante"))
    await world.run(turns)
    await world.devices[ANNA].crash()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    case = await (await world.devices[ANNA].start()).open_case(case.id)
    if place(case) == before and not case.beginning_anew:
        await world.synced(case)
        await case.begin_anew("mensen")  # nothing had been decided yet
    await world.until(lambda: place(case) != before and not case.beginning_anew)
    await world.until(lambda: alike(case, bas) and names(bas) == {"Oma", "Tante"})
    await world.synced(case, bas)
    assert bas.may_edit("mensen")
    assert sum(each.handle is not None for each in case._engine.documents.values()) == 5


async def test_CAS_62_without_a_connection_it_is_kept_and_goes_on_by_itself(world: World) -> None:
    case, bas = await pair(world)
    await add(case, "Oma")
    before, phone = place(case), world.devices[ANNA]
    await world.synced(case, bas)
    phone.air.fall()
    await case.begin_anew("mensen")
    assert case.beginning_anew == {"mensen"}
    await add(case, "Tijdens")
    case = await reopened(phone, case)
    assert case.beginning_anew == {"mensen"}
    assert place(case) == before
    await connected(world, phone, case)
    await world.until(lambda: not case.beginning_anew and alike(case, bas))
    assert place(bas) == place(case) != before
    assert names(bas) == {"Oma", "Tijdens"}


async def test_P6_CAS_62_the_cut_is_remade_where_its_writer_was_quicker(world: World) -> None:
    case, bas, carla = await three(world)
    writing = asyncio.create_task(_keeps_writing(world, bas, 12))
    await case.begin_anew("mensen")
    await writing
    wanted = {"Oma", *(f"Bas {each}" for each in range(12))}
    await world.until(lambda: alike(case, bas, carla) and names(carla) == wanted)
    assert names(case) == names(bas) == wanted


async def _keeps_writing(world: World, case: Case, count: int) -> None:
    for each in range(count):
        await world.until(lambda: case.may_edit("mensen"))
        await case.dispatch(AddPerson(case.new_person_id(), f"Bas {each}"))
        await case.save()
        await world.run(3)


async def test_MEN_11_CAS_62_two_answers_stay_two_answers(world: World) -> None:
    case, bas = await pair(world)
    oma = await add(case, "Oma")
    await world.until(lambda: "Oma" in names(bas))
    world.devices[BAS].air.fall()
    await case.dispatch(RenamePerson(oma, "Oma Truus"))
    await bas.dispatch(RenamePerson(oma, "Oma Bep"))
    await bas.save()
    await connected(world, world.devices[BAS], bas)
    path = ("people", oma, "name")
    await world.until(lambda: path in case.documents["mensen"].conflicts)
    both = case.documents["mensen"].conflicts[path]
    await case.begin_anew("mensen")
    await world.until(lambda: alike(case, bas))
    for each in (case, bas):
        assert each.documents["mensen"].conflicts[path] == both


SECRETS = ("Zwijgmeneer", "wat niemand mag lezen", "Verdwenen neef", "verschreven woorden")


async def _with_a_past(case: Case) -> tuple[str, str]:
    """Somebody hidden, somebody removed, words taken back: the ids of the two."""
    oma = await add(case, "Oma")
    hidden, removed = await add(case, SECRETS[0]), await add(case, SECRETS[2])
    await case.dispatch(DescribePerson(hidden, "", SECRETS[1]))
    await case.dispatch(DescribePerson(oma, "", f"Lief. {SECRETS[3]}"))
    await case.dispatch(DescribePerson(oma, f"Lief. {SECRETS[3]}", "Lief."))
    await case.dispatch(SetTieQuality(oma, hidden, "gespannen"))
    await case.dispatch(HidePerson(hidden))
    await case.dispatch(RemovePerson(removed))
    await case.save()
    return hidden, removed


async def _invited(world: World, case: Case, device: Device, history: bool) -> Case:
    device.air.served = []
    invitation = await case.invite(device.name, "netwerklid", BOTH, 7, history=history)
    joining = await device.running.join(invitation.link, device.name)
    await world.until(lambda: case.requests)
    await case.confirm(case.requests[0].id)
    await world.until(lambda: all(each.kind == "shared" for each in device.running.cases))
    joined = await device.running.open_case(joining)
    await world.until(lambda: BOTH.keys() <= joined.documents.keys() and names(joined) == names(case))
    return joined


@pytest.mark.parametrize("history", [False, True])
async def test_P10_CAS_64_a_new_reader_holds_no_byte_of_what_stood_here(world: World, history: bool) -> None:
    """With the history the same search finds all of it, so it can find."""
    case = await own_case(await world.device("Anna"))
    await world.synced(case)
    secrets = [*SECRETS, *await _with_a_past(case)]
    assert await case.taken_away(BOTH)
    carla = await world.device("Carla")
    shared = await _invited(world, case, carla, history)
    await world.synced(case, shared)
    assert names(shared) == {"Oma"}
    heap = await readable(carla, shared)
    found = {secret: traces(heap, secret) for secret in secrets}
    if history:
        assert all(found.values())
    else:
        assert not any(found.values())
        raw = [bytes.fromhex(each) for each in secrets[-2:] if len(each) % 2 == 0 and _is_hex(each)]
        assert not any(each in heap for each in raw)
        assert not await case.taken_away(BOTH)


def _is_hex(word: str) -> bool:
    return set(word) <= set("0123456789abcdef")


async def test_CAS_64_what_crossed_a_hiding_does_not_bring_the_hidden_back(world: World) -> None:
    case, bas = await pair(world)
    person = await add(case, "Zwijgmeneer")
    await world.until(lambda: "Zwijgmeneer" in names(bas))
    await world.synced(case, bas)
    world.devices[BAS].air.fall()
    await bas.dispatch(SetTieQuality(CLIENT, person, "sterk"))
    await bas.save()
    await case.dispatch(HidePerson(person))
    await case.save()
    await connected(world, world.devices[BAS], bas)
    await world.until(lambda: any(person in key for key in case.documents["relatiekaart"].view["ties"]))  # type: ignore[union-attr]
    shared = await _invited(world, case, await world.device("Carla"), False)
    assert not traces(await readable(world.devices[2], shared), person)


async def test_CAS_64_where_nothing_was_ever_changed_no_document_is_spent(world: World) -> None:
    case = await own_case(await world.device("Anna"))
    await world.synced(case)
    before = place(case)
    await case.invite("Bas", "netwerklid", BOTH, 7, history=False)
    assert place(case) == before


async def test_CAS_65_an_invite_from_before_leads_to_the_document_that_is_now(world: World) -> None:
    case = await own_case(await world.device("Anna"))
    await world.synced(case)
    await _with_a_past(case)
    carla = await world.device("Carla")
    carla.air.served = []
    invitation = await case.invite("Carla", "netwerklid", BOTH, 7)
    joining = await carla.running.join(invitation.link, "Carla")
    await world.until(lambda: case.requests)
    for kind in BOTH:
        await case.begin_anew(kind)
    await case.confirm(case.requests[0].id)
    await world.until(lambda: all(each.kind == "shared" for each in carla.running.cases))
    shared = await carla.running.open_case(joining)
    await world.until(lambda: BOTH.keys() <= shared.documents.keys() and names(shared) == {"Oma"})
    heap = await readable(carla, shared)
    assert not any(traces(heap, secret) for secret in SECRETS)


async def test_CAS_65_who_loses_the_right_loses_what_came_before_too(world: World) -> None:
    case, _ = await pair(world)
    await add(case, "Oma")
    before = place(case)
    await case.begin_anew("mensen")
    who, now = bytes.fromhex(member(case, "Bas").id), place(case)
    assert _granted(case, who, before, now) == [1, 2]
    await case.change_rights(who.hex(), {"mensen": "lezen", "relatiekaart": "bijdragen"}, 0)
    assert _granted(case, who, before, now) == [1, 1]
    await case.change_rights(who.hex(), {"relatiekaart": "bijdragen"}, 0)
    assert _granted(case, who, before, now) == [0, 0]


async def test_P6_CAS_63_what_the_owners_other_device_wrote_comes_along_once(world: World) -> None:
    """Nothing ends its chain in the old document: what it wrote stands there, and in the new one."""
    case, bas = await pair(world)
    oma = await add(case, "Oma")
    tablet = await second(world, case)
    away = world.devices[2]
    away.air.fall()
    await tablet.dispatch(DescribePerson(oma, "", "Woord van de tablet."))
    await add(tablet, "Tante")
    await case.begin_anew("mensen")
    await connected(world, away, tablet)
    await world.until(lambda: alike(case, bas, tablet) and note(bas, oma) and "Tante" in names(bas))
    for _ in range(2):
        tablet = await reopened(away, tablet)
        await world.synced(tablet)
        await world.until(lambda tablet=tablet: alike(case, bas, tablet))
    assert note(case, oma) == note(bas, oma) == note(tablet, oma) == "Woord van de tablet."
    assert names(bas) == {"Oma", "Tante"}


def _granted(case: Case, who: bytes, *documents: bytes) -> list[int]:
    return [case._engine.ledger.membership.granted.get((who, each), 0) for each in documents]


async def test_P11_CAS_61_a_phone_that_was_long_away_follows_two_fresh_starts(world: World) -> None:
    case, bas = await pair(world)
    oma = await add(case, "Oma")
    await world.until(lambda: "Oma" in names(bas))
    phone = world.devices[BAS]
    phone.air.fall()
    await bas.dispatch(DescribePerson(oma, "", "Woord van Bas."))
    await add(bas, "Tante")
    await case.begin_anew("mensen")
    await case.dispatch(DescribePerson(oma, "", "Tussendoor."))
    await case.begin_anew("mensen")
    await case.dispatch(DescribePerson(oma, "Tussendoor.", "Tussendoor. Daarna."))
    await connected(world, phone, bas)
    await world.until(lambda: alike(case, bas) and "Tante" in names(case))
    assert note(case, oma) == note(bas, oma)
    assert all(words in note(case, oma) for words in ("Tussendoor.", "Daarna.", "Woord van Bas."))


async def test_CAS_62_it_is_a_document_of_its_kind_only_once_it_is_whole(world: World) -> None:
    """In several envelopes, which reach somebody one by one."""
    case, bas = await pair(world)
    words = " ".join(f"woord{each}" for each in range(1_500))
    people = [await add(case, f"Persoon {each}") for each in range(9)]
    for person in people:
        await case.dispatch(DescribePerson(person, "", words))
    await case.save()
    await world.until(lambda: names(bas) == names(case) and all(note(bas, each) == words for each in people))
    await world.synced(case, bas)
    world.devices[BAS].air.fall()
    before, known = place(case), bas._engine.ledger.membership.length
    await case.begin_anew("mensen")
    engine, fresh = case._engine, place(case)
    await bas._engine.take_log(known, tuple(engine.ledger.records()[known:]))
    wires = [data for _, data in engine.store.envelopes.after(engine.number, fresh, 0)]
    assert len(wires) > 2
    for number, wire in enumerate(wires, 1):
        assert place(bas) == before
        await bas._engine.take_events(fresh, number, (wire,))
        if number == 1:
            bas = await reopened(world.devices[BAS], bas)
    assert place(bas) == fresh
    assert all(note(bas, each) == words for each in people)


async def test_P11_CAS_61_the_recovery_sheet_brings_back_both(world: World) -> None:
    case, bas = await pair(world)
    await _with_a_past(case)
    old = place(case)
    await case.begin_anew("mensen")
    await world.synced(case, bas)
    sheet = await case.recovery_sheet()
    await world.devices[ANNA].crash()
    again = await recovered(world, await world.device("Anna's nieuwe telefoon"), sheet.qr)
    assert place(again) == place(bas) != old
    assert again._engine.documents[old].handle is not None
    assert names(again) == {"Oma"}
    await add(again, "Daarna")
    await world.until(lambda: names(bas) == {"Oma", "Daarna"})


async def test_CAS_66_when_no_document_is_left_it_is_refused_and_nothing_lost(world: World) -> None:
    case = await own_case(await world.device("Anna"))
    await world.synced(case)
    for each in range(12):
        await add(case, f"Persoon {each}")
        await case.begin_anew("mensen")
    kept = names(case)
    assert len(kept) == 12
    with pytest.raises(BadInput) as refused:
        await case.begin_anew("mensen")
    assert refused.value.details["reason"] == "no_document"
    assert case.beginning_anew == frozenset()
    person = await add(case, "Nog iemand")
    await case.dispatch(RemovePerson(person))
    with pytest.raises(BadInput):
        await case.invite("Bas", "netwerklid", BOTH, 7, history=False)
    assert not case.invitations
    assert names(case) == kept
    await case.invite("Bas", "netwerklid", BOTH, 7)


async def test_CAS_61_only_the_owner_lets_a_document_begin_anew(world: World) -> None:
    case, bas = await pair(world)
    with pytest.raises(NotAllowed):
        await bas.begin_anew("mensen")
    for kind in ("prive", "kring", "", "nonsense"):
        with pytest.raises(NotAllowed):
            await case.begin_anew(kind)


async def test_P11_CAS_61_a_case_that_began_anew_opens_again_as_it_was(world: World) -> None:
    case, bas = await pair(world)
    await add(case, "Oma")
    await case.begin_anew("mensen")
    await add(case, "Na afloop")
    now = place(case)
    case = await reopened(world.devices[ANNA], case)
    assert place(case) == now
    assert names(case) == {"Oma", "Na afloop"}
    await world.until(lambda: names(bas) == names(case))
    bas = await reopened(world.devices[BAS], bas)
    assert place(bas) == now
    assert names(bas) == names(case)
