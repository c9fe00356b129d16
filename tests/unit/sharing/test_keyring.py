"""Epoch secrets reach the devices that may read, and no other."""

from __future__ import annotations

import pytest

from kring.errors import CryptoError
from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing import author, keyring, rights
from kring.sharing.device import new_device
from kring.sharing.gate import Accept, Gate, Wait
from kring.sharing.keyring import Keyring
from kring.sharing.records import BOX, Epoch, Grant
from tests.unit.sharing.world import NOW, World


async def test_SHR_9_every_reader_opens_every_document_and_nobody_else_any(world: World) -> None:
    person = await world.granted({world.mensen: rights.LEZEN})
    second = await world.second_device(person)
    await world.paper.ring.update(world.crypto, world.paper.keys, world.membership)
    every = {(document, 1) for document in world.membership.documents}
    assert set(world.owner.ring.secrets) == set(world.paper.ring.secrets) == every
    assert world.paper.ring.secrets == world.owner.ring.secrets
    for each in (person, second):
        assert dict(each.ring.secrets) == {(world.mensen, 1): world.owner.ring.secret(world.mensen, 1)}
    stranger = Keyring()
    assert await stranger.update(world.crypto, await new_device(world.crypto), world.membership) == []
    assert stranger.secrets == {}


async def test_P11_the_sheets_seed_alone_opens_every_document(world: World) -> None:
    await world.rotate(world.owner, world.mensen)
    from_paper = Keyring()
    assert await from_paper.update(world.crypto, world.paper.keys, world.membership) == []
    assert from_paper.secrets == world.owner.ring.secrets


async def test_SHR_16_who_comes_after_rotations_reads_what_came_before(world: World) -> None:
    for _ in range(3):
        await world.rotate(world.owner, world.mensen)
    person = await world.granted({world.mensen: rights.LEZEN})
    mine = {epoch: person.ring.secret(world.mensen, epoch) for epoch in range(1, 5)}
    assert mine == {epoch: world.owner.ring.secret(world.mensen, epoch) for epoch in range(1, 5)}
    assert len(set(mine.values())) == 4
    assert len(person.ring.secrets) == 4


class Counting(CpythonCrypto):
    """Counts the boxes opened: each costs a phone a few milliseconds."""

    opened = 0

    async def hpke_open(self, seed: bytes, info: bytes, box: bytes) -> bytes:
        self.opened += 1
        return await super().hpke_open(seed, info, box)


async def test_SHR_16_after_a_long_absence_one_box_a_document_is_opened(world: World) -> None:
    person = await world.granted()
    for _ in range(5):
        await world.rotate(world.owner, world.mensen)
    crypto = Counting()
    assert await person.ring.update(crypto, person.keys, world.membership) == []
    assert crypto.opened == 1
    assert person.ring.secrets.keys() == {(world.mensen, epoch) for epoch in range(1, 7)}
    assert await person.ring.update(crypto, person.keys, world.membership) == []
    assert crypto.opened == 1


async def test_a_wrap_that_seals_nonsense_is_told_apart(world: World) -> None:
    person = await world.joined()
    good = await world.owner.ring.wraps(
        world.crypto,
        world.owner.keys,
        world.membership,
        [world.mensen],
        {person.keys.id: person.keys.kem.public},
    )
    assert len(good[world.mensen][person.keys.id]) == BOX
    nonsense = Grant(person.member, {world.mensen: 2}, 0, {world.mensen: {person.keys.id: bytes(BOX)}})
    await world.say(world.owner, nonsense)
    assert await person.ring.update(world.crypto, person.keys, world.membership) == [(world.mensen, 1)]
    assert person.ring.secrets == {}


