"""The records of the membership log: formats, encoding, parsing, signing (docs/protocol.md, Membership log).

One frozen dataclass per record type; its field names are the keys of the body on the wire. Parsing checks
form only; whether a record may stand where it stands is decided by replay.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Final

from kring.errors import ProtocolError
from kring.sharing import codec, labels, rights, shape
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys

MAX_RECORD: Final = 256 * 1024
MAX_POSITION: Final = 65_535
MAX_DOCUMENTS: Final = 64
MAX_DEVICES: Final = 200
"""In a whole case, revoked ones not counted; and so in the wraps of one epoch, which must fit in a record."""
MEMBER_DEVICES: Final = 16
"""Of one member but the owner, revoked ones not counted."""
MAX_INVITES: Final = 256
"""In a whole case, neither used nor withdrawn."""
MEMBER_INVITES: Final = 16
"""The same of one member but the owner."""
MEMBER_RECORDS: Final = 2048
"""By one member while they are not the owner, so that nobody else can fill the log."""
MAX_EARLIER: Final = 64
MAX_CHAINS: Final = 1024
"""Epochs listed for one device in a cut."""

BOX: Final = 1120 + 32 + 16
"""Length of a wrap: X-Wing ciphertext, a 32-byte secret, the AEAD's tag."""
EARLIER: Final = 32 + 16
ZEROS: Final = bytes(32)

Wraps = Mapping[bytes, Mapping[bytes, bytes]]
"""document → device → box."""
Ends = tuple[tuple[int, int, bytes], ...]
"""Of one device in one document: (epoch, sequence number, hash) of the last envelope of each chain."""
Cut = Mapping[bytes, Mapping[bytes, Ends]]
"""document → device → where its chains end; an epoch that is not listed holds nothing that counts."""


@dataclass(frozen=True, slots=True)
class Genesis:
    """The first record: the owner, the first device (the author) and the documents, ids sorted."""

    member: bytes
    sign: bytes
    kem: bytes
    salt: bytes
    documents: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DeviceAdd:
    """Another device of the author's own member; `proof` is the new device's signature."""

    member: bytes
    sign: bytes
    kem: bytes
    paper: bool
    proof: bytes
    wraps: Wraps


@dataclass(frozen=True, slots=True)
class DeviceRevoke:
    device: bytes
    cut: Cut


@dataclass(frozen=True, slots=True)
class Invite:
    """`invite` is the public half of the key in the link; `offer` is document → right.

    `member` is empty for somebody new; the author's own for another device of theirs, which has no role or
    offer of its own.
    """

    invite: bytes
    role: str
    offer: Mapping[bytes, int]
    expires: int
    member: bytes = b""


@dataclass(frozen=True, slots=True)
class Join:
    """Made by the joining device; `name` is sealed to the inviting device; `proof` is by the invite key."""

    invite: bytes
    member: bytes
    sign: bytes
    kem: bytes
    name: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """`rights` is document → right; `until` in ms, 0 for no end."""

    member: bytes
    rights: Mapping[bytes, int]
    until: int
    wraps: Wraps


@dataclass(frozen=True, slots=True)
class Freeze:
    """Stop these devices of one member, until they are revoked or the owner grants anew."""

    member: bytes
    devices: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Revoke:
    """`keep` is document → right, what is left to the member; empty, and they are removed."""

    member: bytes
    keep: Mapping[bytes, int]
    cut: Cut


@dataclass(frozen=True, slots=True)
class Epoch:
    """A new secret for a document.

    `commit` binds all wraps to one secret; `earlier`: (epoch, its secret sealed under this one), ascending.
    """

    document: bytes
    epoch: int
    commit: bytes
    wraps: Mapping[bytes, bytes]
    earlier: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`snapshot` is the hash of the envelope that holds it; `covers` is device → what it holds of them."""

    document: bytes
    snapshot: bytes
    covers: Mapping[bytes, Ends]


@dataclass(frozen=True, slots=True)
class PrivetijdStart:
    document: bytes


@dataclass(frozen=True, slots=True)
class Present:
    document: bytes


@dataclass(frozen=True, slots=True)
class OwnerTransfer:
    member: bytes
    wraps: Wraps


@dataclass(frozen=True, slots=True)
class Recover:
    """By the device on a recovery sheet: a new device, a new sheet, and the devices that are lost."""

    sign: bytes
    kem: bytes
    proof: bytes
    paper_sign: bytes
    paper_kem: bytes
    paper_proof: bytes
    revoked: tuple[bytes, ...]
    cut: Cut


@dataclass(frozen=True, slots=True)
class DeviceConfirm:
    """Another device of the author's own member, which answered an invite, may begin."""

    device: bytes
    wraps: Wraps


