"""Honest bytes for each fuzz target: the committed vectors, and messages as clients make them."""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from kring.cases.opening import pack_snapshot
from kring.documents import change as c
from kring.documents.change import Op
from kring.documents.change_encoder import encode_change
from kring.documents.opid import ROOT_ID
from kring.sharing import codec, invite, recovery, shares
from kring.sharing.access import Entry
from kring.sharing.envelope import Content, pack_content
from kring.sharing.membership import Membership
from kring.sharing.records import parse_record
from kring.sharing.replay import extend
from kring.sharing.snapshots import Whole, pack_whole
from kring.store.vault_record import KdfCost, VaultRecord, b64
from kring.sync import messages
from tests.unit.documents.people import Replica, all_changes, replicas
from tests.unit.documents.test_change import body_of, engine_changes
from tests.unit.documents.test_hostile import MALLORY, edit_somehow
from tests.unit.sharing.test_snapshots import CHAINS
from tests.unit.sharing.world import NOW, RELAY, World

VECTORS: Final = Path(__file__).parents[1] / "compat" / "vectors"
MARKS: Final = (invite.MARK, recovery.MARK, recovery.SHARE_MARK)
DOC: Final = b"1" * 16


@cache
def _vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


@cache
def log() -> tuple[bytes, ...]:
    """A log with every type of record."""
    return tuple(bytes.fromhex(each) for each in _vectors("log")["records"])


@cache
def memberships() -> tuple[Membership, ...]:
    """What that log says after one record, after two, and so on."""
    found = [extend(Membership(), [parse_record(log()[0])])[0]]
    for wire in log()[1:]:
        found.append(extend(found[-1], [parse_record(wire)])[0])
    return tuple(found)


def records() -> list[bytes]:
    """As they are, and as the place in the log with what is said there."""
    said = []
    for at, wire in enumerate(log()[1:]):
        payload: Any = codec.decode(parse_record(wire).payload, 1 << 18)
        said.append(bytes([at]) + codec.encode([payload[1], *payload[5:]]))
    return [*log(), *said]


@cache
def envelopes() -> list[bytes]:
    return [bytes.fromhex(_vectors("kring")["made"]["envelope"]), *asyncio.run(_fresh_envelopes())]


async def _fresh_envelopes() -> list[bytes]:
    """In the committed case, so that the gate looks further than at the place."""
    world = await World.founded()
    written = [await world.write(world.owner), await world.write(world.owner, b"two", b"changes")]
    membership = memberships()[-1]
    moved = []
    for each in written:
        for document in membership.documents:
            for device in list(membership.devices)[:3]:
                header = each.header._replace(
                    case=membership.case, document=document, device=device,
                    log_position=membership.length, log_head=membership.head,
                )  # fmt: skip
                moved.append(header.pack() + each.wire[len(header.pack()) :])
    return [each.wire for each in written] + moved


@cache
def _worked_on() -> Replica:
    ann, bob = replicas([b"a", b"b"])
    rnd = random.Random(1)
    for _ in range(12):
        edit_somehow(ann, rnd)
        edit_somehow(bob, rnd)
    ann.handle.receive(bob.take())
    return ann


@cache
def base() -> bytes:
    """A small document at rest, which changes are tried on."""
    (ann,) = replicas([b"a"])
    return ann.handle.snapshot()


@cache
def _hostile() -> list[bytes]:
    """Changes that fit on `base`."""
    (ann,) = replicas([b"a"])
    handle = ann.handle
    start, people = handle.vetting.max_op + 1, next(iter(handle._registers.root.live["people"]))
    ops = [
        Op((start, MALLORY), people, "p2", False, c.MAKE_MAP, None, ()),
        Op((start + 1, MALLORY), (start, MALLORY), "name", False, c.SET, "naam", ()),
        Op((start + 2, MALLORY), (start, MALLORY), "note", False, c.MAKE_TEXT, None, ()),
        Op((start + 3, MALLORY), (start + 2, MALLORY), ROOT_ID, True, c.SET, "é", ()),
        Op((start + 4, MALLORY), (start, MALLORY), "odd", False, c.SET, 2.5, ()),
    ]
    return [encode_change(MALLORY, 1, handle.heads, ops[:count]) for count in range(1, len(ops) + 1)]


