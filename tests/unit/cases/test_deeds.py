"""What a professional's device can show of what it did, and what it tells nobody else (CAS-73)."""

from __future__ import annotations

import pytest

from kring.cases.case import Case
from kring.cases.deeds import AGAIN_MS, Deeds
from kring.cases.shapes import Professional
from kring.errors import BadInput, NotAllowed, StoreCorrupt, StoreFull
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.sharing.account import Account, check_account, follows
from tests.simulation.engines import PlatformCrypto
from tests.simulation.world import World
from tests.support.canary import traces
from tests.unit.cases.people import BOTH, add, own_case, reopened

ME = Professional("Jeugdhulp Noord", "K. de Wit", "SKJ 1234")
CRYPTO = PlatformCrypto()
CANARY = "Kanarie Wilhelmina Onthouden"


async def with_professional(world: World) -> tuple[Case, Case]:
    """Noor's case with a story in it, and Karim, a professional who may contribute."""
    noor, karim = await world.device("Noor"), await world.device("Karim")
    case = await own_case(noor, f"Kring van {CANARY}")
    await add(case, CANARY)
    await world.synced(case)
    invitation = await case.invite("Karim", "professional", BOTH, 7, "Jeugdhulp Noord")
    await karim.running.join(invitation.link, "Karim")
    await world.until(lambda: case.requests)
    await case.confirm(case.requests[0].id)
    await world.until(lambda: karim.running.cases[0].kind == "shared")
    shared = await karim.running.open_case(case.id)
    await world.until(lambda: BOTH.keys() <= shared.documents.keys())
    await world.synced(case, shared)
    return case, shared


async def of(case: Case, about: Professional = ME) -> Account:
    made = await case.account(about)
    assert await check_account(CRYPTO, made.text) == made.account
    return made.account


def events(account: Account, *wanted: str) -> list[str]:
    return [each.event for each in account.events if not wanted or each.event in wanted]


async def test_CAS_73_the_account_tells_what_this_device_did_and_until_when_it_might(world: World) -> None:
    case, karim = await with_professional(world)
    assert events(await of(karim)) == ["joined", "granted"]
    await karim.looked()
    world.clock.advance(61)
    await add(karim, "Juf")
    await add(case, "Oma")
    await world.synced(case, karim)
    await karim.exported()
    made = await of(karim)
    assert events(made) == ["joined", "granted", "opened", "changed", "changed", "exported"]
    opened = next(each for each in made.events if each.event == "opened")
    assert opened.documents == ("kring", "mensen", "relatiekaart")
    changed = [each for each in made.events if each.event == "changed"]
    assert {each.documents for each in changed} == {("mensen",), ("relatiekaart",)}
    assert all(each.number >= 1 for each in changed)
    granted = next(each for each in made.events if each.event == "granted")
    assert granted.until == next(each.until for each in karim.members if each.you)
    membership = case._engine.ledger.membership
    assert membership.devices[made.device].sign == made.sign
    assert (made.case.hex(), made.member.hex(), made.role) == (case.id, karim.member, "professional")
    assert (made.organisation, made.name, made.registration) == ("Jeugdhulp Noord", "K. de Wit", "SKJ 1234")
    assert membership.head_at(made.log_length) == made.log_head


async def test_CAS_73_nothing_of_what_is_in_the_case_and_nobodys_name_is_in_it(world: World) -> None:
    case, karim = await with_professional(world)
    await karim.looked()
    await add(karim, CANARY)
    text = (await karim.account(Professional("Org", "Ik", ""))).text
    assert traces(text.encode(), CANARY) == []
    for word in ("Noor", "Karim", "Jeugdhulp", "Kring van", case.member):
        assert word not in text
    handle = case.documents["mensen"]
    assert all(person not in text for person in handle.view["people"] if person != "klant")  # type: ignore[union-attr]


