"""What a document shows, packed: a restored one then need not ask the engine for every value.

Deflated CBOR `[actors, maps]`: each map, the outer ones first, as the counter and the actor of its id and a
flat list of five for each key: key, counter and actor of the operation, kind, value. Actors by their place in
`actors`; the root has none. zlib's checksum tells where a byte was damaged.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import cbor2

from kring.documents.crdt import ROOT, Entry, ObjectKind, Scalar
from kring.documents.opid import ROOT_ID, OpId, parse_opid

_KINDS: Final = ("scalar", "map", "text")


class Shown(NamedTuple):
    """The winning value of one key: for a map None, for a text its words. `op` set it, or is its id."""

    key: str
    op: OpId
    kind: ObjectKind | str
    value: Scalar


ShownMap = tuple[OpId, list[Shown]]


def from_engine(entries: Iterable[Entry]) -> Iterator[ShownMap]:
    """As `CrdtDocument.dump` tells it."""
    ids: dict[str, OpId] = {ROOT: ROOT_ID}
    for entry in entries:
        obj = ids.get(entry.obj) or ids.setdefault(entry.obj, parse_opid(entry.obj))
        yield obj, [Shown(entry.key, parse_opid(entry.op), entry.kind, entry.value)]


def pack_shown(maps: Iterable[ShownMap]) -> bytes:
    actors: dict[bytes, int] = {}

    def place(opid: OpId) -> tuple[int, int]:
        return opid[0], actors.setdefault(opid[1], len(actors))

    packed: list[list[object]] = []
    for obj, entries in maps:
        flat: list[object] = []
        for entry in entries:
            flat += (entry.key, *place(entry.op), _KINDS.index(entry.kind), entry.value)
        packed.append([*place(obj), flat])
    return zlib.compress(cbor2.dumps([list(actors), packed]))


def unpack_shown(data: bytes) -> Iterator[ShownMap]:
    """Raises what the bytes make it raise, where they are not what `pack_shown` made."""
    actors, packed = cbor2.loads(zlib.decompress(data))
    for counter, actor, flat in packed:
        entries = [
            Shown(key, (number, actors[author]), _KINDS[kind], value)
            for key, number, author, kind, value in zip(*[iter(flat)] * 5, strict=True)
        ]
        yield (counter, actors[actor]), entries
