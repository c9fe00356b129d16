"""What the relay asks of records beyond the rules of replay: that cuts fit, and whose time is over."""

from __future__ import annotations

import pytest

from kring.sharing import author, rights
from kring.sharing.author import Author
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.invite import Link
from kring.sharing.keyring import Keyring
from kring.sharing.proofs import invite_id
from kring.sharing.records import (
    Ask,
    Body,
    Cut,
    Ends,
    Freeze,
    Record,
    Revoke,
    Withdraw,
    parse_record,
    sign_record,
)
from kring.sharing.replay import extend
from kring.sync import messages
from tests.support.relay import CRYPTO, NOW, Client, Connect, Device, Enter, FixedClock, World, invite

END = NOW + 60_000


@pytest.fixture
def mensen(world: World) -> bytes:
    return world.documents["mensen"]


async def answer(client: Client, *records: Record) -> str:
    """The relay's word on an append: empty where it took the records."""
    number = client.request()
    wires = tuple(each.wire for each in records)
    await client.send(messages.LogAppend(number, records[0].position, wires))
    frame = await client.next()
    while not isinstance(frame, messages.Error | messages.LogOk) or frame.request != number:
        frame = await client.next()
    return frame.code if isinstance(frame, messages.Error) else ""


async def said(device: Device, client: Client, body: Body, now: int = NOW) -> str:
    """Say it on the device's own log, and move along where it is taken."""
    speaking = device.author()
    refused = await answer(client, await speaking.say(body, now))
    if not refused:
        device.membership = speaking.membership
    return refused


async def rotated(device: Device, client: Client, document: bytes) -> None:
    speaking = device.author()
    assert await answer(client, await author.new_epoch(speaking, device.ring, document, NOW)) == ""
    device.membership = speaking.membership


async def along(device: Device, owner: Device) -> None:
    """Bring the log and keys of `device` where the owner's are."""
    device.membership = owner.membership
    await device.ring.update(CRYPTO, device.keys, device.membership)


def member_of(device: Device) -> bytes:
    return device.membership.devices[device.keys.id].member


def cut_of(device: Device, document: bytes, *ends: tuple[int, int, bytes]) -> Cut:
    return {document: {device.keys.id: ends}}


