"""Rules of the log about taking back: FREEZE, REVOKE, DEVICE_REVOKE, their cuts, and what is owed then."""

from __future__ import annotations

import pytest

from kring.sharing import author, rights
from kring.sharing.gate import START, Accept, Gate, Last, Quarantine
from kring.sharing.keyring import Keyring
from kring.sharing.membership import FROZEN, REVOKED
from kring.sharing.records import BOX, DeviceRevoke, Epoch, Freeze, Grant, Revoke
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import LATER, NOW, Person, World

BEHEREN, BIJDRAGEN, LEZEN, NONE = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN, rights.NONE
BOXED = bytes(BOX)


async def give(world: World, to: Person, given: dict[bytes, int], until: int = 0) -> None:
    owner = world.owner
    await world.take(await author.grant(world.author(owner), owner.ring, to.member, given, until, NOW))


def right(world: World, person: Person, document: bytes | None = None) -> int:
    membership = world.membership
    return membership.right_at(person.keys.id, document or world.mensen, membership.length)


async def test_SHR_10_a_removal_owes_an_epoch_which_any_contributor_can_make(world: World) -> None:
    leaver = await world.granted({world.mensen: LEZEN, world.documents["relatiekaart"]: BIJDRAGEN})
    stayer, reader = await world.granted(), await world.granted({world.mensen: LEZEN})
    await world.revoke(leaver, {})
    membership = world.membership
    await world.revoke(await world.granted({world.mensen: LEZEN}), {})
    assert world.membership.epochs[world.mensen] == membership.epochs[world.mensen]
    assert set(membership.owed()) == {world.mensen, world.documents["relatiekaart"]}
    assert membership.epoch_at(world.mensen, membership.length) == 0
    assert membership.epoch_at(world.mensen, membership.length - 1) == 1
    boxes = dict.fromkeys(membership.readers(world.mensen), BOXED)
    assert leaver.keys.id not in boxes
    body = Epoch(world.mensen, 2, bytes(32), boxes, ((1, bytes(48)),))
    assert "no right" in await refused(world, reader, body)
    await world.rotate(stayer, world.mensen)
    assert world.membership.epoch_at(world.mensen, world.membership.length) == 2
    assert world.membership.owed() == [world.documents["relatiekaart"]]
    await world.update(reader)
    assert await leaver.ring.update(world.crypto, leaver.keys, world.membership) == []
    assert leaver.ring.secret(world.mensen, 2) is None


async def test_SHR_43_active_devices_of_one_member_are_frozen_by_who_outranks_them(world: World) -> None:
    person, other = await world.granted(), await world.granted()
    manager, second = await world.granted({world.mensen: BEHEREN}), await world.second_device(person)
    waiting = await world.own_device(person)
    one = (person.keys.id,)
    assert "not this member's" in await refused(world, other, Freeze(person.member, one))
    for devices in ((waiting.keys.id,), (other.keys.id,), (bytes(16),)):
        assert "no such device" in await refused(world, manager, Freeze(person.member, devices))
    assert "no such member" in await refused(world, manager, Freeze(bytes(16), one))
    await world.say(manager, Freeze(person.member, one))
    assert right(world, person) == NONE
    assert right(world, second) == BIJDRAGEN
    assert world.membership.devices[person.keys.id].state == FROZEN
    assert not world.membership.frozen(person.member)
    assert world.membership.owed() == [world.mensen]
    assert "no such device" in await refused(world, manager, Freeze(person.member, one))
    await world.freeze(person)
    assert world.membership.frozen(person.member)
    await world.revoke(person, {})
    assert "no such member" in await refused(world, world.owner, Freeze(person.member, one))


async def test_SHR_43_a_lost_device_is_frozen_by_another_of_its_own_member_but_by_itself_never(
    world: World,
) -> None:
    reader = await world.granted({world.mensen: LEZEN})
    lost = await world.second_device(reader)
    both = tuple(sorted((lost.keys.id, reader.keys.id)))
    for devices in (both, (reader.keys.id,)):
        assert "not this member's" in await refused(world, reader, Freeze(reader.member, devices))
    await world.say(reader, Freeze(reader.member, (lost.keys.id,)))
    assert right(world, lost) == NONE
    assert right(world, reader) == LEZEN
    assert "no device" in await refused(world, lost, Freeze(reader.member, (reader.keys.id,)))
    await world.say(world.owner, Freeze(world.owner.member, (world.paper.keys.id,)))
    assert right(world, world.paper) == NONE


