"""Whole logs: how one begins and grows, who signs it, and that nothing in it can be changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from kring.errors import CryptoError, LogForked, ProtocolError
from kring.sharing import author, records, replay, rights
from kring.sharing.crypto import KeyPair
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.membership import Membership
from kring.sharing.proofs import device_message, invite_id, join_message
from kring.sharing.records import (
    BOX,
    DeviceAdd,
    Freeze,
    Genesis,
    Invite,
    Join,
    Recover,
    parse_record,
    sign_record,
)
from kring.sharing.replay import extend, verified
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import KINDS, LATER, NOW, Person, World

BEHEREN, BIJDRAGEN, LEZEN, NONE = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN, rights.NONE
BOXED = bytes(BOX)
HARMLESS = Invite(bytes(32), "netwerklid", {}, LATER)


async def test_SHR_4_a_founded_case_has_sixteen_writable_documents_a_sheet_and_an_owner(
    world: World,
) -> None:
    """Sixteen in every case: neither their number nor their order tells what there is."""
    membership = world.membership
    assert membership.length == 18
    assert set(world.documents) == set(KINDS)
    assert len(membership.documents) == author.DOCUMENTS == 16
    assert set(world.documents.values()) < set(membership.documents)
    assert list(membership.documents) == sorted(membership.documents)
    for document in membership.documents:
        assert membership.epoch_at(document, membership.length) == 1
        assert membership.readers(document) == {world.owner.keys.id, world.paper.keys.id}
    assert membership.devices[world.paper.keys.id].paper
    assert membership.is_owner(world.owner.keys.id)
    assert membership.owner_at(0) == b""
    assert membership.owner_at(1) == membership.owner == world.owner.member
    assert replay.replay(world.records) == membership


async def test_SHR_4_signatures_are_demanded_of_author_invite_key_and_new_device(world: World) -> None:
    person = await world.joined()
    await world.second_device(world.owner)
    assert person.member in world.membership.members
    for number, record in enumerate(world.records):
        broken = bytearray(record.wire)
        broken[-1] ^= 1
        log = [*world.records[:number], parse_record(bytes(broken))]
        with pytest.raises((CryptoError, ProtocolError)):
            await verified(world.crypto, Membership(), log)


@pytest.mark.parametrize("kind", [Join, DeviceAdd, "device", "paper"])
async def test_SHR_4_a_proof_by_the_wrong_key_is_refused(world: World, kind: object) -> None:
    keys, stranger = await new_device(world.crypto), await new_device(world.crypto)
    paper = await new_device(world.crypto)
    pair = await world.crypto.sign_key(bytes(range(32)))
    await world.say(world.owner, Invite(pair.public, "professional", {}, LATER))
    case, member = world.membership.case, bytes(16)
    speaker = world.author(world.owner)
    if kind is Join:
        invite = invite_id(pair.public)
        proof = await world.crypto.sign(stranger.sign.private, join_message(case, invite, member, keys.id))
        speaker = author.Author(world.crypto, keys, world.membership)
        record = await speaker.say(Join(invite, member, keys.sign.public, keys.kem.public, b"", proof), NOW)
    elif kind is DeviceAdd:
        member = world.owner.member
        proof = await world.crypto.sign(stranger.sign.private, device_message(case, member, keys.id))
        wraps = {each: {keys.id: BOXED} for each in world.membership.documents}
        record = await speaker.say(
            DeviceAdd(member, keys.sign.public, keys.kem.public, False, proof, wraps), NOW
        )
    else:
        member = world.owner.member
        signers = (stranger, paper) if kind == "device" else (keys, stranger)
        proofs = [
            await world.crypto.sign(by.sign.private, device_message(case, member, of.id))
            for by, of in zip(signers, (keys, paper), strict=True)
        ]
        cut = {each: {world.paper.keys.id: ()} for each in world.membership.documents}
        body = Recover(
            keys.sign.public, keys.kem.public, proofs[0], paper.sign.public, paper.kem.public, proofs[1],
            (world.paper.keys.id,), cut,
        )  # fmt: skip
        record = await world.author(world.paper).say(body, NOW)
    with pytest.raises(CryptoError):
        await world.take(record)


async def test_SHR_4_a_record_must_follow_the_head(world: World) -> None:
    record = await world.author(world.owner).say(HARMLESS, NOW)
    with pytest.raises(LogForked):
        extend(world.membership.copy(), [record, record])
    with pytest.raises(LogForked):
        extend(Membership(), [record])
    other = await World.founded()
    with pytest.raises(LogForked):
        extend(other.membership, [record])
    await world.take(record)


async def test_P7_a_log_that_was_rewritten_anywhere_is_no_longer_the_same_log(world: World) -> None:
    await world.granted()
    for dropped in range(len(world.records) - 1):
        with pytest.raises(ProtocolError):
            replay.replay([*world.records[:dropped], *world.records[dropped + 1 :]])
    swapped = [*world.records[:2], world.records[3], world.records[2], *world.records[4:]]
    with pytest.raises(LogForked):
        replay.replay(swapped)


async def test_P7_a_forked_log_is_noticed_at_the_first_record_after_the_fork(world: World) -> None:
    one, two = await world.granted(), await world.granted()
    fork = world.membership
    await world.freeze(one)
    freeze = Freeze(two.member, (two.keys.id,))
    other = await author.Author(world.crypto, world.owner.keys, fork).say(freeze, NOW)
    assert other.position == world.records[-1].position
    following = await world.say(world.owner, freeze)
    assert following.position == other.position + 1
    with pytest.raises(LogForked):
        extend(extend(fork, [other])[0], [following])


async def test_SHR_4_a_record_of_another_case_is_refused(world: World) -> None:
    record = await sign_record(
        world.crypto,
        world.owner.keys,
        case=bytes(32),
        position=world.membership.length,
        previous=world.membership.head,
        time=NOW,
        body=HARMLESS,
    )
    with pytest.raises(ProtocolError, match=r"^a record of another case$"):
        extend(world.membership, [record])


@pytest.mark.parametrize("off", [-1, 1])
async def test_SHR_4_a_record_that_names_another_position_is_refused(world: World, off: int) -> None:
    record = await sign_record(
        world.crypto,
        world.owner.keys,
        case=world.membership.case,
        position=world.membership.length + off,
        previous=world.membership.head,
        time=NOW,
        body=HARMLESS,
    )
    with pytest.raises(LogForked):
        extend(world.membership, [record])


async def test_SHR_4_genesis_comes_first_and_once_with_sorted_documents(world: World) -> None:
    keys = world.owner.keys
    genesis = Genesis(bytes(16), keys.sign.public, keys.kem.public, bytes(32), (bytes(16),))
    with pytest.raises(ProtocolError):
        await author.Author(world.crypto, keys, Membership()).say(HARMLESS, NOW)
    for documents in ((b"b" * 16, b"a" * 16), (b"a" * 16, b"a" * 16)):
        unsorted = Genesis(bytes(16), keys.sign.public, keys.kem.public, bytes(32), documents)
        with pytest.raises(ProtocolError, match="sorted"):
            await author.Author(world.crypto, keys, Membership()).say(unsorted, NOW)
    fresh = await new_device(world.crypto)
    again = Genesis(bytes(16), fresh.sign.public, fresh.kem.public, bytes(32), (bytes(16),))
    for by, body in ((keys, genesis), (fresh, again)):
        with pytest.raises(ProtocolError, match=r"^GENESIS is the first record and no other$"):
            await author.Author(world.crypto, by, world.membership).say(body, NOW)


async def test_SHR_4_strangers_and_impostors_write_no_records(world: World) -> None:
    stranger = Person(await new_device(world.crypto), b"", world.owner.ring)
    assert "no device" in await refused(world, stranger, HARMLESS)
    other = await new_device(world.crypto)
    impostor = DeviceKeys(world.owner.keys.id, other.sign, other.kem)
    record = await author.Author(world.crypto, impostor, world.membership).say(HARMLESS, NOW)
    with pytest.raises(CryptoError):
        await world.take(record)


async def test_SHR_4_one_record_that_its_author_did_not_sign_spoils_those_that_follow_it(
    world: World,
) -> None:
    """A relay and a member together: the owner's words made up, and true ones of the member after them."""
    person, other = await world.granted(), await new_device(world.crypto)
    impostor = DeviceKeys(world.owner.keys.id, other.sign, other.kem)
    made_up = await author.Author(world.crypto, impostor, world.membership).say(HARMLESS, NOW)
    believed = extend(world.membership, [made_up])[0]
    speaking = author.Author(world.crypto, person.keys, believed)
    following = await author.new_epoch(speaking, person.ring, world.mensen, NOW)
    await verified(world.crypto, believed, [following])
    with pytest.raises(CryptoError):
        await world.take(made_up, following)


