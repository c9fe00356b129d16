"""Rules of the log about whose a case is, and what outsiders are kept out of: OWNER_TRANSFER, privétijd."""

from __future__ import annotations

import pytest

from kring.sharing import author, rights
from kring.sharing.device import new_device
from kring.sharing.gate import Gate, Quarantine
from kring.sharing.invite import Link
from kring.sharing.keyring import Keyring
from kring.sharing.records import (
    BOX,
    DeviceRevoke,
    Epoch,
    Freeze,
    Grant,
    Invite,
    OwnerTransfer,
    Present,
    PrivetijdStart,
    Revoke,
)
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import LATER, NOW, RELAY, Person, World

BEHEREN, BIJDRAGEN, LEZEN, NONE = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN, rights.NONE
BOXED = bytes(BOX)


async def let_in(world: World, role: str, given: dict[bytes, int], by: Person | None = None) -> Person:
    by = by or world.owner
    record, link = await author.invite(world.author(by), role, given, LATER, RELAY, NOW)
    await world.take(record)
    person = await joined(world, link)
    await world.take(await author.grant(world.author(by), by.ring, person.member, given, 0, NOW))
    await world.update(person)
    return person


async def joined(world: World, link: Link) -> Person:
    keys = await new_device(world.crypto)
    await world.take(await author.join(author.Author(world.crypto, keys, world.membership), link, "Zus", NOW))
    return Person(keys, world.membership.devices[keys.id].member, Keyring())


async def hand_over(world: World, to: Person, by: Person | None = None) -> None:
    by = by or world.owner
    await world.take(await author.transfer(world.author(by), by.ring, to.member, NOW))


async def test_SHR_48_a_case_is_handed_over_by_its_owner_to_who_is_in(world: World) -> None:
    person, manager = await world.granted({world.mensen: LEZEN}), await world.granted({world.mensen: BEHEREN})
    pending, frozen, gone = await world.joined(), await world.granted(), await world.granted()
    await world.second_device(frozen)
    await world.say(world.owner, Freeze(frozen.member, (frozen.keys.id,)))
    await world.revoke(gone, {})
    await world.rotate(world.owner, world.mensen)

    def to(someone: Person) -> OwnerTransfer:
        wraps = {each: {someone.keys.id: BOXED} for each in world.membership.documents}
        return OwnerTransfer(someone.member, wraps)

    assert "only the owner" in await refused(world, manager, to(manager))
    assert "only the owner" in await refused(world, manager, to(person))
    for nobody in (pending, gone, world.owner, Person(person.keys, bytes(16), person.ring)):
        assert "no such member" in await refused(world, world.owner, to(nobody))
    assert "frozen" in await refused(world, world.owner, to(frozen))
    for wraps in ({}, {world.mensen: {person.keys.id: BOXED}}):
        assert "exactly" in await refused(world, world.owner, OwnerTransfer(person.member, wraps))

    length = world.membership.length
    await hand_over(world, person)
    membership = world.membership
    assert membership.owner == person.member
    assert membership.owner_at(length) == world.owner.member
    assert membership.owner_at(length + 1) == membership.owner_at(length + 99) == person.member
    assert membership.is_owner(person.keys.id)
    assert not membership.is_owner(world.owner.keys.id)
    for document in membership.documents:
        for each in (person, world.owner):
            assert membership.right_at(each.keys.id, document, membership.length) == BEHEREN
    assert membership.owed() == []
    await world.update(person)
    assert {document for document, _ in person.ring.secrets} == set(membership.documents)
    assert "only the owner" in await refused(world, world.owner, to(person))
    assert "not this member's" in await refused(world, world.owner, Freeze(person.member, (person.keys.id,)))
    await world.say(person, Freeze(world.owner.member, (world.owner.keys.id,)))


async def test_SHR_48_who_has_no_device_left_is_no_owner(world: World) -> None:
    person = await world.granted()
    await world.own_device(person)
    await world.say(world.owner, DeviceRevoke(person.keys.id, {world.mensen: {person.keys.id: ()}}))
    assert "have none" in await refused(world, world.owner, OwnerTransfer(person.member, {}))


async def test_SHR_48_an_end_of_access_does_not_go_with_ownership(world: World) -> None:
    person = await world.granted()
    given = {world.mensen: BIJDRAGEN}
    owner = world.owner
    await world.take(await author.grant(world.author(owner), owner.ring, person.member, given, LATER, NOW))
    await hand_over(world, person)
    assert world.membership.right_now(person.keys.id, world.mensen, LATER + 1) == BEHEREN


async def test_P9_SHR_49_privetijd_starts_once_by_the_owner_where_no_outsider_reads(world: World) -> None:
    kring, prive = world.documents["kring"], world.documents["prive"]
    manager = await world.granted({world.mensen: BEHEREN, kring: BEHEREN})
    outsider = await let_in(world, "procesbegeleider", {world.mensen: LEZEN})
    assert "owner's" in await refused(world, manager, PrivetijdStart(kring))
    assert "may read" in await refused(world, world.owner, PrivetijdStart(world.mensen))
    assert "no such document" in await refused(world, world.owner, PrivetijdStart(bytes(16)))
    await world.say(world.owner, PrivetijdStart(kring))
    assert "no such document" in await refused(world, world.owner, PrivetijdStart(kring))
    await world.revoke(outsider, {})
    await world.say(world.owner, PrivetijdStart(world.mensen))
    assert world.membership.private == {kring, world.mensen}
    assert prive not in world.membership.private