def changes() -> list[bytes]:
    """Whole, and as the body alone."""
    chunks = [*_hostile(), *all_changes(_worked_on().handle), *engine_changes(1)[:12]]
    return chunks + [body_of(each) for each in chunks]


def contents() -> list[bytes]:
    device, nonce = MALLORY, bytes(16)
    said = [Content(device, nonce, NOW, tuple(_hostile()[:count])) for count in range(1, 4)]
    said.append(Content(device, nonce, NOW, tuple(all_changes(_worked_on().handle))))
    packed = [pack_content(each.following(bytes(32))) for each in said]
    return packed + [each[4 : 4 + int.from_bytes(each[:4])] for each in packed]


@cache
def frames() -> list[bytes]:
    some = [
        messages.Hello(1, bytes(32)), messages.Created(3, bytes(32)), messages.LogOk(1, 3, bytes(32)),
        messages.Welcome(3, NOW), messages.Log(1, log()[1:3], 3), messages.Ack(1, (bytes(32),)),
        messages.Events(DOC, 1, tuple(envelopes()[:1])),
        messages.Snapshot(DOC, 1, envelopes()[0], tuple(envelopes()[:1])),
        messages.Access(0, tuple(entries()[:1]), 1), messages.Pong(1), messages.Error(0, "rate"),
        messages.Create(log()[:2]), messages.Login(bytes(32), DOC, NOW, bytes(64)), messages.LogGet(0),
        messages.LogAppend(1, 2, log()[2:3]), messages.Put(1, tuple(envelopes()[:1])),
        messages.SnapshotPut(1, envelopes()[0]), messages.SnapshotGet(1, DOC), messages.AccessGet(0),
        messages.Subscribe({DOC: 0}), messages.Ping(1),
    ]  # fmt: skip
    return [messages.encode(each) for each in some]  # type: ignore[arg-type]


def sessions() -> list[bytes]:
    """What a relay says in a conversation that goes well."""
    said: list[messages.ServerFrame] = [
        messages.Hello(1, bytes(32)), messages.Welcome(3, NOW), messages.Log(1, (b"r1", b"r2"), 3),
        messages.Pong(1), messages.Events(DOC, 1, (b"envelope",)), messages.Log(3, (b"r3",), 4),
        messages.Snapshot(DOC, 5, b"whole", (b"end",)), messages.Access(0, (b"entry",), 1),
        messages.Events(DOC, 6, (b"envelope",)), messages.Ack(1, ()), messages.Error(2, "rate"),
        messages.Error(0, "closing"),
    ]  # fmt: skip
    wires = [messages.encode(each) for each in said]
    return [messages.encode_frames(wires[:count]) for count in range(1, len(wires) + 1)]


def saveds() -> list[bytes]:
    """Whole, and as the body alone."""
    (ann,) = replicas([b"a"])
    wholes = [ann.handle.saved(), _worked_on().handle.saved()]
    return wholes + [body_of(each) for each in wholes]


def wholes() -> list[bytes]:
    packed = pack_whole(Whole(_worked_on().handle.saved(), CHAINS))
    inner: Any = codec.decode(packed[4 : 4 + int.from_bytes(packed[:4])], 1 << 20)
    return [packed, codec.encode(inner), inner[1], zlib.decompress(inner[1])]


def cbors() -> list[bytes]:
    odd = [0, 23, 24, 255, 256, 2**32, 2**64 - 1, b"", "é", True, None, [], {}, {"a": 1, "b": [2]}, {b"k": 3}]
    return [codec.encode(each) for each in odd] + frames()[:6]  # type: ignore[arg-type]


def columns() -> list[bytes]:
    made = [
        b"\x03\x01\x7e\x02\x03",
        b"\x7d\x01a\x01b\x01c",
        b"\x02\x01\x7f\x05",
        b"\x00\x03\x02",
        b"\x00\x04\x02\x01",
    ]
    return [bytes([kind, count]) + raw for raw in made for kind in range(4) for count in (1, 3, 5)]


