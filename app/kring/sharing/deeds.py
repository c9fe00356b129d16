"""What a professional's device notes of its own use of a case, each entry naming the one before.

It stays on the device, sealed; only an account (sharing/account.py) that its owner makes tells of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple

from kring.errors import ProtocolError
from kring.sharing import codec, labels, shape

OPENED: Final = 1
REFUSED: Final = 2
EXPORTED: Final = 3
"""What a deed is: the case was before somebody's eyes, something was asked that is not allowed, or what may
be read was written into files."""

FIRST: Final = bytes(32)
"""`previous` of the first deed."""
DEED_MAX: Final = 4096
KIND_MAX: Final = 64


class Deed(NamedTuple):
    """`number` counts from 1; `time` in ms; `kinds`: the documents that were within reach."""

    number: int
    time: int
    what: int
    kinds: tuple[str, ...]


def encode_deed(deed: Deed, previous: bytes) -> bytes:
    """The deed as it stands after the one with this hash."""
    return codec.encode([deed.number, deed.time, deed.what, list(deed.kinds), previous])


def deed_hash(data: bytes) -> bytes:
    """What the next deed names as `previous`."""
    return hashlib.sha256(labels.DEED + data).digest()


def read_deeds(entries: Iterable[bytes]) -> tuple[list[Deed], bytes, bytes]:
    """The deeds, the `previous` of the first and the hash of the last. Raises ProtocolError where they do
    not follow each other.
    """
    found: list[Deed] = []
    first = last = FIRST
    for data in entries:
        parts = codec.decode(data, DEED_MAX)
        if type(parts) is not list or len(parts) != 5 or type(parts[3]) is not list:
            raise ProtocolError("a deed has five parts")
        number, time, what, kinds, previous = parts
        deed = Deed(_NUMBER(number), shape.time(time), _WHAT(what), tuple(map(_KIND, kinds)))
        if not found:
            first = last = _HASH(previous)
        elif previous != last or deed.number != found[-1].number + 1:
            raise ProtocolError("deeds that do not follow each other")
        found.append(deed)
        last = deed_hash(data)
    return found, first, last


def chained(deeds: Iterable[Deed], first: bytes) -> bytes:
    """The hash of the last of these deeds, the first of which follows the one with hash `first`."""
    for deed in deeds:
        first = deed_hash(encode_deed(deed, first))
    return first


_HASH: Final = shape.exact(32)
_NUMBER: Final = shape.uint(1, codec.MAX_UINT)
_WHAT: Final = shape.uint(OPENED, EXPORTED)
_KIND: Final = shape.text(KIND_MAX)
