"""One open case at work: its log, keys and documents, what comes in and what goes out."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from kring.cases import secrets
from kring.cases.description import Description
from kring.cases.document import CaseDocument, Handles
from kring.cases.journal import Journal
from kring.cases.kinds import current, kind_of
from kring.cases.kring_document import KRING, title_in
from kring.cases.kring_document import SCHEMA as KRING_SCHEMA
from kring.cases.ledger import CHECKED, Ledger
from kring.cases.opening import Opener, pack_snapshot
from kring.cases.ports import Ports
from kring.cases.rebuilding import Rebuilder
from kring.cases.receiving import Outcome, Receiver
from kring.cases.sending import Sender
from kring.cases.taking_in import TakingIn
from kring.cases.wholes import WholeReader
from kring.documents.handle import Handle
from kring.errors import KringError, ProtocolError, StoreCorrupt, StoreError
from kring.phases import SCHEMAS
from kring.sharing import rights
from kring.sharing.device import DeviceKeys
from kring.sharing.envelope import Envelope
from kring.sharing.gate import chain_of
from kring.sharing.keyring import Keyring
from kring.sharing.provenance import Chains
from kring.sharing.writing import may_write
from kring.store.cases import CaseRow
from kring.store.held import KEPT, SAID, WAITING, Held
from kring.store.snapshots import Snapshot
from kring.store.store import Store
from kring.sync.client import Outgoing
from kring.sync.messages import Snapshot as Whole
from kring.sync.messages import login_bytes
from kring.sync.runner import Connection

SNAPSHOT_LEAST: Final = 256
SNAPSHOT_CLOSING: Final = 32
SNAPSHOT_SHARE: Final = 8
"""A snapshot is due after 256 own envelopes, or in a large document after one for 8 operations in a row, so
that the cost of making them, spread over the edits, does not grow. Others' envelopes, which come by the
thousand, may be eight times and twice as many."""

RESTORED: Final = "restored_copy"
MISSING: Final = "relay_gap"
FALSE_SNAPSHOT: Final = "false_snapshot"


class Engine:
    """Open with `open_engine`. Also the `Host` of the case's SyncRunner (sync/runner.py)."""

    def __init__(
        self,
        ports: Ports,
        store: Store,
        row: CaseRow,
        keys: DeviceKeys,
        ledger: Ledger,
        keyring: Keyring,
        journal: Journal,
        handles: Handles,
        former: tuple[DeviceKeys, ...] = (),
    ) -> None:
        self.ports, self.store, self.number = ports, store, row.number
        self.case, self.description = row.id, Description.from_bytes(row.description)
        self.keys, self.ledger, self.keyring, self.journal = keys, ledger, keyring, journal
        self.former, self.handles = former, handles
        self._packed = secrets.pack_epochs(keyring)
        self.documents: dict[bytes, CaseDocument] = {}
        self.by_kind: dict[str, Handle] = {}
        self.link: Connection = "offline"
        self.refusal = ""
        self.caught_up_once = False
        self._in_step = self._asked_again = False
        self.push: Callable[[], Awaitable[None]] = _nothing
        self._changed: list[Callable[[], None]] = []
        self._log_watchers: list[Callable[[], Awaitable[None]]] = []
        self._held_watchers: list[Callable[[], Awaitable[None]]] = []
        self._step_watchers: list[Callable[[], None]] = []
        self._kind_watchers: list[Callable[[str], None]] = []
        self.sender = Sender(
            ports.crypto, ports.clock, keys, handles.nonce, ledger, keyring, journal, store, row.number,
            self.documents, self.notify, self._push, [each.id for each in former],
        )  # fmt: skip
        self._receiver = Receiver(
            ports.crypto, ledger, keyring, handles, journal, store, row.number, keys.id, self._adopt
        )
        self._opener = Opener(ports.crypto, store, row.number, keyring, handles)
        self._taking_in = TakingIn(
            ports.crypto, ledger, keyring, handles, journal, store, row.number, self.sender,
            lambda: self.selves, self._adopt,
        )  # fmt: skip
        self._rebuilder = Rebuilder(
            ports.crypto,
            ledger,
            keyring,
            handles,
            journal,
            store,
            row.number,
            self.sender,
            lambda: self.selves,
        )

    async def load(self) -> None:
        """Bring the documents back as they were saved, and judge again what was held."""
        await self._refresh_keys()
        await self._open_readable()
        self.sender.load()
        for document in list(self.documents.values()):
            await self._receiver.retry(document)
        await self._undo_overrun()

    @property
    def member(self) -> bytes:
        """This device's member; empty while it is not in the log."""
        device = self.ledger.membership.devices.get(self.keys.id)
        return device.member if device is not None else b""

    @property
    def owner(self) -> bool:
        return self.ledger.membership.is_owner(self.keys.id)

    def document_of(self, kind: str) -> CaseDocument | None:
        """The document of this kind: none that another one has taken the place of."""
        return current(self.documents.values(), kind, lambda each: self.may(each, rights.LEZEN))

    def kind_of(self, document: bytes) -> str:
        """The kind of this document; empty where it is not known here."""
        found = self.documents.get(document)
        return kind_of(found) if found is not None else ""

    def now(self, document: bytes) -> bytes:
        """The document that has taken the place of this one; itself where none has."""
        kind = self.kind_of(document)
        found = self.document_of(kind) if kind else None
        return found.id if found is not None else document

    def may(self, document: bytes, right: int) -> bool:
        """Whether this device has the right now."""
        return self.ledger.membership.right_now(self.keys.id, document, self.ports.clock.now()) >= right

    def may_edit(self, document: bytes) -> bool:
        """Also while a new epoch is owed: what is written then is kept, and sent under that epoch."""
        able = may_write(self.ledger.membership, self.keys, self.keyring, document)
        return able and self.may(document, rights.BIJDRAGEN)

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Hear of everything but the documents' contents; returns what ends it."""
        self._changed.append(listener)

        def end() -> None:
            if listener in self._changed:
                self._changed.remove(listener)

        return end

    def on_log(self, watcher: Callable[[], Awaitable[None]]) -> None:
        """Await `watcher` after the log has grown and all that follows from it has been done."""
        self._log_watchers.append(watcher)

    def on_held(self, watcher: Callable[[], Awaitable[None]]) -> None:
        """Await `watcher` after something was refused, or taken out again."""
        self._held_watchers.append(watcher)

    def on_step(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when this device has come in step with the relay, and at each record after that."""
        self._step_watchers.append(watcher)

    def on_kind(self, watcher: Callable[[str], None]) -> None:
        """Call `watcher` with each kind of which another document is the one now."""
        self._kind_watchers.append(watcher)

    async def retry(self, document: CaseDocument) -> None:
        """Judge again what waits in this document, because it has grown."""
        await self._took(document, await self._receiver.retry(document))

    def notify(self) -> None:
        for listener in list(self._changed):
            listener()

    async def save(self) -> None:
        """Return when every own edit is durable. Raises StoreError."""
        await self.sender.flush()

    async def describe(self, **changes: str | bool) -> None:
        """Change the description, durably."""
        self.description = dataclasses.replace(self.description, **changes)  # type: ignore[arg-type]  # by name
        box = await self.store.cases.seal(self.case, self.description.to_bytes())
        number, cases = self.number, self.store.cases
        await self.store.write(lambda: cases.put(number, box))
        self.notify()

    @property
    def selves(self) -> dict[bytes, DeviceKeys]:
        """This device's keys, and those of the devices that it was before, by device id."""
        return {each.id: each for each in (*self.former, self.keys)}

    async def become(self, keys: DeviceKeys) -> None:
        """Go on as this device, which stands in the log: durably, and with all that was not sent (CAS-8)."""
        former = (*self.former, self.keys)
        description = dataclasses.replace(self.description, restored=False)
        number, boxes, cases = self.number, self.store.keys, self.store.cases
        device = await boxes.seal(number, secrets.DEVICE, secrets.pack_device(keys))
        packed = b"".join(secrets.pack_device(each) for each in former)
        before = await boxes.seal(number, secrets.FORMER, packed)
        box = await cases.seal(self.case, description.to_bytes())
        await self.store.write(
            lambda: boxes.put(number, device),
            lambda: boxes.put(number, before),
            lambda: boxes.forget(number, secrets.NEXT),
            lambda: cases.put(number, box),
        )
        self.keys, self.former, self.description = keys, former, description
        self._receiver.device = keys.id
        await self.sender.become(keys)
        self.named("")
        await self._refresh_keys()
        await self._renew()

    async def close(self) -> None:
        """Save what is open, and leave snapshots so that the next start is quick."""
        await self.sender.close()
        for document in self.documents.values():
            await self._snapshot(document, SNAPSHOT_CLOSING)

    async def snapshot_due(self) -> None:
        """Make the snapshots that are due."""
        for document in list(self.documents.values()):
            await self._snapshot(document, max(SNAPSHOT_LEAST, _size(document) // SNAPSHOT_SHARE))

    # What the runner asks of its host.

    @property
    def login_id(self) -> bytes:
        return self.keys.id

    @property
    def joining(self) -> bool:
        return False

    def founding(self) -> tuple[bytes, ...]:
        return () if self.description.founded else self.ledger.records()

    def log_tail(self) -> tuple[int, bytes]:
        return self.ledger.tail()

    def cursors(self) -> Mapping[bytes, int]:
        return {
            name: document.cursor for name, document in self.documents.items() if self.may(name, rights.LEZEN)
        }

    def outgoing(self) -> Sequence[Outgoing]:
        return () if self.description.restored else self.sender.outgoing()

    async def sign_login(self, nonce: bytes, time: int) -> bytes:
        message = login_bytes(nonce, self.description.relay, self.case, self.keys.id, time)
        return await self.ports.crypto.sign(self.keys.sign.private, message)

    async def take_log(self, start: int, records: tuple[bytes, ...]) -> None:
        if not await self.ledger.take(start, records):
            return
        await self._refresh_keys()
        await self._open_readable()
        self._choose()
        for document in list(self.documents.values()):
            await self._outcome(await self._receiver.retry(document))
        await self._undo_overrun()
        if self._in_step:
            await self._renew()
        await self._flush()
        self.notify()
        for watcher in self._log_watchers:
            await watcher()
        if self._in_step:
            self._stepped()

    async def take_events(self, document: bytes, cursor: int, envelopes: tuple[bytes, ...]) -> None:
        found = self.documents.get(document)
        if found is None:
            return
        await self._took(found, await self._receiver.take(found, cursor, envelopes))
        await self._undo_overrun()
        await self._snapshot(found, max(SNAPSHOT_LEAST * 8, 2 * _size(found) // SNAPSHOT_SHARE))

    async def take_snapshot(self, frame: Whole) -> None:
        """Take in the snapshot that stands for what was pruned; one that is only offered is for who asked.

        Raises ProtocolError where it does not hold; then nothing has changed.
        """
        name, membership = frame.document, self.ledger.membership
        document = self.documents.get(name)
        confirmed, offered = membership.confirmed.get(name), membership.snapshots.get(name)
        if document is None or (offered and not offered.confirmed and offered.names(frame.envelope)):
            return
        if confirmed and confirmed.names(frame.envelope) and frame.cursor <= document.cursor:
            return
        try:
            ahead = await self._taking_in.take(document, frame)
        except ProtocolError:
            self.found_false()
            raise
        outcome = await self._receiver.retry(document)
        outcome.own_ahead |= ahead
        await self._took(document, outcome)
        await self._undo_overrun()

    @property
    def wholes(self) -> WholeReader:
        """Tells whether a snapshot holds."""
        return self._taking_in.reader

    def begun(self, document: CaseDocument) -> None:
        """This device has written what a document begins with: go on with it."""
        if document.handle is not None and self.handles.settle(document.handle):
            self._adopt(document)

    async def rebuild(self, document: CaseDocument) -> None:
        """Build it anew of what counts in it. Raises StoreError, StoreCorrupt; then it is as it was."""
        await self._rebuilder.rebuild(document)

    def found_false(self) -> None:
        """A snapshot does not hold: say so, and touch nothing."""
        self.named(FALSE_SNAPSHOT)

    async def let_go(self, document: CaseDocument, past: Chains) -> bool:
        """Drop the envelopes that `past` tells of, but for the last of each chain, and keep a snapshot in
        their place. False where something is not saved yet. Raises StoreError; then all is as it was."""
        store, number, name = self.store, self.number, document.id
        ends = {chain: len(held) for chain, held in past.items()}
        acked = {(name, *chain): seq for chain, seq in ends.items() if chain[0] in self.selves}
        async with self.sender.still():
            if document.handle is None or not self.sender.saved or self.journal.waiting:
                return False
            row = store.envelopes.last_row(number, name)
            kept = Snapshot(name, row, pack_snapshot(document.handle, past))
            box = await store.snapshots.seal(number, kept)
            await store.write(
                lambda: store.snapshots.put(number, kept, box),
                lambda: store.envelopes.prune(number, name, ends),
                lambda: store.outbox.acked(number, acked),
            )
            document.past, document.covered, document.since = past, kept.covers, 0
            self.sender.covered(acked)
        return True

    async def _took(self, document: CaseDocument, outcome: Outcome) -> None:
        self.sender.heard(outcome.own, [each for each in outcome.accepted if each.hash not in document.said])
        await self._flush()
        if self.title() != self.description.title:
            await self.describe(title=self.title())
        await self._outcome(outcome)

    async def founded(self) -> None:
        await self.describe(founded=True)

    async def acked(self, hashes: tuple[bytes, ...]) -> None:
        self.sender.acked(hashes)
        if not self.sender.unsent:
            self.refusal = ""
            await self._flush()

    def refused(self, envelope: Outgoing, code: str) -> None:
        self.named(RESTORED if code == "sequence" else code)

    def named(self, code: str) -> None:
        self.refusal = code
        self.notify()

    async def caught_up(self) -> Collection[bytes]:
        if lacking := self._lacking():
            return lacking
        self.caught_up_once = self._in_step = True
        await self._renew()
        self.named(MISSING if any(map(_lacks, self.documents.values())) else "")
        self._stepped()
        return ()

    def _lacking(self) -> list[bytes]:
        """What is to be followed from its beginning, once for each connection (SYN-30)."""
        if self._asked_again:
            return []
        self._asked_again = True
        lacking = [name for name in self.cursors() if _lacks(self.documents[name])]
        for name in lacking:
            self.documents[name].cursor = 0
        return lacking

    def connection(self, state: Connection) -> None:
        self._in_step = self._in_step and state == "online"
        self._asked_again = self._asked_again and state == "online"
        if state != self.link:
            self.link = state
            self.notify()

    async def _outcome(self, outcome: Outcome) -> None:
        if outcome.own_ahead and not self.description.restored:
            await self.describe(restored=True)
        if any(each.header.device in self.selves for each in outcome.accepted):
            await self._flush()
            self.sender.load()
        if outcome.held or outcome.accepted:
            self.notify()
        if outcome.accepted and self._in_step and any(each.kept for each in self.documents.values()):
            self._stepped()
        if outcome.released or any(each.reason != WAITING for each in outcome.held):
            await self._refused()

    async def _refused(self) -> None:
        for watcher in self._held_watchers:
            await watcher()

    def _stepped(self) -> None:
        for watcher in self._step_watchers:
            watcher()

    async def _undo_overrun(self) -> None:
        """Build anew what holds more than a cut lets count; what fails is tried at the next sign."""
        for document in list(self.documents.values()) if self.ledger.membership.cuts else ():
            if self._rebuilder.overrun(document):
                with suppress(KringError):
                    await self._rebuilder.rebuild(document)
                    await self._refused()
                self.notify()

    async def _renew(self) -> None:
        """After catching up: what the relay turned out to hold needs not be said again."""
        with suppress(KringError):  # kept as the sender's problem, and tried again
            await self.sender.renew()
        for device in self.former:
            for document in list(self.documents.values()):
                if self.sender.holds(document.id, device.id):
                    continue
                outcome = await self._receiver.reconsider(document, device.id)
                await self._took(document, outcome)
                if outcome.accepted:
                    await self._refused()

    async def _push(self) -> None:
        await self.push()
        await self.snapshot_due()

    async def _flush(self) -> None:
        """Write the journal; what does not fit now stays in it, and shows in the status."""
        try:
            await self.journal.flush()
        except StoreError:
            self.notify()

    def _adopt(self, document: CaseDocument) -> None:
        handle = document.handle
        assert handle is not None
        handle.on_local = lambda chunk: self.sender.local(document, chunk)
        self._choose()
        if handle.kind == KRING:
            handle.subscribe(self.notify)
        self.notify()

    def _choose(self) -> None:
        """Go on with the document that is the one of its kind now."""
        for kind in {kind_of(each) for each in self.documents.values()} - {""}:
            found = self.document_of(kind)
            if found is None or found.handle is None or self.by_kind.get(kind) is found.handle:
                continue
            self.by_kind[kind] = found.handle
            for watcher in self._kind_watchers:
                watcher(kind)

    async def _refresh_keys(self) -> None:
        await self.keyring.update(self.ports.crypto, self.keys, self.ledger.membership)
        packed = secrets.pack_epochs(self.keyring)
        if packed != self._packed:
            box = await self.store.keys.seal(self.number, secrets.EPOCHS, packed)
            number, keys, self._packed = self.number, self.store.keys, packed
            self.journal.add(lambda: keys.put(number, box))

    async def _open_readable(self) -> None:
        """Open each document that this device can read and has not opened yet."""
        membership = self.ledger.membership
        fresh = [
            name
            for name in membership.documents
            if name not in self.documents
            and membership.right_at(self.keys.id, name, membership.length) >= rights.LEZEN
        ]
        if fresh:
            for name, document in (await self._opener.open(fresh)).items():
                self.documents[name] = document
                if kind_of(document):
                    self._adopt(document)

    async def _snapshot(self, document: CaseDocument, least: int) -> None:
        if document.since < least or document.handle is None:
            return
        async with self.sender.still():
            if not self.sender.saved or self.journal.waiting:
                return  # a snapshot must hold nothing that no stored envelope holds
            covers = self.store.envelopes.last_row(self.number, document.id)
            snapshot = Snapshot(document.id, covers, pack_snapshot(document.handle, document.past))
            since, document.since = document.since, 0
            try:
                box = await self.store.snapshots.seal(self.number, snapshot)
                await self.store.write(lambda: self.store.snapshots.put(self.number, snapshot, box))
            except StoreError:
                document.since = since
                return
            document.covered = covers

    def quarantined(self) -> Iterable[Held]:
        """All that was refused."""
        return (each for each in self.store.held.all(self.number) if each.reason not in (WAITING, SAID, KEPT))

    def title(self) -> str:
        handle = self.by_kind.get(KRING)
        return (title_in(handle.view) if handle is not None else "") or self.description.title


async def open_engine(ports: Ports, store: Store, row: CaseRow) -> Engine:
    """Open a case of this device. Raises StoreCorrupt, StoreError."""
    boxes = await store.keys.all(row.number)
    keys = await secrets.unpack_device(ports.crypto, boxes)
    keyring, journal = secrets.unpack_epochs(boxes), Journal(store)
    ledger = Ledger(ports.crypto, row.id, row.number, store, journal)
    try:
        await ledger.load(boxes.get(CHECKED, b""))
    except StoreError:
        raise
    except KringError as error:
        raise StoreCorrupt("the stored membership log does not hold") from error
    schemas = {**SCHEMAS, KRING: KRING_SCHEMA}
    handles = Handles(ports.crdt, schemas, keys.id, ports.crypto.random(16))
    former = await secrets.unpack_former(ports.crypto, boxes)
    engine = Engine(ports, store, row, keys, ledger, keyring, journal, handles, former)
    await engine.load()
    return engine


def _size(document: CaseDocument) -> int:
    """Operations in a row: the height of the document's history."""
    return document.handle.vetting.max_op if document.handle is not None else 0


def _lacks(document: CaseDocument) -> bool:
    """Whether something waits for what the relay should have given.

    Where a cut undid something, what builds on that waits too; but no chain has a hole because of it.
    """
    return any(not document.undone or _after_a_hole(document, each) for each in document.waiting)


def _after_a_hole(document: CaseDocument, envelope: Envelope) -> bool:
    """Whether the one before it in its chain is nowhere here."""
    header = envelope.header
    early = header.seq > document.gate.last(*chain_of(header)).seq + 1
    return early and header.previous not in document.waiting


async def _nothing() -> None:
    """Where there is no relay there is nothing to push."""
