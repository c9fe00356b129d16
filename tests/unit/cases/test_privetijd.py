"""Privétijd: no professional's device holds a byte of it, and presenting brings nothing else along (P9)."""

from __future__ import annotations

import asyncio

import pytest

from kring.cases.case import Case
from kring.errors import BadInput, NotAllowed, ProtocolError
from kring.phases.meedenkbijeenkomst.besluiten.commands import RemoveBesluit, WriteBesluit
from kring.phases.meedenkbijeenkomst.besluiten.model import BESLUITEN, BESLUITEN_PRIVE, read
from kring.sharing.author import grant
from kring.sharing.records import PrivetijdStart
from tests.simulation.world import Device, World
from tests.support.canary import traces
from tests.support.reading import readable
from tests.unit.cases.people import BOTH, own_case, pair, reopened
from tests.unit.cases.test_removing import member

ANNA, BAS, PROF = 0, 1, 2
KEPT, DROPPED, TYPED = "Tante past op dinsdag op", "Moeder mag er niet bij zijn", "ze drinkt weer"


async def meeting(world: World) -> tuple[Case, Case, Case]:
    """Anna's case, with Bas of her family and a professional; all that the latter is served is kept."""
    case, bas = await pair(world)
    device = await world.device("Prof")
    device.air.served = []
    prof = await _let_in(world, case, device, "professional")
    await world.synced(case, bas, prof)
    return case, bas, prof


async def _let_in(world: World, case: Case, device: Device, role: str) -> Case:
    invitation = await case.invite(device.name, role, BOTH, 7)
    joining = await device.running.join(invitation.link, device.name)
    await world.until(lambda: case.requests)
    await case.confirm(case.requests[0].id)
    await world.until(lambda: all(each.kind == "shared" for each in device.running.cases))
    joined = await device.running.open_case(joining)
    await world.until(lambda: BOTH.keys() <= joined.documents.keys())
    return joined


def decided(case: Case, kind: str = BESLUITEN_PRIVE) -> set[str]:
    return {each.text for each in read(case.documents[kind].view)} if kind in case.documents else set()


async def deliberate(world: World, case: Case, bas: Case) -> str:
    """Something is decided, something dropped, words are typed and taken back; the id of what is gone."""
    await case.start_privetijd()
    await world.until(lambda: BESLUITEN_PRIVE in bas.documents)
    kept, dropped = case.new_person_id(), case.new_person_id()
    await case.dispatch(WriteBesluit(kept, "", f"{KEPT}. {TYPED}", case.member))
    await bas.dispatch(WriteBesluit(dropped, "", DROPPED, bas.member))
    await world.until(lambda: len(decided(case)) == len(decided(bas)) == 2)
    await bas.dispatch(WriteBesluit(kept, f"{KEPT}. {TYPED}", KEPT))
    await bas.dispatch(RemoveBesluit(dropped))
    await bas.save()
    await world.until(lambda: decided(case) == decided(bas) == {KEPT})
    await world.synced(case, bas)
    return dropped


async def test_P9_CAS_67_no_byte_of_privetijd_reaches_a_professional_before_it_is_presented(
    world: World,
) -> None:
    case, bas, prof = await meeting(world)
    dropped = await deliberate(world, case, bas)
    assert case.in_privetijd
    assert bas.in_privetijd
    assert not prof.in_privetijd
    await world.synced(prof)
    heap = await readable(world.devices[PROF], prof)
    assert not any(traces(heap, word) for word in (KEPT, DROPPED, TYPED, dropped, BESLUITEN_PRIVE))
    assert {BESLUITEN, BESLUITEN_PRIVE}.isdisjoint(prof.documents)
    assert all(each.rights.keys() <= {"kring", *BOTH} for each in prof.members)
    served = b"".join(world.devices[PROF].air.served or [])
    private = case._engine.document_of(BESLUITEN_PRIVE)
    assert private is not None
    wires = [data for _, data in case._engine.store.envelopes.after(case._engine.number, private.id, 0)]
    assert len(wires) >= 4
    assert not any(wire in served for wire in wires)

    # The relay works with them: it hands over every envelope there is.
    await prof._engine.take_events(private.id, 99, tuple(wires))
    assert not prof._engine.keyring.held(private.id)
    heap = await readable(world.devices[PROF], prof)
    assert not any(traces(heap, word) for word in (KEPT, DROPPED, TYPED))


async def test_P9_CAS_68_what_is_presented_brings_nothing_else_along(world: World) -> None:
    case, bas, prof = await meeting(world)
    dropped = await deliberate(world, case, bas)
    await case.present()
    assert not case.in_privetijd
    await world.until(lambda: decided(prof, BESLUITEN) == decided(bas, BESLUITEN) == {KEPT})
    await world.synced(case, bas, prof)
    heap = await readable(world.devices[PROF], prof)
    assert traces(heap, KEPT)
    assert not any(traces(heap, word) for word in (DROPPED, TYPED, dropped, BESLUITEN_PRIVE))
    assert not prof.may_edit(BESLUITEN)
    assert not bas.may_edit(BESLUITEN_PRIVE)
    with pytest.raises(NotAllowed):
        await bas.dispatch(WriteBesluit(bas.new_person_id(), "", "Te laat", bas.member))
    assert decided(bas) == {KEPT}


