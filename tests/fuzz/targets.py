"""Every parser that meets foreign bytes, and what must hold whatever the bytes are (SHR-3, P8).

A target raises nothing: it has met the errors that its parser promises. What a parser takes must be the one
encoding of what it made of it (SHR-2), and go on to whatever looks at it next. Where bytes carry a
checksum, a length or a place in a chain, a target tries them as they are and then dressed: with those
made true, so that what lies behind them is met as well.
"""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from kring.cases.opening import unpack_snapshot
from kring.cases.receiving import vet
from kring.documents import columns as col
from kring.documents.change import MAGIC, DecodedChange, decode_change, operations, outline
from kring.documents.change_encoder import encode_change
from kring.documents.handle import Handle
from kring.documents.saved import measure
from kring.documents.snapshot import read_snapshot
from kring.errors import KringError
from kring.platform.cpython.crdt import CpythonCrdt
from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing import access, codec, deeds, invite, labels, padding, recovery
from kring.sharing.account import check_account
from kring.sharing.device import device_id
from kring.sharing.envelope import HEADER_SIZE, SIGNATURE_SIZE, pack_content, parse_content, parse_envelope
from kring.sharing.erasure import check_erasure
from kring.sharing.gate import START, Gate, visible
from kring.sharing.provenance import pack_chains, unpack_chains
from kring.sharing.records import parse_record
from kring.sharing.replay import extend
from kring.sharing.snapshots import parse_whole
from kring.sharing.statement import sign_statement
from kring.store.vault_record import KdfPolicy, read_record
from kring.sync import messages
from kring.sync.client import CaughtUp, Session, SignIn, TakeLog
from tests.fuzz import corpus
from tests.unit.sync.test_client import Device

CRDT: Final = CpythonCrdt()
ACTOR: Final = b"z" * 16
CRYPTO: Final = CpythonCrypto()
LOOP: Final = asyncio.new_event_loop()
KEY: Final = LOOP.run_until_complete(CRYPTO.sign_key(b"k" * 32))
JOIN: Final = 4
MOST_ACTIONS: Final = 64
"""That one frame of a relay may set off."""


