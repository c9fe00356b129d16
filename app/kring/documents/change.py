"""A pure, strict decoder of one Automerge change chunk, safe on hostile bytes.

Source: the public Automerge binary format (automerge.org/automerge-binary-format-spec), chunk type 1. It
reads only what Kring writes (maps and texts; set, delete, make; str, int, float, bool, bytes, null; one
character an insert), and only the one encoding that both engines make of it, which `change_encoder` writes.
So nothing that this accepts changes its hash when an engine saves and loads it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from kring.documents.columns import (
    bad,
    read_booleans,
    read_deltas,
    read_leb,
    read_runs,
    read_string,
    read_uleb,
)
from kring.documents.crdt import Scalar
from kring.documents.opid import ROOT_ID, OpId

MAGIC = b"\x85\x6f\x4a\x83"
CHANGE = 1
MAX_CHUNK = 256 * 1024  # docs/protocol.md, Envelope
MAX_OPS = 50_000  # of one change, and of all the changes of an envelope
FREE_KEY_OPS, BYTES_A_KEY_OP = 32, 2  # runs could make very many equal puts out of a few bytes
MAX_DEPS = 1_000
MAX_ACTORS = 1_000
MAX_MESSAGE = 1_000
MAX_KEY = 1_000
MAX_COUNTER = 2**32 - 1  # the engines keep counters in 32 bits
MAX_INT = 2**53
ACTOR_BYTES = 16  # docs/protocol.md, Identifiers

MAKE_MAP, SET, DELETE, MAKE_TEXT = 0, 1, 3, 4

OBJ_ACTOR, OBJ_COUNTER = 0x01, 0x02
KEY_ACTOR, KEY_COUNTER, KEY_STRING = 0x11, 0x13, 0x15
INSERT, ACTION, VALUE_META, VALUE = 0x34, 0x42, 0x56, 0x57
PRED_COUNT, PRED_ACTOR, PRED_COUNTER = 0x70, 0x71, 0x73
COLUMNS = (
    OBJ_ACTOR, OBJ_COUNTER, KEY_ACTOR, KEY_COUNTER, KEY_STRING, INSERT, ACTION, VALUE_META, VALUE,
    PRED_COUNT, PRED_ACTOR, PRED_COUNTER,
)  # fmt: skip
_KNOWN_COLUMNS = frozenset(COLUMNS)
NULL_TYPE, FALSE_TYPE, TRUE_TYPE, INT_TYPE, FLOAT_TYPE, STRING_TYPE, BYTES_TYPE = 0, 1, 2, 4, 5, 6, 7

_NOWHERE = (0, 0)
_ONE_BYTE_TEXT = 1 << 4 | STRING_TYPE


class Op(NamedTuple):
    """One operation. `key` is a map's key, or the character that an insert stands after or a delete takes."""

    id: OpId
    obj: OpId
    key: str | OpId
    insert: bool
    action: int
    value: Scalar
    pred: tuple[OpId, ...]


@dataclass(frozen=True, slots=True)
class DecodedChange:
    """One change. `max_op` is the counter of its last operation; `time` is in seconds and normally 0."""

    chunk: bytes
    hash: bytes
    actor: bytes
    seq: int
    start_op: int
    max_op: int
    deps: tuple[bytes, ...]
    time: int
    message: str | None
    ops: tuple[Op, ...]


def decode_change(chunk: bytes) -> DecodedChange:
    """Raises ProtocolError where `chunk` is not exactly one uncompressed change within the caps."""
    at, end, change_hash = _open(chunk)
    deps, at = _hashes(chunk, at, end)
    actor, at = _actor(chunk, at, end)
    seq, at = read_uleb(chunk, at, end)
    start_op, at = read_uleb(chunk, at, end)
    time, at = read_leb(chunk, at, end)
    message, at = read_string(chunk, at, end)
    if seq < 1 or start_op < 1 or len(message) > MAX_MESSAGE:
        raise bad("bad header")
    actors, at = _others(chunk, at, end, actor)
    spans = _columns(chunk, at, end)
    ops = _ops(chunk, spans, actor, actors, start_op)
    return DecodedChange(
        chunk, change_hash, actor, seq, start_op, start_op + len(ops) - 1, deps, time, message or None, ops
    )


