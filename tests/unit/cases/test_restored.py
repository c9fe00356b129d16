"""Backups put back and profiles copied: each becomes a device of its own (P6, P7; CAS-8)."""

from __future__ import annotations

from collections import defaultdict

import pytest

from kring.cases.case import Case
from kring.sharing.envelope import parse_envelope
from kring.sharing.records import Freeze
from kring.sync.messages import LogOk, ServerFrame
from tests.simulation.air import Air
from tests.simulation.world import Device, World
from tests.unit.cases.people import BOTH, add, names, own_case, pair
from tests.unit.cases.test_rotation import rotate, say

ANNA, BAS = range(2)


async def clone(world: World, device: Device, name: str) -> Device:
    """The same profile on another machine, as after copying the folder; not started."""
    other = Device(name, Air(world.station, world.noise), world.clock, world.seed, device.crdt)
    other.file.restore(device.file.dump())
    other.vault.record = device.vault.record
    world.devices.append(other)
    return other


async def put_back(device: Device, backup: bytes, case: Case) -> Case:
    await device.crash()
    device.file.restore(backup)
    return await (await device.start()).open_case(case.id)


def devices(case: Case) -> int:
    engine = case._engine
    return sum(not each.paper for each in engine.ledger.membership.devices_of(engine.member))


def in_step(*cases: Case) -> bool:
    """All have everything, and came to the same."""
    synced = all(case.status.sync == "synced" for case in cases)
    return synced and len({case.documents["mensen"].heads for case in cases}) == 1


def numbers_once(*cases: Case) -> None:
    """No two envelopes anywhere have the same place, and no number is left out."""
    places: dict[tuple[bytes, bytes, int, int], set[bytes]] = defaultdict(set)
    for case in cases:
        engine = case._engine
        for document in engine.documents:
            for _, data in engine.store.envelopes.after(engine.number, document, 0):
                header = parse_envelope(data).header
                places[header.document, header.device, header.epoch, header.seq].add(data)
    assert all(len(found) == 1 for found in places.values())


async def test_P6_CAS_8_a_backup_put_back_enrols_anew_and_keeps_its_unsent_edits(
    world: World,
) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    await add(case, "Cor")
    await world.synced(case, shared)
    backup = anna.file.dump()
    await add(case, "Ida")
    await add(case, "Jan")
    await world.synced(case, shared)
    await anna.crash()
    anna.air.fall()
    anna.file.restore(backup)
    kring = await anna.start()
    old = await kring.open_case(case.id)
    await add(old, "Offline geschreven")
    await add(old, "Nog een")
    await add(old, "En nog een")
    anna.air.rise()
    kring.wake()
    everybody = {"Cor", "Ida", "Jan", "Offline geschreven", "Nog een", "En nog een"}
    await world.until(lambda: in_step(old, shared) and names(shared) == everybody)
    assert names(old) == everybody
    assert devices(old) == 2
    assert old.quarantine == ()
    numbers_once(old, shared)
    await add(old, "Daarna")
    await world.until(lambda: in_step(old, shared))
    assert "Daarna" in names(shared)


async def test_P6_CAS_8_a_backup_without_edits_takes_its_own_later_ones_in(world: World) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    backup = anna.file.dump()
    await add(case, "Cor")
    await world.synced(case, shared)
    old = await put_back(anna, backup, case)
    await world.until(lambda: names(old) == {"Cor"} and devices(old) == 2)
    await add(old, "Ida")
    await world.until(lambda: in_step(old, shared))
    assert names(shared) == {"Cor", "Ida"}
    numbers_once(old, shared)


async def test_P6_unsent_edits_in_a_backup_that_were_sent_after_it_are_not_said_twice(world: World) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    anna.air.fall()
    await add(case, "Cor")
    await add(case, "Ida")
    backup = anna.file.dump()
    anna.air.rise()
    anna.running.wake()
    await world.synced(case, shared)
    old = await put_back(anna, backup, case)
    await world.until(lambda: in_step(old, shared))
    assert devices(old) == 1
    numbers_once(old, shared)


@pytest.mark.parametrize("first", [ANNA, 2])
async def test_P6_P7_two_live_clones_both_go_on_and_nothing_is_lost(world: World, first: int) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    await add(case, "Cor")
    await world.synced(case, shared)
    twin = await clone(world, anna, "Anna's kopie")
    copy = await (await twin.start()).open_case(case.id)
    await world.until(lambda: in_step(case, copy, shared))
    for air in (anna.air, twin.air):
        air.fall()
    for number in range(3):
        await add(case, f"Eerste {number}")
        await add(copy, f"Tweede {number}")
    for device in (world.devices[first], world.devices[2 - first]):
        device.air.rise()
        device.running.wake()
        await world.run(100)
    await world.until(lambda: in_step(case, copy, shared))
    everybody = {"Cor", *(f"{which} {number}" for which in ("Eerste", "Tweede") for number in range(3))}
    assert names(case) == names(copy) == names(shared) == everybody
    for number in range(3):
        await add(copy, f"Vierde {number}")
        await add(case, f"Derde {number}")
    await world.until(lambda: in_step(case, copy, shared))
    assert len(names(shared)) == 13
    assert case._engine.keys.id != copy._engine.keys.id
    numbers_once(case, copy, shared)