async def test_SHR_10_43_a_freeze_suspends_until_the_owner_grants_all_again(world: World) -> None:
    prive = world.documents["prive"]
    person = await world.granted({world.mensen: BIJDRAGEN, prive: LEZEN})
    manager = await world.granted({world.mensen: BEHEREN, prive: BEHEREN})
    await world.freeze(person, by=manager)
    assert right(world, person) == NONE
    assert set(world.membership.owed()) == {world.mensen, prive}
    everything = {world.mensen: BIJDRAGEN, prive: LEZEN}
    assert "only the owner" in await refused(world, manager, Grant(person.member, everything, 0, {}))
    partly = Grant(person.member, {world.mensen: BIJDRAGEN}, 0, {})
    assert "each right" in await refused(world, world.owner, partly)
    await give(world, person, everything)
    await world.rotate(world.owner, world.mensen)
    await world.update(person)
    assert person.ring.secret(world.mensen, 2) == world.owner.ring.secret(world.mensen, 2)


async def test_SHR_43_a_grant_does_not_bring_back_one_device_that_was_frozen_alone(world: World) -> None:
    person = await world.granted()
    lost = await world.second_device(person)
    await world.say(person, Freeze(person.member, (lost.keys.id,)))
    await world.rotate(world.owner, world.mensen)
    await give(world, person, {world.mensen: BIJDRAGEN})
    assert world.membership.devices[lost.keys.id].state == FROZEN
    assert right(world, lost) == NONE


async def test_SHR_12_a_cut_names_exactly_the_documents_lost_and_the_devices(world: World) -> None:
    prive, kring = world.documents["prive"], world.documents["kring"]
    person = await world.granted({world.mensen: BIJDRAGEN, kring: BEHEREN, prive: LEZEN})
    await world.second_device(person)
    waiting = await world.own_device(person)
    whole = world.cut(person, {})
    assert whole.keys() == {world.mensen, kring}
    assert waiting.keys.id in whole[world.mensen]
    less = {world.mensen: whole[world.mensen]}
    beyond = {**whole, prive: whole[world.mensen]}
    for cut in (less, beyond, {}):
        assert "documents" in await refused(world, world.owner, Revoke(person.member, {}, cut))
    fewer = {document: {person.keys.id: ()} for document in whole}
    more = {document: {**ends, world.owner.keys.id: ()} for document, ends in whole.items()}
    for cut in (fewer, more):
        assert "devices" in await refused(world, world.owner, Revoke(person.member, {}, cut))
    late = {**whole, kring: {**whole[kring], person.keys.id: ((2, 1, bytes(32)),)}}
    assert "ends chains" in await refused(world, world.owner, Revoke(person.member, {}, late))
    kept = {kring: BIJDRAGEN, prive: LEZEN}
    assert "documents" in await refused(world, world.owner, Revoke(person.member, kept, whole))
    assert "no such member" in await refused(world, world.owner, Revoke(bytes(16), {}, {}))
    await world.say(world.owner, Revoke(person.member, {}, whole))
    assert "no such member" in await refused(world, world.owner, Revoke(person.member, {}, whole))
    assert "no such member" in await refused(
        world, world.owner, Grant(person.member, {world.mensen: 1}, 0, {})
    )


async def test_SHR_43_what_is_kept_is_no_more_than_before_and_something_goes(world: World) -> None:
    kring, prive = world.documents["kring"], world.documents["prive"]
    held = {world.mensen: BEHEREN, kring: BIJDRAGEN}
    person = await world.granted(held)
    for keep in ({kring: BEHEREN}, {**held, prive: LEZEN}, {prive: LEZEN}):
        cut = world.cut(person, {}, keep)
        assert "not to get" in await refused(world, world.owner, Revoke(person.member, keep, cut))
    assert "takes something" in await refused(world, world.owner, Revoke(person.member, held, {}))
    await world.revoke(person, {}, keep={world.mensen: BIJDRAGEN, kring: BIJDRAGEN})
    assert (right(world, person), right(world, person, kring)) == (BIJDRAGEN, BIJDRAGEN)
    assert world.membership.owed() == []
    await world.revoke(person, {}, keep={world.mensen: LEZEN})
    assert (right(world, person), right(world, person, kring)) == (LEZEN, NONE)
    assert set(world.membership.owed()) == {world.mensen, kring}
    assert world.membership.members[person.member].state == "active"
    await world.revoke(person, {})
    assert world.membership.devices[person.keys.id].state == REVOKED
    assert not any(member == person.member for member, _ in world.membership.granted)


