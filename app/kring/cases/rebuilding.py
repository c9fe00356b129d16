"""A document built anew, because a cut undid something that had been let in (docs/protocol.md, Removing).

All that is stored of it is judged once more by a gate that knows the cut. What no longer counts goes to what
is held, and what builds on it waits there; own edits too, so that every honest device comes to the same
document. The store changes in one transaction, and memory between two turns of the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from kring.cases.base import Base, base_of
from kring.cases.contents import contents, parsed
from kring.cases.document import CaseDocument, Handles
from kring.cases.journal import Journal
from kring.cases.ledger import Ledger
from kring.cases.receiving import Outcome, Receiver, stored, vet
from kring.cases.sending import Batch, Sender
from kring.errors import ProtocolError
from kring.sharing.actor import actor_id
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import Envelope, parse_envelope
from kring.sharing.gate import Chain, Gate, Last, chain_of
from kring.sharing.keyring import Keyring
from kring.store.held import KEPT, SAID, WAITING, Held
from kring.store.store import Store


class Rebuilder:
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
    ) -> None:
        self._crypto, self._ledger, self._keyring = crypto, ledger, keyring
        self._handles, self._journal, self._store = handles, journal, store
        self._number, self._sender, self._own = number, sender, own

    def overrun(self, document: CaseDocument) -> bool:
        """Whether more was let in than a cut lets count; what this device has not sent is not meant."""
        membership = self._ledger.membership
        unsent: dict[Chain, int] = {}
        for each in self._sender.unsent_in(document.id):
            unsent.setdefault(chain_of(each.header), each.header.seq)
        for chain in document.gate.overrun(membership):
            cut = membership.cut(chain[0], document.id, chain[1])
            if cut is None or chain not in unsent or unsent[chain] - 1 > cut[0]:
                return True
        return False

    async def rebuild(self, document: CaseDocument) -> None:
        """Judge it all again and go on with what remains. Raises StoreError; then it is as it was."""
        handles, outcome = self._handles.anew(self._crypto.random(16)), Outcome()
        receiver = Receiver(
            self._crypto, self._ledger, self._keyring, handles, self._journal, self._store, self._number,
            self._handles.device, lambda _: None,
        )  # fmt: skip
        async with self._sender.still():
            await self._journal.flush()
            base = await base_of(self._crypto, self._keyring, handles, self._store, self._number, document)
            gate = Gate(document.id, base.frontier)
            fresh = CaseDocument(document.id, gate, base.handle, nonce=handles.nonce)
            unsent = self._sender.unsent_in(document.id)
            mine = {each.hash for each in unsent}
            rows = [each for each in self._rows(document) if each.hash not in base.hashes]
            said = [each for each in rows if each.hash not in mine]
            await receiver.judge(fresh, [*said, *self._held(document)], outcome)
            if fresh.handle is None:
                fresh.handle = handles.empty(document.id, document.handle.kind if document.handle else "")
            kept = await self._take_unsent(fresh, unsent, outcome)
            kept += await self._take_along(document, fresh)
            self._note(document, fresh, rows, outcome, kept, base)
            self._swap(document, fresh)
        await self._journal.flush()

    def _rows(self, document: CaseDocument) -> list[Envelope]:
        return [parsed(data) for _, data in self._store.envelopes.after(self._number, document.id, 0)]

    def _held(self, document: CaseDocument) -> list[Envelope]:
        found = []
        for held in self._store.held.all(self._number):
            if held.document == document.id and held.reason != KEPT:
                try:
                    found.append(parse_envelope(held.data))
                except ProtocolError:
                    continue  # it never had the form of an envelope
        return found

    async def _take_unsent(
        self, fresh: CaseDocument, unsent: list[Envelope], outcome: Outcome
    ) -> list[Envelope]:
        """They are to be said anew, or for the first time: only what builds on what is gone stays behind.

        Returns what is to be kept until then. What may be on its way in the current epoch has its number, and
        waits as it is.
        """
        assert fresh.handle is not None
        membership = self._ledger.membership
        current = membership.epoch_at(fresh.id, membership.length)
        said = await contents(self._crypto, self._keyring, unsent)
        for at, (each, content) in enumerate(zip(unsent, said, strict=True)):
            actor = actor_id(fresh.id, content.device, content.actor_nonce)
            changes = vet(content.changes, actor, fresh.handle.trial(), owner=True)
            if not isinstance(changes, list):
                return [each for each in unsent[at:] if each.header.epoch != current]
            header = each.header
            last = Last(header.seq, each.hash, header.log_position, content.history)
            fresh.gate.rewind(chain_of(header), last)
            fresh.handle.receive(changes)
            outcome.accepted.append(each)
        return []

    async def _take_along(self, document: CaseDocument, fresh: CaseDocument) -> list[Envelope]:
        """Own changes that are not sealed yet go along; what builds on what is gone is sealed, and held."""
        put_aside = []
        known: dict[int, int] = {}
        while (batch := self._untried(document, known)) is not None:
            tried = known.setdefault(id(batch), 0)
            while tried < len(batch.chunks) and self._follows(document, fresh, batch, batch.chunks[tried]):
                tried += 1
            known[id(batch)] = tried
            if tried < len(batch.chunks):
                put_aside += await self._sender.put_aside(document, batch, tried)
        return put_aside

    def _untried(self, document: CaseDocument, known: dict[int, int]) -> Batch | None:
        for batch in self._sender.batches(document):
            if len(batch.chunks) > known.get(id(batch), 0):
                return batch
        return None

    def _follows(self, document: CaseDocument, fresh: CaseDocument, batch: Batch, chunk: bytes) -> bool:
        assert fresh.handle is not None
        actor = actor_id(document.id, self._handles.device, batch.nonce)
        taken = vet([chunk], actor, fresh.handle.trial(), owner=True)
        if not isinstance(taken, list):
            return False
        fresh.handle.receive(taken)
        return True

    def _note(
        self,
        document: CaseDocument,
        fresh: CaseDocument,
        rows: list[Envelope],
        outcome: Outcome,
        kept: list[Envelope],
        base: Base,
    ) -> None:
        """The whole difference, for the store, in one transaction."""
        counted = {each.hash for each in outcome.accepted}
        before = {each.hash for each in rows}
        reasons = {each.hash: each.reason for each in outcome.held}
        gone = [each for each in rows if each.hash not in counted]
        own = self._own()
        held = [
            replace(each, reason=SAID) if each.reason == WAITING and each.hash in document.said else each
            for each in outcome.held
            if each.hash not in before and each.hash not in counted
        ]
        aside = {each.hash for each in kept}
        held += [Held(document.id, each.hash, KEPT, each.wire) for each in kept]
        for each in (each for each in gone if each.hash not in aside):
            reason = reasons.get(each.hash, WAITING)
            if reason == WAITING and each.header.device in own:
                reason = SAID
                fresh.said.add(each.hash)
                fresh.waiting.add(each)
            held.append(Held(document.id, each.hash, reason, each.wire))
        found = [stored(each) for each in outcome.accepted if each.hash not in before]
        released = [each.hash for each in found] + outcome.released
        store, number, lost = self._store, self._number, [stored(each) for each in gone]
        self._journal.add(
            lambda: store.envelopes.take_out(number, lost),
            lambda: store.envelopes.add(number, found),
            lambda: store.held.released(number, released),
            lambda: store.held.put(number, held),
            base.keep,
        )
        self._sender.forget({each.hash for each in gone})
        fresh.said |= {name for name in document.said if name in fresh.waiting}
        fresh.kept = [*document.kept, *kept]
        fresh.since = len(counted)

    def _swap(self, document: CaseDocument, fresh: CaseDocument) -> None:
        document.gate, document.waiting, document.unsigned = fresh.gate, fresh.waiting, fresh.unsigned
        document.kept = fresh.kept
        document.refused, document.said, document.undone = fresh.refused, fresh.said, True
        document.nonce, document.since, document.covered = fresh.nonce, fresh.since, 0
        if document.handle is None:
            return
        assert fresh.handle is not None
        document.handle.become(fresh.handle)
