"""Own edits that cross a new epoch: kept, sealed anew, sent once, never lost (P6, P7; CAS-18 to CAS-20)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from kring.cases.case import Case
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.sharing import rights
from kring.sharing.author import Author, grant, new_epoch, transfer
from kring.sharing.envelope import Envelope, parse_envelope
from kring.sharing.records import Cut, Freeze, Revoke
from kring.sync.messages import Ack, Events, Log, Pong, ServerFrame
from tests.simulation.world import Device, World
from tests.unit.cases.people import BOTH, add, names, pair, reopened

ANNA, BAS, CARLA = range(3)


async def say(case: Case, speak: Callable[[Author], Awaitable[object]]) -> None:
    """Append what `speak` says to the log, by this device."""
    engine, runner = case._engine, case._runner
    assert runner is not None

    async def make() -> tuple[int, tuple[bytes, ...]]:
        author = Author(engine.ports.crypto, engine.keys, engine.ledger.membership)
        await speak(author)
        return author.records[0].position, tuple(record.wire for record in author.records)

    await runner.append(make)


def place(case: Case, kind: str = "mensen") -> bytes:
    document = case._engine.document_of(kind)
    assert document is not None
    return document.id


async def rotate(case: Case) -> None:
    """A new epoch of `mensen`, and of what else owes one."""
    engine = case._engine
    now = engine.ports.clock.now()
    for document in {place(case), *engine.ledger.membership.owed()}:
        await say(case, lambda author, name=document: new_epoch(author, engine.keyring, name, now))


async def freeze(case: Case, other: Case) -> None:
    """Stop another's device: what it could read owes a new epoch."""
    keys = other._engine.keys
    member = case._engine.ledger.membership.devices[keys.id].member
    await say(case, lambda author: author.say(Freeze(member, (keys.id,)), case._engine.ports.clock.now()))


def chain(case: Case, device: bytes, epoch: int) -> list[Envelope]:
    """What is stored here of this device's chain in `mensen`."""
    engine = case._engine
    stored = [parse_envelope(data) for _, data in engine.store.envelopes.after(engine.number, place(case), 0)]
    return [each for each in stored if (each.header.device, each.header.epoch) == (device, epoch)]


def kept_back(*kinds: type[ServerFrame]) -> Callable[[ServerFrame], ServerFrame | None]:
    return lambda frame: None if isinstance(frame, kinds) else frame


async def reconnected(device: Device, world: World, holds: Callable[[], object]) -> None:
    device.air.fall()
    device.air.rise()
    device.running.wake()
    await world.until(holds)


def log_is_here(case: Case, length: int) -> Callable[[], bool]:
    return lambda: case._engine.ledger.membership.length == length


def equal(*cases: Case) -> bool:
    return len({case.documents["mensen"].heads for case in cases}) == 1


async def test_P6_CAS_18_an_edit_while_an_epoch_is_owed_is_kept_and_sent_under_the_next(
    world: World,
) -> None:
    case, shared = await pair(world)
    bas = world.devices[BAS]
    third = await world.share(case, await world.device("Carla"), BOTH)
    await world.until(lambda: third.may_edit("mensen"))
    await freeze(case, third)
    length = case._engine.ledger.membership.length
    await world.until(log_is_here(shared, length))
    assert shared.may_edit("mensen")
    await add(shared, "Ida")
    assert shared.status.unsent == 2
    await world.run(200)
    shared = await reopened(bas, shared)
    await add(shared, "Mo")
    await world.run(200)
    assert names(shared) == {"Ida", "Mo"}
    assert names(case) == set()
    assert [each.header.seq for each in chain(shared, shared._engine.keys.id, 1)] == [1, 2]
    await rotate(case)
    await world.synced(case, shared)
    assert names(case) == names(shared) == {"Ida", "Mo"}
    assert equal(case, shared)
    assert chain(shared, shared._engine.keys.id, 1) == []
    anew = chain(case, shared._engine.keys.id, 2)
    assert [each.header.seq for each in anew] == [1, 2]
    assert not list(case.quarantine)
    again = await reopened(bas, shared)
    assert names(again) == {"Ida", "Mo"}
    await add(again, "Cor")
    await world.synced(case, again)
    assert [each.header.seq for each in chain(case, again._engine.keys.id, 2)] == [1, 2, 3]


