"""Rules of the log about epochs: EPOCH, and how one that was spoiled is mended by the next (P5)."""

from __future__ import annotations

import pytest

from kring.errors import CryptoError
from kring.sharing import author, keyring, rights
from kring.sharing.device import new_device
from kring.sharing.gate import Accept, Gate
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership
from kring.sharing.records import BOX, EARLIER, MAX_EARLIER, Epoch, Genesis
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import NOW, Person, World

BEHEREN, BIJDRAGEN, LEZEN, NONE = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN, rights.NONE
BOXED = bytes(BOX)
SEALED = bytes(EARLIER)


def epoch(world: World, number: int, *earlier: int, document: bytes | None = None) -> Epoch:
    document = document or world.mensen
    boxes = dict.fromkeys(world.membership.readers(document), BOXED)
    return Epoch(document, number, bytes(32), boxes, tuple((each, SEALED) for each in earlier))


async def spoiled(
    world: World, person: Person, secret: bytes, *, commit: bytes = b"", nonsense_to: tuple[bytes, ...] = ()
) -> None:
    """An EPOCH by someone who keeps the rules and no faith: they commit to `commit`, or to `secret`.

    `nonsense_to` get a box of nothing, and what should lead to the epochs before does not.
    """
    membership, document = world.membership, world.mensen
    number, case = membership.last_epoch(document) + 1, membership.case
    kems = {each: membership.devices[each].kem for each in membership.readers(document)}
    boxes = await keyring.seal_to(world.crypto, person.keys, case, document, number, secret, kems)
    boxes |= dict.fromkeys(nonsense_to, BOXED)
    said = commit or keyring.commitment(case, document, number, secret)
    await world.say(person, Epoch(document, number, said, boxes, ((number - 1, SEALED),)))


async def mend(world: World, *people: Person) -> None:
    """What each honest device does when the log has grown, until nobody has anything to do."""
    for _ in range(2 * len(people) + 1):
        busy = False
        for person in people:
            await person.ring.update(world.crypto, person.keys, world.membership)
            may = world.membership.may_renew(person.keys.id, world.mensen)
            owes = world.mensen in world.membership.owed()
            if may and (owes or await person.ring.loose(world.crypto, world.membership, world.mensen)):
                await world.rotate(person, world.mensen)
                busy = True
        if not busy:
            return
    raise AssertionError("they never come to an end")


async def test_SHR_9_epochs_count_up_and_are_for_exactly_the_readers(world: World) -> None:
    person = await world.granted()
    readers = world.membership.readers(world.mensen)
    for number in (1, 3):
        assert "count up" in await refused(world, world.owner, epoch(world, number, 1))
    assert "no such document" in await refused(world, world.owner, epoch(world, 1, document=bytes(16)))
    mine, waiting = world.owner.keys.id, (await world.own_device(person)).keys.id
    for recipients in (readers - {mine}, readers | {waiting}, set()):
        body = Epoch(world.mensen, 2, bytes(32), dict.fromkeys(recipients, BOXED), ((1, SEALED),))
        assert "exactly" in await refused(world, world.owner, body)
    await world.rotate(world.owner, world.mensen)
    assert world.membership.epoch_at(world.mensen, world.membership.length) == 2
    assert world.membership.epoch_at(world.mensen, world.membership.length - 1) == 1


async def test_SHR_16_every_epoch_but_the_first_seals_earlier_ones(world: World) -> None:
    assert "earlier" in await refused(world, world.owner, epoch(world, 2))
    for wrong in ((2,), (1, 2), (3,)):
        assert "is earlier" in await refused(world, world.owner, epoch(world, 2, *wrong))
    await world.rotate(world.owner, world.mensen)
    await world.say(world.owner, epoch(world, 3, 1, 2))


async def test_SHR_46_any_contributor_makes_a_later_epoch_at_any_time_and_no_reader(world: World) -> None:
    contributor, reader = await world.granted(), await world.granted({world.mensen: LEZEN})
    assert "no right" in await refused(world, reader, epoch(world, 2, 1))
    elsewhere = epoch(world, 2, 1, document=world.documents["kring"])
    assert "no right" in await refused(world, contributor, elsewhere)
    pending, frozen = await world.joined(), await world.granted()
    await world.freeze(frozen)
    may = world.membership.may_renew
    for person, holds in ((contributor, True), (reader, False), (pending, False), (frozen, False)):
        assert may(person.keys.id, world.mensen) is holds
    assert not may(bytes(16), world.mensen)
    await world.rotate(contributor, world.mensen)
    await world.update(reader, world.owner)
    assert reader.ring.secret(world.mensen, 2) == contributor.ring.secret(world.mensen, 2) is not None


