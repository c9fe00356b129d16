"""Deterministic CBOR (RFC 8949 §4.2.1), the only encoding of structured bytes in `kring/1`.

A narrow dialect: unsigned integers below 2^64, byte and text strings, arrays, maps, true, false and null.
All keys of one map are text, or all are bytes; for such maps the length-first order of cbor2's canonical mode
and the bytewise order of RFC 8949 are the same. Negative numbers, floats, tags, indefinite lengths and
anything not in its one shortest form are refused, so that a value has exactly one encoding.

Encoding is cbor2's. Decoding is not: cbor2 gives meaning to tags (regular expressions, big numbers, shared
references) before a caller can refuse them, so hostile bytes are read by the few lines below instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import cbor2

from kring.errors import ProtocolError

Value = int | bytes | str | bool | None | Sequence["Value"] | Mapping[bytes, "Value"] | Mapping[str, "Value"]

MAX_DEPTH: Final = 8
MAX_ITEMS: Final = 65_536
MAX_UINT: Final = 2**64 - 1

_UINT, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_FALSE, _TRUE, _NULL = 0xF4, 0xF5, 0xF6
_WIDTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_SMALLEST: Final = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}


def encode(value: Value) -> bytes:
    """The one encoding of `value`. Raises ProtocolError for what the dialect cannot say."""
    _check(value, MAX_DEPTH)
    return cbor2.dumps(value, canonical=True)


def _check(value: object, depth: int) -> None:
    if depth < 0:
        raise ProtocolError("nested too deep")
    kind = type(value)
    if kind is int:
        if not 0 <= value <= MAX_UINT:  # type: ignore[operator]  # `kind` is its type
            raise ProtocolError("integer out of range")
    elif kind is str:
        try:
            value.encode()  # type: ignore[attr-defined]  # `kind` is its type
        except UnicodeEncodeError:
            raise ProtocolError("text is not Unicode") from None
    elif kind is list or kind is tuple:
        for item in value:  # type: ignore[attr-defined]  # `kind` is its type
            _check(item, depth - 1)
    elif kind is dict:
        kinds = {type(key) for key in value}  # type: ignore[attr-defined]  # `kind` is its type
        if kinds - {bytes} and kinds - {str}:
            raise ProtocolError("map keys are neither all text nor all bytes")
        for key, item in value.items():  # type: ignore[attr-defined]  # `kind` is its type
            _check(key, depth - 1)
            _check(item, depth - 1)
    elif kind is not bytes and kind is not bool and value is not None:
        raise ProtocolError(f"no CBOR for {kind.__name__}")


def decode(data: bytes, max_bytes: int, max_items: int = MAX_ITEMS) -> Value:
    """The value of exactly these bytes; arrays become lists. Raises ProtocolError for anything else.

    `max_bytes` and `max_items` (all values and keys together) bound time and memory before either is spent.
    """
    if len(data) > max_bytes:
        raise ProtocolError("too long")
    reader = _Reader(data, max_items)
    try:
        value = reader.item(MAX_DEPTH)
    except (IndexError, UnicodeDecodeError):
        raise ProtocolError("malformed CBOR") from None
    if reader.at != len(data):
        raise ProtocolError("bytes after the value")
    return value


class _Reader:
    __slots__ = ("at", "budget", "data")

    def __init__(self, data: bytes, budget: int) -> None:
        self.data = data
        self.at = 0
        self.budget = budget

    def item(self, depth: int) -> Value:
        first = self.data[self.at]
        major = first >> 5
        if major > _MAP:
            self.at += 1
            return _simple(first)
        size = self._size(first & 31)
        if major == _UINT:
            return size
        if major == _BYTES:
            return self._take(size)
        if major == _TEXT:
            return self._take(size).decode()
        if major == _ARRAY:
            self._spend(size, depth)
            return [self.item(depth - 1) for _ in range(size)]
        if major == _MAP:
            self._spend(2 * size, depth)
            return self._map(size, depth)
        raise ProtocolError("negative integer")

    def _size(self, info: int) -> int:
        start = self.at + 1
        if info < 24:
            self.at = start
            return info
        if info not in _WIDTHS:
            raise ProtocolError("indefinite or reserved length")
        self.at = start + _WIDTHS[info]
        if self.at > len(self.data):
            raise ProtocolError("malformed CBOR")
        size = int.from_bytes(self.data[start : self.at])
        if size < _SMALLEST[info]:
            raise ProtocolError("not the shortest form")
        return size

    def _take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise ProtocolError("malformed CBOR")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def _spend(self, items: int, depth: int) -> None:
        self.budget -= items
        if self.budget < 0 or depth <= 0:
            raise ProtocolError("too many values, or nested too deep")

    def _map(self, size: int, depth: int) -> Value:
        result: dict[bytes | str, Value] = {}
        last = b""
        major = self.data[self.at] >> 5 if size else _TEXT
        if major not in (_BYTES, _TEXT):
            raise ProtocolError("a map key that is neither text nor bytes")
        for _ in range(size):
            start = self.at
            if self.data[start] >> 5 != major:
                raise ProtocolError("map keys of two kinds")
            key = self.item(depth - 1)
            encoded = self.data[start : self.at]
            if encoded <= last:
                raise ProtocolError("map keys out of order or repeated")
            last = encoded
            result[key] = self.item(depth - 1)  # type: ignore[index]  # all text or all bytes, as checked above
        return result  # type: ignore[return-value]  # the same


def _simple(first: int) -> Value:
    if first == _TRUE:
        return True
    if first == _FALSE:
        return False
    if first == _NULL:
        return None
    raise ProtocolError("a tag, a float or an unknown simple value")