async def test_P6_edits_made_without_a_connection_cross_a_rotation(world: World) -> None:
    """Two rotations, and something that the relay held already: each edit is there once."""
    case, shared = await pair(world)
    bas, device = world.devices[BAS], shared._engine.keys.id
    await add(shared, "Eerst")
    await world.synced(case, shared)
    bas.air.fall()
    for name in ("Cor", "Ida", "Mo"):
        await add(shared, name)
    await rotate(case)
    await add(case, "Van Anna")
    await rotate(case)
    await reconnected(bas, world, lambda: shared.status.sync == "synced")
    await world.synced(case, shared)
    assert names(case) == names(shared) == {"Eerst", "Cor", "Ida", "Mo", "Van Anna"}
    assert equal(case, shared)
    assert [each.header.seq for each in chain(case, device, 1)] == [1]
    assert [each.header.seq for each in chain(case, device, 3)] == [1, 2, 3]
    assert chain(shared, device, 1) == chain(case, device, 1)
    assert chain(shared, device, 3) == chain(case, device, 3)
    gates = [each._engine.documents[place(each)].gate for each in (case, shared)]
    assert gates[0].frontier == gates[1].frontier
    assert not shared._engine.description.restored


async def test_P6_a_crash_before_sealing_anew_loses_nothing(world: World) -> None:
    """The log tells of the new epoch, and before the rest has come the app is killed."""
    case, shared = await pair(world)
    bas = world.devices[BAS]
    bas.air.fall()
    await add(shared, "Cor")
    await rotate(case)
    length = case._engine.ledger.membership.length
    world.station.tamper = kept_back(Pong)
    await reconnected(bas, world, log_is_here(shared, length))
    await world.run(100)
    assert len(chain(shared, shared._engine.keys.id, 1)) == 1
    shared = await reopened(bas, shared)
    assert names(shared) == {"Cor"}
    assert shared.status.unsent == 2
    world.station.tamper = lambda frame: frame
    await reconnected(bas, world, lambda: names(case) == {"Cor"})
    await world.synced(case, shared)
    assert equal(case, shared)


async def test_P6_a_crash_after_sealing_anew_loses_nothing_and_says_it_once(world: World) -> None:
    """Sealed anew, sent, and killed before the relay's answer came."""
    case, shared = await pair(world)
    bas, device = world.devices[BAS], shared._engine.keys.id
    bas.air.fall()
    await add(shared, "Cor")
    await rotate(case)
    world.station.tamper = kept_back(Ack, Events)
    await reconnected(bas, world, lambda: chain(shared, device, 2))
    await world.run(100)
    assert chain(shared, device, 1) == []
    shared = await reopened(bas, shared)
    assert names(shared) == {"Cor"}
    assert shared.status.unsent == 2
    world.station.tamper = lambda frame: frame
    await world.station.restart()
    await world.synced(case, shared)
    assert names(case) == {"Cor"}
    assert equal(case, shared)
    assert len(chain(case, device, 2)) == 1
    assert not shared._engine.description.restored


async def test_P6_CAS_7_a_full_disk_while_sealing_anew_loses_nothing(world: World) -> None:
    case, shared = await pair(world)
    bas, device = world.devices[BAS], shared._engine.keys.id
    bas.air.fall()
    await add(shared, "Cor")
    await add(shared, "Ida")
    await rotate(case)
    bas.file.full = True
    await reconnected(bas, world, lambda: shared.status.sync == "store_full")
    await world.run(100)
    assert names(case) == set()
    bas.file.full = False
    await shared.save()
    await world.synced(case, shared)
    assert names(case) == {"Cor", "Ida"}
    assert chain(shared, device, 1) == []
    assert [each.header.seq for each in chain(case, device, 2)] == [1, 2]