async def test_SHR_43_a_manager_lowers_who_has_less(world: World) -> None:
    manager, person = await world.granted({world.mensen: BEHEREN}), await world.granted()
    await world.revoke(person, {}, by=manager, keep={world.mensen: LEZEN})
    assert right(world, person) == LEZEN
    assert world.membership.owed() == [world.mensen]
    await world.rotate(manager, world.mensen)
    await world.update(person)


async def test_SHR_12_a_cut_ends_chains_up_to_the_epoch_there_was_and_none_later(world: World) -> None:
    """P4, P5: after a right was taken and given again, only what is written under a later epoch counts."""
    person = await world.granted()
    device, mensen = person.keys.id, world.mensen
    one = await world.write(person)
    await world.rotate(world.owner, mensen)
    await world.update(person)
    assert world.membership.cut(device, mensen, 1) is None
    ends = {mensen: {device: ((1, 1, one.hash),)}}
    await world.say(world.owner, Revoke(person.member, {mensen: LEZEN}, ends))
    cut = world.membership.cut
    assert [cut(device, mensen, epoch) for epoch in (1, 2)] == [(1, one.hash), (0, bytes(32))]
    assert cut(device, mensen, 3) is cut(device, world.documents["kring"], 1) is None
    await world.rotate(world.owner, mensen)
    await give(world, person, {mensen: BIJDRAGEN})
    await world.update(person)
    two = await world.write(person)
    assert two.header.epoch == 3
    again = {mensen: {device: ((3, 1, two.hash),)}}
    for epoch in (1, 2, 4):
        wrong = {mensen: {device: ((epoch, 1, bytes(32)),)}}
        assert "since an earlier" in await refused(world, world.owner, Revoke(person.member, {}, wrong))
    await world.say(world.owner, Revoke(person.member, {}, again))
    cut = world.membership.cut
    assert [cut(device, mensen, epoch) for epoch in (1, 2, 3, 4)] == [
        (1, one.hash),
        (0, bytes(32)),
        (1, two.hash),
        None,
    ]


async def test_P4_P5_what_was_back_dated_under_a_right_that_was_taken_does_not_count_when_it_is_back(
    world: World,
) -> None:
    person, mensen = await world.granted(), world.mensen
    old = world.membership
    secret = person.ring.secret(mensen, 1)
    assert secret is not None
    honest = await world.write(person)
    await world.revoke(person, {mensen: person.gate(mensen).last(person.keys.id, 1)}, keep={mensen: LEZEN})
    await world.rotate(world.owner, mensen)
    await give(world, person, {mensen: BIJDRAGEN})
    await world.update(person)
    gate = Gate(mensen)
    await world.accept(gate, honest.wire)
    back = await world.forge(
        person.keys,
        secret,
        seq=2,
        previous=honest.hash,
        log_position=old.length,
        log_head=old.head,
    )
    assert await world.judge(gate, back.wire) == Quarantine("cut")
    as_reader = await world.forge(
        person.keys,
        person.ring.secret(mensen, 2) or b"",
        epoch=2,
        log_position=world.membership.length - 1,
        log_head=world.membership.head_at(world.membership.length - 1),
    )
    assert await world.judge(gate, as_reader.wire) == Quarantine("right")
    assert isinstance(await world.judge(gate, (await world.write(person)).wire), Accept)


async def test_P6_SHR_44_who_was_frozen_lowered_and_raised_again_writes_what_counts(world: World) -> None:
    """A new epoch made in between must not be one that the cut ends: the REVOKE owes another."""
    person, mensen = await world.granted(), world.mensen
    await world.freeze(person)
    await world.rotate(world.owner, mensen)
    assert world.membership.owed() == []
    await world.revoke(person, {}, keep={mensen: LEZEN})
    assert world.membership.owed() == [mensen]
    await give(world, person, {mensen: BIJDRAGEN})
    await world.rotate(world.owner, mensen)
    await world.update(person)
    written = await world.write(person)
    assert isinstance(await world.judge(Gate(mensen), written.wire), Accept)


