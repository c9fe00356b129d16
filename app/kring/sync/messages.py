"""Every frame of the wire between a device and the relay (docs/protocol.md, Wire), shared by both ends.

A frame is one deterministic CBOR array `[name, ...]`. Parsing is strict: what a frame may hold, how long
it is and how many items it carries are all checked here, and ProtocolError says no more than that.
Sizes of records and envelopes that a client sends are the relay's to check, after the sender's rights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias, cast

from kring.errors import ProtocolError
from kring.sharing import codec, labels, shape
from kring.sharing.access import ENTRY_MAX
from kring.sharing.envelope import MAX_SNAPSHOT

VERSION: Final = 1
FRAME_MAX: Final = 4 * 1024 * 1024
"""Bytes of one frame, and of one list of frames over HTTP (without its few bytes of framing)."""
WHOLE_MAX: Final = FRAME_MAX - 64 * 1024
"""Bytes of a snapshot and the ends that go with it: together they fit in one frame."""
RECORD_MAX: Final = 256 * 1024
ENVELOPE_MAX: Final = 1024 * 1024
ITEMS_MAX: Final = 4096
"""Records or envelopes in one frame."""
DOCUMENTS_MAX: Final = 256
LOG_PAGE_MAX: Final = 512 * 1024
"""Bytes of records in one `log` frame; one record always fits."""
HTTP_OVERHEAD: Final = 64 * 1024
NUMBER_MAX: Final = 2**53 - 1

CODES: Final = (
    "bad_frame",
    "bad_login",
    "not_allowed",
    "log_moved",
    "bad_record",
    "bad_envelope",
    "stale_epoch",
    "sequence",
    "too_large",
    "rate",
    "quota",
    "closing",
)


@dataclass(frozen=True, slots=True)
class Create:
    """Found a case: GENESIS and what follows, all or nothing. Answer: Created."""

    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Login:
    """Log in to a case as a device, or as a joiner by invite id. `time` in ms. Answer: Welcome."""

    case: bytes
    id: bytes
    time: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class LogGet:
    """Ask for the records from position `start` on. Answer: Log."""

    start: int


@dataclass(frozen=True, slots=True)
class LogAppend:
    """Append to the log, whose length must still be `position`. Answer: LogOk, or error `log_moved`."""

    request: int
    position: int
    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Put:
    """Store envelopes. Answer: Ack, once they survive a crash of the relay."""

    request: int
    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SnapshotPut:
    """Keep a snapshot, to be named in SNAPSHOT. Answer: Ack."""

    request: int
    envelope: bytes


@dataclass(frozen=True, slots=True)
class SnapshotGet:
    """Ask for the snapshot that the newest SNAPSHOT of a document names. Answer: Snapshot."""

    request: int
    document: bytes


@dataclass(frozen=True, slots=True)
class AccessGet:
    """The owner asks for the access log from this entry on."""

    start: int


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Follow these documents, each from its cursor. Answers: Events, now and as they come."""

    cursors: Mapping[bytes, int]


@dataclass(frozen=True, slots=True)
class Ping:
    number: int


@dataclass(frozen=True, slots=True)
class Hello:
    """The relay's first frame. The nonce is good for one login."""

    version: int
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Created:
    """The case was founded; `head` is the chain hash of its last record."""

    length: int
    head: bytes


@dataclass(frozen=True, slots=True)
class LogOk:
    request: int
    length: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Welcome:
    """Logged in; `length` of the log in records, `time` of the relay in ms."""

    length: int
    time: int


