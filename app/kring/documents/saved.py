"""Which operations a saved document holds, read from its own columns.

Source: the public Automerge binary format (automerge.org/automerge-binary-format-spec), chunk type 0: actors,
heads, columns of changes, columns of operations. `measure` is for bytes of anybody, the rest only for those
that an engine here has just written.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from kring.documents import change as c
from kring.documents.columns import (
    bad,
    read_booleans,
    read_deltas,
    read_leb,
    read_runs,
    read_string,
    read_uleb,
)
from kring.documents.opid import ROOT_ID, OpId
from kring.documents.references import IN_TEXT, Place

_DOCUMENT = 0
_DEFLATE = 0x08
_ID_ACTOR, _ID_COUNTER = 0x21, 0x23
_CHANGE_ACTOR: Final = 0x01

MOST_INFLATED: Final = 32 * 1024 * 1024
MOST_COUNTED: Final = 16 * 1024 * 1024
"""Bytes of the columns that say how many there are of something; the rest are words."""
MOST_VALUES: Final = 2_000_000
"""Of one column: operations, changes, or what they refer to."""
MOST_COLUMNS: Final = 32
MOST_ACTORS: Final = 100_000
_BOOLEAN, _STRING, _RAW = 4, 5, 7


class Measured(NamedTuple):
    """What a saved document says that it holds."""

    changes: int
    operations: int


def measure(data: bytes) -> Measured:
    """How much an engine would make of these bytes, told without making it. ProtocolError where too much.

    Neither a column that inflates without end nor a short run that stands for millions gets past this.
    """
    changes, operations = _parts(data)
    room, counted = MOST_INFLATED, MOST_COUNTED
    numbers: dict[tuple[bool, int], int] = {}
    for of_changes, part in ((True, changes), (False, operations)):
        for column, raw in part:
            inflated = _inflated(raw, room) if column & _DEFLATE else raw
            room -= len(inflated)
            kind = column & 7
            if kind == _RAW:
                continue
            counted -= len(inflated)
            if room < 0 or counted < 0:
                raise bad("a document of too many bytes")
            numbers[of_changes, column & ~_DEFLATE] = _count(inflated, kind)
    return Measured(numbers.get((True, _CHANGE_ACTOR), 0), numbers.get((False, c.ACTION), 0))


def _parts(data: bytes) -> tuple[list[tuple[int, bytes]], list[tuple[int, bytes]]]:
    """The columns of the changes and of the operations, as they are, with every length checked."""
    end = len(data)
    if end < 12 or data[:4] != c.MAGIC or data[8] != _DOCUMENT:
        raise bad("not a saved document")
    length, at = read_uleb(data, 9, end)
    if at + length != end:
        raise bad("not one saved document")
    count, at = read_uleb(data, at, end)
    if count > MOST_ACTORS:
        raise bad("too many actors")
    for _ in range(count):
        size, at = read_uleb(data, at, end)
        if size != c.ACTOR_BYTES:
            raise bad("bad actor")
        at += size
    count, at = read_uleb(data, at, end)
    if count > c.MAX_DEPS or at + 32 * count > end:
        raise bad("too many heads")
    at += 32 * count
    changes, at = _checked_lengths(data, at)
    operations, at = _checked_lengths(data, at)
    if at + sum(size for _, size in (*changes, *operations)) > end:
        raise bad("columns of the wrong length")
    found: list[list[tuple[int, bytes]]] = []
    for lengths in (changes, operations):
        found.append([])
        for column, size in lengths:
            found[-1].append((column, data[at : at + size]))
            at += size
    return found[0], found[1]


def _checked_lengths(data: bytes, at: int) -> tuple[list[tuple[int, int]], int]:
    count, _ = read_uleb(data, at, len(data))
    if count > MOST_COLUMNS:
        raise bad("too many columns")
    lengths, at = _lengths(data, at)
    names = [column & ~_DEFLATE for column, _ in lengths]
    if any(one >= other for one, other in pairwise(names)):
        raise bad("columns out of order")
    return lengths, at


def _inflated(raw: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj(-15)
    try:
        inflated = inflater.decompress(raw, max(1, most))
    except zlib.error as error:
        raise bad("a column that does not inflate") from error
    if not inflater.eof or inflater.unconsumed_tail or inflater.unused_data:
        raise bad("a column that inflates to too much")
    return inflated


def _count(raw: bytes, kind: int) -> int:
    """How many values a column holds."""
    at, end, count = 0, len(raw), 0
    while at < end:
        if kind == _BOOLEAN:
            length, at = read_uleb(raw, at, end)
        else:
            length, at = read_leb(raw, at, end)
            if length == 0:
                length, at = read_uleb(raw, at, end)
            else:
                for _ in range(1 if length > 0 else min(-length, MOST_VALUES)):
                    size, at = read_uleb(raw, at, end) if kind != 3 else read_leb(raw, at, end)
                    if kind == _STRING:
                        at += size
                length = abs(length)
        count += length
        if count > MOST_VALUES or at > end:
            raise bad("too many of something")
    return count


def saved_places(data: bytes) -> Iterator[tuple[OpId, Place, int]]:
    """(operation, its place, its action) of every operation but deletes. Raises ProtocolError."""
    end = len(data)
    if end < 12 or data[:4] != c.MAGIC or data[8] != _DOCUMENT:
        raise bad("not a saved document")
    length, at = read_uleb(data, 9, end)
    if at + length != end:
        raise bad("not one saved document")
    count, at = read_uleb(data, at, end)
    actors: list[bytes] = []
    for _ in range(count):
        size, at = read_uleb(data, at, end)
        actors.append(data[at : at + size])
        at += size
    count, at = read_uleb(data, at, end)
    at += 32 * count
    changes, at = _lengths(data, at)
    operations, at = _lengths(data, at)
    at += sum(size for _, size in changes)
    columns: dict[int, bytes] = {}
    for column, size in operations:
        raw = data[at : at + size]
        columns[column & ~_DEFLATE] = zlib.decompress(raw, -15) if column & _DEFLATE else raw
        at += size
    return _places(columns, actors)


def _lengths(data: bytes, at: int) -> tuple[list[tuple[int, int]], int]:
    count, at = read_uleb(data, at, len(data))
    out: list[tuple[int, int]] = []
    for _ in range(count):
        column, at = read_uleb(data, at, len(data))
        size, at = read_uleb(data, at, len(data))
        out.append((column, size))
    return out, at


def _places(columns: dict[int, bytes], actors: list[bytes]) -> Iterator[tuple[OpId, Place, int]]:
    def whole(column: int) -> tuple[bytes, tuple[int, int]]:
        raw = columns.get(column, b"")
        return raw, (0, len(raw))

    count = c.count_actions(*whole(c.ACTION), most=c.MAX_COUNTER)
    actions = read_runs(*whole(c.ACTION), count, read_uleb)
    id_actors = read_runs(*whole(_ID_ACTOR), count, read_uleb)
    id_counters = read_deltas(*whole(_ID_COUNTER), count)
    obj_actors = read_runs(*whole(c.OBJ_ACTOR), count, read_uleb)
    obj_counters = read_runs(*whole(c.OBJ_COUNTER), count, read_uleb)
    keys = read_runs(*whole(c.KEY_STRING), count, read_string)
    inserts = read_booleans(*whole(c.INSERT), count)
    shared: dict[Place, Place] = {}
    for index in range(count):
        counter, actor, action = id_counters[index], id_actors[index], actions[index]
        if counter is None or actor is None or action is None:
            raise bad("operation without an id")
        obj_counter, obj_actor = obj_counters[index], obj_actors[index]
        obj = ROOT_ID if obj_counter is None or obj_actor is None else (obj_counter, actors[obj_actor])
        place = (obj, IN_TEXT if inserts[index] else keys[index])
        yield (counter, actors[actor]), shared.setdefault(place, place), action