async def test_CAS_73_deeds_stay_on_the_device_and_in_their_chain_over_a_restart(world: World) -> None:
    case, karim = await with_professional(world)
    device = world.devices[1]
    await karim.looked()
    await karim.looked()
    first = await of(karim)
    assert len(events(first, "opened")) == 1
    for _ in range(3):
        world.clock.advance(AGAIN_MS / 1000)
        await karim.looked()
    karim = await reopened(device, karim)
    second = await of(karim)
    assert len(events(second, "opened")) == 4
    assert [each.number for each in second.deeds] == [1, 2, 3, 4]
    assert follows(second, first)
    assert not follows(first, second)
    await world.synced(case, karim)
    station = world.station.relay.store
    length, _ = await station.access_end(bytes.fromhex(case.id))
    world.clock.advance(AGAIN_MS / 1000)
    await karim.looked()
    await world.run()
    assert (await station.access_end(bytes.fromhex(case.id)))[0] == length
    assert karim.status.unsent == 0
    assert await karim.professional() == ME


async def test_CAS_73_what_is_refused_is_told_also_once_the_time_is_over(world: World) -> None:
    case, karim = await with_professional(world)
    await case.change_rights(karim.member, {"mensen": "lezen"}, world.clock.now() + 60_000)
    await world.until(lambda: not karim.may_edit("mensen"))
    with pytest.raises(NotAllowed):
        await karim.dispatch(AddPerson(karim.new_person_id(), "Nee", ring=1))
    world.clock.advance(61)
    assert karim.over
    await karim.looked()
    made = await of(karim)
    assert events(made, "refused", "opened") == ["refused"]
    world.clock.advance(AGAIN_MS / 1000)
    await karim.looked()
    made = await of(karim)
    assert events(made, "refused", "opened") == ["refused", "refused"]
    assert {each.outcome for each in made.events if each.event == "refused"} == {8}
    assert "lowered" in events(made)


async def test_CAS_73_who_is_there_for_themself_is_not_noted_and_has_no_account(world: World) -> None:
    case, karim = await with_professional(world)
    bas = await world.share(case, await world.device("Bas"), BOTH)
    for person in (case, bas):
        await person.looked()
        await person.exported()
        with pytest.raises(NotAllowed):
            await person.account(ME)
        engine = person._engine
        assert await engine.store.deeds.all(engine.number) == []
    for about in (Professional("", "Ik"), Professional("Org", " "), Professional("x" * 501, "Ik")):
        with pytest.raises(BadInput):
            await karim.account(about)


async def test_CAS_73_deeds_have_a_bound_and_the_account_says_where_it_begins(world: World) -> None:
    _, karim = await with_professional(world)
    deeds = Deeds(karim._engine, most=3)
    before = await of(karim)
    for _ in range(5):
        await deeds.opened()
        world.clock.advance(AGAIN_MS / 1000)
    made = (await deeds.account(ME)).account
    assert [each.number for each in made.deeds] == [3, 4, 5]
    assert not follows(made, before)
    again = Deeds(karim._engine, most=3)
    await again.load()
    assert (await again.account(ME)).account.deeds == made.deeds
    assert (await again.account(ME)).account.before == made.before


async def test_P12_CAS_73_a_full_disk_or_a_deed_that_was_taken_out_is_told(world: World) -> None:
    _, karim = await with_professional(world)
    device = world.devices[1]
    device.file.full = True
    with pytest.raises(StoreFull):
        await karim.looked()
    device.file.full = False
    for _ in range(3):
        await karim.looked()
        world.clock.advance(AGAIN_MS / 1000)
    assert [each.number for each in (await of(karim)).deeds] == [1, 2, 3]
    engine = karim._engine
    await engine.store.write(lambda: engine.store._db.execute("DELETE FROM deeds WHERE start = 2"))
    with pytest.raises(StoreCorrupt):
        await Deeds(engine).load()


async def test_P2_CAS_73_what_a_professional_typed_lies_sealed(world: World) -> None:
    _, karim = await with_professional(world)
    await karim.account(Professional(CANARY, f"Ik {CANARY}", CANARY))
    await karim.looked()
    assert traces(world.devices[1].file.dump(), CANARY) == []
    assert (await karim.professional()).organisation == CANARY