@dataclass(frozen=True, slots=True)
class Withdraw:
    invite: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """The author asks for access until this time, in ms."""

    until: int


@dataclass(frozen=True, slots=True)
class SnapshotConfirm:
    """The author has opened this snapshot and come to the same histories."""

    document: bytes
    snapshot: bytes


Body = (
    Genesis | DeviceAdd | DeviceRevoke | Invite | Join | Grant | Freeze | Revoke | Epoch
    | Snapshot | PrivetijdStart | Present | OwnerTransfer | Recover | DeviceConfirm | Withdraw | Ask
    | SnapshotConfirm
)  # fmt: skip

_TYPES: Final[tuple[type[Body], ...]] = (
    Genesis, DeviceAdd, DeviceRevoke, Invite, Join, Grant, Freeze, Revoke, Epoch,
    Snapshot, PrivetijdStart, Present, OwnerTransfer, Recover, DeviceConfirm, Withdraw, Ask,
    SnapshotConfirm,
)  # fmt: skip
_NUMBERS: Final = {kind: number for number, kind in enumerate(_TYPES)}

_ID = shape.exact(16)
_HASH = shape.exact(32)
_SIGN = shape.exact(32)
_KEM = shape.exact(1216)
_SIGNATURE = shape.exact(64)
_EPOCH = shape.uint(1, 2**32 - 1)
_BOXES = shape.by_id(shape.exact(BOX), MAX_DEVICES)
_RIGHTS = shape.by_id(shape.uint(rights.LEZEN, rights.BEHEREN), MAX_DOCUMENTS)


def _end(value: codec.Value) -> tuple[int, int, bytes]:
    if type(value) is not list or len(value) != 3:
        raise ProtocolError("expected [epoch, sequence number, hash]")
    return _EPOCH(value[0]), shape.uint(1, codec.MAX_UINT)(value[1]), _HASH(value[2])


def _ends(value: codec.Value) -> Ends:
    ends = shape.listing(_end, 0, MAX_CHAINS)(value)
    if any(one[0] >= other[0] for one, other in pairwise(ends)):
        raise ProtocolError("the epochs of a chain's ends ascend")
    return ends


def _ascending(value: codec.Value) -> tuple[bytes, ...]:
    ids = shape.listing(_ID, 1, MAX_DEVICES)(value)
    if any(one >= other for one, other in pairwise(ids)):
        raise ProtocolError("ids are sorted and differ")
    return ids


def _member_or_none(value: codec.Value) -> bytes:
    return shape.exact(16 if value else 0)(value)


def _earlier(value: codec.Value) -> tuple[tuple[int, bytes], ...]:
    pairs = shape.listing(_earlier_pair, 0, MAX_EARLIER)(value)
    if any(one[0] >= other[0] for one, other in pairwise(pairs)):
        raise ProtocolError("earlier epochs ascend")
    return pairs


def _earlier_pair(value: codec.Value) -> tuple[int, bytes]:
    if type(value) is not list or len(value) != 2:
        raise ProtocolError("expected [epoch, sealed secret]")
    return _EPOCH(value[0]), shape.exact(EARLIER)(value[1])


