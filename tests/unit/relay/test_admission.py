"""What the relay takes in: rights first, then size, form, epoch and chain; a put is all or nothing."""

from __future__ import annotations

import pytest

from kring.sharing import author
from kring.sharing.author import Author
from kring.sharing.device import new_device
from kring.sharing.envelope import Envelope
from kring.sharing.records import Freeze, Grant, Revoke, sign_record
from kring.sync import messages
from sync_server.relay import Relay
from tests.support.relay import CRYPTO, NOW, Client, Device, Enter, World, found, invite


async def refusal(client: Client, *envelopes: Envelope | bytes) -> str:
    number = await client.put(*envelopes)
    error = await client.expect(messages.Error)
    assert error.request == number
    return error.code


@pytest.fixture
def mensen(world: World) -> bytes:
    return world.documents["mensen"]


async def test_REL_9_a_put_is_acknowledged_with_its_hashes_and_again_when_repeated(
    enter: Enter, world: World, mensen: bytes
) -> None:
    client = await enter(world.owner)
    envelopes = [await world.owner.write(mensen) for _ in range(5)]
    await client.stored(*envelopes)
    await client.stored(*envelopes[1:4])
    await client.stored(envelopes[4], await world.owner.write(mensen))
    assert len(await client.follow({mensen: 0}, 6)) == 6


async def test_REL_9_the_same_put_twice_at_once_is_stored_once(
    enter: Enter, world: World, mensen: bytes
) -> None:
    client = await enter(world.owner)
    envelope = await world.owner.write(mensen)
    await client.put(envelope)
    await client.put(envelope)
    assert (await client.expect(messages.Ack)).hashes == (envelope.hash,)
    assert (await client.expect(messages.Ack)).hashes == (envelope.hash,)
    assert await client.follow({mensen: 0}, 1) == [envelope]


async def test_REL_10_a_put_with_one_bad_envelope_stores_none_of_it(
    enter: Enter, world: World, mensen: bytes
) -> None:
    client = await enter(world.owner)
    good = await world.owner.write(mensen)
    gap = await world.owner.write(mensen, seq=7)
    assert await refusal(client, good, gap) == "sequence"
    await client.send(messages.Subscribe({mensen: 0}))
    assert await client.expect(messages.Events) == messages.Events(mensen, 0, ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"seq": 3}, "sequence"),
        ({"seq": 2, "previous": b"x" * 32}, "sequence"),
        ({"seq": 1, "previous": bytes(32)}, "sequence"),
        ({"epoch": 2}, "stale_epoch"),
        ({"log_head": b"x" * 32}, "bad_envelope"),
        ({"log_position": 99}, "bad_envelope"),
        ({"kind": 2}, "bad_envelope"),
        ({"case": b"x" * 32}, "not_allowed"),
        ({"document": b"x" * 16}, "not_allowed"),
    ],
)
async def test_P3_an_envelope_that_claims_what_is_not_so_is_refused(
    enter: Enter, world: World, mensen: bytes, change: dict[str, object], code: str
) -> None:
    client = await enter(world.owner)
    await client.stored(await world.owner.write(mensen))
    other = await world.owner.write(mensen, **change)
    assert await refusal(client, other) == code


async def test_P3_no_bit_of_an_envelope_can_change(enter: Enter, world: World, mensen: bytes) -> None:
    client = await enter(world.owner)
    wire = (await world.owner.write(mensen)).wire
    codes = set()
    for at in range(0, len(wire), 3):
        changed = bytearray(wire)
        changed[at] ^= 1 << at % 8
        codes.add(await refusal(client, bytes(changed)))
    assert codes == {"not_allowed", "bad_envelope", "stale_epoch", "sequence"}
    await client.put(wire)
    await client.expect(messages.Ack)