class Outline(NamedTuple):
    """Which change this is: its hash, and its place among those of its actor."""

    hash: bytes
    actor: bytes
    seq: int


def outline(chunk: bytes) -> Outline:
    """Of a change, without reading what it does. Raises ProtocolError."""
    at, end, change_hash = _open(chunk)
    _, at = _hashes(chunk, at, end)
    actor, at = _actor(chunk, at, end)
    seq, _ = read_uleb(chunk, at, end)
    return Outline(change_hash, actor, seq)


def operations(chunk: bytes) -> int:
    """How many operations a well-formed change holds, without reading them."""
    at, end, _ = _open(chunk)
    _, at = _hashes(chunk, at, end)
    actor, at = _actor(chunk, at, end)
    for read in (read_uleb, read_uleb, read_leb, read_string):
        _, at = read(chunk, at, end)
    _, at = _others(chunk, at, end, actor)
    return count_actions(chunk, _columns(chunk, at, end).get(ACTION, _NOWHERE))


def _open(chunk: bytes) -> tuple[int, int, bytes]:
    if not 12 <= len(chunk) <= MAX_CHUNK or chunk[:4] != MAGIC or chunk[8] != CHANGE:
        raise bad("no uncompressed change within size")
    end = len(chunk)
    length, at = read_uleb(chunk, 9, end)
    if at + length != end:
        raise bad("wrong length")
    change_hash = sha256(memoryview(chunk)[8:]).digest()
    if change_hash[:4] != chunk[4:8]:
        raise bad("wrong checksum")
    return at, end, change_hash


def _hashes(data: bytes, at: int, end: int) -> tuple[tuple[bytes, ...], int]:
    count, at = read_uleb(data, at, end)
    if count > MAX_DEPS or count * 32 > end - at:
        raise bad("too many dependencies")
    stop = at + 32 * count
    deps = tuple(data[i : i + 32] for i in range(at, stop, 32))
    if any(a >= b for a, b in pairwise(deps)):
        raise bad("dependencies out of order")
    return deps, stop