@dataclass(frozen=True)
class Target:
    """`seeds` are honest inputs; `longest` is how far the long run may grow them."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    longest: int = 4096


@contextmanager
def promised() -> Iterator[None]:
    """The errors that every parser may answer with."""
    try:
        yield
    except KringError:
        return


def cbor(data: bytes) -> None:
    with promised():
        assert codec.encode(codec.decode(data, 1 << 20)) == data


def frame(data: bytes) -> None:
    for parse in (messages.parse_from_server, messages.parse_from_client):
        with promised():
            assert messages.encode(parse(data)) == data


def http_body(data: bytes) -> None:
    with promised():
        assert messages.encode_frames(messages.parse_frames(data)) == data


def session(data: bytes) -> None:
    """A whole conversation: a list of frames, as the relay says them."""
    device = Device(queue=[])
    talk = Session(device)
    with promised():
        for each in messages.parse_frames(data):
            done = 0
            actions = talk.received(messages.parse_from_server(each))
            while actions:
                done += 1
                assert done < MOST_ACTIONS
                action = actions.pop(0)
                match action:
                    case SignIn():
                        actions[:0] = talk.signed(1, bytes(64))
                    case TakeLog():
                        device.records += action.records
                        actions[:0] = talk.log_taken()
                    case CaughtUp():
                        actions[:0] = talk.caught_up()
            if talk.stage == "over":
                return


def record(data: bytes) -> None:
    """A record as it comes; then its type, author, time and body at the end of a real log."""
    with promised():
        parsed = parse_record(data)
        assert parse_record(parsed.wire) == parsed
    memberships = corpus.memberships()
    base = memberships[data[0] % len(memberships)] if data else memberships[0]
    with promised():
        said = codec.decode(data[1:], 1 << 18)
        if type(said) is not list or len(said) != 4:
            return
        kind, author, time, body = said
        if kind == JOIN and type(body) is dict and type(body.get("sign")) is type(body.get("kem")) is bytes:
            author = device_id(body["sign"], body["kem"])
        payload = [1, kind, base.case, base.length, base.head, author, time, body]
        wire = codec.encode([codec.encode(payload), bytes(64)])
        parsed, head = parse_record(wire), base.head
        assert parsed.wire == wire
        try:
            after, _ = extend(base, [parsed])
            assert after.length == base.length + 1
        finally:
            assert base.head == head


def envelope(data: bytes) -> None:
    """As it is, and with a true length; then the gate, as if it were signed and its key at hand."""
    membership = corpus.memberships()[-1]
    for wire in (data, _with_length(data)):
        with promised():
            parsed = parse_envelope(wire)
            assert parsed.header.pack() + parsed.ciphertext + parsed.signature == wire
            visible(parsed, membership, START, signed=True)
            gate = Gate(parsed.header.document)
            gate.follow([parsed], membership)
            gate.judge(parsed, membership, signed=True, keyed=True, plaintext=parsed.ciphertext)


def content(data: bytes) -> None:
    """What an envelope opens to, with and without padding, and its changes on a document."""
    for plaintext in (data, padding.pad(data)):
        with promised():
            parsed = parse_content(plaintext)
            assert pack_content(parsed) == plaintext
            trial = Handle.restore(CRDT, corpus.base(), ACTOR).trial()
            for actor in (corpus.MALLORY, parsed.device):
                vet(parsed.changes, actor, trial, owner=False)


def change(data: bytes) -> None:
    """A change chunk, and one with these bytes and a true checksum, taken into a document."""
    for chunk in (data, _chunk(1, data)):
        with promised():
            decoded = decode_change(chunk)
            if not decoded.time and not decoded.message:
                assert encode_change(decoded.actor, decoded.seq, decoded.deps, decoded.ops) == chunk
            assert operations(chunk) == len(decoded.ops)
            assert outline(chunk) == (decoded.hash, decoded.actor, decoded.seq)
            _take_in(decoded)


def _take_in(decoded: DecodedChange) -> None:
    handle = Handle.restore(CRDT, corpus.base(), ACTOR)
    receipt = handle.receive([decoded])
    if receipt.applied:
        again = CRDT.load(handle.saved())
        assert tuple(sorted(again.heads())) == handle.heads
        handle.change("x", lambda edit: edit.put(("people", "p0", "birth"), "1950"))


def columns(data: bytes) -> None:
    """The first byte says which column, the second how many values."""
    if len(data) < 2:
        return
    count, raw = data[1], data[2:]
    whole = (0, len(raw))
    kinds: tuple[tuple[Callable[[], Any], Callable[[Any], bytes]], ...] = (
        (lambda: col.read_runs(raw, whole, count, col.read_uleb), _uints),
        (lambda: col.read_runs(raw, whole, count, col.read_string), _strings),
        (lambda: col.read_deltas(raw, whole, count), col.write_deltas),
        (lambda: col.read_booleans(raw, whole, count), col.write_booleans),
    )
    read, write = kinds[data[0] % len(kinds)]
    with promised():
        assert write(read()) == raw


def _uints(values: Any) -> bytes:
    return col.write_runs(values, col.write_uleb)


def _strings(values: Any) -> bytes:
    return col.write_runs(values, col.write_string)


def saved(data: bytes) -> None:
    """A saved document of somebody else: what it would become, and then what the engine makes of it."""
    for chunk in (data, _chunk(0, data)):
        with promised():
            measured = measure(chunk)
            loaded = CRDT.load(chunk)
            heads, chunks = loaded.heads(), loaded.changes()
            if measured.changes == len(chunks):
                handle = Handle(CRDT, "mensen", ACTOR)
                receipt = handle.receive([decode_change(each) for each in chunks])
                if not receipt.refused and not receipt.waiting:
                    assert handle.heads == tuple(sorted(heads))


def whole(data: bytes) -> None:
    """What a snapshot opens to, and the chains in it."""
    for plaintext in (data, padding.pad(data)):
        with promised():
            parse_whole(plaintext)
    for packed in (data, zlib.compress(data)):
        with promised():
            chains = unpack_chains(packed)
            assert unpack_chains(pack_chains(chains)) == chains


def link(data: bytes) -> None:
    """What a person pastes or scans; also these bytes in the place of what a link holds."""
    text = data.decode("utf-8", "surrogateescape")
    code = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    origin = "https://kring.example/"
    for each in (text, *(origin + mark + code for mark in corpus.MARKS)):
        with promised():
            found = invite.decode_link(each)
            assert invite.decode_link(invite.encode_link(origin, found)) == found
        with promised():
            sheet = recovery.decode_sheet(each)
            assert recovery.decode_sheet(recovery.encode_sheet(origin, sheet)) == sheet
        with promised():
            share = recovery.decode_share(each)
            assert recovery.decode_share(recovery.encode_share(origin, *share)) == share


def sheet(data: bytes) -> None:
    """What a person types: a sheet or shares in lines, then the place and the relay."""
    *parts, place, relay = ["", "", *data.decode("utf-8", "surrogateescape").split("\n")]
    with promised():
        recovery.read_sheet([each for each in parts if each], place, relay)
    with promised():
        seed = recovery.decode_seed(relay)
        assert recovery.decode_seed(recovery.encode_seed(seed)) == seed
    with promised():
        case = recovery.decode_place(relay)
        assert recovery.decode_place(recovery.encode_place(case)) == case


def vault(data: bytes) -> None:
    policy = KdfPolicy()
    with promised():
        found = read_record(data, policy)
        assert read_record(found.to_bytes(), policy) == found


def access_entry(data: bytes) -> None:
    """One entry; then a list of what entries say, chained."""
    with promised():
        access.read_entries([data])
    with promised():
        said = codec.decode(data, 1 << 16)
        if type(said) is not list:
            return
        entries, previous = [], access.FIRST
        for each in said:
            if type(each) is not list:
                return
            entries.append(codec.encode([*each, previous]))
            previous = access.entry_hash(entries[-1])
        found, last = access.read_entries(entries)
        assert last == previous
        assert len(found) == len(entries)


def deed(data: bytes) -> None:
    """One of a device's own deeds; then a list of what deeds say, chained."""
    with promised():
        deeds.read_deeds([data])
    with promised():
        said = codec.decode(data, 1 << 16)
        if type(said) is list and all(type(each) is list for each in said):
            entries, previous = [], deeds.FIRST
            for each in said:
                entries.append(codec.encode([*each, previous]))
                previous = deeds.deed_hash(entries[-1])
            assert deeds.read_deeds(entries)[2] == previous


