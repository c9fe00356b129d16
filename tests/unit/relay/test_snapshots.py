"""Snapshots at the relay: who may put one, what is pruned for it, and what followers get in its place."""

from __future__ import annotations

import pytest

from kring.sharing.envelope import MAX_SNAPSHOT, Envelope
from kring.sharing.envelope import SNAPSHOT as KIND
from kring.sharing.records import Cut, Freeze, Revoke, Snapshot, SnapshotConfirm
from kring.sync import messages
from sync_server.relay import Relay
from sync_server.settings import Limits
from tests.support.relay import Client, Device, Enter, World
from tests.unit.relay.test_log_admission import along, member_of, said


@pytest.fixture
def mensen(world: World) -> bytes:
    return world.documents["mensen"]


async def whole(
    device: Device, document: bytes, plaintext: bytes = b"all of it", **other: object
) -> Envelope:
    made: dict[str, object] = {"seq": 1, "previous": bytes(32), "kind": KIND, "plaintext": plaintext}
    return await device.write(document, (b"change",), **{**made, **other})


async def kept(client: Client, envelope: Envelope | bytes) -> str:
    """The relay's word on a snapshot: empty where it keeps it."""
    number = client.request()
    wire = envelope.wire if isinstance(envelope, Envelope) else envelope
    await client.send(messages.SnapshotPut(number, wire))
    frame = await client.next()
    while not isinstance(frame, messages.Error | messages.Ack) or frame.request != number:
        frame = await client.next()
    return frame.code if isinstance(frame, messages.Error) else ""


async def refusal(client: Client) -> messages.Error:
    while not isinstance(frame := await client.next(), messages.Error):
        pass
    return frame


def covering(*ends: Envelope) -> dict[bytes, tuple[tuple[int, int, bytes], ...]]:
    return {each.header.device: ((each.header.epoch, each.header.seq, each.hash),) for each in ends}


async def pruned(device: Device, client: Client, document: bytes, *ends: Envelope) -> Envelope:
    """Put a snapshot, name it and confirm it, as one who is alone in the document."""
    envelope = await whole(device, document)
    assert await kept(client, envelope) == ""
    assert await said(device, client, Snapshot(document, envelope.hash, covering(*ends))) == ""
    assert await said(device, client, SnapshotConfirm(document, envelope.hash)) == ""
    return envelope


