"""Rules of the log about devices of one's own: DEVICE_ADD and RECOVER."""

from __future__ import annotations

import pytest

from kring.errors import ProtocolError
from kring.sharing import author, recovery, rights
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.gate import Accept, Gate, Quarantine
from kring.sharing.keyring import Keyring
from kring.sharing.membership import REVOKED
from kring.sharing.records import BOX, MEMBER_DEVICES, Cut, DeviceAdd, DeviceRevoke, Recover
from kring.sharing.rules import common
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import NOW, Person, World

BEHEREN, BIJDRAGEN, LEZEN, NONE = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN, rights.NONE
BOXED = bytes(BOX)
PROOF = bytes(64)


def adding(person: Person, keys: DeviceKeys, wraps: dict[bytes, dict[bytes, bytes]]) -> DeviceAdd:
    return DeviceAdd(person.member, keys.sign.public, keys.kem.public, False, PROOF, wraps)


def recovering(new: DeviceKeys, paper: DeviceKeys, revoked: tuple[bytes, ...], cut: Cut) -> Recover:
    return Recover(
        new.sign.public, new.kem.public, PROOF, paper.sign.public, paper.kem.public, PROOF, revoked, cut
    )


async def test_SHR_4_a_device_is_added_by_its_own_member_once(world: World) -> None:
    person, keys = await world.granted(), await new_device(world.crypto)
    wraps = {world.mensen: {keys.id: BOXED}}
    assert "their own" in await refused(world, person, adding(world.owner, keys, wraps))
    assert "already" in await refused(world, person, adding(person, person.keys, wraps))
    for wrong in ({}, {world.mensen: {person.keys.id: BOXED}}, {world.mensen: {}}):
        assert "exactly" in await refused(world, person, adding(person, keys, wrong))
    keys = (await world.second_device(person)).keys
    length = world.membership.length
    assert world.membership.right_at(keys.id, world.mensen, length) == BIJDRAGEN
    assert world.membership.right_at(keys.id, world.documents["prive"], length) == NONE
    await world.say(person, DeviceRevoke(keys.id, {world.mensen: {keys.id: ()}}))
    assert "already" in await refused(world, person, adding(person, keys, {}))


async def test_SHR_9_a_device_that_comes_while_an_epoch_is_owed_is_in_the_next(world: World) -> None:
    person, leaver = await world.granted(), await world.granted()
    await world.revoke(leaver, {})
    second = await world.second_device(person)
    assert second.ring.secrets == {}
    await world.rotate(person, world.mensen)
    await world.update(second)
    assert {epoch for _, epoch in second.ring.secrets} == {1, 2}