def statement(data: bytes) -> None:
    """What somebody shows as signed: as it is, and signed by a key that it names."""
    text = data.decode("utf-8", "surrogateescape")
    for check, label in ((check_account, labels.ACCOUNT), (check_erasure, labels.ERASURE)):
        for each in (text, _signed(text, label)):
            with promised():
                LOOP.run_until_complete(check(CRYPTO, each))


def _signed(text: str, label: bytes) -> str:
    try:
        said = json.loads(text)
        said.pop("signature", None)
        said["sign"] = KEY.public.hex()
        return LOOP.run_until_complete(sign_statement(CRYPTO, KEY, label, said))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return text


def kept(data: bytes) -> None:
    """A document as it lies in the store; what is damaged there is told, and no more."""
    with promised():
        _, inner, _ = unpack_snapshot(data)
        read_snapshot(inner)
        Handle.restore(CRDT, inner, ACTOR)


def _with_length(data: bytes) -> bytes:
    length = max(0, len(data) - HEADER_SIZE - SIGNATURE_SIZE)
    return data[: HEADER_SIZE - 4] + length.to_bytes(4) + data[HEADER_SIZE:]


def _chunk(kind: int, body: bytes) -> bytes:
    """`body` in an Automerge chunk with a true length and checksum."""
    after = bytearray([kind])
    col.write_uleb(after, len(body))
    after += body
    return MAGIC + sha256(after).digest()[:4] + bytes(after)


TARGETS: Final = {
    "record": Target(record, corpus.records, 16 * 1024),
    "envelope": Target(envelope, corpus.envelopes),
    "content": Target(content, corpus.contents, 16 * 1024),
    "change": Target(change, corpus.changes),
    "frame": Target(frame, corpus.frames),
    "saved": Target(saved, corpus.saveds, 16 * 1024),
    "whole": Target(whole, corpus.wholes),
    "session": Target(session, corpus.sessions),
    "cbor": Target(cbor, corpus.cbors),
    "columns": Target(columns, corpus.columns),
    "http": Target(http_body, corpus.sessions),
    "link": Target(link, corpus.links, 2048),
    "sheet": Target(sheet, corpus.sheets, 2048),
    "vault": Target(vault, corpus.vaults),
    "access": Target(access_entry, corpus.entries),
    "deed": Target(deed, corpus.deeds),
    "statement": Target(statement, corpus.statements),
    "kept": Target(kept, corpus.kepts, 16 * 1024),
}
