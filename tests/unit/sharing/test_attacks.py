"""Attacks on sharing, by the property that each tries to break (docs/threat-model.md)."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import random

import pytest

from kring.errors import CryptoError, NotAllowed, ProtocolError
from kring.sharing import author, envelope, invite, labels, rights
from kring.sharing.actor import actor_id
from kring.sharing.crypto import Sealed
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.envelope import HEADER_SIZE, NOTHING, Content, Envelope, Header, history, parse_envelope
from kring.sharing.gate import Accept, Gate, Last, Quarantine, Verdict, Wait
from kring.sharing.keyring import Keyring
from kring.sharing.records import (
    BOX,
    EARLIER,
    MAX_DEVICES,
    MAX_EARLIER,
    MEMBER_DEVICES,
    Epoch,
    Grant,
    Invite,
    Revoke,
    parse_record,
)
from kring.sharing.replay import replay, verified
from tests.unit.sharing.world import LATER, NOW, RELAY, Person, World


async def resigned(world: World, keys: DeviceKeys, original: Envelope, **fields: int | bytes) -> Envelope:
    """The envelope with other header fields, its ciphertext as it was, signed by `keys`."""
    header = original.header._replace(**fields)  # type: ignore[arg-type]
    draft = Envelope(header, header.pack() + original.ciphertext + bytes(64), b"")
    signature = await world.crypto.sign(keys.sign.private, draft.signed)
    return parse_envelope(draft.wire[:-64] + signature)


def kept_out(verdict: Verdict) -> bool:
    return isinstance(verdict, Quarantine | Wait)


async def test_P3_no_single_bit_of_an_envelope_can_change(world: World) -> None:
    person = await world.granted()
    wire = (await world.write(person)).wire
    assert isinstance(await world.judge(Gate(world.mensen), wire), Accept)
    refused = 0
    for bit in range(8 * len(wire)):
        mutated = bytearray(wire)
        mutated[bit // 8] ^= 1 << (bit % 8)
        try:
            verdict = await world.judge(Gate(world.mensen), bytes(mutated))
        except ProtocolError:
            refused += 1
            continue
        assert kept_out(verdict), bit
        refused += 1
    assert refused == 8 * len(wire) > 2000


async def test_P3_no_byte_can_be_added_or_dropped_anywhere(world: World) -> None:
    wire = (await world.write(await world.granted())).wire
    for at in range(len(wire) + 1):
        for mutated in (wire[:at] + b"\0" + wire[at:], wire[:at] + wire[at + 1 :] if at < len(wire) else b""):
            try:
                assert kept_out(await world.judge(Gate(world.mensen), mutated))
            except ProtocolError:
                continue


async def test_P3_an_envelope_counts_in_no_other_document_case_or_epoch(world: World) -> None:
    prive = world.documents["prive"]
    person = await world.granted({world.mensen: rights.BIJDRAGEN, prive: rights.BIJDRAGEN})
    written = await world.write(person)
    assert await world.judge(Gate(prive), written.wire) == Quarantine("place")
    moved = await resigned(world, person.keys, written, document=prive)
    assert await world.judge(Gate(prive), moved.wire) == Quarantine("seal")
    other = await World.founded()
    gate = Gate(world.mensen)
    assert await world.judge(gate, written.wire, membership=other.membership) == Quarantine("place")
    foreign = await resigned(world, person.keys, written, case=other.membership.case)
    assert await world.judge(gate, foreign.wire) == Quarantine("place")
    await world.rotate(world.owner, world.mensen)
    fields = {"epoch": 2, "log_position": world.membership.length, "log_head": world.membership.head}
    reused = await resigned(world, person.keys, written, **fields)
    assert await world.judge(Gate(world.mensen), reused.wire) == Quarantine("seal")


async def test_P3_even_its_own_device_cannot_change_a_field_without_sealing_anew(world: World) -> None:
    person = await world.granted()
    await world.granted()
    written = await world.write(person)
    old = replay(world.records[:-1])
    changes: list[dict[str, int | bytes]] = [
        {"seq": 1, "previous": bytes(32), "frontier": bytes([1]) * 32},
        {"salt": bytes(32)},
        {"log_position": old.length, "log_head": old.head},
    ]
    for fields in changes:
        forged = await resigned(world, person.keys, written, **fields)
        assert await world.judge(Gate(world.mensen), forged.wire) == Quarantine("seal"), fields


async def test_P3_nobody_signs_what_another_sealed(world: World) -> None:
    person, thief = await world.granted(), await world.granted()
    written = await world.write(person)
    as_victim = await resigned(world, thief.keys, written)
    assert await world.judge(Gate(world.mensen), as_victim.wire) == Quarantine("signature")
    as_own = await resigned(world, thief.keys, written, device=thief.keys.id)
    assert await world.judge(Gate(world.mensen), as_own.wire) == Quarantine("seal")


async def test_P3_content_taken_over_with_the_key_does_not_speak_for_its_actor(world: World) -> None:
    person, thief = await world.granted(), await world.granted()
    written = await world.write(person)
    secret = thief.ring.secret(world.mensen, 1)
    assert secret is not None
    plaintext = (await envelope.open_many(world.crypto, [(written, secret)]))[0]
    assert plaintext is not None
    copied = await world.forge(thief.keys, secret, plaintext=plaintext)
    verdict = await world.judge(Gate(world.mensen), copied.wire)
    assert verdict == Quarantine("content")
    content = dataclasses.replace(envelope.parse_content(plaintext), device=thief.keys.id)
    as_own = await world.forge(thief.keys, secret, content)
    verdict = await world.judge(Gate(world.mensen), as_own.wire)
    assert isinstance(verdict, Accept)
    assert verdict.content.actor_nonce == person.keys.id
    assert verdict.actor != actor_id(world.mensen, person.keys.id, person.keys.id)
    forged = await world.forge(person.keys, secret, plaintext=plaintext)
    unsigned = parse_envelope(forged.wire[:-64] + bytes(64))
    assert await world.judge(Gate(world.mensen), unsigned.wire) == Quarantine("signature")


async def test_P3_a_member_with_the_key_cannot_change_what_another_signed(world: World) -> None:
    person, thief = await world.granted(), await world.granted()
    written = await world.write(person, b"what was meant")
    secret = thief.ring.secret(world.mensen, 1)
    assert secret is not None
    salt, packed = written.header.salt, written.packed_header
    derived = world.crypto.hkdf(secret, salt, labels.ENVELOPE_KEY + packed, 44)
    other = envelope.pack_content(Content(person.keys.id, person.keys.id, NOW, (b"what was faked",)))
    ciphertext = await world.crypto.seal(Sealed(derived[:32], derived[32:], other, packed))
    assert len(ciphertext) == len(written.ciphertext)
    forged = parse_envelope(packed + ciphertext + written.signature)
    assert await world.judge(Gate(world.mensen), forged.wire) == Quarantine("signature")


async def test_P3_a_key_that_leaked_without_the_device_writes_nothing(world: World) -> None:
    person = await world.granted()
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    stranger = await new_device(world.crypto)
    forged = await world.forge(stranger, secret)
    assert await world.judge(Gate(world.mensen), forged.wire) == Quarantine("device")
    impostor = DeviceKeys(person.keys.id, stranger.sign, stranger.kem)
    forged = await world.forge(impostor, secret)
    assert await world.judge(Gate(world.mensen), forged.wire) == Quarantine("signature")


async def test_P3_splices_of_two_honest_envelopes_are_refused(world: World) -> None:
    person = await world.granted()
    one, two = await world.write(person, b"one change"), await world.write(person, b"two change")
    cuts = (HEADER_SIZE, len(one.wire) - 64)
    for first, second in ((one.wire, two.wire), (two.wire, one.wire)):
        for cut in cuts:
            assert kept_out(await world.judge(Gate(world.mensen), first[:cut] + second[cut:]))


async def test_P4_a_reader_cannot_write_at_any_log_position(world: World) -> None:
    before = world.membership
    reader = await world.granted({world.mensen: rights.LEZEN, world.documents["prive"]: rights.BIJDRAGEN})
    secret = reader.ring.secret(world.mensen, 1)
    assert secret is not None
    for position in range(1, world.membership.length + 1):
        forged = await world.forge(
            reader.keys, secret, log_position=position, log_head=world.membership.head_at(position)
        )
        assert await world.judge(Gate(world.mensen), forged.wire) == Quarantine("right")
    beyond = await world.forge(reader.keys, secret, log_position=world.membership.length + 1)
    assert await world.judge(Gate(world.mensen), beyond.wire) == Wait("log")
    assert before.right_at(reader.keys.id, world.mensen, before.length) == rights.NONE
    own = await world.write(reader, document=world.documents["prive"])
    assert isinstance(await world.judge(Gate(world.documents["prive"]), own.wire), Accept)


async def test_P4_a_reader_with_a_colluding_relay_cannot_raise_their_right(world: World) -> None:
    reader = await world.granted({world.mensen: rights.LEZEN})
    speaker = world.author(reader)
    wraps = {world.mensen: {reader.keys.id: bytes(1168)}}
    for body in (
        Grant(reader.member, {world.mensen: rights.BIJDRAGEN}, 0, wraps),
        Invite(bytes(32), "netwerklid", {world.mensen: rights.BIJDRAGEN}, LATER),
        Epoch(
            world.mensen,
            2,
            bytes(32),
            dict.fromkeys(world.membership.readers(world.mensen), bytes(1168)),
            ((1, bytes(48)),),
        ),
    ):
        with pytest.raises(ProtocolError):
            await speaker.say(body, NOW)
    as_owner = DeviceKeys(world.owner.keys.id, reader.keys.sign, reader.keys.kem)
    forged = await author.Author(world.crypto, as_owner, world.membership).say(
        Grant(reader.member, {world.mensen: rights.BIJDRAGEN}, 0, wraps), NOW
    )
    with pytest.raises(CryptoError):
        await verified(world.crypto, world.membership, [forged])


async def test_P4_a_grant_from_another_case_or_place_in_the_log_does_not_fit(world: World) -> None:
    person = await world.granted()
    grant = world.records[-1]
    assert isinstance(grant.body, Grant)
    with pytest.raises(ProtocolError):
        await verified(world.crypto, world.membership, [grant])
    with pytest.raises(ProtocolError):
        await verified(world.crypto, (await World.founded()).membership, [grant])
    moved = bytearray(grant.wire)
    at = moved.index(grant.previous)
    moved[at : at + 32] = world.membership.head
    with pytest.raises(ProtocolError):
        await verified(world.crypto, world.membership, [parse_record(bytes(moved))])
    assert person.member in world.membership.members


async def test_P5_a_removed_member_gets_nothing_accepted_past_the_cut_back_dated_or_not(world: World) -> None:
    person = await world.granted()
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    inside, at = world.membership, Last()
    gate, kept = Gate(world.mensen), await world.write(person)
    await world.accept(gate, kept.wire)
    at = gate.last(person.keys.id, 1)
    await world.revoke(person, {world.mensen: at})
    await world.rotate(world.owner, world.mensen)
    for membership in (inside, world.membership):
        late = await world.forge(
            person.keys,
            secret,
            seq=2,
            previous=kept.hash,
            log_position=membership.length,
            log_head=membership.head,
        )
        for judging in (gate, Gate(world.mensen)):
            assert await world.judge(judging, late.wire) == Quarantine("cut")
    assert isinstance(await world.judge(Gate(world.mensen), kept.wire), Accept)


async def test_P5_a_removed_member_cannot_give_a_newcomer_another_past(world: World) -> None:
    person = await world.granted()
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    inside = world.membership
    chain = [await world.write(person) for _ in range(3)]
    await world.revoke(person, {world.mensen: person.gate(world.mensen).last(person.keys.id, 1)})
    place = {"log_position": inside.length, "log_head": inside.head}
    false = [
        await world.forge(
            person.keys, secret, Content(person.keys.id, bytes(16), NOW, (b"another past",)), **place
        )
    ]
    for number in (2, 3):
        false.append(await world.forge(person.keys, secret, seq=number, previous=false[-1].hash, **place))
    newcomer = Gate(world.mensen)
    for each in (false[0], false[1]):
        assert await world.judge(newcomer, each.wire) == Wait("cut")
    assert await world.judge(newcomer, false[2].wire) == Quarantine("cut")
    for each in reversed(chain):
        await world.judge(newcomer, each.wire)
    assert await world.judge(newcomer, false[0].wire) == Quarantine("cut")
    for each in chain:
        await world.accept(newcomer, each.wire)
    assert newcomer.overrun(world.membership) == []


async def test_P5_what_was_let_in_past_a_cut_that_came_later_is_pointed_out(world: World) -> None:
    person = await world.granted()
    one, two = await world.write(person), await world.write(person)
    gate = Gate(world.mensen)
    for each in (one, two):
        await world.accept(gate, each.wire)
    assert gate.overrun(world.membership) == []
    await world.revoke(person, {world.mensen: Last(1, one.hash, 1)})
    assert gate.overrun(world.membership) == [(person.keys.id, 1)]


async def test_P5_what_was_let_in_along_another_branch_than_the_cut_names_is_pointed_out(
    world: World,
) -> None:
    """A member shows one past to one person and another to the next, and is then removed by the latter."""
    person = await world.granted()
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    inside = world.membership
    chain = [await world.write(person) for _ in range(3)]
    other = await world.forge(
        person.keys, secret, Content(person.keys.id, bytes(16), NOW, (b"another past",))
    )
    deceived, level = Gate(world.mensen), Gate(world.mensen)
    await world.accept(deceived, other.wire)
    await world.accept(level, (await world.forge(person.keys, secret)).wire)
    await world.revoke(person, {world.mensen: person.gate(world.mensen).last(person.keys.id, 1)})
    assert deceived.overrun(world.membership) == []
    deceived.follow(chain[1:], world.membership)
    assert deceived.overrun(world.membership) == [(person.keys.id, 1)]
    deceived.rewind((person.keys.id, 1), Last())
    deceived.follow(chain, world.membership)
    for each in chain:
        await world.accept(deceived, each.wire)
    assert deceived.overrun(world.membership) == []
    short = World.__new__(World)
    short.__dict__.update(world.__dict__)
    short.membership = inside
    await short.revoke(person, {world.mensen: Last(1, chain[0].hash)})
    assert level.overrun(short.membership) == [(person.keys.id, 1)]


async def test_P5_a_cut_ends_every_epoch_up_to_it_and_no_later_one(world: World) -> None:
    person = await world.granted()
    first = await world.write(person)
    await world.rotate(world.owner, world.mensen)
    await person.ring.update(world.crypto, person.keys, world.membership)
    old = world.membership
    second, third = await world.write(person), await world.write(person)
    ends = {(person.keys.id, 2): Last(1, second.hash)}
    await world.say(
        world.owner,
        Revoke(person.member, {world.mensen: rights.LEZEN}, world.cut_at(person, {world.mensen: ends})),
    )
    await world.rotate(world.owner, world.mensen)
    given = {world.mensen: rights.BIJDRAGEN}
    await world.take(
        await author.grant(world.author(world.owner), world.owner.ring, person.member, given, 0, NOW)
    )
    await person.ring.update(world.crypto, person.keys, world.membership)
    gate = Gate(world.mensen)
    assert await world.judge(gate, first.wire) == Quarantine("cut")
    assert await world.judge(gate, third.wire) == Quarantine("cut")
    await world.accept(gate, second.wire)
    later = await world.write(person)
    assert (later.header.epoch, later.header.seq) == (3, 1)
    await world.accept(gate, later.wire)
    secret = person.ring.secret(world.mensen, 2)
    assert secret is not None
    late = await world.forge(
        person.keys, secret, epoch=2, seq=2, previous=second.hash,
        log_position=old.length, log_head=old.head,
    )  # fmt: skip
    assert await world.judge(gate, late.wire) == Quarantine("cut")
    assert gate.overrun(world.membership) == []


async def test_P5_P3_nobody_brings_changes_in_another_members_name_but_the_owner(world: World) -> None:
    person, thief = await world.granted(), await world.granted()
    second = await world.second_device(person)
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    theirs = Content(person.keys.id, bytes(16), NOW, (b"not said by them",))
    forged = await world.forge(thief.keys, secret, theirs)
    gate = Gate(world.mensen)
    assert await world.judge(gate, forged.wire) == Quarantine("content")
    following = await world.forge(thief.keys, secret, seq=2, previous=forged.hash)
    assert await world.judge(gate, following.wire) == Quarantine("chain")
    expected = actor_id(world.mensen, person.keys.id, bytes(16))
    for bringer in (person, second, world.owner):
        brought = await world.forge(bringer.keys, secret, theirs)
        assert (await world.accept(gate, brought.wire)).actor == expected


async def test_P5_only_who_owned_the_case_when_it_was_written_adopts(world: World) -> None:
    person, other = await world.granted(), await world.granted()
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    adopted = Content(other.keys.id, bytes(16), NOW, (b"of somebody else",))
    before = world.membership
    await world.take(await author.transfer(world.author(world.owner), world.owner.ring, person.member, NOW))
    place = {"log_position": before.length, "log_head": before.head}
    gate = Gate(world.mensen)
    early = await world.forge(world.owner.keys, secret, adopted, **place)
    await world.accept(gate, early.wire)
    too_early = await world.forge(person.keys, secret, adopted, **place)
    assert await world.judge(gate, too_early.wire) == Quarantine("content")
    for who, verdict in ((world.owner, Quarantine("content")), (person, Accept)):
        judged = await world.judge(Gate(world.mensen), (await world.forge(who.keys, secret, adopted)).wire)
        assert judged == verdict or type(judged) is verdict


async def test_P7_SHR_22_a_device_that_the_log_does_not_know_yet_makes_an_envelope_wait(
    world: World,
) -> None:
    """Else one client, whose log is longer, would take what another has refused for good."""
    person = await world.granted()
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    short = world.membership
    second = await world.second_device(person)
    brought = await world.forge(
        person.keys, secret, Content(second.keys.id, bytes(16), NOW, (b"x",)),
        log_position=short.length, log_head=short.head,
    )  # fmt: skip
    gate = Gate(world.mensen)
    assert await world.judge(gate, brought.wire, membership=short) == Wait("log")
    await world.accept(gate, brought.wire)


async def test_P5_SHR_22_the_history_vouches_for_every_edit_and_time_before(world: World) -> None:
    person = await world.granted()
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    chain = [await world.write(person, b"head.ed first"), await world.write(person, b"head.ed second")]
    before, after = NOTHING, []
    for wire in chain:
        plain = (await envelope.open_many(world.crypto, [(wire, secret)]))[0]
        assert plain is not None
        content = envelope.parse_content(plain)
        hashes = [hashlib.sha256(change[8:]).digest() for change in content.changes]
        before = history(before, content.device, content.actor_nonce, content.time, hashes)
        assert content.history == before
        after.append(content)
    for lie in (
        after[1],
        dataclasses.replace(after[0], time=NOW - 1),
        dataclasses.replace(after[0], actor_nonce=bytes(16)),
        dataclasses.replace(after[0], changes=(b"head.ed other",)),
        dataclasses.replace(after[0], changes=after[0].changes * 2),
        dataclasses.replace(after[0], history=bytes(32)),
    ):
        forged = await world.forge(person.keys, secret, plaintext=envelope.pack_content(lie))
        gate = Gate(world.mensen)
        assert await world.judge(gate, forged.wire) == Quarantine("content")
        assert await world.judge(gate, chain[1].wire) == Quarantine("chain")


async def test_P3_the_history_of_one_chain_does_not_fit_another(world: World) -> None:
    """Not taken over by another device, nor said again in a later epoch after something else."""
    person = await world.granted()
    await world.write(person)
    said = await world.write(person)
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    plain = (await envelope.open_many(world.crypto, [(said, secret)]))[0]
    assert plain is not None
    await world.rotate(world.owner, world.mensen)
    await person.ring.update(world.crypto, person.keys, world.membership)
    new = person.ring.secret(world.mensen, 2)
    assert new is not None
    moved = await world.forge(person.keys, new, plaintext=plain, epoch=2)
    assert await world.judge(Gate(world.mensen), moved.wire) == Quarantine("content")
    anew = await world.forge(person.keys, new, envelope.parse_content(plain), epoch=2)
    assert isinstance(await world.judge(Gate(world.mensen), anew.wire), Accept)


async def test_P5_a_removed_member_gets_no_key_of_a_later_epoch(world: World) -> None:
    person, stayer = await world.granted(), await world.granted()
    await world.revoke(person, {})
    await world.rotate(stayer, world.mensen)
    secret_then = person.ring.secret(world.mensen, 1)
    await person.ring.update(world.crypto, person.keys, world.membership)
    assert person.ring.secret(world.mensen, 2) is None
    later = await world.write(stayer)
    assert secret_then is not None
    assert await envelope.open_many(world.crypto, [(later, secret_then)]) == [None]
    with pytest.raises(NotAllowed):
        await world.write(person)


async def test_P10_an_invite_gives_no_key_before_the_grant_and_then_only_what_was_granted(
    world: World,
) -> None:
    await world.rotate(world.owner, world.mensen)
    offer = {world.mensen: rights.BIJDRAGEN, world.documents["prive"]: rights.LEZEN}
    person = await world.joined(offer)
    for length in range(1, world.membership.length + 1):
        ring = Keyring()
        await ring.update(world.crypto, person.keys, replay(world.records[:length]))
        assert ring.secrets == {}
    given = {world.mensen: rights.LEZEN}
    await world.take(
        await author.grant(world.author(world.owner), world.owner.ring, person.member, given, 0, NOW)
    )
    await person.ring.update(world.crypto, person.keys, world.membership)
    assert set(person.ring.secrets) == {(world.mensen, 1), (world.mensen, 2)}


async def test_P10_no_wrap_opens_for_who_holds_the_link_alone(world: World) -> None:
    record, link = await author.invite(
        world.author(world.owner), "netwerklid", {world.mensen: rights.LEZEN}, LATER, RELAY, NOW
    )
    await world.take(record)
    for secret in (link.seed, link.case):
        for wrap in world.membership.wraps.values():
            with pytest.raises(CryptoError):
                await world.crypto.hpke_open(secret, b"", wrap.box)


async def test_P10_who_races_with_a_leaked_link_shows_another_code(world: World) -> None:
    record, link = await author.invite(
        world.author(world.owner), "netwerklid", {world.mensen: rights.LEZEN}, LATER, RELAY, NOW
    )
    await world.take(record)
    thief, sister = await new_device(world.crypto), await new_device(world.crypto)
    race = await author.join(author.Author(world.crypto, thief, world.membership), link, "Zus", NOW)
    late = await author.join(author.Author(world.crypto, sister, world.membership), link, "Zus", NOW)
    await world.take(race)
    with pytest.raises(ProtocolError):
        await world.take(late)
    used = world.membership.pending()[0].invite
    case, owner = world.membership.case, world.owner.keys.id
    codes = {
        await invite.check_code(world.crypto, case, owner, used, device) for device in (thief.id, sister.id)
    }
    assert len(codes) == 2


async def test_P10_a_relay_cannot_show_a_joiner_another_log(world: World) -> None:
    record, link = await author.invite(
        world.author(world.owner), "netwerklid", {world.mensen: rights.LEZEN}, LATER, RELAY, NOW
    )
    await world.take(record)
    other = await World.founded()
    keys = await new_device(world.crypto)
    with pytest.raises(ProtocolError):
        await author.join(author.Author(world.crypto, keys, other.membership), link, "Zus", NOW)
    shorter = replay(world.records[:-1])
    with pytest.raises(ProtocolError):
        await author.join(author.Author(world.crypto, keys, shorter), link, "Zus", NOW)


async def test_P8_random_headers_under_a_true_signature_never_escape(world: World) -> None:
    person = await world.granted()
    written = await world.write(person)
    source = random.Random(8)
    outcomes = set()
    for _ in range(300):
        fields: dict[str, int | bytes] = {}
        for name in source.sample(Header._fields[2:12], source.randint(1, 3)):
            value = getattr(written.header, name)
            if isinstance(value, int):
                top = 2**64 - 1 if name == "seq" else 2**32 - 1
                fields[name] = source.choice([1, 2, value, top, source.randint(1, top)])
            else:
                fields[name] = source.choice([bytes(len(value)), source.randbytes(len(value)), value])
        forged = await resigned(world, person.keys, written, **fields)
        if forged.packed_header == written.packed_header:
            continue
        verdict = await world.judge(Gate(world.mensen), forged.wire)
        assert kept_out(verdict), fields
        outcomes.add(verdict)
    assert len(outcomes) >= 6


def test_P8_a_flood_of_waiting_numbers_keeps_the_gate_small() -> None:
    async def flood() -> None:
        world = await World.founded()
        person: Person = await world.granted()
        secret = person.ring.secret(world.mensen, 1)
        assert secret is not None
        gate = Gate(world.mensen)
        for number in range(2, 200):
            early = await world.forge(person.keys, secret, seq=number)
            assert await world.judge(gate, early.wire) == Wait("sequence")
        assert gate.frontier == {}
        assert gate.digest() == Gate(world.mensen).digest()

    asyncio.run(flood())


async def test_P8_a_reader_cannot_take_every_seat_or_every_invite_of_a_case(world: World) -> None:
    """SHR-20: else the devices of one reader would let nobody join, and make an EPOCH too long to be said."""
    reader = await world.granted({world.mensen: rights.LEZEN})
    with pytest.raises(ProtocolError):
        await world.author(reader).say(Invite(bytes(32), "netwerklid", {}, LATER), NOW)
    for _ in range(MEMBER_DEVICES - 1):
        await world.second_device(reader)
    with pytest.raises(ProtocolError):
        await world.second_device(reader)
    await world.granted()
    await world.rotate(world.owner, world.mensen)


async def test_P5_P8_an_epoch_for_all_the_devices_that_a_case_can_have_still_fits(world: World) -> None:
    """SHR-20: what cannot be rotated can never be written again after a removal."""
    speaker = world.author(world.owner)
    wraps = dict.fromkeys((number.to_bytes(16) for number in range(MAX_DEVICES)), bytes(BOX))
    earlier = tuple((epoch, bytes(EARLIER)) for epoch in range(1, MAX_EARLIER + 1))
    body = Epoch(world.mensen, 2**32 - 1, bytes(32), wraps, earlier)
    with pytest.raises(ProtocolError, match="epochs count up"):
        await speaker.say(body, NOW)


async def test_SHR_7_a_manager_cannot_end_the_access_of_an_equal_by_a_grant(world: World) -> None:
    kring = world.documents["kring"]
    manager = await world.granted({world.mensen: rights.BEHEREN, kring: rights.BEHEREN})
    equal = await world.granted({world.mensen: rights.BEHEREN, kring: rights.LEZEN})
    for until in (1, NOW + 1, LATER + 1):
        with pytest.raises(ProtocolError):
            await author.grant(
                world.author(manager), manager.ring, equal.member, {kring: rights.LEZEN}, until, NOW
            )
    await world.take(
        await author.grant(
            world.author(world.owner), world.owner.ring, equal.member, {kring: rights.LEZEN}, LATER, NOW
        )
    )
    await world.take(
        await author.grant(
            world.author(manager), manager.ring, equal.member, {kring: rights.LEZEN}, LATER, NOW
        )
    )
    assert world.membership.right_now(equal.keys.id, world.mensen, LATER - 1) == rights.BEHEREN