async def test_SHR_20_seats_are_counted_without_who_was_revoked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So what a member fills up, the owner can empty."""
    reader = await world.granted({world.mensen: LEZEN})
    added = [await world.second_device(reader) for _ in range(MEMBER_DEVICES - 1)]
    keys = await new_device(world.crypto)
    more = adding(reader, keys, {world.mensen: {keys.id: BOXED}})
    assert "of one member" in await refused(world, reader, more)
    seats = len(world.membership.devices)
    monkeypatch.setattr(common, "MAX_DEVICES", seats)
    with pytest.raises(ProtocolError, match="too many devices"):
        await world.second_device(world.owner)
    await world.say(world.owner, DeviceRevoke(added[0].keys.id, {}))
    await world.second_device(world.owner)
    monkeypatch.setattr(common, "MAX_DEVICES", seats + 1)
    await world.rotate(world.owner, world.mensen)
    await world.update(reader)
    await world.second_device(reader)
    assert len(world.membership.devices) == seats + 2
    monkeypatch.undo()
    while sum(1 for _ in world.membership.devices_of(world.owner.member)) <= MEMBER_DEVICES:
        await world.second_device(world.owner)
    assert common.MEMBER_DEVICES == 16


async def test_SHR_45_only_a_sheet_recovers_and_it_is_retired(world: World) -> None:
    new, paper = await new_device(world.crypto), await new_device(world.crypto)
    owner, sheet = world.owner.keys.id, world.paper.keys.id
    both = tuple(sorted((owner, sheet)))
    person, gone = await world.granted(), (await world.second_device(world.owner)).keys.id

    def cut(*devices: bytes) -> Cut:
        return {each: dict.fromkeys(devices, ()) for each in world.membership.documents}

    await world.say(world.owner, DeviceRevoke(gone, cut(gone)))
    for by, body, rule in (
        (
            world.paper,
            recovering(new, paper, tuple(sorted((sheet, gone))), cut(sheet, gone)),
            "of their own",
        ),
        (world.owner, recovering(new, paper, both, cut(*both)), "only a recovery sheet"),
        (world.paper, recovering(new, paper, (owner,), cut(owner)), "retired"),
        (
            world.paper,
            recovering(new, paper, tuple(sorted((sheet, person.keys.id))), cut(sheet, person.keys.id)),
            "of their own",
        ),
        (world.paper, recovering(new, paper, tuple(sorted((sheet, bytes(16)))), cut(sheet)), "of their own"),
        (world.paper, recovering(new, paper, both, cut(sheet)), "exactly"),
        (world.paper, recovering(new, paper, both, {}), "exactly"),
        (world.paper, recovering(new, new, both, cut(*both)), "already"),
        (world.paper, recovering(world.owner.keys, paper, both, cut(*both)), "already"),
    ):
        assert rule in await refused(world, by, body)
    await world.take(await author.recover(world.author(world.paper), new, paper, [owner], cut(*both), NOW))
    membership = world.membership
    assert {membership.devices[each].state for each in both} == {REVOKED}
    assert membership.is_owner(new.id)
    assert not any(membership.is_owner(each) for each in (*both, person.keys.id, bytes(16)))
    assert membership.devices[paper.id].paper
    assert not membership.devices[new.id].paper
    assert set(membership.owed()) == set(membership.documents)
    again = await new_device(world.crypto)
    assert "no device" in await refused(world, world.paper, recovering(again, again, (sheet,), {}))


async def test_P11_a_sheet_restores_every_document_on_an_empty_phone_and_shuts_out_the_lost_one(
    world: World,
) -> None:
    written = await world.write(world.owner)
    for kind in ("mensen", "prive"):
        await world.rotate(world.owner, world.documents[kind])
    later = await world.write(world.owner)
    lost, mensen = world.owner, world.mensen

    sheet = await recovery.paper_device(world.crypto, world.seed)
    ring = Keyring()
    assert await ring.update(world.crypto, sheet, world.membership) == []
    assert dict(ring.secrets) == dict(lost.ring.secrets)
    new = Person(await new_device(world.crypto), lost.member, ring)
    fresh_seed = recovery.new_seed(world.crypto)
    paper = await recovery.paper_device(world.crypto, fresh_seed)
    ends = {1: (1, 1, written.hash), 2: (2, 1, later.hash)}
    cut = {
        each: {lost.keys.id: tuple(ends.values()) if each == mensen else (), sheet.id: ()}
        for each in world.membership.documents
    }
    old = world.membership
    speaker = author.Author(world.crypto, sheet, world.membership)
    await world.take(await author.recover(speaker, new.keys, paper, [lost.keys.id], cut, NOW))
    for document in world.membership.owed():
        await world.rotate(new, document)
    assert world.membership.owed() == []

    gate = Gate(mensen)
    gate.follow([written, later], world.membership)
    for each in (written, later):
        assert isinstance(await world.judge(gate, each.wire, ring=new.ring), Accept)
    assert isinstance(await world.judge(Gate(mensen), (await world.write(new)).wire, ring=new.ring), Accept)
    from_new_sheet = Keyring()
    await from_new_sheet.update(world.crypto, paper, world.membership)
    assert dict(from_new_sheet.secrets) == dict(new.ring.secrets)
    assert len({document for document, _ in new.ring.secrets}) == 16

    for thief in (lost.keys, sheet):
        stolen = Keyring(lost.ring.secrets)
        await stolen.update(world.crypto, thief, world.membership)
        assert stolen.secret(mensen, 3) is None
        forged = await world.forge(
            thief,
            lost.ring.secret(mensen, 2) or b"",
            epoch=2,
            seq=2 if thief is lost.keys else 1,
            previous=later.hash if thief is lost.keys else bytes(32),
            log_position=old.length,
            log_head=old.head,
        )
        assert await world.judge(gate, forged.wire) == Quarantine("cut")


async def test_P11_a_member_recovers_too_and_others_make_the_epochs_where_they_only_read(
    world: World,
) -> None:
    reader = await world.granted({world.mensen: LEZEN})
    sheet = await new_device(world.crypto)
    await world.take(await author.add_device(world.author(reader), reader.ring, sheet, paper=True, now=NOW))
    ring = Keyring()
    await ring.update(world.crypto, sheet, world.membership)
    new, paper = await new_device(world.crypto), await new_device(world.crypto)
    speaker = author.Author(world.crypto, sheet, world.membership)
    await world.take(await author.recover(speaker, new, paper, [reader.keys.id], {}, NOW))
    assert world.membership.owed() == [world.mensen]
    await world.rotate(world.owner, world.mensen)
    fresh = Keyring()
    assert await fresh.update(world.crypto, new, world.membership) == []
    assert {epoch for _, epoch in fresh.secrets} == {1, 2}
    assert await reader.ring.update(world.crypto, reader.keys, world.membership) == []
    assert reader.ring.secret(world.mensen, 2) is None
