"""Writes one Automerge change chunk: the inverse of `change.decode_change`, and its only author.

Source: the public Automerge binary format (automerge.org/automerge-binary-format-spec), chunk type 1.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from kring.documents import change as c
from kring.documents.columns import (
    write_booleans,
    write_deltas,
    write_leb,
    write_runs,
    write_string,
    write_uleb,
)
from kring.documents.crdt import Scalar
from kring.documents.opid import ROOT_ID, OpId


def encode_change(actor: bytes, seq: int, deps: Iterable[bytes], ops: Sequence[c.Op]) -> bytes:
    """One chunk of `ops`, whose ids run on from the first; no time and no message."""
    others = {opid[1] for op in ops for opid in _ids(op)} - {actor, b""}
    actors = [actor, *sorted(others)]
    index = {name: at for at, name in enumerate(actors)}
    body = bytearray()
    sorted_deps = sorted(deps)
    write_uleb(body, len(sorted_deps))
    body += b"".join(sorted_deps)
    _write_actor(body, actor)
    write_uleb(body, seq)
    write_uleb(body, ops[0].id[0])
    write_leb(body, 0)
    write_string(body, "")
    write_uleb(body, len(actors) - 1)
    for other in actors[1:]:
        _write_actor(body, other)
    columns = [(column, data) for column, data in _columns(ops, index) if data]
    write_uleb(body, len(columns))
    for column, data in columns:
        write_uleb(body, column)
        write_uleb(body, len(data))
    for _, data in columns:
        body += data
    head = bytearray([c.CHANGE])
    write_uleb(head, len(body))
    rest = bytes(head + body)
    return c.MAGIC + sha256(rest).digest()[:4] + rest


def _ids(op: c.Op) -> Iterable[OpId]:
    yield op.obj
    if isinstance(op.key, tuple):
        yield op.key
    yield from op.pred


def _write_actor(out: bytearray, actor: bytes) -> None:
    write_uleb(out, len(actor))
    out += actor


def _columns(ops: Sequence[c.Op], index: dict[bytes, int]) -> list[tuple[int, bytes]]:
    elements = [op.key if isinstance(op.key, tuple) else None for op in ops]
    preds = [opid for op in ops for opid in op.pred]
    values = [_value(op.value) for op in ops]
    return [
        (c.OBJ_ACTOR, write_runs([_actor(op.obj, index) for op in ops], write_uleb)),
        (c.OBJ_COUNTER, write_runs([op.obj[0] or None for op in ops], write_uleb)),
        (c.KEY_ACTOR, write_runs([_actor(key, index) for key in elements], write_uleb)),
        (c.KEY_COUNTER, write_deltas([None if key is None else key[0] for key in elements])),
        (
            c.KEY_STRING,
            write_runs([op.key if isinstance(op.key, str) else None for op in ops], write_string),
        ),
        (c.INSERT, write_booleans([op.insert for op in ops])),
        (c.ACTION, write_runs([op.action for op in ops], write_uleb)),
        (c.VALUE_META, write_runs([len(raw) << 4 | kind for kind, raw in values], write_uleb)),
        (c.VALUE, b"".join(raw for _, raw in values)),
        (c.PRED_COUNT, write_runs([len(op.pred) for op in ops], write_uleb)),
        (c.PRED_ACTOR, write_runs([_actor(opid, index) for opid in preds], write_uleb)),
        (c.PRED_COUNTER, write_deltas([opid[0] for opid in preds])),
    ]


def _actor(opid: OpId | None, index: dict[bytes, int]) -> int | None:
    return None if opid is None or opid == ROOT_ID else index[opid[1]]


def _value(value: Scalar) -> tuple[int, bytes]:
    if value is None:
        return c.NULL_TYPE, b""
    if isinstance(value, bool):
        return (c.TRUE_TYPE if value else c.FALSE_TYPE), b""
    if isinstance(value, str):
        return c.STRING_TYPE, value.encode()
    if isinstance(value, bytes):
        return c.BYTES_TYPE, value
    if isinstance(value, float):
        return c.FLOAT_TYPE, struct.pack("<d", value)
    out = bytearray()
    write: Callable[[bytearray, int], None] = write_leb
    write(out, value)
    return c.INT_TYPE, bytes(out)
