"""What a hostile relay, reader or contributor tries on a running case (P6, P7, P8; CAS-5, CAS-6, CAS-8)."""

from __future__ import annotations

import asyncio
import os

import pytest

from kring.cases.held_back import MOST, MOST_BYTES, HeldBack
from kring.documents.change import DELETE, MAKE_MAP, MAX_OPS, SET, Op, decode_change
from kring.documents.opid import ROOT_ID
from kring.documents.registers import TextNode
from kring.errors import NetworkError
from kring.phases.netwerkatlas.mensen.commands import DescribePerson
from kring.sharing.envelope import HEADER_SIZE, Header, parse_envelope
from kring.sync.messages import Error, Log, LogOk, ServerFrame
from tests.simulation.world import World
from tests.support.mallory import Mallory
from tests.unit.cases.people import BOTH, add, names, pair, reopened

MIB = 1024 * 1024


def early(wire: bytes, size: int) -> bytes:
    """An envelope that nobody made, of records that nobody knows yet: it would wait."""
    header = parse_envelope(wire).header
    odd = header._replace(
        device=b"d" * 16, log_position=60_000, salt=os.urandom(32), length=size - HEADER_SIZE - 64
    )
    return Header.pack(odd) + bytes(size - HEADER_SIZE)


async def test_P6_P8_an_own_envelope_in_the_wrong_place_does_not_silence_the_device(world: World) -> None:
    """CAS-8: only an own envelope of that very document can say that this device is an older copy."""
    case, shared = await pair(world)
    for name in ("Cor", "Ida", "Mo"):
        await add(case, name)
    await world.synced(case, shared)
    engine = case._engine
    people, title = engine.document_of("mensen"), engine.document_of("kring")
    assert people is not None
    assert title is not None
    own = [data for _, data in engine.store.envelopes.after(engine.number, people.id, 0)]
    await engine.take_events(title.id, title.cursor, (own[-1],))
    assert not engine.description.restored
    await add(case, "Na de leugen")
    await world.synced(case, shared)
    await world.until(lambda: "Na de leugen" in names(shared))


async def test_P8_CAS_16_a_flood_that_would_wait_fills_no_memory_and_ends_no_connection(world: World) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.synced(case, shared)
    engine = shared._engine
    document = engine.document_of("mensen")
    assert document is not None
    wire = [data for _, data in engine.store.envelopes.after(engine.number, document.id, 0)][-1]
    for start in range(0, MOST + 500, 4096):
        await engine.take_events(document.id, 0, tuple(early(wire, 300) for _ in range(start, start + 4096)))
    for _ in range(10):
        await engine.take_events(document.id, 0, tuple(early(wire, MIB) for _ in range(4)))
    held = engine.store.held.all(engine.number)
    assert len(held) == len(document.waiting) <= MOST
    assert sum(len(each.data) for each in held) <= MOST_BYTES
    await add(case, "Ida")
    await world.until(lambda: names(shared) == {"Cor", "Ida"})
    again = await reopened(world.devices[1], shared)
    await add(again, "Mo")
    await world.until(lambda: names(case) == {"Cor", "Ida", "Mo"})


async def test_P8_CAS_16_junk_without_form_fills_no_disk(world: World) -> None:
    case, shared = await pair(world)
    engine = shared._engine
    document = engine.document_of("mensen")
    assert document is not None
    for number in range(40):
        await engine.take_events(document.id, 0, (number.to_bytes(4) + bytes(MIB - 4),))
    assert sum(len(each.data) for each in engine.store.held.all(engine.number)) <= 32 * MIB
    again = await reopened(world.devices[1], shared)
    engine, document = again._engine, again._engine.document_of("mensen")
    assert document is not None
    for number in range(40, 60):
        await engine.take_events(document.id, 0, (number.to_bytes(4) + bytes(MIB - 4),))
    assert sum(len(each.data) for each in engine.store.held.all(engine.number)) <= 32 * MIB
    await add(case, "Ida")
    await world.until(lambda: names(again) == {"Ida"})