async def test_a_wrap_is_bound_to_its_place(world: World) -> None:
    mine = world.owner.keys
    membership = world.membership
    box = membership.wraps[world.mensen, 1, mine.id].box
    right = keyring.wrap_info(membership.case, world.mensen, 1, mine.id, mine.id)
    assert await world.crypto.hpke_open(mine.kem.private, right, box) == world.owner.ring.secret(
        world.mensen, 1
    )
    for info in (
        keyring.wrap_info(bytes(32), world.mensen, 1, mine.id, mine.id),
        keyring.wrap_info(membership.case, world.documents["prive"], 1, mine.id, mine.id),
        keyring.wrap_info(membership.case, world.mensen, 2, mine.id, mine.id),
        keyring.wrap_info(membership.case, world.mensen, 1, bytes(16), mine.id),
        keyring.wrap_info(membership.case, world.mensen, 1, mine.id, bytes(16)),
    ):
        with pytest.raises(CryptoError):
            await world.crypto.hpke_open(mine.kem.private, info, box)


async def test_without_a_key_none_is_passed_on(world: World) -> None:
    person = await world.joined()
    with pytest.raises(CryptoError):
        await author.grant(world.author(world.owner), Keyring(), person.member, {world.mensen: 2}, 0, NOW)
    with pytest.raises(CryptoError):
        await author.new_epoch(world.author(world.owner), Keyring(), world.mensen, NOW)


async def test_SHR_46_an_earlier_secret_that_does_not_open_is_left_out(world: World) -> None:
    readers = {each: world.membership.devices[each].kem for each in world.membership.readers(world.mensen)}
    case = world.membership.case
    boxes = await keyring.seal_to(world.crypto, world.owner.keys, case, world.mensen, 2, bytes(32), readers)
    commit = keyring.commitment(case, world.mensen, 2, bytes(32))
    await world.say(world.owner, Epoch(world.mensen, 2, commit, boxes, ((1, bytes(48)),)))
    ring = Keyring()
    await ring.update(world.crypto, world.paper.keys, world.membership)
    assert ring.secret(world.mensen, 2) == bytes(32)
    assert ring.secret(world.mensen, 1) == world.owner.ring.secret(world.mensen, 1)
    newcomer = await new_device(world.crypto)
    fresh = Keyring({(world.mensen, 2): bytes(32)})
    await fresh.update(world.crypto, newcomer, world.membership)
    assert fresh.secret(world.mensen, 1) is None


async def test_P8_a_manager_cannot_wedge_a_newcomer_with_a_wrong_secret(world: World) -> None:
    manager, person = await world.granted({world.mensen: rights.BEHEREN}), await world.joined()
    false = Keyring({(world.mensen, 1): bytes(32)})
    given = {world.mensen: rights.BIJDRAGEN}
    await world.take(await author.grant(world.author(manager), false, person.member, given, 0, NOW))
    assert await person.ring.update(world.crypto, person.keys, world.membership) == [(world.mensen, 1)]
    written = await world.write(manager)
    assert await world.judge(Gate(world.mensen), written.wire, ring=person.ring) == Wait("key")
    await world.take(
        await author.grant(world.author(world.owner), world.owner.ring, person.member, given, 0, NOW)
    )
    assert await person.ring.update(world.crypto, person.keys, world.membership) == []
    assert isinstance(await world.judge(Gate(world.mensen), written.wire, ring=person.ring), Accept)


async def test_P7_SHR_19_readers_cannot_be_given_different_secrets_of_one_epoch(world: World) -> None:
    person = await world.granted()
    case, mensen = world.membership.case, world.mensen
    kems = {each: world.membership.devices[each].kem for each in world.membership.readers(mensen)}
    one = await keyring.seal_to(world.crypto, world.owner.keys, case, mensen, 2, b"1" * 32, kems)
    two = await keyring.seal_to(world.crypto, world.owner.keys, case, mensen, 2, b"2" * 32, kems)
    boxes = one | {person.keys.id: two[person.keys.id]}
    commit = keyring.commitment(case, mensen, 2, b"1" * 32)
    await world.say(world.owner, Epoch(mensen, 2, commit, boxes, ((1, bytes(48)),)))
    assert await world.owner.ring.update(world.crypto, world.owner.keys, world.membership) == []
    assert await person.ring.update(world.crypto, person.keys, world.membership) == [(mensen, 2)]
    assert person.ring.secret(mensen, 2) is None
