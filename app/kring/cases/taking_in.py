"""A confirmed snapshot taken in: by who comes later, was away for long, or comes back by a sheet (CAS-51).

It stands for envelopes that nobody keeps any more. The store changes in one transaction, and memory after it:
whatever happens in between, the document is as it was or as it is to be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from kring.cases.document import CaseDocument, Handles
from kring.cases.journal import Journal
from kring.cases.ledger import Ledger
from kring.cases.opening import pack_snapshot
from kring.cases.receiving import stored
from kring.cases.sending import Sender
from kring.cases.wholes import Taken, WholeReader
from kring.documents.change import decode_change, outline
from kring.documents.handle import Handle
from kring.documents.vetting import ACCEPT
from kring.errors import ProtocolError
from kring.sharing.actor import actor_id
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import NOTHING, history
from kring.sharing.gate import Chain
from kring.sharing.keyring import Keyring
from kring.store.snapshots import Snapshot as Kept
from kring.store.store import Store
from kring.sync.messages import Snapshot

SLICE: Final = 500
"""Changes that are brought into a live document between two turns of the loop."""


class TakingIn:
    """For all documents of one case. `own` tells the devices that this one is and was."""

    def __init__(
        self,
        crypto: Crypto,
        ledger: Ledger,
        keyring: Keyring,
        handles: Handles,
        journal: Journal,
        store: Store,
        number: int,
        sender: Sender,
        own: Callable[[], Collection[bytes]],
        on_kind: Callable[[CaseDocument], None],
    ) -> None:
        self._ledger, self._journal, self._store, self._number = ledger, journal, store, number
        self._sender, self._own, self._on_kind = sender, own, on_kind
        self._handles = handles
        self.reader = WholeReader(crypto, keyring, handles)

    async def take(self, document: CaseDocument, frame: Snapshot) -> bool:
        """Whether it told this device of own envelopes that it never made: so it is a copy of another.

        ProtocolError where it does not hold, or is not the newest that was confirmed; NotAllowed where its
        key has not come; StoreError. Then nothing has changed.
        """
        membership = self._ledger.membership
        confirmed = membership.confirmed.get(document.id)
        if confirmed is None:
            raise ProtocolError("no snapshot was confirmed here")
        taken = await self.reader.read(membership, confirmed, frame)
        async with self._sender.still():
            await self._journal.flush()
            self._follows(document, taken)
            fresh = [] if document.handle is None else await self._fresh(document.handle, taken)
            await self._keep(document, taken, frame.cursor)
            return await self._go_on(document, taken, fresh, frame.cursor)

    def _follows(self, document: CaseDocument, taken: Taken) -> None:
        """What this device has let in of each chain is how the chain begins, or goes on."""
        for chain, end in taken.ends.items():
            last = document.gate.last(*chain)
            if last.seq == 0:
                continue
            if last.seq >= end.last.seq:
                at = self._store.envelopes.at(self._number, document.id, *chain, end.last.seq)
                same = at == end.envelope.wire if at is not None else last.seq > end.last.seq
            else:
                same = _history(document.id, taken, chain, last.seq) == last.history
            if not same:
                raise ProtocolError("a chain that forks from what is here")

    async def _fresh(self, handle: Handle, taken: Taken) -> list[bytes]:
        """The changes that are new here. ProtocolError where one of them cannot follow."""
        fresh = [chunk for chunk in taken.chunks if outline(chunk).hash not in handle.vetting]
        trial = handle.trial()
        for number, chunk in enumerate(fresh):
            change = decode_change(chunk)
            if trial.check(change, change.actor) != ACCEPT:
                raise ProtocolError("a change that cannot follow on what is here")
            trial.admit(change)
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        return fresh

    async def _keep(self, document: CaseDocument, taken: Taken, cursor: int) -> None:
        """All of it in the store. The document at rest is the snapshot; what else is stored follows on it."""
        store, number, name = self._store, self._number, document.id
        kept = Kept(name, 0, pack_snapshot(taken.handle, taken.chains))
        box = await store.snapshots.seal(number, kept)
        rows = [stored(end.envelope) for end in taken.ends.values()]
        ends = {chain: end.last.seq for chain, end in taken.ends.items()}
        own = self._own()
        acked = {(name, *chain): seq for chain, seq in ends.items() if chain[0] in own}
        steps: list[Callable[[], object]] = [
            lambda: store.envelopes.add(number, rows),
            lambda: store.envelopes.prune(number, name, ends),
            lambda: store.snapshots.put(number, kept, box),
            lambda: store.outbox.acked(number, acked),
        ]
        if not document.crowded:
            steps.append(lambda: store.cursors.put(number, name, max(cursor, document.cursor)))
        await store.write(*steps)

    async def _go_on(self, document: CaseDocument, taken: Taken, fresh: list[bytes], cursor: int) -> bool:
        ahead = False
        own = self._own()
        for chain, end in taken.ends.items():
            if document.gate.last(*chain).seq < end.last.seq:
                ahead |= chain[0] in own
                document.gate.rewind(chain, end.last)
        document.past, document.covered = taken.chains, 0
        document.since += len(taken.ends)
        if not document.crowded:
            document.cursor = max(cursor, document.cursor)
        document.crowded = False
        self._sender.covered(
            {(document.id, *chain): end.last.seq for chain, end in taken.ends.items() if chain[0] in own}
        )
        if document.handle is None:
            document.handle = taken.handle
            if taken.handle.kind:
                self._on_kind(document)
        for start in range(0, len(fresh), SLICE):
            document.handle.receive(fresh[start : start + SLICE])
            await asyncio.sleep(0)
        if self._handles.settle(document.handle):
            self._on_kind(document)
        return ahead


def _history(document: bytes, taken: Taken, chain: Chain, end: int) -> bytes:
    """The history digest of this chain after so many of its envelopes."""
    digest = NOTHING
    for each in taken.chains[chain][:end]:
        hashes = taken.hashes.get(actor_id(document, *each.source), ())
        made = hashes[each.first - 1 : each.first - 1 + each.number]
        digest = history(digest, *each.source, each.time, made)
    return digest