async def test_P6_clones_that_become_the_same_new_device_part_again(world: World) -> None:
    """A profile copied in the midst of enrolling has the keys of the next device in it as well."""
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    backup = anna.file.dump()
    await add(case, "Cor")
    await world.synced(case, shared)
    world.station.tamper = lambda frame: None if isinstance(frame, LogOk) else frame
    old = await put_back(anna, backup, case)
    await world.until(lambda: "next" in set(_keys(old)) and old.status.code == "restored_copy")
    twin = await clone(world, anna, "Anna's kopie")
    world.station.tamper = lambda frame: frame
    copy = await (await twin.start()).open_case(case.id)
    anna.running.wake()
    await world.until(lambda: in_step(old, copy, shared))
    anna.air.fall()
    twin.air.fall()
    await add(old, "Van de een")
    await add(copy, "Van de ander")
    for device in (anna, twin):
        device.air.rise()
        device.running.wake()
    await world.until(lambda: in_step(old, copy, shared) and len(names(shared)) == 3)
    assert old._engine.keys.id != copy._engine.keys.id
    numbers_once(old, copy, shared)


def _keys(case: Case) -> list[str]:
    engine = case._engine
    rows = engine.store.keys._db.execute("SELECT name FROM keys WHERE case_no = ?", [engine.number])
    return [name for (name,) in rows.fetchall()]


@pytest.mark.parametrize("writes", range(1, 9))
async def test_P6_a_crash_at_any_step_of_enrolling_is_taken_up_again(world: World, writes: int) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    backup = anna.file.dump()
    await add(case, "Cor")
    await world.synced(case, shared)
    await anna.crash()
    anna.file.restore(backup)
    anna.air.fall()
    kring = await anna.start()
    old = await kring.open_case(case.id)
    await add(old, "Ida")
    durable, left = anna.file.durable, writes

    async def dying() -> None:
        nonlocal left
        left -= 1
        anna.file.full = left < 0
        await durable()

    anna.file.durable = dying  # type: ignore[method-assign]
    anna.air.rise()
    kring.wake()
    await world.until(lambda: anna.file.full or in_step(old, shared))
    await world.run(50)
    await anna.crash()
    anna.file.full = False
    anna.file.durable = durable  # type: ignore[method-assign]
    again = await (await anna.start()).open_case(case.id)
    await world.until(lambda: in_step(again, shared))
    assert names(shared) == names(again) == {"Cor", "Ida"}
    assert devices(again) == 2
    numbers_once(again, shared)


async def test_P6_an_answer_that_was_lost_does_not_enrol_twice(world: World) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    backup = anna.file.dump()
    await add(case, "Cor")
    await world.synced(case, shared)

    def without_answer(frame: ServerFrame) -> ServerFrame | None:
        return None if isinstance(frame, LogOk) else frame

    world.station.tamper = without_answer
    old = await put_back(anna, backup, case)
    length = case._engine.ledger.membership.length
    await world.until(lambda: shared._engine.ledger.membership.length == length + 1)
    await anna.crash()
    world.station.tamper = lambda frame: frame
    again = await (await anna.start()).open_case(case.id)
    await world.until(lambda: in_step(again, shared) and not again.status.code)
    assert devices(again) == 2
    assert old._engine.keys.id != again._engine.keys.id


async def test_P6_edits_of_a_restored_copy_cross_a_new_epoch(world: World) -> None:
    """Between the backup and now somebody was removed, and the key was renewed."""
    case, shared = await pair(world)
    bas = world.devices[BAS]
    await add(shared, "Cor")
    await world.synced(case, shared)
    backup = bas.file.dump()
    await add(shared, "Ida")
    await world.synced(case, shared)
    await bas.crash()
    bas.air.fall()
    bas.file.restore(backup)
    kring = await bas.start()
    old = await kring.open_case(case.id)
    await add(old, "Offline")
    await rotate(case)
    bas.air.rise()
    kring.wake()
    await world.until(lambda: in_step(case, old))
    assert names(case) == names(old) == {"Cor", "Ida", "Offline"}
    numbers_once(case, old)


async def test_P6_a_copy_of_a_device_that_was_stopped_says_so_and_loses_nothing(world: World) -> None:
    case, shared = await pair(world)
    bas = world.devices[BAS]
    backup = bas.file.dump()
    await add(shared, "Cor")
    await world.synced(case, shared)
    await bas.crash()
    keys = shared._engine.keys
    member = case._engine.ledger.membership.devices[keys.id].member
    await say(case, lambda speaker: speaker.say(Freeze(member, (keys.id,)), world.clock.now()))
    bas.air.fall()
    bas.file.restore(backup)
    kring = await bas.start()
    old = await kring.open_case(case.id)
    await add(old, "Offline")
    bas.air.rise()
    kring.wake()
    await world.until(lambda: old.status.sync == "unable")
    assert names(old) == {"Offline"}
    assert old.status.unsent == 2


async def test_P6_the_owner_and_a_member_may_both_be_restored(world: World) -> None:
    case, shared = await pair(world)
    anna, bas = world.devices
    backups = anna.file.dump(), bas.file.dump()
    await add(case, "Cor")
    await add(shared, "Ida")
    await world.synced(case, shared)
    mine = await put_back(anna, backups[ANNA], case)
    theirs = await put_back(bas, backups[BAS], case)
    await add(mine, "Jan")
    await add(theirs, "Els")
    await world.until(lambda: in_step(mine, theirs) and len(names(mine)) == 4)
    assert names(theirs) == {"Cor", "Ida", "Jan", "Els"}
    assert (devices(mine), devices(theirs)) == (2, 2)
    numbers_once(mine, theirs)


async def test_a_name_sealed_to_a_device_that_was_is_still_read(world: World) -> None:
    """An invite made before the backup is answered after this device became another."""
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await own_case(anna)
    await world.synced(case)
    invitation = await case.invite("Bas", "netwerklid", BOTH, 7)
    backup = anna.file.dump()
    await add(case, "Cor")
    await world.synced(case)
    old = await put_back(anna, backup, case)
    await world.until(lambda: in_step(old) and devices(old) == 2)
    await bas.running.join(invitation.link, "Bas")
    await world.until(lambda: old.requests)
    assert old.requests[0].name == "Bas"
