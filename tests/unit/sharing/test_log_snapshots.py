"""Rules of the log about snapshots: who may make one, and who may have the rest pruned."""

from __future__ import annotations

from kring.sharing import rights
from kring.sharing.records import Freeze, Revoke, Snapshot, SnapshotConfirm
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import World

BEHEREN, BIJDRAGEN, LEZEN = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN
HASH, OTHER = b"s" * 32, b"t" * 32


def of(world: World, name: bytes = HASH, document: bytes | None = None) -> Snapshot:
    covers = {world.owner.keys.id: ((1, 3, b"e" * 32),)}
    return Snapshot(document or world.mensen, name, covers)


async def test_SHR_50_a_snapshot_is_made_by_who_manages_and_covers_chains_that_there_are(
    world: World,
) -> None:
    contributor, manager = await world.granted(), await world.granted({world.mensen: BEHEREN})
    mine = world.owner.keys.id
    assert "no right" in await refused(world, contributor, of(world))
    assert "no right" in await refused(world, manager, of(world, document=world.documents["kring"]))
    assert "no right" in await refused(world, world.owner, of(world, document=bytes(16)))
    for covers, rule in (
        ({}, "something"),
        ({mine: ()}, "something"),
        ({bytes(16): ((1, 1, HASH),)}, "devices"),
        ({mine: ((2, 1, HASH),)}, "epochs"),
        ({mine: ((1, 1, HASH), (2, 1, HASH))}, "epochs"),
    ):
        assert rule in await refused(world, manager, Snapshot(world.mensen, HASH, covers))
    everyone = dict.fromkeys(world.membership.devices, ((1, 1, HASH),))
    await world.say(manager, Snapshot(world.mensen, OTHER, everyone))
    await world.say(manager, of(world))
    offered = world.membership.snapshots[world.mensen]
    assert (offered.author, offered.hash, offered.confirmed) == (manager.keys.id, HASH, False)
    assert world.membership.confirmed == {}


async def test_SHR_50_it_is_confirmed_once_by_another_who_contributes_and_only_the_newest(
    world: World,
) -> None:
    contributor, reader = await world.granted(), await world.granted({world.mensen: LEZEN})
    confirm = SnapshotConfirm(world.mensen, HASH)
    assert "newest" in await refused(world, contributor, confirm)
    await world.say(world.owner, of(world, OTHER))
    await world.say(world.owner, of(world))
    assert "newest" in await refused(world, contributor, SnapshotConfirm(world.mensen, OTHER))
    assert "newest" in await refused(world, contributor, SnapshotConfirm(world.documents["kring"], HASH))
    assert "no right" in await refused(world, reader, confirm)
    for by in (world.owner, world.paper):
        assert "another device" in await refused(world, by, confirm)
    await world.say(contributor, confirm)
    assert world.membership.confirmed[world.mensen].hash == HASH
    assert "has been" in await refused(world, contributor, confirm)
    await world.say(world.owner, of(world, OTHER))
    assert world.membership.snapshots[world.mensen].hash == OTHER
    assert world.membership.confirmed[world.mensen].hash == HASH
    assert not world.membership.snapshots[world.mensen].confirmed


async def test_SHR_50_P6_nobody_but_the_owner_has_history_pruned_alone(world: World) -> None:
    """A manager with two devices could else offer a snapshot that opens nothing, and confirm it."""
    manager, confirm = await world.granted({world.mensen: BEHEREN}), SnapshotConfirm(world.mensen, HASH)
    second = await world.second_device(manager)
    await world.say(manager, of(world))
    assert "another device" in await refused(world, second, confirm)
    await world.say(world.owner, confirm)
    mine = await world.second_device(world.owner)
    await world.say(world.owner, of(world, OTHER))
    await world.say(mine, SnapshotConfirm(world.mensen, OTHER))


async def test_SHR_50_who_is_alone_in_a_document_confirms_their_own(world: World) -> None:
    prive, confirm = world.documents["prive"], SnapshotConfirm(world.documents["prive"], HASH)
    await world.granted({prive: LEZEN})
    await world.say(world.owner, of(world, document=prive))
    assert "another device" in await refused(world, world.paper, confirm)
    await world.say(world.owner, confirm)
    contributor = await world.granted({prive: BIJDRAGEN})
    await world.say(world.owner, of(world, OTHER, prive))
    other = SnapshotConfirm(prive, OTHER)
    assert "another device" in await refused(world, world.owner, other)
    await world.say(world.owner, Freeze(contributor.member, (contributor.keys.id,)))
    await world.say(world.owner, other)


async def test_SHR_52_P6_a_snapshot_covers_all_that_a_confirmed_one_did(world: World) -> None:
    mine = world.owner.keys.id
    contributor = await world.granted()
    covers = {mine: ((1, 3, b"e" * 32),), contributor.keys.id: ((1, 2, b"f" * 32),)}
    await world.say(world.owner, Snapshot(world.mensen, HASH, covers))
    await world.say(contributor, SnapshotConfirm(world.mensen, HASH))
    for less in (
        {mine: ((1, 4, b"g" * 32),)},
        {**covers, mine: ((1, 2, b"d" * 32),)},
        {**covers, mine: ((1, 3, b"d" * 32),)},
    ):
        assert "confirmed" in await refused(world, world.owner, Snapshot(world.mensen, OTHER, less))
    more = {**covers, mine: ((1, 4, b"g" * 32),)}
    await world.say(world.owner, Snapshot(world.mensen, OTHER, more))


async def test_SHR_52_P6_a_cut_ends_no_chain_before_what_a_confirmed_snapshot_covers(world: World) -> None:
    person = await world.granted()
    ends = ((1, 3, b"e" * 32),)
    await world.say(world.owner, Snapshot(world.mensen, HASH, {person.keys.id: ends}))
    assert not world.membership.snapshots[world.mensen].confirmed
    await world.say(person, SnapshotConfirm(world.mensen, HASH))
    await world.freeze(person)
    for earlier in ((), ((1, 2, b"d" * 32),), ((1, 3, b"d" * 32),)):
        cut = {world.mensen: {person.keys.id: earlier}}
        assert "before what" in await refused(world, world.owner, Revoke(person.member, {}, cut))
    await world.say(world.owner, Revoke(person.member, {}, {world.mensen: {person.keys.id: ends}}))


async def test_SHR_52_P5_a_snapshot_covers_nothing_past_a_cut(world: World) -> None:
    """Neither one made after the cut, nor one made before it and not yet confirmed."""
    person = await world.granted()
    past = {person.keys.id: ((1, 4, b"f" * 32),)}
    await world.say(world.owner, Snapshot(world.mensen, HASH, past))
    await world.freeze(person)
    cut = {world.mensen: {person.keys.id: ((1, 3, b"e" * 32),)}}
    await world.say(world.owner, Revoke(person.member, {}, cut))
    assert "past a cut" in await refused(world, world.owner, SnapshotConfirm(world.mensen, HASH))
    other = {person.keys.id: ((1, 3, b"f" * 32),)}
    for wrong in (past, other):
        assert "past a cut" in await refused(world, world.owner, Snapshot(world.mensen, OTHER, wrong))
    await world.say(world.owner, Snapshot(world.mensen, OTHER, {person.keys.id: ((1, 3, b"e" * 32),)}))
