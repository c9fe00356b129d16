"""Login: one nonce, this relay, this time, a device or invite that stands; anything else is `bad_login`."""

from __future__ import annotations

import dataclasses

import pytest

from kring.errors import NetworkError
from kring.sharing.device import new_device
from kring.sync import messages
from tests.support.relay import CRYPTO, NOW, Client, Connect, Enter, World, found, invite

DAY = 24 * 3600 * 1000


async def refused(client: Client) -> None:
    """Refused, told no more than that, and cut off."""
    assert await client.refusal() == "bad_login"
    with pytest.raises(NetworkError):
        await client.next()


async def test_REL_7_a_device_logs_in(connect: Connect, world: World) -> None:
    client = await connect()
    await client.login(world.owner)
    assert await client.expect(messages.Welcome) == messages.Welcome(len(world.records), NOW)


async def test_REL_7_a_signature_for_another_nonce_is_refused(connect: Connect, world: World) -> None:
    one, other = await connect(), await connect()
    await other.login(world.owner, nonce=one.nonce)
    await refused(other)


async def test_REL_7_a_login_that_was_seen_cannot_be_used_again(connect: Connect, world: World) -> None:
    client = await connect()
    await client.enter(world.owner)
    await client.login(world.owner)
    assert await client.refusal() == "bad_login"


async def test_REL_7_a_signature_for_another_origin_is_refused(connect: Connect, world: World) -> None:
    client = await connect()
    await client.login(world.owner, origin="http://relay.test.evil.example")
    await refused(client)


@pytest.mark.parametrize("off", [-DAY - 1, DAY + 1])
async def test_REL_7_a_clock_far_off_is_refused(connect: Connect, world: World, off: int) -> None:
    client = await connect()
    await client.login(world.owner, time=NOW + off)
    await refused(client)


async def test_REL_7_an_unknown_case_and_an_unknown_device_sound_the_same(
    connect: Connect, world: World
) -> None:
    elsewhere = await found()
    client = await connect()
    await client.login(elsewhere.owner)
    await refused(client)
    stranger = dataclasses.replace(world.owner, keys=await new_device(CRYPTO))
    client = await connect()
    await client.login(stranger)
    await refused(client)


async def test_REL_7_another_key_does_not_open_a_device(connect: Connect, world: World) -> None:
    keys = dataclasses.replace(world.owner.keys, sign=(await new_device(CRYPTO)).sign)
    client = await connect()
    await client.login(dataclasses.replace(world.owner, keys=keys))
    await refused(client)


async def test_REL_7_nothing_but_founding_and_login_before_login(connect: Connect, world: World) -> None:
    document = world.documents["mensen"]
    envelope = await world.owner.write(document)
    frames = (
        messages.LogGet(0),
        messages.LogAppend(1, len(world.records), (b"x",)),
        messages.Put(1, (envelope.wire,)),
        messages.Subscribe({document: 0}),
    )
    for frame in frames:
        client = await connect()
        await client.send(frame)
        assert await client.refusal() == "not_allowed"


async def test_REL_8_a_joiner_reads_the_log_and_adds_one_join(
    connect: Connect, enter: Enter, world: World
) -> None:
    mensen = world.documents["mensen"]
    envelope = await world.owner.write(mensen)
    owner = await enter(world.owner)
    await owner.stored(envelope)
    sister = await invite(world, {mensen: 2})
    await owner.append(sister.invite)
    joiner = await connect()
    await joiner.enter_by(sister)
    await joiner.send(messages.LogGet(0))
    log = await joiner.expect(messages.Log)
    assert log.records == (*world.records, sister.invite.wire)
    await joiner.send(messages.Subscribe({mensen: 0}))
    assert await joiner.refusal() == "not_allowed"
    await joiner.put(envelope)
    assert await joiner.refusal() == "not_allowed"
    await joiner.append(sister.join)
    assert (await owner.expect(messages.Log)).records == (sister.join.wire,)
    await owner.append(sister.grant)
    assert (await joiner.expect(messages.Log)).records == (sister.grant.wire,)
    await joiner.send(messages.Subscribe({mensen: 0}))
    assert await joiner.refusal() == "not_allowed"


async def test_P10_an_invite_that_was_used_or_has_expired_logs_nobody_in(
    connect: Connect, enter: Enter, world: World
) -> None:
    owner = await enter(world.owner)
    used = await invite(world, {world.documents["mensen"]: 2})
    await owner.append(used.invite)
    late = await connect()
    await late.enter_by(used)
    first = await connect()
    await first.enter_by(used)
    await first.append(used.join)
    assert await late.refusal() == "not_allowed"
    with pytest.raises(NetworkError):
        await late.next()
    again = await connect()
    with pytest.raises(AssertionError, match="bad_login"):
        await again.enter_by(used)


async def test_P10_an_expired_invite_logs_nobody_in(
    connect: Connect, enter: Enter, world: World, clock: object
) -> None:
    owner = await enter(world.owner)
    old = await invite(world, {world.documents["mensen"]: 2})
    await owner.append(old.invite)
    clock.time += 8 * DAY  # type: ignore[attr-defined]
    client = await connect()
    with pytest.raises(AssertionError, match="bad_login"):
        await client.enter_by(old, time=NOW + 8 * DAY)