def _actor(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    length, at = read_uleb(data, at, end)
    if length != ACTOR_BYTES or length > end - at:
        raise bad("bad actor")
    return data[at : at + ACTOR_BYTES], at + ACTOR_BYTES


def _others(data: bytes, at: int, end: int, author: bytes) -> tuple[list[bytes], int]:
    count, at = read_uleb(data, at, end)
    if count > MAX_ACTORS:
        raise bad("too many actors")
    actors = [author]
    for _ in range(count):
        actor, at = _actor(data, at, end)
        if actor == author or (len(actors) > 1 and actor <= actors[-1]):
            raise bad("actors out of order")
        actors.append(actor)
    return actors, at


def _columns(data: bytes, at: int, end: int) -> dict[int, tuple[int, int]]:
    count, at = read_uleb(data, at, end)
    if count > len(COLUMNS):
        raise bad("too many columns")
    lengths: list[tuple[int, int]] = []
    before = 0
    for _ in range(count):
        if at >= end:
            raise bad("number cut off")
        column = data[at]  # every column of COLUMNS is one byte
        length, at = read_uleb(data, at + 1, end)
        if column not in _KNOWN_COLUMNS or column <= before or length == 0:
            raise bad("unexpected column")
        before = column
        lengths.append((column, length))
    spans: dict[int, tuple[int, int]] = {}
    for column, length in lengths:
        spans[column] = (at, at + length)
        at += length
    if at != end:
        raise bad("columns of the wrong length")
    return spans


def count_actions(data: bytes, span: tuple[int, int], most: int = MAX_OPS) -> int:
    """How many values the action column holds, which is how many operations there are."""
    at, end = span
    count = 0
    while at < end:
        length, at = read_leb(data, at, end)
        if length == 0:
            raise bad("operation without an action")
        for _ in range(1 if length > 0 else min(-length, most)):
            _, at = read_uleb(data, at, end)
        count += abs(length)
        if count > most:
            raise bad("too many operations")
    if count == 0:
        raise bad("no operations")
    return count


def _ops(
    data: bytes, spans: dict[int, tuple[int, int]], actor: bytes, actors: list[bytes], start_op: int
) -> tuple[Op, ...]:
    span = spans.get
    count = count_actions(data, span(ACTION, _NOWHERE))
    if start_op + count - 1 > MAX_COUNTER:
        raise bad("counter too large")
    actions = read_runs(data, span(ACTION, _NOWHERE), count, read_uleb)
    inserts = read_booleans(data, span(INSERT, _NOWHERE), count)
    used = {0}
    objs = _opids(
        read_runs(data, span(OBJ_ACTOR, _NOWHERE), count, read_uleb),
        read_runs(data, span(OBJ_COUNTER, _NOWHERE), count, read_uleb),
        actors, used,
    )  # fmt: skip
    elements = _opids(
        read_runs(data, span(KEY_ACTOR, _NOWHERE), count, read_uleb),
        read_deltas(data, span(KEY_COUNTER, _NOWHERE), count),
        actors, used,
    )  # fmt: skip
    keys = read_runs(data, span(KEY_STRING, _NOWHERE), count, read_string)
    values = _values(data, span(VALUE_META, _NOWHERE), span(VALUE, _NOWHERE), count)
    preds = _preds(data, spans, count, actors, used)
    if ROOT_ID in objs:
        raise bad("the root written as an id")
    if len(used) != len(actors):
        raise bad("actor that nothing uses")
    if count - keys.count(None) > FREE_KEY_OPS + len(data) // BYTES_A_KEY_OP:
        raise bad("more operations than its bytes can mean")
    ops: list[Op] = []
    number = start_op
    for obj, key, element, insert, action, value, pred in zip(
        objs, keys, elements, inserts, actions, values, preds, strict=True
    ):
        opid = (number, actor)
        place = obj or ROOT_ID
        if key is not None:
            if element is not None:
                raise bad("operation needs one key")
            _check_on_map(key, insert, action, pred)
            op = Op(opid, place, key, insert, action or 0, value, pred)
        elif element is not None:
            _check_on_text(place, element, insert, action, value, pred)
            if element >= opid:
                raise bad("operation refers forward")
            op = Op(opid, place, element, insert, action or 0, value, pred)
        else:
            raise bad("operation needs one key")
        if value is not None and action != SET:
            raise bad("operation with a stray value")
        if place >= opid or (pred and pred[-1] >= opid):  # the last of them is the greatest
            raise bad("operation refers forward")
        ops.append(op)
        number += 1
    taken = [op.key for op in ops if op.action == DELETE and op.key.__class__ is tuple]
    if len(taken) != len(set(taken)):
        raise bad("character deleted twice")
    return tuple(ops)


def _check_on_map(key: str, insert: bool, action: int | None, pred: tuple[OpId, ...]) -> None:
    """The shapes that Kring writes, whatever the document holds."""
    if len(key) > MAX_KEY:
        raise bad("key too long")
    if insert or action not in (SET, DELETE, MAKE_MAP, MAKE_TEXT):
        raise bad("unknown operation on a map")
    if action == DELETE and not pred:
        raise bad("delete of nothing")


def _check_on_text(
    obj: OpId, element: OpId, insert: bool, action: int | None, value: Scalar, pred: tuple[OpId, ...]
) -> None:
    """The same, in a text."""
    if obj == ROOT_ID:
        raise bad("the root is no text")
    if insert:
        if action != SET or pred or not isinstance(value, str) or len(value) != 1:
            raise bad("an insert is one character")
    elif action != DELETE or pred != (element,):
        raise bad("unknown operation on a text")


def _opids(
    indexes: list[int | None], counters: list[int | None], actors: list[bytes], used: set[int]
) -> list[OpId | None]:
    """Ids from an actor and a counter column; `ROOT_ID` is the head of a text (counter 0, no actor)."""
    if counters.count(None) == len(counters):
        if indexes.count(None) != len(indexes):
            raise bad("id without a counter")
        return [None] * len(counters)
    out: list[OpId | None] = []
    for index, counter in zip(indexes, counters, strict=True):
        if counter is None:
            if index is not None:
                raise bad("id without a counter")
            out.append(None)
        elif index is None:
            if counter != 0:
                raise bad("id without an actor")
            out.append(ROOT_ID)
        else:
            if index >= len(actors) or not 0 < counter <= MAX_COUNTER:
                raise bad("bad id")
            used.add(index)
            out.append((counter, actors[index]))
    return out


def _preds(
    data: bytes, spans: dict[int, tuple[int, int]], count: int, actors: list[bytes], used: set[int]
) -> list[tuple[OpId, ...]]:
    counts = read_runs(data, spans.get(PRED_COUNT, _NOWHERE), count, read_uleb)
    total = 0
    for size in counts:
        if size is None or size > MAX_OPS:
            raise bad("bad predecessor count")
        total += size
    if total > MAX_OPS:
        raise bad("too many predecessors")
    if total == 0:
        if PRED_ACTOR in spans or PRED_COUNTER in spans:
            raise bad("column of the wrong length")
        return [()] * count
    ids = _opids(
        read_runs(data, spans.get(PRED_ACTOR, _NOWHERE), total, read_uleb),
        read_deltas(data, spans.get(PRED_COUNTER, _NOWHERE), total),
        actors, used,
    )  # fmt: skip
    out: list[tuple[OpId, ...]] = []
    at = 0
    for size in counts:
        pred = tuple([opid for opid in ids[at : at + (size or 0)] if opid is not None and opid[0]])
        at += size or 0
        if len(pred) != size or (size > 1 and any(a >= b for a, b in pairwise(pred))):
            raise bad("bad predecessors")
        out.append(pred)
    return out


def _values(data: bytes, meta: tuple[int, int], raw: tuple[int, int], count: int) -> list[Scalar]:
    at, end = raw
    out: list[Scalar] = []
    for code in read_runs(data, meta, count, read_uleb):
        if code is None:
            raise bad("value without a type")
        length = code >> 4
        if length > end - at:
            raise bad("value cut off")
        if code == _ONE_BYTE_TEXT and data[at] < 0x80:  # what typing is made of
            out.append(chr(data[at]))
            at += 1
            continue
        out.append(_value(data, at, at + length, code & 15))
        at += length
    if at != end:
        raise bad("bytes after the values")
    return out


def _value(data: bytes, at: int, end: int, kind: int) -> Scalar:
    if kind == STRING_TYPE:
        try:
            return data[at:end].decode()
        except UnicodeDecodeError:
            raise bad("text is no UTF-8") from None
    if kind == INT_TYPE:
        number, at = read_leb(data, at, end)
        if at == end and -MAX_INT <= number <= MAX_INT:
            return number
    elif kind == FLOAT_TYPE:
        if end - at == 8:
            real: float = struct.unpack_from("<d", data, at)[0]
            if real - real == 0:  # neither infinite nor no number
                return real
    elif kind == BYTES_TYPE:
        return data[at:end]
    elif kind in (NULL_TYPE, FALSE_TYPE, TRUE_TYPE) and at == end:
        return None if kind == NULL_TYPE else kind == TRUE_TYPE
    raise bad("value of a type that Kring does not use")