def _sheet() -> recovery.Sheet:
    return recovery.Sheet(b"s" * recovery.SEED, b"c" * 32, RELAY, 7, b"h" * 32)


def links() -> list[bytes]:
    """As text, and as what stands in it."""
    found = [
        invite.encode_link(RELAY, invite.Link(b"c" * 32, b"o" * 16, b"s" * 32, RELAY)),
        recovery.encode_sheet(RELAY, _sheet()),
        recovery.encode_share(RELAY, SHARE, _sheet()),
        _vectors("kring")["made"]["link"],
        _vectors("kring")["made"]["sheet"],
    ]
    inside: list[list[codec.Value]] = [
        [1, b"c" * 32, b"o" * 16, b"s" * 32, RELAY],
        [1, b"s" * recovery.SEED, b"c" * 32, RELAY, 7, b"h" * 32],
        [1, SHARE, b"c" * 32, RELAY, 7, b"h" * 32],
    ]
    return [each.encode() for each in found] + [codec.encode(each) for each in inside]


SHARE: Final = " ".join(["academic"] * 23)


def sheets() -> list[bytes]:
    seed, place = recovery.encode_seed(_sheet().seed), recovery.encode_place(_sheet().case)
    two = shares.split(_sheet().seed)[:2]
    scanned = recovery.encode_share(RELAY, two[0], _sheet())
    lines = [
        [seed, place, "relay.example"], [*two, place, RELAY], [scanned, two[1], "", ""], [seed], [place],
        [recovery.encode_sheet(RELAY, _sheet()), "", ""],
    ]  # fmt: skip
    return ["\n".join(each).encode() for each in lines]


def vaults() -> list[bytes]:
    box = b64(bytes(60))
    wraps = (
        {"kind": "passphrase", "box": box},
        {"kind": "passkey", "id": b64(b"id"), "salt": b64(bytes(32)), "box": box},
    )
    return [VaultRecord(KdfCost(), bytes(16), wraps[:count]).to_bytes() for count in (0, 1, 2)]


def entries() -> list[bytes]:
    """Entries, and a list of what they say."""
    said = [Entry(NOW, 1, DOC, b"", 0), Entry(NOW + 1, 2, DOC, DOC, 5), Entry(NOW + 2, 6, DOC, DOC, 1)]
    return [
        codec.encode([*said[0], bytes(32)]),
        codec.encode([*said[1], bytes(32)]),
        codec.encode([list(each) for each in said]),
    ]


def deeds() -> list[bytes]:
    """A deed, and a list of what deeds say."""
    said: list[list[codec.Value]] = [[1, NOW, 1, ["mensen"]], [2, NOW + 1, 3, []]]
    return [codec.encode([*said[0], bytes(32)]), codec.encode(said)]


def statements() -> list[bytes]:
    event = {
        "time": NOW, "event": "opened", "action": "R", "outcome": 0, "documents": ["mensen"], "number": 0,
        "until": 0, "position": 0, "deed": 1,
    }  # fmt: skip
    account = {
        "system": "Kring", "case": "c0" * 32, "device": "d0" * 16, "sign": "50" * 32, "member": "b0" * 16,
        "role": "professional", "organisation": "Wijkteam", "name": "N. de Wit", "registration": "",
        "made": NOW, "log_length": 9, "log_head": "10" * 32, "before": "00" * 32, "last": "11" * 32,
        "events": [event], "signature": "00" * 64,
    }  # fmt: skip
    erased = {
        "case": "c0" * 32, "device": "d0" * 16, "sign": "50" * 32, "time": NOW, "documents": 16,
        "envelopes": 3, "snapshots": 1, "keys": 9, "records": 20, "log_head": "10" * 32, "members": 2,
        "relay": RELAY, "signature": "00" * 64,
    }  # fmt: skip
    return [json.dumps(each).encode() for each in (account, erased)]


def kepts() -> list[bytes]:
    handle = _worked_on().handle
    return [pack_snapshot(handle, {}), pack_snapshot(handle, CHAINS)]