_SHAPES: Final[dict[str, shape.Shape[Any]]] = {
    "member": _ID,
    "sign": _SIGN,
    "kem": _KEM,
    "salt": _HASH,
    "documents": shape.listing(_ID, 1, MAX_DOCUMENTS),
    "paper": shape.flag,
    "proof": _SIGNATURE,
    "wraps": shape.by_id(_BOXES, MAX_DOCUMENTS),
    "device": _ID,
    "devices": _ascending,
    "revoked": _ascending,
    "cut": shape.by_id(shape.by_id(_ends, MAX_DEVICES), MAX_DOCUMENTS),
    "covers": shape.by_id(_ends, MAX_DEVICES),
    "snapshot": _HASH,
    "keep": _RIGHTS,
    "paper_sign": _SIGN,
    "paper_kem": _KEM,
    "paper_proof": _SIGNATURE,
    "role": shape.one_of(("", *rights.ROLES)),
    "offer": _RIGHTS,
    "expires": shape.time,
    "name": shape.blob(4096),
    "rights": _RIGHTS,
    "until": shape.time,
    "document": _ID,
    "epoch": _EPOCH,
    "commit": _HASH,
    "earlier": _earlier,
}
_SPECIAL: Final[dict[tuple[type[Body], str], shape.Shape[Any]]] = {
    (Invite, "invite"): _SIGN,
    (Invite, "member"): _member_or_none,
    (Join, "invite"): _ID,
    (Withdraw, "invite"): _ID,
    (Epoch, "wraps"): _BOXES,
}
_FIELDS: Final[dict[type[Body], dict[str, shape.Shape[Any]]]] = {
    kind: {each.name: _SPECIAL.get((kind, each.name)) or _SHAPES[each.name] for each in fields(kind)}
    for kind in _TYPES
}


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was received. `case` is empty in GENESIS; `time` is the author's own claim."""

    case: bytes
    position: int
    previous: bytes
    author: bytes
    time: int
    body: Body
    payload: bytes
    signature: bytes
    wire: bytes

    @property
    def chain_hash(self) -> bytes:
        """What the next record names as `previous`, and an envelope as log head."""
        return hashlib.sha256(labels.LOG + self.wire).digest()

    @property
    def signed(self) -> bytes:
        """The bytes under the author's signature."""
        return labels.RECORD + self.payload


def case_id(genesis_payload: bytes) -> bytes:
    return hashlib.sha256(labels.CASE + genesis_payload).digest()


def encode_payload(
    case: bytes, position: int, previous: bytes, author: bytes, time: int, body: Body
) -> bytes:
    content: dict[str, codec.Value] = {name: _plain(getattr(body, name)) for name in _FIELDS[type(body)]}
    return codec.encode([1, _NUMBERS[type(body)], case, position, previous, author, time, content])


def _plain(value: Any) -> codec.Value:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value  # type: ignore[no-any-return]  # a leaf, which codec checks


async def sign_record(
    crypto: Crypto, keys: DeviceKeys, *, case: bytes, position: int, previous: bytes, time: int, body: Body
) -> Record:
    """A record by the device `keys`, parsed again, so that what leaves here is well-formed. ProtocolError."""
    payload = encode_payload(case, position, previous, keys.id, time, body)
    signature = await crypto.sign(keys.sign.private, labels.RECORD + payload)
    return parse_record(codec.encode([payload, signature]))


def parse_record(wire: bytes) -> Record:
    """The record in `wire`, checked for form alone. Raises ProtocolError."""
    outer = codec.decode(wire, MAX_RECORD)
    if type(outer) is not list or len(outer) != 2:
        raise ProtocolError("a record is [payload, signature]")
    payload, signature = shape.blob(MAX_RECORD)(outer[0]), _SIGNATURE(outer[1])
    parts = codec.decode(payload, MAX_RECORD)
    if type(parts) is not list or len(parts) != 8 or type(parts[0]) is not int or parts[0] != 1:
        raise ProtocolError("not a payload of version 1")
    kind = _TYPES[shape.uint(0, len(_TYPES) - 1)(parts[1])]
    return Record(
        case=shape.exact(0 if kind is Genesis else 32)(parts[2]),
        position=shape.uint(0, MAX_POSITION)(parts[3]),
        previous=_HASH(parts[4]),
        author=_ID(parts[5]),
        time=shape.time(parts[6]),
        body=_parse_body(kind, parts[7]),
        payload=payload,
        signature=signature,
        wire=wire,
    )


def _parse_body(kind: type[Body], value: codec.Value) -> Body:
    shapes = _FIELDS[kind]
    if type(value) is not dict or value.keys() != shapes.keys():
        raise ProtocolError(f"not the fields of {kind.__name__}")
    return kind(**{name: check(value[name]) for name, check in shapes.items()})