async def test_SHR_9_the_first_epoch_is_for_who_manages_and_seals_none(world: World) -> None:
    keys = await new_device(world.crypto)
    speaker = author.Author(world.crypto, keys, Membership())
    genesis = Genesis(b"m" * 16, keys.sign.public, keys.kem.public, bytes(32), (b"d" * 16,))
    await speaker.say(genesis, NOW)
    bare = World()
    bare.crypto, bare.membership, bare.records = world.crypto, speaker.membership, speaker.records
    bare.owner, bare.documents = Person(keys, b"m" * 16, Keyring()), {"mensen": b"d" * 16}
    person = await bare.granted({bare.mensen: BIJDRAGEN})
    assert bare.membership.owed() == []
    assert bare.membership.epoch_at(bare.mensen, bare.membership.length) == 0
    assert "no right" in await refused(bare, person, epoch(bare, 1))
    await bare.revoke(await bare.granted({bare.mensen: BIJDRAGEN}), {})
    assert bare.membership.owed() == []
    assert "earlier" in await refused(bare, bare.owner, epoch(bare, 1, 1))
    await bare.say(bare.owner, epoch(bare, 1))


async def test_P5_SHR_46_an_epoch_committed_to_junk_is_mended_by_the_next(world: World) -> None:
    """Nobody can read that epoch, its author neither; nothing is lost, for nothing can be written in it."""
    mallory, honest = await world.granted(), await world.granted()
    reader = await world.granted({world.mensen: LEZEN})
    before = await world.write(honest)
    await spoiled(world, mallory, b"1" * 32, commit=b"?" * 32)
    for each in (world.owner, honest, reader):
        failed = await each.ring.update(world.crypto, each.keys, world.membership)
        assert failed == [(world.mensen, 2)]
    assert await honest.ring.loose(world.crypto, world.membership, world.mensen) == [1]
    await mend(world, honest, world.owner, reader)
    after = await world.write(honest)
    for ring in (world.owner.ring, honest.ring, reader.ring):
        for each in (before, after):
            assert isinstance(await world.judge(Gate(world.mensen), each.wire, ring=ring), Accept)
    newcomer = await world.granted({world.mensen: LEZEN})
    assert {number for _, number in newcomer.ring.secrets} == {1, 3}


async def test_P5_SHR_46_who_was_sealed_nonsense_gets_in_by_the_next_epoch_of_anyone(world: World) -> None:
    mallory, honest = await world.granted(), await world.granted()
    reader = await world.granted({world.mensen: LEZEN})
    await spoiled(world, mallory, b"1" * 32, nonsense_to=(honest.keys.id, reader.keys.id))
    assert await world.owner.ring.update(world.crypto, world.owner.keys, world.membership) == []
    written = await world.write(world.owner)
    assert written.header.epoch == 2
    for each in (honest, reader):
        assert await each.ring.update(world.crypto, each.keys, world.membership) == [(world.mensen, 2)]
    await mend(world, honest, world.owner)
    await reader.ring.update(world.crypto, reader.keys, world.membership)
    for each in (honest, reader, world.owner):
        assert await each.ring.loose(world.crypto, world.membership, world.mensen) == []
        verdict = await world.judge(Gate(world.mensen), written.wire, ring=each.ring)
        assert isinstance(verdict, Accept)


async def test_P5_SHR_46_what_only_some_hold_is_led_to_by_who_holds_it(world: World) -> None:
    """The mender has no key of the epoch before, and so cannot seal it; who has it makes one more."""
    mallory, honest = await world.granted(), await world.granted()
    await spoiled(world, mallory, b"1" * 32, nonsense_to=(honest.keys.id,))
    await honest.ring.update(world.crypto, honest.keys, world.membership)
    await world.rotate(honest, world.mensen)
    assert set(world.membership.earlier[world.mensen, 3]) == {1}
    assert await honest.ring.loose(world.crypto, world.membership, world.mensen) == []
    assert await world.owner.ring.update(world.crypto, world.owner.keys, world.membership) == []
    assert await world.owner.ring.loose(world.crypto, world.membership, world.mensen) == [2]
    await world.rotate(world.owner, world.mensen)
    assert set(world.membership.earlier[world.mensen, 4]) == {2, 3}
    await world.update(honest)
    assert honest.ring.secret(world.mensen, 2) == b"1" * 32
    assert await world.owner.ring.loose(world.crypto, world.membership, world.mensen) == []


