"""Own changes on their way out: gathered, sealed, stored, and only then sent (CAS-1, CAS-2)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kring.cases.document import CaseDocument
from kring.cases.journal import Journal, Step
from kring.cases.ledger import Ledger
from kring.cases.receiving import stored
from kring.cases.renewing import Renewed, renew
from kring.cases.secrets import EPOCHS, pack_epochs
from kring.documents.change import MAX_OPS, DecodedChange, operations
from kring.domain.clock import Clock
from kring.errors import KringError, NotAllowed
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys
from kring.sharing.envelope import Content, Envelope, parse_envelope
from kring.sharing.gate import Gate
from kring.sharing.keyring import Keyring
from kring.sharing.writing import Written, may_write, sealing_epoch, write
from kring.store.store import Store
from kring.sync.client import Outgoing

IDLE_SECONDS: Final = 0.15
"""How long a batch stays open after an edit."""

BATCH_BYTES: Final = 128 * 1024
MOST_IDLES: Final = 6
"""For how many idles in a row new edits may keep a batch open."""

KEEPING: Final = 2**32 - 1
"""An epoch that no log knows, with a secret of this device alone: what stands under it is never sent so."""

RETRY_SECONDS: Final = 5.0
"""How soon saving is tried again after the disk was full."""


Place = tuple[bytes, bytes, int]
"""(document, device, epoch): a chain."""


_Adopted = tuple[CaseDocument, Sequence[Content], Sequence[bytes | DecodedChange], Sequence[Step]]


class _Own(NamedTuple):
    """An envelope of this device, or of one that it was, that the relay is not known to hold."""

    envelope: Envelope
    outgoing: Outgoing

    @property
    def place(self) -> Place:
        return place_of(self.envelope)


@dataclass
class Batch:
    """Own changes of one document that are not sealed yet, all by the actor of this nonce."""

    document: CaseDocument
    nonce: bytes
    chunks: list[bytes] = field(default_factory=list)


class Sender:
    """`documents` are those of the case that are open; `former` the devices that this one was before.

    `changed` is called when what is saved or waiting to be sent has changed; `push` sends what waits.
    """

    def __init__(
        self,
        crypto: Crypto,
        clock: Clock,
        keys: DeviceKeys,
        nonce: bytes,
        ledger: Ledger,
        keyring: Keyring,
        journal: Journal,
        store: Store,
        number: int,
        documents: Mapping[bytes, CaseDocument],
        changed: Callable[[], None],
        push: Callable[[], Awaitable[None]],
        former: Iterable[bytes] = (),
    ) -> None:
        self._crypto, self._clock, self._keys, self._nonce = crypto, clock, keys, nonce
        self._device, self._own = keys.id, {keys.id, *former}
        self._ledger, self._keyring, self._journal = ledger, keyring, journal
        self._store, self._number, self._documents = store, number, documents
        self._changed, self._push = changed, push
        self._open: dict[tuple[bytes, bytes], Batch] = {}
        self._size = 0
        self._waiting: dict[bytes, _Own] = {}
        self._sealed: list[_Own] = []
        self._epochs: Counter[Place] = Counter()
        self._turn = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self.problem: KringError | None = None

    def load(self) -> None:
        """Take up what is stored, is not known here, and the relay has not acknowledged."""
        known = {*self._waiting, *(own.envelope.hash for own in self._sealed)}
        for device in sorted(self._own):
            for document, hash_, data in self._store.outbox.waiting(self._number, device):
                if hash_ in known:
                    continue
                own = _Own(parse_envelope(data), Outgoing(document, hash_, data))
                self._waiting[hash_] = own
                self._epochs[own.place] += 1

    async def become(self, keys: DeviceKeys) -> None:
        """Go on as this device: what it has not sent as the one it was is sealed anew.

        The documents that are open keep the actor of the one they were opened by.
        """
        async with self._turn:
            self._keys = keys
            self._own.add(keys.id)

    def holds(self, document: bytes, device: bytes) -> bool:
        """Whether something that this device made in this document waits here."""
        return any(count and each[:2] == (document, device) for each, count in self._epochs.items())

    @property
    def saved(self) -> bool:
        """Whether every own edit survives a kill."""
        return not self._open and not self._sealed

    def outgoing(self) -> Sequence[Outgoing]:
        """Stored, not acknowledged, by this device and of the current epoch, oldest first."""
        current = {place: self._is_current(place) for place in self._epochs}
        return [own.outgoing for own in self._waiting.values() if current[own.place]]

    @property
    def unsent(self) -> int:
        return len(self._waiting)

    def local(self, document: CaseDocument, chunk: bytes) -> None:
        """An own change was made; it is sealed a moment later, with what follows close behind."""
        nonce = document.nonce or self._nonce
        self._open.setdefault((document.id, nonce), Batch(document, nonce)).chunks.append(chunk)
        self._size += len(chunk)
        self._changed()
        if self._timer is None:
            self._timer = asyncio.create_task(self._soon())

    async def flush(self) -> None:
        """Return when every own edit so far is durable. Raises StoreError; then nothing is lost.

        Raises NotAllowed where a right was taken back meanwhile: the edits in that document stay open here.
        """
        fresh, held = await self._save(())
        if fresh:
            await self._push()
        if held is not None:
            raise held

    async def renew(self) -> None:
        """Seal anew, durably, what was not sent under an epoch that is over, or by a device that this one
        was before; does not push. StoreError.

        What cannot be sealed anew yet, for want of an epoch, its key or the right, stays as it is.
        """
        over = {place[0] for place, count in self._epochs.items() if count and not self._is_current(place)}
        if over:
            await self._save([self._documents[each] for each in over if each in self._documents])

    async def adopt(
        self,
        document: CaseDocument,
        said: Sequence[Content],
        changes: Sequence[bytes | DecodedChange],
        *steps: Step,
    ) -> None:
        """Say changes that were made elsewhere, and vetted, as they were made: all of them durably in one
        transaction, and `steps` in the same. StoreError, NotAllowed."""
        fresh, _ = await self._save((), (document, said, changes, steps))
        if fresh:
            await self._push()

    def contents(self, nonce: bytes, chunks: Sequence[bytes]) -> list[Content]:
        """As many as hold these changes, by the actor of this nonce."""
        left, found = list(chunks), []
        while left:
            first = _first(left)
            found.append(Content(self._device, nonce, self._clock.now(), tuple(first)))
            del left[: len(first)]
        return found

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Nothing is sealed meanwhile; what is edited waits in `batches`."""
        async with self._turn:
            yield

    def unsent_in(self, document: bytes) -> list[Envelope]:
        """Own envelopes of this document that the relay is not known to hold, oldest first."""
        owns = (*self._waiting.values(), *self._sealed)
        return [own.envelope for own in owns if own.envelope.header.document == document]

    def batches(self, document: CaseDocument) -> list[Batch]:
        """What is not sealed yet in this document, oldest first."""
        return [batch for batch in self._open.values() if batch.document is document]

    async def put_aside(self, document: CaseDocument, batch: Batch, start: int) -> list[Envelope]:
        """While `still`: seal what stands in the batch from here on, to be held and not to be sent."""
        sealed, epoch = [], min(self._keyring.held(document.id), default=0)
        while len(batch.chunks) > start:
            first = _first(batch.chunks[start:])
            content = Content(self._device, batch.nonce, self._clock.now(), tuple(first))
            sealed.append(await self._say(document, content, epoch))
            self._take_out(batch, start, first)
        return sealed

    def drop(self, document: CaseDocument, chunks: Collection[bytes]) -> None:
        """Do not seal these here: they were said elsewhere."""
        for place, batch in list(self._open.items()):
            if batch.document is document:
                self._size -= sum(len(each) for each in batch.chunks if each in chunks)
                batch.chunks[:] = [each for each in batch.chunks if each not in chunks]
                if not batch.chunks:
                    del self._open[place]

    def forget(self, hashes: Collection[bytes]) -> None:
        """Do not send these: they wait for what was taken out of the document."""
        for own in [*self._waiting.values(), *self._sealed]:
            if own.envelope.hash in hashes:
                self._epochs[own.place] -= 1
        self._waiting = {name: own for name, own in self._waiting.items() if name not in hashes}
        self._sealed = [own for own in self._sealed if own.envelope.hash not in hashes]

    async def _save(
        self,
        renewing: Iterable[CaseDocument],
        adopting: _Adopted | None = None,
    ) -> tuple[bool, NotAllowed | None]:
        """Whether there is something new to send, and what kept a document's edits open."""
        async with self._turn:
            try:
                for document in renewing:
                    await self._renew(document)
                held = await self._seal()
                if adopting is not None:
                    await self._adopt(*adopting)
                await self._journal.flush()
                self.problem = held
            except KringError as error:
                self.problem = error
                self._changed()
                raise
            self._waiting.update((own.envelope.hash, own) for own in self._sealed)
            fresh, self._sealed = bool(self._sealed), []
        self._changed()
        return fresh, held

    def acked(self, hashes: Iterable[bytes]) -> None:
        """The relay holds these."""
        self._arrived([self._waiting[each].envelope for each in hashes if each in self._waiting])

    def heard(self, delivered: Iterable[Envelope], accepted: Iterable[Envelope]) -> None:
        """The relay sent these; `accepted` are those that were new here. So it holds what is own of them."""
        self._arrived(
            [
                *(each for each in delivered if each.hash in self._waiting),
                *(each for each in accepted if each.header.device in self._own),
            ]
        )

    def covered(self, ends: Mapping[Place, int]) -> None:
        """The relay's snapshot holds each of these chains up to there; the caller tells the store."""
        for name, own in list(self._waiting.items()):
            if own.envelope.header.seq <= ends.get(own.place, 0):
                del self._waiting[name]
                self._epochs[own.place] -= 1
        self._changed()

    def _arrived(self, envelopes: Sequence[Envelope]) -> None:
        seqs: dict[Place, int] = {}
        for each in envelopes:
            own = self._waiting.pop(each.hash, None)
            if own is not None:
                self._epochs[own.place] -= 1
            place = place_of(each)
            seqs[place] = max(each.header.seq, seqs.get(place, 0))
        if seqs:
            number, outbox = self._number, self._store.outbox
            self._journal.add(lambda: outbox.acked(number, seqs))
            self._changed()

    async def close(self) -> None:
        """Save what is open, and stop the timer."""
        await self.abandon()
        await self.flush()

    async def abandon(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            with suppress(asyncio.CancelledError):
                await self._timer
            self._timer = None

    async def _soon(self) -> None:
        """Seal after a short idle; sooner once the batch is large or old; again later where it failed."""
        wait, idles = IDLE_SECONDS, 0
        while not self.saved:
            before = self._size
            await self._clock.sleep(wait)
            idles += 1
            if before != self._size and self._size < BATCH_BYTES and idles < MOST_IDLES:
                continue
            wait, idles = IDLE_SECONDS, 0
            try:
                await self.flush()
            except KringError:
                wait = RETRY_SECONDS
        self._timer = None

    async def _seal(self) -> NotAllowed | None:
        """Seal each open batch; a sealed envelope keeps its number whatever becomes of the write.

        Returns what kept a document's batch open: a right that was taken back meanwhile.
        """
        held: NotAllowed | None = None
        for place, batch in list(self._open.items()):
            try:
                await self._renew(batch.document)
                await self._seal_all(batch)
            except NotAllowed as error:
                held = error
                continue
            self._open.pop(place, None)
        return held

    async def _seal_all(self, batch: Batch) -> None:
        while batch.chunks:
            first = _first(batch.chunks)
            content = Content(self._device, batch.nonce, self._clock.now(), tuple(first))
            envelope = await self._say(batch.document, content)
            self._take_out(batch, 0, first)
            self._journal.add(self._row(envelope))
            self._keep(batch.document, envelope)

    def _take_out(self, batch: Batch, start: int, chunks: Sequence[bytes]) -> None:
        """They have been sealed."""
        del batch.chunks[start : start + len(chunks)]
        self._size -= sum(map(len, chunks))

    async def _say(self, document: CaseDocument, content: Content, epoch: int = 0) -> Envelope:
        """The next own envelope. NotAllowed without right or key."""
        envelope, history = await self._sealed_on(document, document.gate, content, epoch)
        document.gate.admit(envelope, history)
        return envelope

    async def _sealed_on(
        self, document: CaseDocument, gate: Gate, content: Content, epoch: int = 0
    ) -> Written:
        membership, ring = self._ledger.membership, self._keyring
        if not epoch and sealing_epoch(membership, ring, document.id) in document.blocked:
            epoch = await self._keeping_epoch(document)
        return await write(self._crypto, self._keys, membership, ring, gate, content, epoch)

    async def _keeping_epoch(self, document: CaseDocument) -> int:
        """Under which to keep what cannot be said yet, where a chain has come to a stand."""
        ring = self._keyring
        free = [each for each in ring.held(document.id) if each not in document.blocked]
        if free:
            return max(free)
        ring.add(document.id, KEEPING, self._crypto.random(32))
        box = await self._store.keys.seal(self._number, EPOCHS, pack_epochs(ring))
        self._journal.add(lambda: self._store.keys.put(self._number, box))
        return KEEPING

    async def _adopt(
        self,
        document: CaseDocument,
        said: Sequence[Content],
        changes: Sequence[bytes | DecodedChange],
        steps: Sequence[Step],
    ) -> None:
        """Nothing of it counts here before all of it is sealed."""
        await self._renew(document)
        trial, written = Gate(document.id, document.gate.frontier), list[Written]()
        for content in said:
            written.append(await self._sealed_on(document, trial, content))
            trial.admit(*written[-1])
        assert document.handle is not None
        for each in written:
            document.gate.admit(*each)
            self._keep(document, each.envelope)
        self._journal.add(*(self._row(each.envelope) for each in written), *steps)
        document.handle.receive(changes)

    async def _renew(self, document: CaseDocument) -> None:
        """Before anything new goes into the chain of the current epoch: it may build on what was not sent."""
        while (current := self._renewable(document.id)) and (stale := self._stale(document.id, current)):
            start = document.gate.last(self._keys.id, current)
            renewed = await renew(
                self._crypto, self._keys, self._ledger.membership, self._keyring, document.gate,
                [own.envelope for own in stale], self._store, self._number,
            )  # fmt: skip
            if stale == self._stale(document.id, current) and (
                start == document.gate.last(self._keys.id, current)
            ):
                self._replace(document, stale, renewed)

    def _renewable(self, document: bytes) -> int:
        """The current epoch, where this device can seal under it; else 0."""
        membership, ring, current = self._ledger.membership, self._keyring, self._current(document)
        able = may_write(membership, self._keys, ring, document)
        able = able and current not in self._documents[document].blocked
        return current if able and sealing_epoch(membership, ring, document) == current else 0

    def _stale(self, document: bytes, current: int) -> list[_Own]:
        over = {place for place, count in self._epochs.items() if count and place[0] == document}
        over.discard((document, self._keys.id, current))
        return [own for own in (*self._waiting.values(), *self._sealed) if own.place in over] if over else []

    def _replace(self, document: CaseDocument, stale: Sequence[_Own], renewed: Renewed) -> None:
        """In the store all in one transaction, whenever that succeeds."""
        renewed.enter(document.gate)
        number, rows = self._number, self._store.envelopes
        self._journal.add(
            *(self._row(each.envelope) for each in renewed.written),
            *(
                lambda device=device, epoch=epoch, last=last: rows.withdraw(
                    number, document.id, device, epoch, last.seq
                )
                for (device, epoch), last in renewed.ends.items()
            ),
        )
        gone = {own.envelope.hash for own in stale}
        self._waiting = {name: own for name, own in self._waiting.items() if name not in gone}
        self._sealed = [own for own in self._sealed if own.envelope.hash not in gone]
        self._epochs.subtract(own.place for own in stale)
        for each in renewed.written:
            self._keep(document, each.envelope)

    def _keep(self, document: CaseDocument, envelope: Envelope) -> None:
        own = _Own(envelope, Outgoing(document.id, envelope.hash, envelope.wire))
        self._sealed.append(own)
        self._epochs[own.place] += 1
        document.since += 1

    def _is_current(self, place: Place) -> bool:
        document, device, epoch = place
        return device == self._keys.id and epoch == self._current(document)

    def _current(self, document: bytes) -> int:
        membership = self._ledger.membership
        return membership.epoch_at(document, membership.length)

    def _row(self, envelope: Envelope) -> Step:
        rows, number, store = [stored(envelope)], self._number, self._store
        return lambda: store.envelopes.add(number, rows)


def place_of(envelope: Envelope) -> Place:
    header = envelope.header
    return header.document, header.device, header.epoch


def _first(chunks: Sequence[bytes]) -> list[bytes]:
    """As many of the oldest chunks as fit one batch; at least one."""
    batch: list[bytes] = []
    size = ops = 0
    for chunk in chunks:
        count = operations(chunk)
        if batch and (size + len(chunk) > BATCH_BYTES or ops + count > MAX_OPS):
            break
        batch.append(chunk)
        size, ops = size + len(chunk), ops + count
    return batch