async def test_P6_killed_while_the_disk_is_full_the_old_ones_are_still_there(world: World) -> None:
    case, shared = await pair(world)
    bas, device = world.devices[BAS], shared._engine.keys.id
    bas.air.fall()
    await add(shared, "Cor")
    await rotate(case)
    bas.file.full = True
    await reconnected(bas, world, lambda: shared.status.sync == "store_full")
    await bas.crash()
    bas.file.full = False
    shared = await (await bas.start()).open_case(shared.id)
    assert names(shared) == {"Cor"}
    await world.synced(case, shared)
    assert names(case) == {"Cor"}
    assert chain(shared, device, 1) == []


async def test_P6_SYN_1_CAS_20_what_the_relay_turns_out_to_hold_is_not_said_again(world: World) -> None:
    """Stored, and neither the answer nor the echo came; then a new epoch."""
    case, shared = await pair(world)
    bas, device = world.devices[BAS], shared._engine.keys.id
    world.station.tamper = kept_back(Ack, Events)
    await add(shared, "Cor")
    await world.run(100)
    bas.air.fall()
    world.station.tamper = lambda frame: frame
    await rotate(case)
    assert shared.status.unsent == 2
    await reconnected(bas, world, lambda: shared.status.sync == "synced")
    await reconnected(world.devices[ANNA], world, lambda: names(case) == {"Cor"})
    assert len(chain(case, device, 1)) == 1
    assert chain(case, device, 2) == chain(shared, device, 2) == []
    again = await reopened(bas, shared)
    assert again.status.unsent == 0


async def test_P6_SYN_13_a_put_that_a_rotation_overtook_goes_under_the_new_epoch(world: World) -> None:
    """The relay keeps back the record of the new epoch, and so refuses what this device goes on to send."""
    case, shared = await pair(world)
    device, told = shared._engine.keys.id, case._engine.ledger.membership.length
    world.station.tamper = lambda frame: (
        None if isinstance(frame, Log) and frame.start == told and frame.records else frame
    )
    await rotate(case)
    await world.run(100)
    world.station.tamper = lambda frame: frame
    assert shared._engine.ledger.membership.length == told
    await add(shared, "Cor")
    assert len(chain(shared, device, 1)) == 1
    await world.synced(case, shared)
    assert names(case) == {"Cor"}
    assert chain(shared, device, 1) == []
    assert len(chain(case, device, 2)) == 1
    assert shared.status.code == ""


async def test_P6_P7_CAS_19_what_is_new_follows_what_was_not_sent(world: World) -> None:
    """The epoch is known, the relay has not said all yet, and the person goes on writing."""
    case, shared = await pair(world)
    bas, device = world.devices[BAS], shared._engine.keys.id
    bas.air.fall()
    person = await add(shared, "Cor")
    await rotate(case)
    length = case._engine.ledger.membership.length
    world.station.tamper = kept_back(Pong)
    await reconnected(bas, world, log_is_here(shared, length))
    await shared.dispatch(AddPerson(shared.new_person_id(), "Ida"))
    await shared.save()
    assert chain(shared, device, 1) == []
    assert [each.header.seq for each in chain(shared, device, 2)] == [1, 2]
    world.station.tamper = lambda frame: frame
    await reconnected(bas, world, lambda: names(case) == {"Cor", "Ida"})
    await world.synced(case, shared)
    assert person in case.documents["mensen"].view["people"]  # type: ignore[operator]
    assert equal(case, shared)
    assert not case._engine.documents[place(case)].waiting


