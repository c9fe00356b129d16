"""The envelope: one sealed, signed batch of changes, at rest and in transit (docs/protocol.md, Envelope)."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from kring.errors import ProtocolError
from kring.sharing import codec, labels, padding, shape
from kring.sharing.crypto import Crypto, Sealed
from kring.sharing.device import DeviceKeys

VERSION: Final = 1
EDIT: Final = 1
SNAPSHOT: Final = 2

MAX_ENVELOPE: Final = 1024 * 1024
MAX_SNAPSHOT: Final = 3 * 1024 * 1024
MAX_CHANGE: Final = 256 * 1024
MAX_CHANGES: Final = 4096

NOTHING: Final = bytes(32)
"""The history of a chain before its first envelope."""

_HEADER: Final = struct.Struct(">BB32s16sI16sQ32sI32s32s32sI")
HEADER_SIZE: Final = _HEADER.size
SIGNATURE_SIZE: Final = 64
_TAG: Final = 16
_PARTS: Final = 5  # of content


class Header(NamedTuple):
    """`log_position` counts the records known; `length` is that of the ciphertext."""

    version: int
    kind: int
    case: bytes
    document: bytes
    epoch: int
    device: bytes
    seq: int
    previous: bytes
    log_position: int
    log_head: bytes
    frontier: bytes
    salt: bytes
    length: int

    def pack(self) -> bytes:
        return _HEADER.pack(*self)


class Envelope(NamedTuple):
    """One parsed envelope. `wire` is the whole; `hash` names it."""

    header: Header
    wire: bytes
    hash: bytes

    @property
    def packed_header(self) -> bytes:
        return self.wire[:HEADER_SIZE]

    @property
    def ciphertext(self) -> bytes:
        return self.wire[HEADER_SIZE:-SIGNATURE_SIZE]

    @property
    def signature(self) -> bytes:
        return self.wire[-SIGNATURE_SIZE:]

    @property
    def signed(self) -> bytes:
        """The bytes under the device's signature."""
        return _signed(self.wire[:HEADER_SIZE], self.wire[HEADER_SIZE:-SIGNATURE_SIZE])


@dataclass(frozen=True, slots=True)
class Content:
    """What is inside: whose actor made the changes, the clock in ms then, Automerge change chunks in order.

    `device` is the one whose actor it was, mostly the one that signs. `history` is the digest of all that
    this chain has held up to and with this envelope; `following` fills it in.
    """

    device: bytes
    actor_nonce: bytes
    time: int
    changes: tuple[bytes, ...]
    history: bytes = NOTHING

    def history_after(self, before: bytes) -> bytes:
        """What `history` must be in a chain whose history so far is `before`."""
        return history(before, self.device, self.actor_nonce, self.time, map(change_hash, self.changes))

    def following(self, before: bytes) -> Content:
        """The same in a chain whose history so far is `before`."""
        return replace(self, history=self.history_after(before))


def change_hash(chunk: bytes) -> bytes:
    """Automerge's hash of a change: over its chunk after magic and checksum. The chunk is not checked."""
    return hashlib.sha256(memoryview(chunk)[8:]).digest()


def history(
    before: bytes, device: bytes, actor_nonce: bytes, time: int, change_hashes: Iterable[bytes]
) -> bytes:
    """The history digest of a chain after one more envelope; `before` is NOTHING at its first."""
    said = b"".join((before, device, actor_nonce, time.to_bytes(8), *change_hashes))
    return hashlib.sha256(labels.HISTORY + said).digest()


def parse_envelope(wire: bytes) -> Envelope:
    """Checks form alone: sizes, version, kind, numbers from 1. Raises ProtocolError."""
    most = MAX_SNAPSHOT if wire[1:2] == bytes([SNAPSHOT]) else MAX_ENVELOPE
    if not HEADER_SIZE + _TAG + SIGNATURE_SIZE <= len(wire) <= most:
        raise ProtocolError("envelope size")
    header = Header._make(_HEADER.unpack_from(wire))
    if header.version != VERSION or header.kind not in (EDIT, SNAPSHOT):
        raise ProtocolError("unknown envelope version or kind")
    if header.length != len(wire) - HEADER_SIZE - SIGNATURE_SIZE:
        raise ProtocolError("envelope length")
    if header.seq == 0 or header.epoch == 0 or header.log_position == 0:
        raise ProtocolError("envelope numbers start at 1")
    return Envelope(header, wire, hashlib.sha256(labels.ENVELOPE_HASH + wire).digest())


def pack_content(content: Content) -> bytes:
    said = (content.device, content.actor_nonce, content.time, content.changes, content.history)
    return padding.pad(codec.encode(said))


def parse_content(plaintext: bytes) -> Content:
    """Raises ProtocolError for what `pack_content` does not make, or changes above their caps."""
    parts = codec.decode(padding.unpad(plaintext), MAX_ENVELOPE, _PARTS + MAX_CHANGES)
    if type(parts) is not list or len(parts) != _PARTS:
        raise ProtocolError("content is [device, actor nonce, time, changes, history]")
    device, nonce, time, changes, digest = parts
    return Content(_ID(device), _ID(nonce), shape.time(time), _CHANGES(changes), _HASH(digest))


_ID: Final = shape.exact(16)
_HASH: Final = shape.exact(32)
_CHANGES: Final = shape.listing(shape.blob(MAX_CHANGE), 1, MAX_CHANGES)


async def seal(
    crypto: Crypto,
    keys: DeviceKeys,
    secret: bytes,
    *,
    case: bytes,
    document: bytes,
    epoch: int,
    seq: int,
    previous: bytes,
    log_position: int,
    log_head: bytes,
    frontier: bytes,
    plaintext: bytes,
    kind: int = EDIT,
) -> Envelope:
    """An envelope by the device `keys` under the epoch's `secret`. ProtocolError where it is too large."""
    header = Header(
        VERSION, kind, case, document, epoch, keys.id, seq, previous,
        log_position, log_head, frontier, crypto.random(32), len(plaintext) + _TAG,
    )  # fmt: skip
    packed = header.pack()
    ciphertext = await crypto.seal(_item(crypto, secret, header.salt, packed, plaintext))
    signature = await crypto.sign(keys.sign.private, _signed(packed, ciphertext))
    return parse_envelope(packed + ciphertext + signature)


async def open_many(crypto: Crypto, items: Sequence[tuple[Envelope, bytes]]) -> list[bytes | None]:
    """The plaintext for each (envelope, epoch secret); None where it does not open."""
    return await crypto.open_many(
        [
            _item(crypto, secret, envelope.header.salt, envelope.packed_header, envelope.ciphertext)
            for envelope, secret in items
        ]
    )


def _item(crypto: Crypto, secret: bytes, salt: bytes, packed: bytes, data: bytes) -> Sealed:
    derived = crypto.hkdf(secret, salt, labels.ENVELOPE_KEY + packed, 44)
    return Sealed(derived[:32], derived[32:], data, packed)


def _signed(packed: bytes, ciphertext: bytes) -> bytes:
    return labels.ENVELOPE + packed + hashlib.sha256(ciphertext).digest()
