"""What a member with true keys can make by hand: envelopes and records that no honest app would make."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

from kring.cases.case import Case
from kring.documents.change import MAGIC, MAKE_MAP, SET, Op
from kring.documents.change_encoder import encode_change
from kring.documents.columns import write_uleb
from kring.documents.opid import ROOT_ID
from kring.sharing import rights
from kring.sharing.author import Author, new_epoch
from kring.sharing.envelope import HEADER_SIZE, SNAPSHOT, Content, Envelope, pack_content, parse_envelope
from kring.sharing.records import (
    Body,
    DeviceAdd,
    Epoch,
    Freeze,
    Genesis,
    Grant,
    Invite,
    OwnerTransfer,
    PrivetijdStart,
    Record,
    Revoke,
    Snapshot,
    sign_record,
)
from tests.support.mallory import Mallory

Make = Callable[[Mallory, Case], Awaitable[list[bytes]]]


class Attack(NamedTuple):
    """`make` gives one envelope, or several of which each person sees another; `case` is somebody honest's.

    `reason`: why it is refused; "wait" where it waits, empty where it counts. `seen`: by the relay too.
    """

    make: Make
    reason: str
    seen: bool = False


def op(mallory: Mallory, actor: bytes = b"", at: int = 0) -> Op:
    """Something that harms nobody: a map of its own in the first map of the document."""
    live = mallory.document.handle._registers.root.live  # type: ignore[union-attr]
    key = next(each for each in sorted(live) if each not in ("kind", "schema"))
    name = mallory.engine.ports.crypto.random(4).hex()
    place = next(iter(live[key]))
    return Op((at or mallory.next_op, actor or mallory.actor), place, name, False, MAKE_MAP, None, ())


def change(mallory: Mallory) -> bytes:
    """As she may make it, by an actor of its own."""
    mallory.nonce = mallory.engine.ports.crypto.random(16)
    mallory.actor = mallory.actor_of(mallory.nonce)
    return mallory.chunk([op(mallory)])


async def _good(mallory: Mallory, _: Case) -> list[bytes]:
    return [await mallory.forge(change(mallory))]


async def _foreign_actor(mallory: Mallory, case: Case) -> list[bytes]:
    theirs = next(iter(case._engine.documents[mallory.document.id].vetting.actors))
    said = encode_change(theirs, 1, mallory.document.vetting.heads, [op(mallory, theirs)])
    return [await mallory.forge(said)]


async def _huge_start(mallory: Mallory, _: Case) -> list[bytes]:
    return [await mallory.forge(mallory.chunk([op(mallory, at=2**32 - 2)]))]


async def _root(mallory: Mallory, _: Case) -> list[bytes]:
    live = mallory.document.handle._registers.root.live["kind"]  # type: ignore[union-attr]
    put = Op((mallory.next_op, mallory.actor), ROOT_ID, "kind", False, SET, 1, tuple(sorted(live)))
    return [await mallory.forge(mallory.chunk([put]))]


async def _deflated(mallory: Mallory, _: Case) -> list[bytes]:
    deflater = zlib.compressobj(wbits=-15)
    body = deflater.compress(change(mallory)[10:] + bytes(10**7)) + deflater.flush()
    after = bytearray([2])
    write_uleb(after, len(body))
    return [await mallory.forge(MAGIC + sha256(after + body).digest()[:4] + bytes(after) + body)]


async def _number_twice(mallory: Mallory, _: Case) -> list[bytes]:
    first = change(mallory)
    return [await mallory.forge(first, mallory.chunk([op(mallory)]))]


async def _fork(mallory: Mallory, _: Case) -> list[bytes]:
    return [await mallory.forge(change(mallory)) for _ in range(2)]


async def _nowhere(mallory: Mallory, _: Case) -> list[bytes]:
    place = 1, b"x" * 16
    said = Op((mallory.next_op, mallory.actor), place, "x", False, SET, 1, ())
    return [await mallory.forge(mallory.chunk([said]))]


def _said(mallory: Mallory, **fields: Any) -> bytes:
    content = Content(mallory.engine.keys.id, mallory.nonce, 1, (change(mallory),), **fields)
    return pack_content(content)


async def _long_cbor(mallory: Mallory, _: Case) -> list[bytes]:
    packed = _said(mallory)
    size = int.from_bytes(packed[:4])
    longer = b"\x98\x05" + packed[5 : 4 + size]
    return [await mallory.forge(plaintext=(size + 1).to_bytes(4) + longer + bytes(len(packed) - size - 5))]


async def _another(mallory: Mallory, case: Case) -> list[bytes]:
    return [await mallory.forge(change(mallory), device=case._engine.keys.id)]


async def _false_history(mallory: Mallory, _: Case) -> list[bytes]:
    return [await mallory.forge(plaintext=_said(mallory, history=b"h" * 32))]


async def _old_position(mallory: Mallory, _: Case) -> list[bytes]:
    head = mallory.engine.ledger.membership.head_at(1)
    return [await mallory.forge(change(mallory), log_position=1, log_head=head)]


async def _future_position(mallory: Mallory, _: Case) -> list[bytes]:
    position = mallory.engine.ledger.membership.length + 9
    return [await mallory.forge(change(mallory), log_position=position)]


async def _false_head(mallory: Mallory, _: Case) -> list[bytes]:
    return [await mallory.forge(change(mallory), log_head=b"h" * 32)]


async def _next_epoch(mallory: Mallory, _: Case) -> list[bytes]:
    return [await _resigned(mallory, await mallory.forge(change(mallory)), epoch=2)]


async def _other_case(mallory: Mallory, _: Case) -> list[bytes]:
    return [await mallory.forge(change(mallory), case=b"c" * 32)]


def _id(case: Case, kind: str) -> bytes:
    document = case._engine.document_of(kind)
    assert document is not None
    return document.id


async def _unsigned(mallory: Mallory, _: Case) -> list[bytes]:
    return [(await mallory.forge(change(mallory)))[:-64] + bytes(64)]


async def _as_another(mallory: Mallory, case: Case) -> list[bytes]:
    wire = await mallory.forge(change(mallory))
    return [await _resigned(mallory, wire, device=case._engine.keys.id, seq=99)]


async def _as_snapshot(mallory: Mallory, _: Case) -> list[bytes]:
    return [await mallory.forge(change(mallory), kind=SNAPSHOT)]


async def _other_key(mallory: Mallory, _: Case) -> list[bytes]:
    wire = await mallory.forge(change(mallory))
    middle = HEADER_SIZE, len(wire) - 64
    noise = mallory.engine.ports.crypto.random(middle[1] - middle[0])
    return [await _resigned(mallory, wire[: middle[0]] + noise + wire[middle[1] :])]


async def _resigned(mallory: Mallory, wire: bytes, **fields: Any) -> bytes:
    envelope = parse_envelope(wire)
    packed = envelope.header._replace(**fields).pack()
    draft = Envelope(envelope.header, packed + wire[HEADER_SIZE:], b"")
    keys = mallory.engine.keys
    return draft.wire[:-64] + await mallory.engine.ports.crypto.sign(keys.sign.private, draft.signed)


ENVELOPES: Final = {
    "good": Attack(_good, ""),
    "foreign actor": Attack(_foreign_actor, "foreign_actor"),
    "huge start_op": Attack(_huge_start, "wrong_start_op"),
    "root": Attack(_root, "change"),
    "inflating chunk": Attack(_deflated, "change"),
    "actor and number twice": Attack(_number_twice, "sequence_used_twice"),
    "refers to nothing": Attack(_nowhere, "wait"),
    "non-canonical CBOR": Attack(_long_cbor, "content"),
    "in another's name": Attack(_another, "content"),
    "false history": Attack(_false_history, "content"),
    "sealed with another key": Attack(_other_key, "seal"),
    "fork": Attack(_fork, "fork"),
    "back to a time without a right": Attack(_old_position, "right", seen=True),
    "position that is not there": Attack(_future_position, "wait", seen=True),
    "false head": Attack(_false_head, "head", seen=True),
    "epoch that is not there": Attack(_next_epoch, "epoch", seen=True),
    "of another case": Attack(_other_case, "place", seen=True),
    "unsigned": Attack(_unsigned, "signature", seen=True),
    "signed as another": Attack(_as_another, "signature", seen=True),
    "as a snapshot": Attack(_as_snapshot, "kind", seen=True),
}


@dataclass(frozen=True)
class Speech:
    """Who speaks a record by hand, and what stands in the log that they would bend."""

    case: Case

    async def record(self, body: Body) -> Record:
        """With a true signature, in the place of the next one."""
        engine = self.case._engine
        membership = engine.ledger.membership
        return await sign_record(
            engine.ports.crypto, engine.keys, case=b"" if isinstance(body, Genesis) else membership.case,
            position=membership.length, previous=membership.head, time=engine.ports.clock.now(), body=body,
        )  # fmt: skip

    async def epoch(self, spoil: Callable[[dict[bytes, bytes]], object]) -> Body:
        """A new epoch of `mensen`, with something about its wraps."""
        engine, document = self.case._engine, _id(self.case, "mensen")
        author = Author(engine.ports.crypto, engine.keys, engine.ledger.membership)
        true = (await new_epoch(author, engine.keyring, document, engine.ports.clock.now())).body
        assert isinstance(true, Epoch)
        wraps = dict(true.wraps)
        spoil(wraps)
        return Epoch(document, true.epoch, true.commit, wraps, true.earlier)


async def _grants_herself(speech: Speech) -> Body:
    engine = speech.case._engine
    document = _id(speech.case, "mensen")
    return Grant(engine.member, {document: rights.BEHEREN}, 0, {document: {engine.keys.id: bytes(1168)}})


async def _removes_owner(speech: Speech) -> Body:
    return Revoke(speech.case._engine.ledger.membership.owner, {}, {})


async def _freezes_owner(speech: Speech) -> Body:
    membership = speech.case._engine.ledger.membership
    return Freeze(
        membership.owner, (min(each.id for each in membership.active_devices_of(membership.owner)),)
    )


async def _takes_over(speech: Speech) -> Body:
    return OwnerTransfer(speech.case._engine.member, {})


async def _extra_wrap(speech: Speech) -> Body:
    return await speech.epoch(lambda wraps: wraps.update({b"x" * 16: next(iter(wraps.values()))}))


async def _missing_wrap(speech: Speech) -> Body:
    return await speech.epoch(lambda wraps: wraps.pop(max(wraps)))


async def _invites_higher(speech: Speech) -> Body:
    offer = {_id(speech.case, "mensen"): rights.BEHEREN}
    return Invite(bytes(32), "netwerklid", offer, speech.case._engine.ports.clock.now() + 1)


async def _adds_to_another(speech: Speech) -> Body:
    owner = speech.case._engine.ledger.membership.owner
    return DeviceAdd(owner, bytes(32), bytes(1216), False, bytes(64), {})


async def _founds_again(speech: Speech) -> Body:
    engine = speech.case._engine
    documents = tuple(sorted(engine.ledger.membership.documents))
    return Genesis(engine.member, engine.keys.sign.public, engine.keys.kem.public, bytes(32), documents)


async def _starts_privetijd(speech: Speech) -> Body:
    return PrivetijdStart(_id(speech.case, "mensen"))


async def _prunes(speech: Speech) -> Body:
    return Snapshot(_id(speech.case, "mensen"), b"h" * 32, {})


RECORDS: Final[dict[str, Callable[[Speech], Awaitable[Body]]]] = {
    "grants herself more": _grants_herself,
    "takes the owner out": _removes_owner,
    "holds the owner still": _freezes_owner,
    "makes herself the owner": _takes_over,
    "extra wrap": _extra_wrap,
    "missing wrap": _missing_wrap,
    "invites to more than she has": _invites_higher,
    "adds a device to the owner": _adds_to_another,
    "founds the case again": _founds_again,
    "begins privetijd": _starts_privetijd,
    "has history pruned": _prunes,
}