async def test_P6_CAS_16_what_found_no_room_to_wait_comes_again(world: World) -> None:
    case, shared = await pair(world)
    world.devices[1].air.fall()
    source, engine = case._engine.document_of("mensen"), shared._engine
    assert source is not None
    document = engine.documents[source.id]
    document.waiting = HeldBack(most=8)
    start = document.cursor
    for number in range(12):
        await add(case, f"Persoon {number}")
    engine_of_anna = case._engine
    wires = [data for _, data in engine_of_anna.store.envelopes.after(engine_of_anna.number, source.id, 0)]
    await engine.take_events(source.id, start + 6, tuple(reversed(wires[-6:])))
    assert document.cursor == start
    await engine.take_events(source.id, start + 12, tuple(wires[-12:-6]))
    assert document.cursor == start
    world.devices[1].air.rise()
    shared.wake()
    await world.until(lambda: names(shared) == names(case))
    await world.until(lambda: document.cursor >= start + 12)
    assert not document.waiting


async def test_P8_an_envelope_cannot_say_far_more_than_it_weighs(world: World) -> None:
    """Runs make 50,000 deletes out of 150 bytes: what an envelope may say is bounded all the same."""
    case, shared = await pair(world)
    person = await add(case, "Cor")
    await case.dispatch(DescribePerson(person, "", "n" * 5_000))
    await case.save()
    await world.synced(case, shared)
    for device in world.devices:
        device.air.fall()
    mallory = Mallory(shared, "mensen")
    nodes = shared.documents["mensen"]._registers.nodes.items()
    text = next(opid for opid, node in nodes if isinstance(node, TextNode) and len(node.plain) == 5_000)
    letters = [(text[0] + 1 + at, text[1]) for at in range(5_000)]
    chunks, deps, start = [], list(mallory.document.vetting.heads), mallory.next_op
    for seq in range(1, 13):
        ops = [
            Op((start + at, mallory.actor), text, letter, False, DELETE, None, (letter,))
            for at, letter in enumerate(letters)
        ]
        chunks.append(mallory.chunk(ops, seq, deps))
        deps, start = [decode_change(chunks[-1]).hash], start + len(ops)
    wire = await mallory.envelope(*chunks)
    assert len(wire) < 4096
    assert sum(len(decode_change(each).ops) for each in chunks) > MAX_OPS
    await mallory.tell(case, wire)
    assert [each.reason for each in case.quarantine] == ["change"]
    await add(case, "Ida")


async def test_P6_long_notes_in_a_row_are_said_in_several_envelopes(world: World) -> None:
    case, shared = await pair(world)
    people = [await add(case, name) for name in ("Cor", "Ida", "Mo", "Bo")]
    for person in people:
        await case.dispatch(DescribePerson(person, "", "n" * 20_000))
    await case.save()
    await world.synced(case, shared)
    await world.until(lambda: shared.documents["mensen"].heads == case.documents["mensen"].heads)
    assert shared.documents["mensen"].view == case.documents["mensen"].view


@pytest.mark.parametrize("key", ["schema", "kind", "people"])
async def test_P8_a_contributor_cannot_make_a_document_unusable_for_all(world: World, key: str) -> None:
    """CAS-17: the root of a document is the owner's, or one value there would stop every edit."""
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.synced(case, shared)
    for device in world.devices:
        device.air.fall()
    mallory = Mallory(shared, "mensen")
    live = tuple(sorted(shared.documents["mensen"]._registers.root.live[key]))
    op = Op((mallory.next_op, mallory.actor), ROOT_ID, key, False, SET, 999, live)
    await mallory.tell(case, await mallory.envelope(mallory.chunk([op])))
    await add(case, "Ida")
    assert names(case) == {"Cor", "Ida"}
    assert [each.reason for each in case.quarantine] == ["change"]