async def test_P6_REL_30_a_cut_names_the_end_of_every_chain_since_an_earlier_cut(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, client = guest
    owner = await enter(world.owner)
    world.owner.membership = device.membership
    one = await device.write(mensen)
    await client.stored(one)
    await rotated(world.owner, owner, mensen)
    await along(device, world.owner)
    two, three = await device.write(mensen), await device.write(mensen)
    await client.stored(two, three)
    whole = ((1, 1, one.hash), (2, 2, three.hash))
    for ends in ((), whole[:1], whole[1:], (whole[0], (2, 1, two.hash)), (whole[0], (2, 3, three.hash))):
        lowered = Revoke(member_of(device), {mensen: rights.LEZEN}, cut_of(device, mensen, *ends))
        assert await said(world.owner, owner, lowered) == "sequence"
    lowered = Revoke(member_of(device), {mensen: rights.LEZEN}, cut_of(device, mensen, *whole))
    assert await said(world.owner, owner, lowered) == ""
    await rotated(world.owner, owner, mensen)
    speaking = world.owner.author()
    given = {mensen: rights.BIJDRAGEN}
    again = await author.grant(speaking, world.owner.ring, member_of(device), given, 0, NOW)
    assert await answer(owner, again) == ""
    world.owner.membership = speaking.membership
    await along(device, world.owner)
    four = await device.write(mensen)
    assert four.header.epoch == 3
    await client.stored(four)
    assert await said(world.owner, owner, Revoke(member_of(device), {}, cut_of(device, mensen))) == "sequence"
    last = Revoke(member_of(device), {}, cut_of(device, mensen, (3, 1, four.hash)))
    assert await said(world.owner, owner, last) == ""


async def test_P5_REL_30_of_a_frozen_device_a_cut_may_leave_out_what_did_not_count_but_invents_nothing(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, client = guest
    one, two = await device.write(mensen), await device.write(mensen)
    await client.stored(one, two)
    owner = await enter(world.owner)
    world.owner.membership = device.membership
    member = member_of(device)
    shorter = Revoke(member, {}, cut_of(device, mensen, (1, 1, one.hash)))
    assert await said(world.owner, owner, shorter) == "sequence"
    assert await said(world.owner, owner, Freeze(member, (device.keys.id,))) == ""
    for end in ((1, 1, two.hash), (1, 2, one.hash), (1, 3, two.hash)):
        made_up = Revoke(member, {}, cut_of(device, mensen, end))
        assert await said(world.owner, owner, made_up) == "sequence"
    assert await said(world.owner, owner, shorter) == ""


async def test_P5_REL_30_freezing_and_cutting_at_once_leaves_nothing_out(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    """The freeze must stand before: else an edit that was on its way would be lost unseen."""
    device, client = guest
    await client.stored(await device.write(mensen))
    owner = await enter(world.owner)
    world.owner.membership = device.membership
    member, speaking = member_of(device), world.owner.author()
    both = [
        await speaking.say(Freeze(member, (device.keys.id,)), NOW),
        await speaking.say(Revoke(member, {}, cut_of(device, mensen)), NOW),
    ]
    assert await answer(owner, *both) == "sequence"


async def test_REL_12_a_record_that_breaks_a_rule_is_told_nothing_of_any_chain(
    enter: Enter, world: World, mensen: bytes, guest: tuple[Device, Client]
) -> None:
    device, client = guest
    member = world.owner.membership.owner
    speaking = device.author()
    record = await sign_record(
        CRYPTO,
        device.keys,
        case=speaking.membership.case,
        position=speaking.membership.length,
        previous=speaking.membership.head,
        time=NOW,
        body=Revoke(member, {}, {mensen: {world.owner.keys.id: ()}}),
    )
    assert await answer(client, record) == "bad_record"


async def test_SHR_42_REL_31_whose_time_is_over_asks_for_more_and_does_nothing_else(
    connect: Connect, enter: Enter, world: World, mensen: bytes, clock: FixedClock
) -> None:
    person = await let_in(connect, enter, world, {mensen: rights.BIJDRAGEN}, END)
    client, late = await enter(person), END
    await client.stored(await person.write(mensen))
    clock.time = late
    written = await person.write(mensen)
    number = await client.put(written)
    assert await client.expect(messages.Error) == messages.Error(number, "not_allowed")
    client = await connect()
    await client.enter(person, time=late)
    await client.send(messages.Subscribe({mensen: 0}))
    assert await client.refusal() == "not_allowed"
    speaking = person.author()
    spoken = [
        (await author.invite(person.author(), "", {}, late + 1, "http://relay.test", late))[0],
        await author.new_epoch(person.author(), person.ring, mensen, late),
    ]
    for record in spoken:
        assert await answer(client, record) == "not_allowed"
    asked = await speaking.say(Ask(late + 1000), late)
    both = [asked, (await author.invite(speaking, "", {}, late + 1, "http://relay.test", late))[0]]
    assert await answer(client, *both) == "not_allowed"
    assert await answer(client, asked) == ""
    owner = await connect()
    await owner.enter(world.owner, time=late)
    granting = Author(CRYPTO, world.owner.keys, person.membership)
    granting.membership = (await caught_up(owner, world.owner)).membership
    assert granting.membership.members[member_of(person)].asked == late + 1000
    given = {mensen: rights.BIJDRAGEN}
    renewed = await author.grant(granting, world.owner.ring, member_of(person), given, late + 1000, late)
    assert await answer(owner, renewed) == ""
    await client.stored(written)


async def let_in(connect: Connect, enter: Enter, world: World, given: dict[bytes, int], until: int) -> Device:
    """Somebody whose access has an end."""
    owner, person = await enter(world.owner), await invite(world, given)
    await owner.append(person.invite)
    joiner = await connect()
    await joiner.enter_by(person)
    await joiner.append(person.join)
    await owner.append(person.grant)
    granting = Author(CRYPTO, world.owner.keys, person.device.membership)
    member = member_of(person.device)
    assert (
        await answer(owner, await author.grant(granting, world.owner.ring, member, given, until, NOW)) == ""
    )
    world.owner.membership = person.device.membership = granting.membership
    await owner.close()
    return person.device


async def caught_up(client: Client, device: Device) -> Device:
    await client.send(messages.LogGet(device.membership.length))
    log = await client.expect(messages.Log)
    device.membership, _ = extend(device.membership, map(parse_record, log.records))
    return device


async def test_P10_REL_32_a_device_that_waits_reads_the_log_and_no_document(
    connect: Connect, enter: Enter, world: World, mensen: bytes
) -> None:
    owner = await enter(world.owner)
    speaking = world.owner.author()
    record, link = await author.invite(speaking, "", {}, END, "http://relay.test", NOW)
    assert await answer(owner, record) == ""
    keys = await new_device(CRYPTO)
    joining = Author(CRYPTO, keys, speaking.membership)
    join = await author.join(joining, link, "Telefoon", NOW)
    joiner = await connect()
    await by_link(joiner, link)
    assert await answer(joiner, join) == ""
    waiting = Device(keys, joining.membership, Keyring())
    client = await enter(waiting)
    await client.send(messages.LogGet(0))
    assert len((await client.expect(messages.Log)).records) == waiting.membership.length
    await client.send(messages.Subscribe({mensen: 0}))
    assert await client.refusal() == "not_allowed"
    number = await client.put(await waiting.write(mensen, epoch=1))
    assert await client.expect(messages.Error) == messages.Error(number, "not_allowed")
    confirming = Author(CRYPTO, world.owner.keys, joining.membership)
    assert await answer(owner, await author.confirm_device(confirming, world.owner.ring, keys.id, NOW)) == ""
    waiting.membership = confirming.membership
    assert await waiting.ring.update(CRYPTO, keys, waiting.membership) == []
    client = await enter(waiting)
    await client.stored(await waiting.write(mensen))


async def by_link(client: Client, link: Link) -> None:
    pair = await CRYPTO.sign_key(link.seed)
    name = invite_id(pair.public)
    signed = messages.login_bytes(client.nonce, client.origin, link.case, name, NOW)
    await client.send(messages.Login(link.case, name, NOW, await CRYPTO.sign(link.seed, signed)))
    await client.expect(messages.Welcome)


async def test_SHR_41_REL_32_a_withdrawn_invite_opens_nothing(
    connect: Connect, enter: Enter, world: World, mensen: bytes
) -> None:
    owner = await enter(world.owner)
    person = await invite(world, {mensen: rights.LEZEN})
    await owner.append(person.invite)
    joiner = await connect()
    await joiner.enter_by(person)
    before = world.founding.membership
    speaking = Author(CRYPTO, world.owner.keys, before)
    speaking.membership, _ = extend(before, [person.invite])
    assert await answer(owner, await speaking.say(Withdraw(person.invite_id), NOW)) == ""
    assert await joiner.refusal() == "not_allowed"
    again = await connect()
    with pytest.raises(AssertionError, match="bad_login"):
        await again.enter_by(person)


async def test_P11_REL_32_a_sheet_brings_a_new_phone_in_and_the_lost_one_is_served_no_more(
    connect: Connect, enter: Enter, world: World, mensen: bytes
) -> None:
    lost = world.owner
    lost_client = await enter(lost)
    one = await lost.write(mensen)
    await lost_client.stored(one)
    sheet, new, paper = (
        await with_sheet(lost, lost_client),
        await new_device(CRYPTO),
        await new_device(CRYPTO),
    )
    speaking = Author(CRYPTO, sheet, lost.membership)
    ring = Keyring()
    await ring.update(CRYPTO, sheet, lost.membership)
    gone = [each for each in lost.membership.devices if each != sheet.id]
    ends: dict[bytes, Ends] = dict.fromkeys((*gone, sheet.id), ())
    cut = {
        each: ends | {lost.keys.id: ((1, 1, one.hash),) if each == mensen else ()}
        for each in lost.membership.documents
    }
    client = await enter(Device(sheet, lost.membership, ring))
    assert await answer(client, await author.recover(speaking, new, paper, gone, cut, NOW)) == ""
    assert await lost_client.refusal() == "not_allowed"
    for keys in (lost.keys, sheet):
        with pytest.raises(AssertionError, match="bad_login"):
            await enter(Device(keys, speaking.membership, ring))
    phone = Device(new, speaking.membership, ring)
    client = await enter(phone)
    await rotated(phone, client, mensen)
    await client.stored(await phone.write(mensen))


async def with_sheet(device: Device, client: Client) -> DeviceKeys:
    speaking, sheet = device.author(), await new_device(CRYPTO)
    assert (
        await answer(client, await author.add_device(speaking, device.ring, sheet, paper=True, now=NOW)) == ""
    )
    device.membership = speaking.membership
    return sheet