@pytest.mark.parametrize("first", ["old", "new"])
async def test_P7_P6_CAS_20_an_old_chain_that_shows_up_late_is_taken_too(world: World, first: str) -> None:
    """A hostile relay hides what it took before a rotation, and shows it when it was sealed anew."""
    case, shared = await pair(world)
    third = await world.share(case, await world.device("Carla"), BOTH)
    await world.until(lambda: third.may_edit("mensen"))
    await world.synced(case, shared, third)
    bas, device = world.devices[BAS], shared._engine.keys.id
    bas.air.fall()
    for name in ("Cor", "Ida"):
        await add(shared, name)
    old = tuple(each.wire for each in chain(shared, device, 1))
    await rotate(case)
    await reconnected(bas, world, lambda: shared.status.sync == "synced")
    world.devices[CARLA].air.fall()
    new = tuple(each.wire for each in chain(shared, device, 2))
    assert len(old) == len(new) == 2
    await world.until(lambda: names(case) == {"Cor", "Ida"})
    third = await reopened(world.devices[CARLA], third)
    for wires in (old, new) if first == "old" else (new, old):
        await third._engine.take_events(place(third), 0, wires)
    for late in (case, shared):
        await late._engine.take_events(place(late), 0, old[::-1])
        await late._engine.take_events(place(late), 0, old)
    assert names(case) == names(shared) == names(third) == {"Cor", "Ida"}
    assert equal(case, shared, third)
    gates = [each._engine.documents[place(each)].gate for each in (case, shared, third)]
    assert len({gate.digest() for gate in gates}) == 1
    assert not shared._engine.description.restored
    assert not list(case.quarantine)
    again = await reopened(bas, shared)
    assert again.status.unsent == 0
    await add(again, "Mo")
    await world.synced(case, again)
    assert names(case) == {"Cor", "Ida", "Mo"}


async def test_P6_CAS_18_without_the_right_edits_are_kept_and_go_when_it_comes_back(world: World) -> None:
    case, shared = await pair(world)
    bas, device, engine = world.devices[BAS], shared._engine.keys.id, case._engine
    bas.air.fall()
    await add(shared, "Cor")
    member = engine.ledger.membership.devices[device].member
    documents = [place(case, kind) for kind in BOTH]
    keep = {**dict.fromkeys(documents, rights.LEZEN), place(case, "kring"): rights.LEZEN}
    cut: Cut = {document: {device: ()} for document in documents}
    now = engine.ports.clock.now()
    await say(case, lambda author: author.say(Revoke(member, keep, cut), now))
    await rotate(case)
    before = chain(shared, device, 1)
    length = engine.ledger.membership.length
    await reconnected(bas, world, log_is_here(shared, length))
    await world.run(200)
    assert not shared.may_edit("mensen")
    assert chain(shared, device, 1) == before
    assert shared._engine.outgoing() == []
    shared = await reopened(bas, shared)
    assert names(shared) == {"Cor"}
    assert shared.status.unsent == 2
    given = dict.fromkeys(documents, rights.BIJDRAGEN)
    await say(case, lambda author: grant(author, engine.keyring, member, given, 0, now))
    await world.synced(case, shared)
    assert names(case) == {"Cor"}
    assert chain(shared, device, 1) == []
    assert len(chain(case, device, 2)) == 1


async def test_CAS_17_who_owned_the_case_when_it_was_written_wrote_at_the_root(world: World) -> None:
    """After the case went into other hands, a newcomer still takes in what its first owner began."""
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.synced(case, shared)
    engine, now = case._engine, case._engine.ports.clock.now()
    member = shared._engine.member
    await say(case, lambda author: transfer(author, engine.keyring, member, now))
    await world.until(lambda: shared._engine.owner)
    assert not engine.owner
    again = await reopened(world.devices[ANNA], case)
    assert names(again) == {"Cor"}
    third = await world.share(shared, await world.device("Carla"), BOTH)
    await world.until(lambda: set(BOTH) <= set(third.documents))
    await world.synced(again, shared, third)
    assert names(third) == {"Cor"}
    assert equal(again, shared, third)