@pytest.mark.parametrize("role", rights.OUTSIDERS)
async def test_P9_SHR_49_no_record_gives_an_outsider_a_document_of_privetijd(world: World, role: str) -> None:
    kring = world.documents["kring"]
    outsider = await let_in(world, role, {world.mensen: LEZEN})
    offer = {kring: LEZEN}
    record, link = await author.invite(world.author(world.owner), role, offer, LATER, RELAY, NOW)
    await world.take(record)
    waiting = await joined(world, link)
    await world.say(world.owner, PrivetijdStart(kring))
    friend = await let_in(world, "netwerklid", {kring: BEHEREN})
    for by in (world.owner, friend):
        assert "privétijd" in await refused(world, by, Invite(bytes(32), role, offer, LATER))
        for person in (outsider, waiting):
            wraps = {kring: {person.keys.id: BOXED}}
            assert "privétijd" in await refused(world, by, Grant(person.member, offer, 0, wraps))
    readers = world.membership.readers(kring)
    assert outsider.keys.id not in readers
    boxes = dict.fromkeys({*readers, outsider.keys.id}, BOXED)
    assert "exactly" in await refused(
        world, world.owner, Epoch(kring, 2, bytes(32), boxes, ((1, bytes(48)),))
    )
    everything = {each: {outsider.keys.id: BOXED} for each in world.membership.documents}
    assert "exactly" in await refused(world, world.owner, OwnerTransfer(outsider.member, everything))


async def test_P9_SHR_49_an_outsider_who_becomes_owner_gets_and_gives_nothing_of_privetijd(
    world: World,
) -> None:
    kring = world.documents["kring"]
    outsider = await let_in(world, "professional", {world.mensen: LEZEN})
    await world.say(world.owner, PrivetijdStart(kring))
    friend = await let_in(world, "netwerklid", {kring: BIJDRAGEN, world.mensen: LEZEN})
    stranger = await world.granted({world.mensen: LEZEN})
    await hand_over(world, outsider)
    await world.update(outsider)
    membership = world.membership
    assert membership.right_at(outsider.keys.id, kring, membership.length) == NONE
    assert outsider.ring.secret(kring, 1) is None
    assert {document for document, _ in outsider.ring.secrets} == set(membership.documents) - {kring}
    wraps = {kring: {stranger.keys.id: BOXED}}
    for body in (
        Grant(stranger.member, {kring: LEZEN}, 0, wraps),
        Invite(bytes(32), "netwerklid", {kring: LEZEN}, LATER),
    ):
        assert "no right to share in" in await refused(world, outsider, body)
    boxes = dict.fromkeys(membership.readers(kring), BOXED)
    assert "no right" in await refused(world, outsider, Epoch(kring, 2, bytes(32), boxes, ((1, bytes(48)),)))
    assert "may read" in await refused(world, outsider, PrivetijdStart(world.mensen))
    await world.rotate(world.owner, kring)
    await world.update(friend)
    await hand_over(world, friend, by=outsider)
    membership = world.membership
    assert membership.owner == friend.member
    assert membership.right_at(friend.keys.id, kring, membership.length) == BIJDRAGEN
    assert membership.right_at(friend.keys.id, world.mensen, membership.length) == BEHEREN


async def test_P9_SHR_49_presenting_ends_writing_there_and_gives_no_outsider_a_key(world: World) -> None:
    kring = world.documents["kring"]
    friend = await let_in(world, "netwerklid", {kring: BIJDRAGEN})
    outsider = await let_in(world, "professional", {world.mensen: LEZEN})
    assert "nothing to present" in await refused(world, world.owner, Present(kring))
    await world.say(world.owner, PrivetijdStart(kring))
    assert "owner presents" in await refused(world, friend, Present(kring))
    before = await world.write(friend, document=kring)
    old = world.membership
    await world.say(world.owner, Present(kring))
    assert "nothing to present" in await refused(world, world.owner, Present(kring))
    membership = world.membership
    assert membership.presented == {kring}
    for person in (friend, world.owner):
        assert membership.right_at(person.keys.id, kring, membership.length) == LEZEN
        assert membership.right_at(person.keys.id, kring, old.length) > LEZEN
    assert membership.owed() == []
    gate = Gate(kring)
    await world.accept(gate, before.wire)
    late = await world.forge(
        friend.keys,
        friend.ring.secret(kring, 1) or b"",
        document=kring,
        seq=2,
        previous=before.hash,
    )
    assert await world.judge(gate, late.wire) == Quarantine("right")
    wraps = {kring: {outsider.keys.id: BOXED}}
    assert "privétijd" in await refused(world, world.owner, Grant(outsider.member, {kring: LEZEN}, 0, wraps))


async def test_P11_SHR_49_what_was_presented_is_still_read_by_devices_that_come_later(world: World) -> None:
    kring = world.documents["kring"]
    friend = await let_in(world, "netwerklid", {kring: BIJDRAGEN})
    await world.say(world.owner, PrivetijdStart(kring))
    await world.say(world.owner, Present(kring))
    second = await world.second_device(world.owner)
    assert second.ring.secret(kring, 1) == world.owner.ring.secret(kring, 1) is not None
    await world.say(world.owner, Revoke(friend.member, {}, {kring: {friend.keys.id: ()}}))
    assert world.membership.owed() == [kring]
    await world.rotate(second, kring)
    third = await world.second_device(second)
    assert {number for document, number in third.ring.secrets if document == kring} == {1, 2}
    assert second.ring.secret(kring, 2) is not None
