"""The relay's log of who came for what, as the owner's device reads it (docs/protocol.md, Access log)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple

from kring.errors import ProtocolError
from kring.sharing import codec, labels, shape

LOGIN: Final = 1
FETCHED: Final = 2
PUT: Final = 3
APPENDED: Final = 4
REFUSED: Final = 5
WHOLE: Final = 6
"""What an entry tells of: logged in, fetched envelopes, put envelopes, said something in the membership log,
was refused something, fetched a snapshot."""

ENTRY_MAX: Final = 256
FIRST: Final = bytes(32)
"""`previous` of the first entry."""


class Entry(NamedTuple):
    """`who` is a device or invite id; `document` is empty where none is meant; `number` of envelopes or
    records; `time` in ms, by the relay."""

    time: int
    what: int
    who: bytes
    document: bytes
    number: int


def encode_entry(entry: Entry, previous: bytes) -> bytes:
    """The entry as it stands in the log after the one with this hash."""
    return codec.encode([*entry, previous])


def entry_hash(data: bytes) -> bytes:
    """What the next entry names as `previous`."""
    return hashlib.sha256(labels.ACCESS + data).digest()


def read_entries(entries: Iterable[bytes], previous: bytes = FIRST) -> tuple[list[Entry], bytes]:
    """The entries that follow the one with hash `previous`, and the hash of the last of them.

    Raises ProtocolError where they do not follow it and each other.
    """
    found = []
    for data in entries:
        parts = codec.decode(data, ENTRY_MAX)
        if type(parts) is not list or len(parts) != 6:
            raise ProtocolError("an access entry has six parts")
        if _HASH(parts[5]) != previous:
            raise ProtocolError("the access log was rewritten")
        found.append(
            Entry(shape.time(parts[0]), _WHAT(parts[1]), _ID(parts[2]), _document(parts[3]), _COUNT(parts[4]))
        )
        previous = entry_hash(data)
    return found, previous


def _document(value: codec.Value) -> bytes:
    return shape.exact(16 if value else 0)(value)


_HASH: Final = shape.exact(32)
_ID: Final = shape.exact(16)
_WHAT: Final = shape.uint(LOGIN, WHOLE)
_COUNT: Final = shape.uint(0, codec.MAX_UINT)