@dataclass(frozen=True, slots=True)
class Log:
    """Records from position `start` on, of a log that holds `length` now. Asked for, or pushed."""

    start: int
    records: tuple[bytes, ...]
    length: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The relay holds these envelopes (by hash), safe on its disk; repeats are acknowledged too."""

    request: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """Envelopes of one document, in the relay's order; `cursor` is the one to go on from."""

    document: bytes
    cursor: int
    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document whole: asked for, or sent because what came before `cursor` is told no more.

    `ends` are the last envelopes of the chains that it covers.
    """

    document: bytes
    cursor: int
    envelope: bytes
    ends: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """Entries of the access log from `start` on, of a log that holds `length` now (sharing/access.py)."""

    start: int
    entries: tuple[bytes, ...]
    length: int


@dataclass(frozen=True, slots=True)
class Pong:
    number: int


@dataclass(frozen=True, slots=True)
class Error:
    """What was refused, by request id (0: not a numbered request), and why: one of CODES."""

    request: int
    code: str


ClientFrame: TypeAlias = (
    Create | Login | LogGet | LogAppend | Put | SnapshotPut | SnapshotGet | AccessGet | Subscribe | Ping
)
ServerFrame: TypeAlias = (
    Hello | Created | LogOk | Welcome | Log | Ack | Events | Snapshot | Access | Pong | Error
)

_Check: TypeAlias = Callable[[codec.Value], Any]


def _many(item: int) -> _Check:
    """At most ITEMS_MAX byte strings of at most `item` bytes, checked in one pass: this is the hot path."""

    def check(value: codec.Value) -> tuple[bytes, ...]:
        if type(value) is not list or len(value) > ITEMS_MAX:
            raise ProtocolError("not a list of a fair length")
        if not all(type(each) is bytes and len(each) <= item for each in value):
            raise ProtocolError("an item is no bytes, or too long")
        return tuple(value)

    return check


def _sent(value: codec.Value) -> tuple[bytes, ...]:
    items: tuple[bytes, ...] = _many(FRAME_MAX)(value)
    if not items:
        raise ProtocolError("nothing in it")
    return items


_UINT = shape.uint(0, NUMBER_MAX)
_REQUEST = shape.uint(1, NUMBER_MAX)
_BYTES16 = shape.exact(16)
_BYTES32 = shape.exact(32)

_FROM_CLIENT: Final[Mapping[tuple[str, int], tuple[type[ClientFrame], tuple[_Check, ...]]]] = {
    ("create", 1): (Create, (_sent,)),
    ("login", 4): (Login, (_BYTES32, _BYTES16, _UINT, shape.exact(64))),
    ("log_get", 1): (LogGet, (_UINT,)),
    ("log_append", 3): (LogAppend, (_REQUEST, _UINT, _sent)),
    ("put", 2): (Put, (_REQUEST, _sent)),
    ("snapshot_put", 2): (SnapshotPut, (_REQUEST, shape.blob(FRAME_MAX))),
    ("snapshot_get", 2): (SnapshotGet, (_REQUEST, _BYTES16)),
    ("access_get", 1): (AccessGet, (_UINT,)),
    ("subscribe", 1): (Subscribe, (shape.by_id(_UINT, DOCUMENTS_MAX),)),
    ("ping", 1): (Ping, (_UINT,)),
}
_FROM_SERVER: Final[Mapping[tuple[str, int], tuple[type[ServerFrame], tuple[_Check, ...]]]] = {
    ("hello", 2): (Hello, (shape.uint(VERSION, VERSION), _BYTES32)),
    ("log_ok", 2): (Created, (_UINT, _BYTES32)),
    ("log_ok", 3): (LogOk, (_REQUEST, _UINT, _BYTES32)),
    ("welcome", 2): (Welcome, (_UINT, _UINT)),
    ("log", 3): (Log, (_UINT, _many(RECORD_MAX), _UINT)),
    ("ack", 2): (Ack, (_REQUEST, shape.listing(_BYTES32, 0, ITEMS_MAX))),
    ("events", 3): (Events, (_BYTES16, _UINT, _many(ENVELOPE_MAX))),
    ("snapshot", 4): (Snapshot, (_BYTES16, _UINT, shape.blob(MAX_SNAPSHOT), _many(ENVELOPE_MAX))),
    ("access", 3): (Access, (_UINT, _many(ENTRY_MAX), _UINT)),
    ("pong", 1): (Pong, (_UINT,)),
    ("error", 2): (Error, (_UINT, shape.one_of(CODES))),
}
_NAMES: Final[dict[type, str]] = {
    frame: name for table in (_FROM_CLIENT, _FROM_SERVER) for (name, _), (frame, _) in table.items()
}
_FIELDS: Final[dict[type, tuple[str, ...]]] = {
    frame: tuple(field.name for field in fields(frame)) for frame in _NAMES
}


def encode(frame: ClientFrame | ServerFrame) -> bytes:
    """The frame's bytes. Raises ProtocolError where they would be over FRAME_MAX."""
    kind = type(frame)
    data = codec.encode([_NAMES[kind], *(_plain(getattr(frame, name)) for name in _FIELDS[kind])])
    if len(data) > FRAME_MAX:
        raise ProtocolError("the frame is too long to send")
    return data


def _plain(value: Any) -> codec.Value:
    return dict(value) if isinstance(value, Mapping) else value


def parse_from_client(data: bytes) -> ClientFrame:
    """What a device sent. Raises ProtocolError."""
    return cast(ClientFrame, _parse(data, _FROM_CLIENT))


def parse_from_server(data: bytes) -> ServerFrame:
    """What a relay sent. Raises ProtocolError."""
    return cast(ServerFrame, _parse(data, _FROM_SERVER))


def _parse(data: bytes, table: Mapping[tuple[str, int], tuple[type, tuple[_Check, ...]]]) -> object:
    value = codec.decode(data, FRAME_MAX)
    if not isinstance(value, list) or not value or not isinstance(value[0], str):
        raise ProtocolError("not a frame")
    known = table.get((value[0], len(value) - 1))
    if known is None:
        raise ProtocolError("an unknown frame")
    kind, checks = known
    return kind(*(check(item) for check, item in zip(checks, value[1:], strict=True)))


def encode_frames(frames: Sequence[bytes]) -> bytes:
    """The body that carries frames over HTTP, one way."""
    return codec.encode(list(frames))


def parse_frames(body: bytes) -> tuple[bytes, ...]:
    """The frames of one HTTP body. Raises ProtocolError."""
    return cast(tuple[bytes, ...], _many(FRAME_MAX)(codec.decode(body, FRAME_MAX + HTTP_OVERHEAD)))


def login_bytes(nonce: bytes, origin: str, case: bytes, identity: bytes, time: int) -> bytes:
    """What a device (or a joiner, with the invite key) signs to log in to the relay at `origin`.

    The origin is the only part without a fixed length, so no two logins sign the same bytes.
    """
    return labels.LOGIN + nonce + origin.encode() + case + identity + time.to_bytes(8)