async def test_P4_REL_33_only_who_manages_puts_a_snapshot_and_only_a_true_one(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, link = guest
    owner = await enter(world.owner)
    await along(world.owner, device)
    assert await kept(link, await whole(device, mensen)) == "not_allowed"
    assert await kept(owner, await whole(device, mensen)) == "not_allowed"
    good = await whole(world.owner, mensen)
    assert await kept(owner, good.wire[:-1] + bytes([good.wire[-1] ^ 1])) == "bad_envelope"
    assert await kept(owner, await whole(world.owner, mensen, seq=2)) == "bad_envelope"
    assert await kept(owner, await whole(world.owner, mensen, previous=b"x" * 32)) == "bad_envelope"
    assert await kept(owner, await whole(world.owner, mensen, epoch=2)) == "stale_epoch"
    assert await kept(owner, await world.owner.write(mensen, kind=1)) == "bad_envelope"
    assert await kept(owner, good.wire + bytes(MAX_SNAPSHOT)) == "too_large"
    assert await kept(owner, good) == ""
    assert await kept(owner, good) == ""


async def test_REL_33_a_snapshot_counts_in_the_quota_and_gives_way_to_the_next(
    relay: Relay, enter: Enter, world: World, mensen: bytes
) -> None:
    owner = await enter(world.owner)
    case = await relay.cases.get(world.case)
    assert case is not None
    before = case.size
    first, second = await whole(world.owner, mensen), await whole(world.owner, mensen, bytes(5000))
    for envelope in (first, second, second):
        assert await kept(owner, envelope) == ""
        assert case.size == before + len(envelope.wire)
    assert case.snapshots == {mensen: {second.hash: world.owner.keys.id}}
    stored = await relay.store.load(world.case)
    assert stored is not None
    assert stored.size == case.size
    relay.writer._limits = Limits(case_quota=case.size + 100)
    assert await kept(owner, await whole(world.owner, mensen, bytes(9000))) == "quota"


async def test_REL_33_a_snapshot_that_a_record_names_stays(
    relay: Relay, enter: Enter, world: World, mensen: bytes
) -> None:
    owner = await enter(world.owner)
    envelopes = [await world.owner.write(mensen) for _ in range(3)]
    await owner.stored(*envelopes)
    confirmed = await pruned(world.owner, owner, mensen, envelopes[1])
    named, other, last = [await whole(world.owner, mensen, bytes([n])) for n in range(3)]
    assert await kept(owner, named) == ""
    assert await said(world.owner, owner, Snapshot(mensen, named.hash, covering(envelopes[2]))) == ""
    assert await kept(owner, other) == ""
    assert await kept(owner, last) == ""
    stored = await relay.store.load(world.case)
    assert stored is not None
    assert set(stored.snapshots[mensen]) == {confirmed.hash, named.hash, last.hash}


async def test_P3_REL_34_a_record_names_what_the_relay_has_by_its_author_and_ends_that_stand(
    enter: Enter, world: World, mensen: bytes
) -> None:
    owner = await enter(world.owner)
    envelopes = [await world.owner.write(mensen) for _ in range(3)]
    await owner.stored(*envelopes)
    envelope = await whole(world.owner, mensen)
    good = covering(envelopes[1])
    assert await said(world.owner, owner, Snapshot(mensen, envelope.hash, good)) == "bad_record"
    assert await kept(owner, envelope) == ""
    mine = world.owner.keys.id
    for covers in (
        {mine: ((1, 9, envelopes[1].hash),)},
        {mine: ((1, 2, envelopes[0].hash),)},
    ):
        assert await said(world.owner, owner, Snapshot(mensen, envelope.hash, covers)) == "sequence"
    assert await said(world.owner, owner, Snapshot(mensen, envelope.hash, good)) == ""


async def test_REL_36_a_follower_gets_the_snapshot_for_what_was_pruned_and_then_the_rest(
    relay: Relay, enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, link = guest
    owner = await enter(world.owner)
    await along(world.owner, device)
    mine = [await world.owner.write(mensen) for _ in range(4)]
    await owner.stored(*mine[:2])
    theirs = await device.write(mensen)
    await link.stored(theirs)
    await owner.stored(*mine[2:])
    envelope = await whole(world.owner, mensen)
    assert await kept(owner, envelope) == ""
    assert await said(world.owner, owner, Snapshot(mensen, envelope.hash, covering(mine[3]))) == ""
    assert await relay.store.pruned(world.case, mensen) == 0
    await along(device, world.owner)
    assert await said(device, link, SnapshotConfirm(mensen, envelope.hash)) == ""
    late = [await device.write(mensen) for _ in range(2)]
    await link.stored(*late)
    for start in (0, 1, 3):
        reader = await enter(device)
        await reader.send(messages.Subscribe({mensen: start}))
        rest = await reader.next()
        if start < 3:
            assert rest == messages.Events(mensen, start, (theirs.wire,))
            rest = await reader.next()
        assert rest == messages.Snapshot(mensen, 4, envelope.wire, (mine[3].wire,))
        frame = await reader.expect(messages.Events)
        assert frame == messages.Events(mensen, 7, tuple(each.wire for each in (mine[3], *late))[-3:])
        await reader.close()
    reader = await enter(device)
    await reader.send(messages.Subscribe({mensen: 5}))
    assert await reader.next() == messages.Events(mensen, 7, tuple(each.wire for each in late))


async def test_REL_36_the_newest_snapshot_is_given_to_readers_who_ask(
    enter: Enter, world: World, mensen: bytes, reader: tuple[Device, Client]
) -> None:
    _, link = reader
    owner = await enter(world.owner)
    envelopes = [await world.owner.write(mensen) for _ in range(3)]
    await owner.stored(*envelopes)
    await link.send(messages.SnapshotGet(7, world.documents["prive"]))
    assert await refusal(link) == messages.Error(7, "not_allowed")
    await owner.send(messages.SnapshotGet(8, mensen))
    assert await refusal(owner) == messages.Error(8, "bad_record")
    envelope = await whole(world.owner, mensen)
    assert await kept(owner, envelope) == ""
    assert await said(world.owner, owner, Snapshot(mensen, envelope.hash, covering(envelopes[2]))) == ""
    await link.send(messages.SnapshotGet(9, mensen))
    given = await link.expect(messages.Snapshot)
    assert given == messages.Snapshot(mensen, 0, envelope.wire, (envelopes[2].wire,))


async def test_P6_SHR_52_a_cut_ends_no_chain_before_what_was_pruned(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, link = guest
    owner = await enter(world.owner)
    await along(world.owner, device)
    theirs = [await device.write(mensen) for _ in range(3)]
    await link.stored(*theirs)
    envelope = await whole(world.owner, mensen)
    assert await kept(owner, envelope) == ""
    assert await said(world.owner, owner, Snapshot(mensen, envelope.hash, covering(theirs[1]))) == ""
    await along(device, world.owner)
    assert await said(device, link, SnapshotConfirm(mensen, envelope.hash)) == ""
    await along(world.owner, device)
    member = member_of(device)
    assert await said(world.owner, owner, Freeze(member, (device.keys.id,))) == ""

    def revoke(end: Envelope) -> Revoke:
        cut: Cut = {mensen: {device.keys.id: ((1, end.header.seq, end.hash),)}}
        return Revoke(member, {}, cut)

    author = world.owner.author()
    with pytest.raises(Exception, match="before what a snapshot covers"):
        await author.say(revoke(theirs[0]), 1_795_000_000_000)
    assert await said(world.owner, owner, revoke(theirs[1])) == ""
