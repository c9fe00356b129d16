"""Rules of the log about invites: INVITE, JOIN, WITHDRAW, DEVICE_CONFIRM."""

from __future__ import annotations

import pytest

from kring.errors import LinkBroken, ProtocolError
from kring.sharing import author, rights
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.invite import require_open
from kring.sharing.membership import ACTIVE, WAITING
from kring.sharing.proofs import invite_id, join_message
from kring.sharing.records import BOX, MEMBER_INVITES, DeviceConfirm, DeviceRevoke, Invite, Join, Withdraw
from kring.sharing.rules import members
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import LATER, NOW, Person, World

BEHEREN, BIJDRAGEN, LEZEN, NONE = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN, rights.NONE
BOXED = bytes(BOX)


async def joining(world: World, seed: bytes, keys: DeviceKeys, member: bytes) -> Join:
    public = (await world.crypto.sign_key(seed)).public
    name = invite_id(public)
    proof = await world.crypto.sign(seed, join_message(world.membership.case, name, member, keys.id))
    return Join(name, member, keys.sign.public, keys.kem.public, b"", proof)


async def test_SHR_8_P10_a_join_gives_no_right_until_a_grant(world: World) -> None:
    person = await world.joined()
    membership = world.membership
    assert [each.id for each in membership.pending()] == [person.member]
    assert membership.right_at(person.keys.id, world.mensen, membership.length) == NONE
    assert person.keys.id not in membership.readers(world.mensen)
    assert not any(device == person.keys.id for _, _, device in membership.wraps)


async def test_SHR_8_an_invite_works_once_before_its_date_while_the_inviter_is_there(world: World) -> None:
    seed = bytes(range(32))
    public = (await world.crypto.sign_key(seed)).public
    first, second = await new_device(world.crypto), await new_device(world.crypto)
    keys = Person(first, b"1" * 16, world.owner.ring)
    assert "no such invite" in await refused(world, keys, await joining(world, seed, first, b"1" * 16))
    await world.say(world.owner, Invite(public, "netwerklid", {world.mensen: LEZEN}, NOW))
    join = await joining(world, seed, first, b"1" * 16)
    assert "expired" in await refused(world, keys, join, time=NOW + 1)
    assert "taken" in await refused(world, keys, await joining(world, seed, first, world.owner.member))
    assert "new device" in await refused(world, Person(second, b"", keys.ring), join)
    await world.say(keys, join)
    assert world.membership.joins[first.id] == join
    other = Person(second, b"2" * 16, world.owner.ring)
    assert "used" in await refused(world, other, await joining(world, seed, second, b"2" * 16))


async def test_SHR_4_a_device_that_is_there_does_not_join_again(world: World) -> None:
    person, seed = await world.granted(), bytes(range(32))
    public = (await world.crypto.sign_key(seed)).public
    await world.say(world.owner, Invite(public, "netwerklid", {}, LATER))
    assert "there already" in await refused(world, person, await joining(world, seed, person.keys, b"2" * 16))
    await world.revoke(person, {})
    assert "there already" in await refused(world, person, await joining(world, seed, person.keys, b"2" * 16))


async def test_SHR_8_invites_of_who_is_stopped_or_left_are_void(world: World) -> None:
    manager = await world.granted({world.mensen: BEHEREN})
    record, link = await author.invite(
        world.author(manager), "netwerklid", {world.mensen: LEZEN}, LATER, "https://r.example", NOW
    )
    await world.take(record)
    keys = await new_device(world.crypto)
    for stop in (world.freeze(manager), world.revoke(manager, {})):
        await stop
        with pytest.raises(ProtocolError, match="no longer there"):
            await author.join(author.Author(world.crypto, keys, world.membership), link, "Zus", NOW)


async def test_SHR_7_who_invites_has_beheren_on_what_they_offer_and_offers_less(world: World) -> None:
    contributor, manager = await world.granted(), await world.granted({world.mensen: BEHEREN})
    offer = {world.mensen: LEZEN}
    assert "no right" in await refused(world, contributor, Invite(bytes(32), "netwerklid", offer, LATER))
    for more in ({world.documents["prive"]: LEZEN}, {**offer, world.documents["prive"]: LEZEN}):
        assert "no right" in await refused(world, manager, Invite(bytes(32), "netwerklid", more, LATER))
    assert "no such document" in await refused(
        world, world.owner, Invite(bytes(32), "netwerklid", {bytes(16): LEZEN}, LATER)
    )
    most = Invite(bytes(32), "netwerklid", {world.mensen: BEHEREN}, LATER)
    assert "beheren" in await refused(world, manager, most)
    assert "offers" in await refused(world, manager, Invite(bytes(32), "netwerklid", {}, LATER))
    assert "role" in await refused(world, world.owner, Invite(bytes(32), "", offer, LATER))
    await world.say(manager, Invite(bytes(32), "netwerklid", offer, LATER))
    assert "there already" in await refused(world, world.owner, most)
    await world.say(world.owner, Invite(bytes([1] * 32), "netwerklid", {world.mensen: BEHEREN}, LATER))