async def test_P3_an_envelope_of_one_device_cannot_be_put_by_another(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    _, client = guest
    assert await refusal(client, await world.owner.write(mensen)) == "not_allowed"


async def test_REL_11_a_forged_signature_is_found_also_in_the_middle_of_a_batch(
    relay: Relay, enter: Enter, world: World, mensen: bytes
) -> None:
    client = await enter(world.owner)
    first, second = await world.owner.write(mensen), await world.owner.write(mensen)
    forged = second.wire[:-64] + bytes(64)
    await client.put(first)
    await client.put(forged)
    third = await world.owner.write(mensen)
    await client.put(third)
    assert (await client.expect(messages.Ack)).hashes == (first.hash,)
    assert await client.refusal() == "bad_envelope"
    assert await client.refusal() == "sequence"
    await client.stored(second, third)


async def test_P4_a_readers_device_cannot_write(
    enter: Enter, world: World, mensen: bytes, reader: tuple[Device, Client]
) -> None:
    device, client = reader
    assert await refusal(client, await device.write(mensen)) == "not_allowed"
    relatiekaart = world.documents["relatiekaart"]
    assert await refusal(client, await device.write(relatiekaart)) == "not_allowed"
    owner = await enter(world.owner)
    assert await refusal(owner, await device.write(mensen)) == "not_allowed"


async def test_P4_a_readers_device_cannot_give_itself_a_right(
    world: World, mensen: bytes, reader: tuple[Device, Client]
) -> None:
    device, client = reader
    membership = device.membership
    member = membership.devices[device.keys.id].member
    speaking = Author(CRYPTO, device.keys, membership)
    record = await sign_anyway(speaking, member, mensen)
    number = client.request()
    await client.send(messages.LogAppend(number, membership.length, (record,)))
    assert await client.expect(messages.Error) == messages.Error(number, "bad_record")


async def sign_anyway(speaking: Author, member: bytes, document: bytes) -> bytes:
    """A GRANT that the rules forbid, signed all the same."""
    record = await sign_record(
        CRYPTO,
        speaking.keys,
        case=speaking.membership.case,
        position=speaking.membership.length,
        previous=speaking.membership.head,
        time=NOW,
        body=Grant(member, {document: 3}, 0, {}),
    )
    return record.wire


async def test_REL_12_rights_are_checked_before_size_form_and_chain(
    world: World, mensen: bytes, reader: tuple[Device, Client]
) -> None:
    device, client = reader
    for wire in (b"", b"short", bytes(2 * 1024 * 1024)):
        assert await refusal(client, wire) == "not_allowed"
    assert await refusal(client, await device.write(mensen, seq=9)) == "not_allowed"
    assert await refusal(client, await device.write(mensen, epoch=9)) == "not_allowed"


async def test_REL_12_a_document_that_one_may_not_read_sounds_like_one_that_is_not_there(
    world: World, reader: tuple[Device, Client]
) -> None:
    _, client = reader
    for document in (world.documents["prive"], b"x" * 16):
        await client.send(messages.Subscribe({document: 0}))
        assert await client.expect(messages.Error) == messages.Error(0, "not_allowed")


async def test_REL_13_an_envelope_over_a_mebibyte_is_too_large(
    enter: Enter, world: World, mensen: bytes
) -> None:
    client = await enter(world.owner)
    wire = (await world.owner.write(mensen)).wire
    assert await refusal(client, wire + bytes(1024 * 1024)) == "too_large"


async def test_REL_13_a_record_over_its_size_is_too_large(enter: Enter, world: World) -> None:
    client = await enter(world.owner)
    number = client.request()
    await client.send(messages.LogAppend(number, len(world.records), (bytes(messages.RECORD_MAX + 1),)))
    assert await client.expect(messages.Error) == messages.Error(number, "too_large")


async def test_REL_14_the_log_is_appended_to_by_compare_and_swap(enter: Enter, world: World) -> None:
    one, two = await enter(world.owner), await enter(world.owner)
    first = await invite(world, {world.documents["mensen"]: 1})
    await one.append(first.invite)
    number = two.request()
    await two.send(messages.LogAppend(number, first.invite.position, (first.invite.wire,)))
    assert await two.expect(messages.Error) == messages.Error(number, "log_moved")
    assert (await two.expect(messages.Log)).records == (first.invite.wire,)


async def test_REL_14_only_a_records_own_device_appends_it(
    world: World, guest: tuple[Device, Client]
) -> None:
    device, client = guest
    world.owner.membership = device.membership
    speaking = world.owner.author()
    body = Freeze(device.membership.devices[device.keys.id].member, (device.keys.id,))
    record = await speaking.say(body, NOW)
    number = client.request()
    await client.send(messages.LogAppend(number, record.position, (record.wire,)))
    assert await client.expect(messages.Error) == messages.Error(number, "not_allowed")


async def test_REL_14_founding_twice_is_answered_the_same_and_founding_otherwise_refused(
    enter: Enter, world: World
) -> None:
    client = await enter(world.owner)
    await client.send(messages.Create(world.records))
    created = await client.expect(messages.Created)
    assert created == messages.Created(len(world.records), world.founding.membership.head)
    await client.send(messages.Create(world.records[:-1] + (await found()).records[-1:]))
    assert await client.refusal() == "bad_record"
    await client.send(messages.Create((b"noise",)))
    assert await client.refusal() == "bad_record"


async def test_P5_a_frozen_member_is_served_and_heard_no_more(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, client = guest
    assert await client.follow({mensen: 0}, 0) == []
    owner = await enter(world.owner)
    world.owner.membership = device.membership
    speaking = world.owner.author()
    body = Freeze(device.membership.devices[device.keys.id].member, (device.keys.id,))
    frozen = await speaking.say(body, NOW)
    await owner.append(frozen)
    assert await client.refusal() == "not_allowed"
    with pytest.raises(AssertionError, match="bad_login"):
        await enter(device)


async def test_P6_a_cut_that_would_lose_a_stored_envelope_is_refused(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, client = guest
    envelope = await device.write(mensen)
    await client.stored(envelope)
    owner = await enter(world.owner)
    world.owner.membership = device.membership
    member = device.membership.devices[device.keys.id].member
    for ends, code in (
        ((), "sequence"),
        (((1, 1, bytes([1]) * 32),), "sequence"),
        (((1, 2, envelope.hash),), "sequence"),
        (((1, 1, envelope.hash),), ""),
    ):
        speaking = world.owner.author()
        record = await speaking.say(Revoke(member, {}, {mensen: {device.keys.id: ends}}), NOW)
        number = owner.request()
        await owner.send(messages.LogAppend(number, record.position, (record.wire,)))
        if code:
            assert await owner.expect(messages.Error) == messages.Error(number, code)
        else:
            assert (await owner.expect(messages.LogOk)).length == record.position + 1


async def test_REL_15_after_a_new_epoch_only_that_epoch_is_written(
    enter: Enter, world: World, mensen: bytes
) -> None:
    client = await enter(world.owner)
    old = await world.owner.write(mensen)
    speaking = world.owner.author()
    await client.append(await author.new_epoch(speaking, world.owner.ring, mensen, NOW))
    assert await refusal(client, old) == "stale_epoch"
    world.owner.membership = speaking.membership
    await client.stored(await world.owner.write(mensen))


async def test_REL_9_REL_29_a_device_has_a_chain_for_each_epoch(
    enter: Enter, world: World, mensen: bytes
) -> None:
    """A repeat from before a rotation is acknowledged with what is new; nothing more enters the old chain."""
    client = await enter(world.owner)
    one, two = await world.owner.write(mensen), await world.owner.write(mensen)
    await client.stored(one, two)
    three = await world.owner.write(mensen)
    speaking = world.owner.author()
    await client.append(await author.new_epoch(speaking, world.owner.ring, mensen, NOW))
    world.owner.membership = speaking.membership
    anew = await world.owner.write(mensen)
    assert (anew.header.epoch, anew.header.seq, anew.header.previous) == (2, 1, bytes(32))
    await client.stored(two, anew, one)
    assert await refusal(client, anew, three) == "stale_epoch"
    following = await world.owner.write(mensen)
    assert following.header.seq == 2
    await client.stored(following)
    assert [each.hash for each in await client.follow({mensen: 0}, 4)] == [
        one.hash, two.hash, anew.hash, following.hash,
    ]  # fmt: skip


async def test_P3_REL_11_a_later_epoch_does_not_vouch_for_an_earlier_one(
    enter: Enter, world: World, mensen: bytes
) -> None:
    """In one batch: a signature at the end of the new chain says nothing of the end of the old."""
    client = await enter(world.owner)
    old = await world.owner.write(mensen)
    forged = old.wire[:-1] + bytes([old.wire[-1] ^ 1])
    speaking = world.owner.author()
    epoch = await author.new_epoch(speaking, world.owner.ring, mensen, NOW)
    world.owner.membership = speaking.membership
    new = await world.owner.write(mensen)
    bad = await client.put(forged)
    number = client.request()
    await client.send(messages.LogAppend(number, epoch.position, (epoch.wire,)))
    good = await client.put(new)
    assert await client.expect(messages.Error) == messages.Error(bad, "bad_envelope")
    assert (await client.expect(messages.LogOk)).request == number
    assert await client.expect(messages.Ack) == messages.Ack(good, (new.hash,))


async def test_REL_15_a_log_record_and_what_is_written_after_it_may_come_at_once(
    enter: Enter, world: World, mensen: bytes
) -> None:
    client = await enter(world.owner)
    speaking = world.owner.author()
    epoch = await author.new_epoch(speaking, world.owner.ring, mensen, NOW)
    world.owner.membership = speaking.membership
    envelope = await world.owner.write(mensen)
    number = client.request()
    await client.send(messages.LogAppend(number, epoch.position, (epoch.wire,)))
    await client.put(envelope)
    assert (await client.expect(messages.LogOk)).request == number
    assert (await client.expect(messages.Ack)).hashes == (envelope.hash,)


async def test_REL_16_a_stranger_with_a_key_of_the_case_id_gets_nothing(enter: Enter, world: World) -> None:
    stranger = Device(await new_device(CRYPTO), world.owner.membership, world.owner.ring)
    with pytest.raises(AssertionError, match="bad_login"):
        await enter(stranger)
