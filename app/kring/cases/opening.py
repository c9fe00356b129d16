"""From rows in the store to live documents: a snapshot, and the envelopes after it (CAS-12, STO-10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from kring.cases.contents import contents, ends, parsed
from kring.cases.document import SLICE_OPS, CaseDocument, Handles
from kring.documents.change import DecodedChange, decode_change
from kring.documents.handle import Handle
from kring.errors import DocumentError, KringError, ProtocolError, StoreCorrupt
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import Content, parse_envelope
from kring.sharing.gate import Chain, Gate, Last, chain_of
from kring.sharing.keyring import Keyring
from kring.sharing.provenance import Chains, pack_chains, unpack_chains
from kring.store.held import KEPT, SAID
from kring.store.snapshots import Snapshot
from kring.store.store import Store

_WITH_PAST: Final = b"\xff"


class Opener:
    """Opens the documents of one case."""

    def __init__(self, crypto: Crypto, store: Store, number: int, keyring: Keyring, handles: Handles) -> None:
        self._crypto, self._store, self._number = crypto, store, number
        self._keyring, self._handles = keyring, handles

    async def open(self, documents: Iterable[bytes]) -> dict[bytes, CaseDocument]:
        """Each of `documents` as it was saved. Raises StoreCorrupt."""
        names = list(documents)
        known, cursors = await self._frontiers(names), self._store.cursors.all(self._number)
        snapshots = await self._store.snapshots.all(self._number)
        opened: dict[bytes, CaseDocument] = {}
        for name in names:
            document = CaseDocument(name, Gate(name, known.get(name)), cursor=cursors.get(name, 0))
            if name in snapshots:
                self._restore(document, snapshots[name])
            await self._replay(document)
            opened[name] = document
        self._hold(opened)
        return opened

    async def _frontiers(self, documents: Collection[bytes]) -> Mapping[bytes, Mapping[Chain, Last]]:
        """How far each chain has been let in, by what is stored, for each of these documents."""
        stored = (parsed(data) for data in self._store.envelopes.last_of_each_chain(self._number))
        lasts = [each for each in stored if each.header.document in documents]
        found: dict[bytes, dict[Chain, Last]] = {}
        for each, last in zip(lasts, await ends(self._crypto, self._keyring, lasts), strict=True):
            found.setdefault(each.header.document, {})[chain_of(each.header)] = last
        return found

    def _restore(self, document: CaseDocument, snapshot: Snapshot) -> None:
        kind, data, document.past = unpack_snapshot(snapshot.data)
        try:
            document.handle = self._handles.restored(document.id, kind, data)
        except DocumentError as error:
            if document.past:
                raise StoreCorrupt("the snapshot of a document cannot be read") from error
            return  # the envelopes give the same document, only slower
        document.covered = snapshot.covers

    async def _replay(self, document: CaseDocument) -> None:
        """Apply the envelopes that the snapshot does not cover. They were judged when they were stored."""
        wires = [data for _, data in self._store.envelopes.after(self._number, document.id, document.covered)]
        document.since = len(wires)
        if not wires:
            return
        try:
            for changes in _slices(await contents(self._crypto, self._keyring, list(map(parsed, wires)))):
                if document.handle is None:
                    document.handle = self._handles.empty(document.id, "")
                document.handle.receive(changes)
                self._handles.settle(document.handle)
        except ProtocolError as error:
            raise StoreCorrupt("a stored envelope does not open") from error

    def _hold(self, opened: Mapping[bytes, CaseDocument]) -> None:
        """Bring back what was held at the gates: all of it is judged once more, quarantine included."""
        for held in self._store.held.all(self._number):
            document = opened.get(held.document)
            if document is None:
                continue
            document.undone |= held.reason in ("cut", SAID, KEPT)
            if held.reason == SAID:
                document.said.add(held.hash)
            try:
                envelope = parse_envelope(held.data)
                if held.reason == KEPT:
                    document.kept.append(envelope)
                else:
                    document.waiting.add(envelope)
            except KringError:
                document.keep_refused(held.hash, len(held.data))


def _slices(said: Iterable[Content]) -> Iterator[list[DecodedChange]]:
    """The changes in these contents, so many at a time that they fit in memory however much they say."""
    changes: list[DecodedChange] = []
    ops = 0
    for content in said:
        for chunk in content.changes:
            changes.append(decode_change(chunk))
            ops += len(changes[-1].ops)
        if ops >= SLICE_OPS:
            yield changes
            changes, ops = [], 0
    if changes:
        yield changes


def pack_snapshot(handle: Handle, past: Chains) -> bytes:
    """What is kept of pruned envelopes, if any; the kind, by its length; the handle's own snapshot."""
    kind = handle.kind.encode()
    chains = pack_chains(past) if past else b""
    before = _WITH_PAST + len(chains).to_bytes(4) + chains if past else b""
    return before + bytes([len(kind)]) + kind + handle.snapshot()


def unpack_snapshot(data: bytes) -> tuple[str, bytes, Chains]:
    """The kind, the handle's snapshot, and what is kept of pruned envelopes. Raises StoreCorrupt."""
    past: Chains = {}
    try:
        if data[:1] == _WITH_PAST:
            end = 5 + int.from_bytes(data[1:5])
            past, data = unpack_chains(data[5:end]), data[end:]
        return data[1 : 1 + data[0]].decode(), data[1 + data[0] :], past
    except (IndexError, UnicodeDecodeError, ProtocolError) as error:
        raise StoreCorrupt("a snapshot cannot be read") from error