async def test_SHR_40_a_device_of_ones_own_waits_until_one_of_ones_devices_confirms_it(world: World) -> None:
    person, other = await world.granted({world.mensen: LEZEN}), await world.granted()
    second = await world.own_device(person)
    membership = world.membership
    assert membership.devices[second.keys.id].state == WAITING
    assert membership.devices[second.keys.id].member == person.member
    assert membership.right_at(second.keys.id, world.mensen, membership.length) == NONE
    assert not any(device == second.keys.id for _, _, device in membership.wraps)
    assert membership.pending() == []
    wraps = {world.mensen: {second.keys.id: BOXED}}
    for by in (other, world.owner):
        assert "their own" in await refused(world, by, DeviceConfirm(second.keys.id, wraps))
    assert "no device" in await refused(world, second, DeviceConfirm(second.keys.id, wraps))
    assert "exactly" in await refused(world, person, DeviceConfirm(second.keys.id, {}))
    for none in (person.keys.id, bytes(16)):
        assert "no such device" in await refused(world, person, DeviceConfirm(none, wraps))
    await world.take(await author.confirm_device(world.author(person), person.ring, second.keys.id, NOW))
    assert world.membership.devices[second.keys.id].state == ACTIVE
    assert world.membership.right_at(second.keys.id, world.mensen, world.membership.length) == LEZEN
    await world.update(second)
    assert dict(second.ring.secrets) == dict(person.ring.secrets)
    assert "no such device" in await refused(world, person, DeviceConfirm(second.keys.id, wraps))


async def test_SHR_40_a_device_that_waits_can_be_turned_away(world: World) -> None:
    person = await world.granted()
    second = await world.own_device(person)
    await world.say(person, DeviceRevoke(second.keys.id, {world.mensen: {second.keys.id: ()}}))
    assert world.membership.owed() == []
    assert "no such device" in await refused(
        world, person, DeviceConfirm(second.keys.id, {world.mensen: {second.keys.id: BOXED}})
    )


async def test_SHR_40_P10_an_invite_for_a_device_brings_no_one_else_in(world: World) -> None:
    """Neither a new member, nor a device of a member other than who made the invite."""
    person, other = await world.granted({world.mensen: LEZEN}), await world.granted()
    seed = bytes(range(32))
    public = (await world.crypto.sign_key(seed)).public
    for member, role, offer in (
        (other.member, "", {}),
        (person.member, "netwerklid", {}),
        (person.member, "", {world.mensen: LEZEN}),
    ):
        body = Invite(public, role, offer, LATER, member)
        assert "device" in await refused(world, person, body)
    await world.say(person, Invite(public, "", {}, LATER, person.member))
    keys = await new_device(world.crypto)
    for member in (bytes(16), other.member, world.owner.member):
        join = await joining(world, seed, keys, member)
        assert "another member" in await refused(world, Person(keys, member, person.ring), join)
    await world.say(Person(keys, person.member, person.ring), await joining(world, seed, keys, person.member))
    assert world.membership.pending() == []


async def test_SHR_41_an_invite_is_withdrawn_by_who_made_it_or_the_owner_while_unused(world: World) -> None:
    manager, peer = await world.granted({world.mensen: BEHEREN}), await world.granted({world.mensen: BEHEREN})
    offer, names, links = {world.mensen: LEZEN}, [], []
    for _ in range(3):
        speaker = world.author(manager)
        record, link = await author.invite(speaker, "netwerklid", offer, LATER, "https://r.example", NOW)
        await world.take(record)
        names.append(invite_id((await world.crypto.sign_key(link.seed)).public))
        links.append(link)
    assert "not this member's" in await refused(world, peer, Withdraw(names[0]))
    assert "no such invite" in await refused(world, manager, Withdraw(bytes(16)))
    await world.say(manager, Withdraw(names[0]))
    await world.say(world.owner, Withdraw(names[1]))
    keys = await new_device(world.crypto)
    for name, link in zip(names[:2], links[:2], strict=True):
        assert "no such invite" in await refused(world, manager, Withdraw(name))
        with pytest.raises(LinkBroken):
            require_open(world.membership, name, NOW)
        with pytest.raises(ProtocolError, match="was used"):
            await author.join(author.Author(world.crypto, keys, world.membership), link, "Zus", NOW)
    await world.take(
        await author.join(author.Author(world.crypto, keys, world.membership), links[2], "Zus", NOW)
    )
    assert "was used" in await refused(world, manager, Withdraw(names[2]))


async def test_SHR_20_a_member_has_few_open_invites_and_the_owner_can_clear_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await world.granted({world.mensen: LEZEN})

    def own(number: int) -> Invite:
        return Invite(bytes([number] * 32), "", {}, LATER, person.member)

    for number in range(MEMBER_INVITES):
        await world.say(person, own(number))
    assert "of one member" in await refused(world, person, own(99))
    for number in range(200, 201 + MEMBER_INVITES):
        await world.say(world.owner, Invite(bytes([number] * 32), "netwerklid", {}, LATER))
    for number in range(200, 201 + MEMBER_INVITES):
        await world.say(world.owner, Withdraw(invite_id(bytes([number] * 32))))
    monkeypatch.setattr(members, "MAX_INVITES", MEMBER_INVITES)
    one_more = Invite(bytes([100] * 32), "netwerklid", {}, LATER)
    assert "too many invites" in await refused(world, world.owner, one_more)
    await world.say(world.owner, Withdraw(invite_id(own(0).invite)))
    await world.say(world.owner, one_more)
    assert members.MEMBER_INVITES == 16
