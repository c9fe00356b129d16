"""A document at rest: the engine's saved bytes, and beside them what those cannot tell without a walk.

CBOR `[2, kind, saved, shown, clashes, changes, actors, waiting]`. `shown`: the values that show (shown.py).
`clashes`: the keys with several live values.
`changes`: the newest ones, so that what comes next can be vetted at once: each is hash (32), highest
operation (LEB128), number of dependencies (LEB128), and each of those as how many changes back (LEB128), or
0 and its hash. `actors`: actor -> [sequence number, hash of its last change]. `waiting`: chunks whose
dependencies have not come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, overload

import cbor2

from kring.documents.columns import read_uleb, write_uleb
from kring.documents.opid import opid_text, parse_opid
from kring.documents.registers import Live
from kring.documents.shown import ShownMap, pack_shown, unpack_shown
from kring.documents.vetting import Known, Last
from kring.errors import DocumentError, DocumentNewer, ProtocolError

VERSION: Final = 2
NEWEST: Final = 1024
"""Changes remembered. What refers further back costs one reading of the history."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The parts of a document at rest."""

    kind: str
    saved: bytes
    shown: Sequence[ShownMap]
    clashes: Sequence[Live]
    known: Sequence[tuple[bytes, Known]]
    actors: dict[bytes, Last]
    waiting: Sequence[bytes]


class Remembered(Sequence[tuple[bytes, Known]]):
    """The newest changes of a snapshot, read when they are first asked for: opening a case seldom does."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def _items(self) -> list[tuple[bytes, Known]]:
        try:
            return list(_read_known(self._data))
        except (IndexError, ProtocolError) as error:
            raise DocumentError("no snapshot") from error

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> tuple[bytes, Known]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[bytes, Known]]: ...
    def __getitem__(self, index: int | slice) -> tuple[bytes, Known] | list[tuple[bytes, Known]]:
        return self._items[index]


def write_snapshot(snapshot: Snapshot) -> bytes:
    clashes = [
        [opid_text(obj), key, {opid_text(opid): list(value) for opid, value in live.items()}]
        for obj, key, live in snapshot.clashes
    ]
    actors = {actor: list(last) for actor, last in snapshot.actors.items()}
    known = _write_known(snapshot.known)
    shown = pack_shown(snapshot.shown)
    parts = [VERSION, snapshot.kind, snapshot.saved, shown, clashes, known, actors, list(snapshot.waiting)]
    return cbor2.dumps(parts)


def read_snapshot(data: bytes) -> Snapshot:
    """Raises DocumentError where `data` is no snapshot, DocumentNewer where a newer Kring wrote it."""
    try:
        parts: Any = cbor2.loads(data)
        version = parts[0]
        if isinstance(version, int) and version > VERSION:
            raise DocumentNewer("snapshot of a newer Kring")
        _, kind, saved, shown, clashes, known, actors, waiting = parts
        if not isinstance(kind, str):
            raise DocumentError("no snapshot")
        return Snapshot(
            kind,
            _bytes(saved),
            list(unpack_shown(shown)),
            [
                (
                    parse_opid(obj),
                    key,
                    {parse_opid(opid): (value[0], value[1]) for opid, value in live.items()},
                )
                for obj, key, live in clashes
            ],
            Remembered(_bytes(known)),
            {actor: Last(int(last[0]), _bytes(last[1])) for actor, last in actors.items()},
            [_bytes(chunk) for chunk in waiting],
        )
    except DocumentError:
        raise
    except Exception as error:
        raise DocumentError("no snapshot") from error


def _bytes(value: object) -> bytes:
    """Never `bytes(value)`: of a number, that would be so many zeros."""
    if not isinstance(value, bytes):
        raise DocumentError("no snapshot")
    return value


def _write_known(known: Iterable[tuple[bytes, Known]]) -> bytes:
    out = bytearray()
    places: dict[bytes, int] = {}
    for index, (change_hash, item) in enumerate(known):
        out += change_hash
        write_uleb(out, item.max_op)
        write_uleb(out, len(item.deps))
        for dep in item.deps:
            place = places.get(dep)
            write_uleb(out, 0 if place is None else index - place)
            if place is None:
                out += dep
        places[change_hash] = index
    return bytes(out)


def _read_known(data: bytes) -> Iterable[tuple[bytes, Known]]:
    at, end = 0, len(data)
    order: list[bytes] = []
    while at < end:
        change_hash = data[at : at + 32]
        max_op, at = read_uleb(data, at + 32, end)
        count, at = read_uleb(data, at, end)
        deps: list[bytes] = []
        for _ in range(count):
            back, at = read_uleb(data, at, end)
            if back:
                deps.append(order[-back])
            else:
                deps.append(data[at : at + 32])
                at += 32
        order.append(change_hash)
        yield change_hash, Known(max_op, tuple(deps))
