"""Strict readers and writers of the column encodings in an Automerge change.

Source: the public Automerge binary format (automerge.org/automerge-binary-format-spec), sections on LEB128,
run-length, delta and boolean columns. An engine re-encodes each change when it saves and loads, and the hash
only holds when that gives the same bytes; so a reader here refuses every form that the writer beside it would
not make (a longer LEB128, a run of one, two runs that should be one, a column of nothing but nulls).
Every reader is told how many values there must be, and refuses a run that would give more, before making it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from kring.errors import ProtocolError

T = TypeVar("T")

_ONE_LITERAL = 0x7F
_MAX_LEB_BYTES = 10  # 64 bits in groups of 7


def bad(why: str) -> ProtocolError:
    return ProtocolError(f"change: {why}")


def read_uleb(data: bytes, at: int, end: int) -> tuple[int, int]:
    """(value, next position) of a minimal unsigned LEB128 below 2**64."""
    if at >= end:
        raise bad("number cut off")
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value = byte & 0x7F
    shift = 7
    start = at
    while True:
        at += 1
        if at >= end:
            raise bad("number cut off")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
        if at - start >= _MAX_LEB_BYTES - 1:
            raise bad("number too long")
    if byte == 0 or value >> 64:
        raise bad("number not minimal")
    return value, at + 1


def read_leb(data: bytes, at: int, end: int) -> tuple[int, int]:
    """(value, next position) of a minimal signed LEB128 within 64 bits."""
    if at >= end:
        raise bad("number cut off")
    byte = data[at]
    if byte < 0x80:
        return (byte - 0x80 if byte & 0x40 else byte), at + 1
    value = byte & 0x7F
    shift = 7
    start = at
    while True:
        before = byte
        at += 1
        if at >= end:
            raise bad("number cut off")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
        if at - start >= _MAX_LEB_BYTES - 1:
            raise bad("number too long")
    if (byte == 0 and not before & 0x40) or (byte == 0x7F and before & 0x40):
        raise bad("number not minimal")
    if byte & 0x40:
        value -= 1 << shift
    if not -(1 << 63) <= value < 1 << 63:
        raise bad("number too large")
    return value, at + 1


def write_uleb(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def write_leb(out: bytearray, value: int) -> None:
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)


def read_string(data: bytes, at: int, end: int) -> tuple[str, int]:
    length, at = read_uleb(data, at, end)
    if length > end - at:
        raise bad("text cut off")
    try:
        return data[at : at + length].decode(), at + length
    except UnicodeDecodeError:
        raise bad("text is no UTF-8") from None


def write_string(out: bytearray, value: str) -> None:
    raw = value.encode()
    write_uleb(out, len(raw))
    out += raw


def read_runs(
    data: bytes, span: tuple[int, int], count: int, read: Callable[[bytes, int, int], tuple[T, int]]
) -> list[T | None]:
    """The `count` values of a run-length column; an absent column is all None."""
    at, end = span
    if at == end:
        return [None] * count
    if count == 1 and data[at] == _ONE_LITERAL:  # what most changes are made of
        single, at = read(data, at + 1, end)
        if at != end:
            raise bad("column of the wrong length")
        return [single]
    out: list[T | None] = []
    previous: T | None = None
    last_form = 0  # 0 at the start; else 1 run, -1 literals, 2 nulls
    while at < end:
        length, at = read_leb(data, at, end)
        room = count - len(out)
        if length > 0:
            value, at = read(data, at, end)
            if length == 1 or length > room or (last_form in (1, -1) and value == previous):
                raise bad("bad run")
            out += [value] * length
            previous, last_form = value, 1
        elif length < 0:
            if -length > room or last_form == -1:
                raise bad("bad literal run")
            joined = last_form == 1
            for _ in range(-length):
                value, at = read(data, at, end)
                if joined and value == previous:
                    raise bad("bad literal run")
                out.append(value)
                previous, joined = value, True
            last_form = -1
        else:
            nulls, at = read_uleb(data, at, end)
            if nulls == 0 or nulls > room or last_form == 2:
                raise bad("bad null run")
            out += [None] * nulls
            last_form = 2
    if len(out) != count or (last_form == 2 and len(out) == out.count(None)):
        raise bad("column of the wrong length")
    return out


def write_runs(values: Sequence[T | None], write: Callable[[bytearray, T], None]) -> bytes:
    """The inverse of `read_runs`."""
    out = bytearray()
    literals: list[T] = []
    at, count = 0, len(values)
    if all(value is None for value in values):
        return b""
    while at < count:
        value = values[at]
        last = at + 1
        while last < count and values[last] == value:
            last += 1
        if value is not None and last == at + 1:
            literals.append(value)
        else:
            _flush(out, literals, write)
            write_leb(out, 0 if value is None else last - at)
            if value is None:
                write_uleb(out, last - at)
            else:
                write(out, value)
        at = last
    _flush(out, literals, write)
    return bytes(out)


def _flush(out: bytearray, literals: list[T], write: Callable[[bytearray, T], None]) -> None:
    if literals:
        write_leb(out, -len(literals))
        for value in literals:
            write(out, value)
        literals.clear()


def read_deltas(data: bytes, span: tuple[int, int], count: int) -> list[int | None]:
    """A run-length column of differences, as the values themselves. None where null."""
    total = 0
    out = read_runs(data, span, count, read_leb)
    for index, delta in enumerate(out):
        if delta is not None:
            total += delta
            out[index] = total
    return out


def write_deltas(values: Sequence[int | None]) -> bytes:
    total = 0
    deltas: list[int | None] = []
    for value in values:
        deltas.append(None if value is None else value - total)
        total = total if value is None else value
    return write_runs(deltas, write_leb)


def read_booleans(data: bytes, span: tuple[int, int], count: int) -> list[bool]:
    """Counts of false and true in turn, false first; only the first may be zero."""
    at, end = span
    out: list[bool] = []
    value = False
    while at < end:
        length, at = read_uleb(data, at, end)
        if length > count - len(out) or (length == 0 and (out or value or at == end)):
            raise bad("bad boolean run")
        out += [value] * length
        value = not value
    if len(out) != count:
        raise bad("column of the wrong length")
    return out


def write_booleans(values: Sequence[bool]) -> bytes:
    out = bytearray()
    current, length = False, 0
    for value in values:
        if value == current:
            length += 1
        else:
            write_uleb(out, length)
            current, length = value, 1
    if length:
        write_uleb(out, length)
    return bytes(out)