async def test_SHR_4_who_is_pending_waiting_frozen_or_removed_says_nothing(world: World) -> None:
    pending, waiting = await world.joined(), await world.own_device(world.owner)
    frozen, removed = await world.granted(), await world.granted()
    await world.freeze(frozen)
    await world.revoke(removed, {})
    assert "not active" in await refused(world, pending, HARMLESS)
    for person in (waiting, frozen, removed):
        assert "no device" in await refused(world, person, HARMLESS)


async def test_SHR_4_genesis_by_a_device_that_is_not_its_keys_is_refused(world: World) -> None:
    keys, other = world.owner.keys, await new_device(world.crypto)
    genesis = Genesis(bytes(16), keys.sign.public, other.kem.public, bytes(32), (bytes(16),))
    with pytest.raises(ProtocolError, match=r"^the author is not the new device$"):
        await author.Author(world.crypto, keys, Membership()).say(genesis, NOW)


async def test_SHR_6_the_past_does_not_change_when_the_log_grows(world: World) -> None:
    leaver = await world.granted({world.mensen: BIJDRAGEN})
    steps: list[Callable[[], Awaitable[object]]] = [
        lambda: world.granted({world.mensen: LEZEN}),
        lambda: world.granted({world.documents["prive"]: BEHEREN}),
        lambda: world.revoke(leaver, {}, keep={world.mensen: LEZEN}),
        lambda: world.rotate(world.owner, world.mensen),
        lambda: world.second_device(world.owner),
        lambda: world.revoke(leaver, {}),
        lambda: world.rotate(world.owner, world.mensen),
    ]
    seen: dict[tuple[bytes, bytes, int], tuple[int, int, bytes, bytes]] = {}
    for step in steps:
        await step()
        membership = world.membership
        for device in sorted(membership.devices):
            for document in world.documents.values():
                for position in range(1, membership.length + 1):
                    now = (
                        membership.right_at(device, document, position),
                        membership.epoch_at(document, position),
                        membership.head_at(position),
                        membership.owner_at(position),
                    )
                    assert seen.setdefault((device, document, position), now) == now
    assert len(world.membership.devices) == 6
    assert replay.replay(world.records) == world.membership
    assert world.membership.head_at(0) == world.membership.head_at(world.membership.length + 1) == b""