async def test_SHR_4_devices_are_revoked_by_their_member_or_who_outranks_it(world: World) -> None:
    person, other = await world.granted(), await world.granted()
    manager, second = await world.granted({world.mensen: BEHEREN}), await world.second_device(person)
    cut = {world.mensen: {second.keys.id: ()}}
    assert "not this member's" in await refused(world, other, DeviceRevoke(second.keys.id, cut))
    assert "itself" in await refused(world, second, DeviceRevoke(second.keys.id, cut))
    assert "no such device" in await refused(world, person, DeviceRevoke(bytes(16), cut))
    for wrong in ({}, {world.mensen: {}}, {world.mensen: {person.keys.id: ()}}):
        assert "exactly" in await refused(world, person, DeviceRevoke(second.keys.id, wrong))
    everywhere = {each: {second.keys.id: ()} for each in world.membership.documents}
    assert "documents" in await refused(world, person, DeviceRevoke(second.keys.id, everywhere))
    await world.say(person, DeviceRevoke(second.keys.id, cut))
    assert world.membership.cut(second.keys.id, world.mensen, 1) == (0, bytes(32))
    assert world.membership.owed() == [world.mensen]
    assert "no such device" in await refused(world, person, DeviceRevoke(second.keys.id, cut))
    own = {each: {world.paper.keys.id: ()} for each in world.membership.documents}
    for by in (person, manager):
        assert "not this member's" in await refused(world, by, DeviceRevoke(world.paper.keys.id, own))
    await world.say(world.owner, DeviceRevoke(world.paper.keys.id, own))
    assert world.paper.keys.id not in world.membership.readers(world.mensen)
    last = {world.mensen: {person.keys.id: ()}}
    await world.say(manager, DeviceRevoke(person.keys.id, last))
    assert right(world, person) == NONE
    assert world.membership.members[person.member].state == "active"


async def test_SHR_12_devices_of_a_reader_are_revoked_with_an_empty_cut(world: World) -> None:
    reader = await world.granted({world.mensen: LEZEN})
    second = await world.second_device(reader)
    await world.say(reader, DeviceRevoke(second.keys.id, {}))
    await world.revoke(reader, {})
    assert world.membership.cuts == {}
    assert world.membership.owed() == [world.mensen]


@pytest.mark.parametrize("given", [LEZEN, BIJDRAGEN, BEHEREN])
async def test_P5_who_is_removed_has_no_key_of_what_follows(world: World, given: int) -> None:
    person = await world.granted({world.mensen: given})
    others = [person, await world.second_device(person)]
    await world.revoke(person, {})
    await world.rotate(world.owner, world.mensen)
    await world.rotate(world.owner, world.mensen)
    for each in others:
        ring = Keyring(each.ring.secrets)
        await ring.update(world.crypto, each.keys, world.membership)
        assert {epoch for _, epoch in ring.secrets} == {1}
        fresh = Keyring()
        await fresh.update(world.crypto, each.keys, world.membership)
        assert {epoch for _, epoch in fresh.secrets} == {1}


async def test_P5_a_cut_at_nothing_lets_nothing_of_the_chain_count(world: World) -> None:
    person = await world.granted()
    written = await world.write(person)
    await world.revoke(person, {world.mensen: START})
    assert await world.judge(Gate(world.mensen), written.wire) == Quarantine("cut")


async def test_P6_what_was_accepted_before_the_cut_still_counts(world: World) -> None:
    person = await world.granted()
    one, two = await world.write(person), await world.write(person)
    await world.revoke(person, {world.mensen: Last(2, two.hash)})
    gate = Gate(world.mensen)
    gate.follow([one, two], world.membership)
    for each in (one, two):
        await world.accept(gate, each.wire)


async def test_P5_an_invite_of_a_removed_member_brings_no_one_in_who_was_waiting(world: World) -> None:
    """What waits when a member goes, goes too."""
    person = await world.granted()
    waiting = await world.own_device(person)
    await world.revoke(person, {})
    assert world.membership.devices[waiting.keys.id].state == REVOKED
    assert world.membership.members[person.member].until < LATER