async def test_P5_SHR_46_however_often_one_member_spoils_it_all_others_come_out_with_every_key(
    world: World,
) -> None:
    mallory, honest = await world.granted(), await world.granted()
    reader = await world.granted({world.mensen: LEZEN})
    people = (world.owner, honest, reader)
    for number in range(6):
        victims = tuple(person.keys.id for at, person in enumerate(people) if number >> at % 3 & 1)
        await spoiled(
            world, mallory, bytes([number]) * 32, commit=b"?" * 32 * (number % 2), nonsense_to=victims
        )
        for person in people[:2]:
            await person.ring.update(world.crypto, person.keys, world.membership)
        await mend(world, *people[:2])
    await world.revoke(mallory, {})
    await mend(world, *people)
    newcomer = await world.granted({world.mensen: LEZEN})
    rings = [each.ring for each in (*people, newcomer)]
    assert all(dict(ring.secrets).items() >= dict(newcomer.ring.secrets).items() for ring in rings)
    for ring in rings:
        held = {number for document, number in ring.secrets if document == world.mensen}
        assert held == {number for name, number in newcomer.ring.secrets if name == world.mensen}
    assert newcomer.ring.secret(world.mensen, 1) is not None


async def test_P5_SHR_46_a_contributor_who_was_never_given_a_key_waits_for_the_others(world: World) -> None:
    person = await world.joined()
    empty = Keyring()
    await world.take(
        await author.grant(
            world.author(world.owner), world.owner.ring, person.member, {world.mensen: BIJDRAGEN}, 0, NOW
        )
    )
    assert await empty.loose(world.crypto, world.membership, world.mensen) == []
    with pytest.raises(CryptoError):
        await author.new_epoch(world.author(person), empty, world.mensen, NOW)


async def test_SHR_46_more_loose_epochs_than_one_can_seal_are_led_to_by_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mallory, mensen = await world.granted(), world.mensen
    for number in range(5):
        await spoiled(world, mallory, bytes([number]) * 32)
        await world.update(world.owner)
    assert await world.owner.ring.loose(world.crypto, world.membership, mensen) == [5, 4, 3, 2, 1]
    monkeypatch.setattr(keyring, "MAX_EARLIER", 3)
    await world.rotate(world.owner, mensen)
    assert set(world.membership.earlier[mensen, 7]) == {6, 5, 4}
    assert await world.owner.ring.loose(world.crypto, world.membership, mensen) == [3, 2, 1]
    await mend(world, world.owner)
    newcomer = await world.granted({mensen: LEZEN})
    last = world.membership.last_epoch(mensen)
    assert {number for _, number in newcomer.ring.secrets} == set(range(1, last + 1))
    assert MAX_EARLIER == 64


async def test_SHR_47_P6_a_secret_whose_epoch_lost_its_place_in_the_log_is_used_for_nothing(
    world: World,
) -> None:
    """Two make the same epoch at once: the relay takes one, and in the other's nobody may write."""
    person, mensen = await world.granted(), world.mensen
    lost = await author.new_epoch(world.author(person), person.ring, mensen, NOW)
    assert lost.position == world.membership.length
    stale = person.ring.secret(mensen, 2)
    assert await person.ring.update(world.crypto, person.keys, world.membership) == []
    assert person.ring.secret(mensen, 2) == stale
    await world.rotate(world.owner, mensen)
    again = await author.new_epoch(world.author(person), Keyring(person.ring.secrets), mensen, NOW)
    assert again.position == world.membership.length
    await world.update(person)
    assert person.ring.secret(mensen, 2) == world.owner.ring.secret(mensen, 2) != stale
    written = await world.write(person)
    assert isinstance(await world.judge(Gate(mensen), written.wire), Accept)