async def test_SHR_20_no_member_fills_the_log_and_the_owner_is_not_held_to_it_afterwards(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is lowered here; 2048 signed records would tell no more."""
    monkeypatch.setattr(replay, "MEMBER_RECORDS", 3)
    person = await world.granted()
    assert world.membership.authored[person.member] == 1
    for _ in range(2):
        await world.rotate(person, world.mensen)
    boxes = dict.fromkeys(world.membership.readers(world.mensen), BOXED)
    last = world.membership.last_epoch(world.mensen)
    more = records.Epoch(world.mensen, last + 1, bytes(32), boxes, ((last, bytes(48)),))
    assert await refused(world, person, more) == "this member has said enough"
    for _ in range(4):
        await world.rotate(world.owner, world.mensen)
    await world.update(person)
    await world.take(await author.transfer(world.author(world.owner), world.owner.ring, person.member, NOW))
    await world.rotate(world.owner, world.mensen)
    await world.update(person)
    await world.rotate(person, world.mensen)


def test_SHR_20_the_bound_on_records_of_a_member_is_the_protocols() -> None:
    assert replay.MEMBER_RECORDS == 2048
    assert records.MAX_POSITION == 65_535


def test_device_keys_do_not_show_their_secrets() -> None:
    keys = DeviceKeys(bytes(16), KeyPair(b"secret" * 6, b""), KeyPair(b"secret" * 6, b""))
    assert "secret" not in repr(keys)
