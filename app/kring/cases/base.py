"""What a document is built on anew: the snapshot that stands for pruned envelopes, or nothing (CAS-53)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kring.cases.contents import ends, parsed
from kring.cases.document import CaseDocument, Handles
from kring.cases.opening import pack_snapshot
from kring.documents.change import outline
from kring.documents.handle import Handle
from kring.errors import StoreCorrupt
from kring.sharing.crypto import Crypto
from kring.sharing.gate import Chain, Last
from kring.sharing.keyring import Keyring
from kring.sharing.provenance import held_by
from kring.store.snapshots import Snapshot
from kring.store.store import Store

SLICE = 500
"""Changes that are brought in between two turns of the loop."""


@dataclass(frozen=True)
class Base:
    """`frontier`: where the chains stand in it; `keep` is the step that leaves it in the store alone."""

    keep: Callable[[], object]
    handle: Handle | None = None
    frontier: Mapping[Chain, Last] = field(default_factory=dict)

    @property
    def hashes(self) -> set[bytes]:
        """Of the envelopes at its ends: they are in it."""
        return {each.hash for each in self.frontier.values()}


async def base_of(
    crypto: Crypto, ring: Keyring, handles: Handles, store: Store, number: int, document: CaseDocument
) -> Base:
    """Nothing of a cut reaches into it: no cut ends a chain before what a confirmed snapshot covers (SHR-52).

    Raises StoreCorrupt.
    """
    if not document.past or document.handle is None:
        return Base(lambda: store.snapshots.drop(number, document.id))
    held: dict[bytes, set[int]] = {}
    for actor, first, count in held_by(document.past, document.id):
        held.setdefault(actor, set()).update(range(first, first + count))
    handle = handles.empty(document.id, document.handle.kind)
    part: list[bytes] = []
    for chunk in document.handle.changes():
        name = outline(chunk)
        if name.seq in held.get(name.actor, ()):
            part.append(chunk)
        if len(part) == SLICE:
            _receive(handle, part)
            part = []
            await asyncio.sleep(0)
    _receive(handle, part)
    chains = list(document.past)
    wires = [store.envelopes.at(number, document.id, *chain, len(document.past[chain])) for chain in chains]
    rows = [parsed(wire) for wire in wires if wire is not None]
    if len(rows) != len(chains):
        raise StoreCorrupt("the end of a chain is gone from the store")
    frontier = dict(zip(chains, await ends(crypto, ring, rows), strict=True))
    snapshot = Snapshot(document.id, 0, pack_snapshot(handle, document.past))
    box = await store.snapshots.seal(number, snapshot)
    return Base(lambda: store.snapshots.put(number, snapshot, box), handle, frontier)


def _receive(handle: Handle, chunks: list[bytes]) -> None:
    receipt = handle.receive(chunks)
    if receipt.refused or receipt.waiting:
        raise StoreCorrupt("a snapshot does not hold what it stands for")