async def test_P9_CAS_67_who_is_not_there_gets_no_key_whoever_gives_it(world: World) -> None:
    case, bas, prof = await meeting(world)
    with pytest.raises(NotAllowed):
        await case.start_privetijd([prof.member])
    for other in (bas, prof):
        with pytest.raises(NotAllowed):
            await other.start_privetijd()
    await case.start_privetijd([])
    await world.synced(case, bas)
    assert BESLUITEN_PRIVE not in bas.documents
    assert not bas.in_privetijd
    with pytest.raises(BadInput):
        await case.start_privetijd()
    with pytest.raises(NotAllowed):
        await bas.present()
    private = case._engine.document_of(BESLUITEN_PRIVE)
    assert private is not None
    author = case._privetijd._speaking.author()
    with pytest.raises(ProtocolError):
        await grant(author, case._engine.keyring, bytes.fromhex(prof.member), {private.id: 1}, 0, 1)
    rights = {"mensen": "lezen", BESLUITEN_PRIVE: "lezen"}
    with pytest.raises(ProtocolError):
        await case.change_rights(prof.member, rights, member(case, "Prof").until)
    with pytest.raises(ProtocolError):
        await case.invite("Nog een", "professional", {BESLUITEN_PRIVE: "lezen"}, 7)


async def test_CAS_67_other_rights_change_and_who_is_present_stays_present(world: World) -> None:
    case, bas, _ = await meeting(world)
    await deliberate(world, case, bas)
    await case.change_rights(bas.member, {"mensen": "lezen"}, 0)
    await world.until(lambda: bas.may_edit(BESLUITEN_PRIVE) and not bas.may_edit("mensen"))
    await bas.dispatch(WriteBesluit(bas.new_person_id(), "", "Oom rijdt", bas.member))
    await world.until(lambda: "Oom rijdt" in decided(case))


async def test_CAS_68_only_who_is_chosen_sees_it_and_a_second_time_adds_to_the_first(world: World) -> None:
    case, bas, prof = await meeting(world)
    await deliberate(world, case, bas)
    await case.present([bas.member])
    await world.until(lambda: decided(bas, BESLUITEN) == {KEPT})
    assert BESLUITEN not in prof.documents
    with pytest.raises(BadInput):
        await case.present()
    await case.start_privetijd()
    await world.until(lambda: bas.in_privetijd and bas.may_edit(BESLUITEN_PRIVE))
    assert decided(bas) == set()
    await bas.dispatch(WriteBesluit(bas.new_person_id(), "", "Oom rijdt", bas.member))
    await bas.save()
    await world.until(lambda: decided(case) == {"Oom rijdt"})
    await case.present()
    await world.until(lambda: decided(prof, BESLUITEN) == decided(bas, BESLUITEN) == {KEPT, "Oom rijdt"})


@pytest.mark.parametrize("turns", range(0, 90, 9))
async def test_P6_CAS_68_presenting_goes_on_after_a_kill_and_says_nothing_twice(
    world: World, turns: int
) -> None:
    case, bas, prof = await meeting(world)
    await deliberate(world, case, bas)
    task = asyncio.create_task(case.present())
    await world.run(turns)
    await world.devices[ANNA].crash()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    case = await (await world.devices[ANNA].start()).open_case(case.id)
    if case.in_privetijd and not case._privetijd._kept:
        await world.synced(case)
        await case.present()  # nothing had been decided yet
    await world.until(lambda: decided(prof, BESLUITEN) == decided(bas, BESLUITEN) == {KEPT})
    case = await reopened(world.devices[ANNA], case)
    await world.synced(case, bas, prof)
    assert len(read(prof.documents[BESLUITEN].view)) == 1


async def test_P6_CAS_67_a_privetijd_that_stands_in_the_log_alone_begins_at_the_next_start(
    world: World,
) -> None:
    case, bas, _ = await meeting(world)
    task = asyncio.create_task(case.start_privetijd())
    known = case._engine.ledger.membership
    await world.until(lambda: known is not None and case._engine.ledger.membership.private)
    await world.devices[ANNA].crash()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    case = await (await world.devices[ANNA].start()).open_case(case.id)
    await world.until(lambda: case.may_edit(BESLUITEN_PRIVE) and bas.may_edit(BESLUITEN_PRIVE))


async def test_CAS_66_no_privetijd_begins_where_no_document_is_left(world: World) -> None:
    case = await own_case(await world.device("Anna"))
    await world.synced(case)
    for _ in range(12):
        await case.begin_anew("mensen")
    with pytest.raises(BadInput):
        await case.start_privetijd()
    assert not case._engine.ledger.membership.private
    assert PrivetijdStart not in {type(each) for each in case._engine.ledger.records()}