async def test_P7_P8_changes_that_refer_to_what_has_not_come_end_alike_on_all_devices(world: World) -> None:
    """A contributor foresees the id of another's operation, and refers to it without building on it.

    One device has the other's edit first, one has it last: both must end with the same document.
    """
    case, shared = await pair(world)
    third = await world.share(case, await world.device("Carla"), BOTH)
    await world.until(lambda: set(BOTH) <= set(third.documents))
    await world.synced(case, shared, third)
    for device in world.devices:
        device.air.fall()
    mallory = Mallory(shared, "mensen")
    deps, start = list(mallory.document.vetting.heads), mallory.next_op
    people = next(iter(shared.documents["mensen"]._registers.root.live["people"]))
    ida = await add(case, "Ida")
    foreseen = next(iter(case.documents["mensen"]._registers.nodes[people].live[ida]))  # type: ignore[union-attr]
    engine = case._engine
    filler = [Op((start + at, mallory.actor), people, f"f{at}", False, SET, 1, ()) for at in range(9)]
    first = mallory.chunk(filler, 1, deps)
    await mallory.tell(case, opening := await mallory.envelope(first))
    await mallory.tell(third, opening)
    deps, start = [decode_change(first).hash], start + 9
    wires = []
    for batch in range(2):
        chunks = []
        for number in range(4_000):
            op = Op((start, mallory.actor), foreseen, f"{batch}/{number}", False, SET, 1, ())
            chunks.append(mallory.chunk([op], batch * 4_000 + number + 2, deps))
            deps, start = [decode_change(chunks[-1]).hash], start + 1
        wires.append(await mallory.envelope(*chunks))
    late = [each.data for each in engine.sender.outgoing() if each.document == mallory.document.id]
    await mallory.tell(case, *wires)
    await mallory.tell(third, *wires)
    await mallory.tell(third, *late)
    assert third.documents["mensen"].heads == case.documents["mensen"].heads
    assert third.documents["mensen"].view == case.documents["mensen"].view


async def test_P8_a_name_that_cannot_be_written_stops_neither_the_owner_nor_the_case(world: World) -> None:
    """CAS-10: who may write in `kring` reads in the log who asks, and puts a map where the name will go."""
    case, shared = await pair(world, {**BOTH, "kring": "bijdragen"})
    carla = await world.device("Carla")
    invitation = await case.invite("Carla", "netwerklid", BOTH, 7)
    await carla.running.join(invitation.link, "Carla")
    await world.until(lambda: case.requests and shared._engine.ledger.membership.pending())
    await world.synced(case, shared)
    mallory = Mallory(shared, "kring")
    members = next(iter(shared.documents["kring"]._registers.root.live["members"]))
    key = f"{case.requests[0].id}/name"
    op = Op((mallory.next_op, mallory.actor), members, key, False, MAKE_MAP, None, ())
    await mallory.tell(case, await mallory.envelope(mallory.chunk([op])))
    await case.confirm(case.requests[0].id)
    again = await reopened(world.devices[0], case)
    await add(again, "Ida")
    await world.until(lambda: "Ida" in names(shared))
    assert len(again.members) == 3


@pytest.mark.parametrize("silent", [False, True])
async def test_P8_SYN_12_a_relay_that_answers_nothing_or_nonsense_does_not_hold_up_an_invite(
    world: World, silent: bool
) -> None:
    case, _ = await pair(world)

    def evasive(frame: ServerFrame) -> ServerFrame | None:
        if isinstance(frame, LogOk):
            return None if silent else Error(frame.request, "log_moved")
        if isinstance(frame, Log):
            length = case._engine.log_tail()[0]
            return Log(length, (), length)
        return frame

    world.station.tamper = evasive
    asking = asyncio.create_task(case.invite("Carla", "netwerklid", BOTH, 7))
    await world.until(asking.done)
    with pytest.raises(NetworkError):
        await asking
