"""Envelopes from elsewhere, through the gate and the vetting into a document (CAS-5, CAS-6).

Each device's chain is taken strictly in order, and an envelope waits as a whole until all that it builds on
is here: so every honest device comes to the same verdict, in whatever order and company things arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from kring.cases.document import SLICE_OPS, CaseDocument, Handles
from kring.cases.held_back import HeldBack
from kring.cases.journal import Journal
from kring.cases.ledger import Ledger
from kring.documents.change import MAX_OPS, DecodedChange, decode_change
from kring.documents.opid import ROOT_ID
from kring.documents.trial import Trial
from kring.documents.vetting import ACCEPT, WAIT
from kring.errors import ProtocolError
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import Envelope, open_many, parse_envelope
from kring.sharing.gate import Accept, Known, Quarantine, Wait, chain_of
from kring.sharing.keyring import Keyring
from kring.store.envelopes import StoredEnvelope
from kring.store.held import WAITING, Held
from kring.store.store import Store

UNAUTHENTIC: Final = frozenset({"signature", "place", "device"})


@dataclass(frozen=True, slots=True)
class Judged:
    """An envelope with what could be established of it by keys."""

    envelope: Envelope
    signed: bool
    keyed: bool
    plaintext: bytes | None


@dataclass
class Outcome:
    """What became of a delivery. `own_ahead`: it holds something of this device that it never said;
    `own`: all in it that bears its name; `dropped`: what may yet count found no room to wait, or stood
    perhaps where there is now what no honest relay hands over."""

    own: list[Envelope] = field(default_factory=list)
    accepted: list[Envelope] = field(default_factory=list)
    released: list[bytes] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    own_ahead: bool = False
    dropped: bool = False


class Receiver:
    """For all documents of one case. `on_kind` is told of a document that just got its handle."""

    def __init__(
        self,
        crypto: Crypto,
        ledger: Ledger,
        keyring: Keyring,
        handles: Handles,
        journal: Journal,
        store: Store,
        number: int,
        device: bytes,
        on_kind: Callable[[CaseDocument], None],
    ) -> None:
        self._crypto, self._ledger, self._keyring = crypto, ledger, keyring
        self._handles, self._journal, self._store = handles, journal, store
        self._number, self.device, self._on_kind = number, device, on_kind

    async def take(self, document: CaseDocument, cursor: int, wires: Sequence[bytes]) -> Outcome:
        """Judge a delivery, apply what may enter, and put all that is to be stored in the journal.

        The cursor moves only where all before it was taken in: what found no room comes again.
        """
        outcome = Outcome()
        parsed = (self._parsed(document, wire, outcome) for wire in wires)
        fresh = [envelope for envelope in parsed if envelope is not None]
        outcome.own = [each for each in fresh if each.header.device == self.device]
        if document.unsigned:
            fresh = _with_predecessors(fresh, document.unsigned)
        if document.waiting:
            fresh = self._with_ended(document, _with_successors(fresh, document.waiting))
        await self._pass(document, fresh, outcome)
        await self._settle(document, outcome)
        document.crowded |= outcome.dropped
        if not outcome.dropped and cursor - len(wires) <= document.cursor:
            document.cursor = max(document.cursor, cursor)
        self._note(document, outcome)
        return outcome

    async def judge(self, document: CaseDocument, envelopes: Sequence[Envelope], outcome: Outcome) -> None:
        """Judge these, and what waits for them; nothing is put in the journal."""
        await self._pass(document, envelopes, outcome)
        await self._settle(document, outcome)

    async def retry(self, document: CaseDocument) -> Outcome:
        """Judge again what waits, because the log or the keys have grown."""
        outcome = Outcome()
        if document.waiting:
            await self._pass(document, list(document.waiting), outcome)
            await self._settle(document, outcome)
            self._note(document, outcome)
        return outcome

    async def reconsider(self, document: CaseDocument, device: bytes) -> Outcome:
        """Judge again what forked from this device's chains, now that its own part stands elsewhere."""
        forks = [each for each in self._store.held.all(self._number) if self._forked(each, document, device)]
        if not forks:
            return Outcome()
        names, number, held = [each.hash for each in forks], self._number, self._store.held
        for name in names:
            document.refused.pop(name, None)
        self._journal.add(lambda: held.released(number, names))
        return await self.take(document, document.cursor, [each.data for each in forks])

    def _forked(self, held: Held, document: CaseDocument, device: bytes) -> bool:
        if held.document != document.id or held.reason not in ("fork", "chain"):
            return False
        try:
            return parse_envelope(held.data).header.device == device
        except ProtocolError:
            return False

    def _with_ended(self, document: CaseDocument, fresh: list[Envelope]) -> list[Envelope]:
        """`fresh`, after what waits of chains that a cut ends: it may lead to what has come now."""
        membership, known = self._ledger.membership, {each.hash for each in fresh}
        ended = {
            chain_of(each.header)
            for each in fresh
            if membership.cut(each.header.device, document.id, each.header.epoch) is not None
        }
        before = [
            each for each in document.waiting if chain_of(each.header) in ended and each.hash not in known
        ]
        return sorted(before, key=lambda each: each.header.seq) + fresh

    async def _settle(self, document: CaseDocument, outcome: Outcome) -> None:
        before = -1
        while document.waiting and len(outcome.accepted) != before:
            before = len(outcome.accepted)
            if before:
                await self._pass(document, list(document.waiting), outcome)

    def _parsed(self, document: CaseDocument, wire: bytes, outcome: Outcome) -> Envelope | None:
        try:
            return parse_envelope(wire)
        except ProtocolError:
            name = self._crypto.sha256(wire)
            outcome.dropped = True
            if document.keep_refused(name, len(wire)):
                outcome.held.append(Held(document.id, name, "form", wire))
            return None

    async def _pass(self, document: CaseDocument, envelopes: Sequence[Envelope], outcome: Outcome) -> None:
        """One look at each of `envelopes`, in order; what is accepted reaches the handle in slices."""
        if self._ledger.membership.cuts:
            document.gate.follow([*envelopes, *document.waiting], self._ledger.membership)
        established = await self._established(document, envelopes)
        trial = document.trial()
        changes: list[DecodedChange] = []
        ops = 0
        for judged in established:
            if document.handle is None and not changes and not self._by_owner(judged.envelope):
                self._wait(document, judged.envelope, outcome)
                continue
            taken = self._judge(document, judged, trial, outcome)
            if taken is None:
                continue
            outcome.accepted.append(judged.envelope)
            changes += taken
            ops += sum(len(change.ops) for change in taken)
            if ops >= SLICE_OPS:
                self._apply(document, changes, trial, outcome)
                await asyncio.sleep(0)
                trial, changes, ops = document.trial(), [], 0
        if changes:
            self._apply(document, changes, trial, outcome)

    def _apply(
        self, document: CaseDocument, changes: list[DecodedChange], trial: Trial, outcome: Outcome
    ) -> None:
        if document.handle is None:
            document.handle = self._handles.empty(document.id, "")
            receipt = document.handle.receive(changes)
        else:
            receipt = document.handle.take(changes, trial)
        if self._handles.settle(document.handle):
            self._on_kind(document)
        if receipt.refused:
            chunks = {each.chunk: each.reason for each in receipt.refused}
            self._name_refused(document, changes, chunks, outcome)

    async def _established(self, document: CaseDocument, envelopes: Sequence[Envelope]) -> list[Judged]:
        """Check signatures in one batch, then open in one batch what is signed and has a key here."""
        devices = self._ledger.membership.devices
        news = [each for each in envelopes if not self._passed_through(document, each)]
        known = [each for each in news if each.header.device in devices]
        signed = await self._signed(known)
        to_open = [
            (each, secret)
            for each in known
            if each.hash in signed
            and (secret := self._keyring.secret(each.header.document, each.header.epoch)) is not None
        ]
        opened = await open_many(self._crypto, to_open)
        plain = {each.hash: text for (each, _), text in zip(to_open, opened, strict=True)}
        return [Judged(each, each.hash in signed, each.hash in plain, plain.get(each.hash)) for each in news]

    async def _signed(self, envelopes: Sequence[Envelope]) -> set[bytes]:
        """The hashes of those that their device has signed, or has signed a successor of.

        Every envelope names the hash of the whole one before it, signature included: so one true signature
        at the end of a run stands for the run (docs/adr/0007). Where it is not true, each is checked.
        """
        signed: set[bytes] = set()
        runs = _runs(envelopes)
        ends = await self._verified([run[-1] for run in runs])
        doubtful: list[Envelope] = []
        for run, end in zip(runs, ends, strict=True):
            if end:
                signed.update(each.hash for each in run)
            else:
                doubtful += run[:-1]
        if doubtful:
            singly = await self._verified(doubtful)
            for each, holds in zip(doubtful, singly, strict=True):
                if holds:
                    signed |= _back_from(each, doubtful)
        return signed

    async def _verified(self, envelopes: Sequence[Envelope]) -> list[bool]:
        devices = self._ledger.membership.devices
        return await self._crypto.verify_many(
            [(devices[each.header.device].sign, each.signed, each.signature) for each in envelopes]
        )

    def _by_owner(self, envelope: Envelope) -> bool:
        """Only the owner begins a document, says of what kind it is, and writes at its root.

        Who that was when it was written: the case may have gone over into other hands since.
        """
        membership, header = self._ledger.membership, envelope.header
        device = membership.devices.get(header.device)
        return device is not None and device.member == membership.owner_at(header.log_position)

    def _passed_through(self, document: CaseDocument, envelope: Envelope) -> bool:
        """A repeat, or the echo of an own envelope: nothing to check again."""
        last = document.gate.last(*chain_of(envelope.header))
        if envelope.hash == last.hash:
            return True
        return envelope.header.seq < last.seq and not self._strange(envelope)

    def _strange(self, envelope: Envelope) -> bool:
        """Whether it stands in the place of another that this device made: by a copy of itself, then."""
        header = envelope.header
        if header.device != self.device:
            return False
        known = self._store.envelopes.at(
            self._number, header.document, header.device, header.epoch, header.seq
        )
        return known is not None and known != envelope.wire

    def _judge(
        self, document: CaseDocument, judged: Judged, trial: Trial, outcome: Outcome
    ) -> list[DecodedChange] | None:
        envelope, gate = judged.envelope, document.gate
        verdict = gate.judge(
            envelope,
            self._ledger.membership,
            signed=judged.signed,
            keyed=judged.keyed,
            plaintext=judged.plaintext,
        )
        own = envelope.header.device == self.device
        match verdict:
            case Accept(content, actor):
                vetted = vet(content.changes, actor, trial, owner=self._by_owner(envelope))
                if isinstance(vetted, list):
                    gate.admit(envelope, content.history)
                    # What was sealed anew under a later epoch may turn out to have arrived before as well.
                    outcome.own_ahead |= own and bool(vetted)
                    self._release(document, envelope, outcome)
                    return vetted
                if vetted == WAIT:
                    self._wait(document, envelope, outcome)
                else:
                    gate.refuse(envelope)
                    self._quarantine(document, envelope, vetted, outcome)
            case Wait():
                self._wait(document, envelope, outcome)
            case Known() if self._strange(envelope):
                outcome.own_ahead = True
                self._quarantine(document, envelope, "fork", outcome)
            case Known():
                self._release(document, envelope, outcome)
            case Quarantine(reason):
                outcome.own_ahead |= own and reason == "fork"
                self._quarantine(document, envelope, reason, outcome)
        return None

    def _wait(self, document: CaseDocument, envelope: Envelope, outcome: Outcome) -> None:
        if envelope.hash in document.waiting:
            return
        if document.waiting.add(envelope):
            outcome.held.append(Held(document.id, envelope.hash, WAITING, envelope.wire))
        else:
            outcome.dropped = True

    def _quarantine(self, document: CaseDocument, envelope: Envelope, reason: str, outcome: Outcome) -> None:
        document.waiting.pop(envelope.hash)
        document.undone |= reason == "cut"
        if reason in UNAUTHENTIC:
            outcome.dropped = True
            kept = document.unsigned.add(envelope)
        else:
            kept = document.keep_refused(envelope.hash, len(envelope.wire))
        if kept:
            outcome.held.append(Held(document.id, envelope.hash, reason, envelope.wire))
        else:
            outcome.released.append(envelope.hash)

    def _release(self, document: CaseDocument, envelope: Envelope, outcome: Outcome) -> None:
        waited, doubted = document.waiting.pop(envelope.hash), document.unsigned.pop(envelope.hash)
        if waited is not None or doubted is not None:
            outcome.released.append(envelope.hash)

    def _name_refused(
        self,
        document: CaseDocument,
        changes: Sequence[DecodedChange],
        refused: dict[bytes, str],
        outcome: Outcome,
    ) -> None:
        """The engine would not have a change: its envelope keeps its place in the chain, and is shown."""
        for change in changes:
            reason = refused.get(change.chunk)
            if reason is not None:
                mark = Held(document.id, change.hash, reason.partition(":")[0], change.chunk)
                outcome.held.append(mark)

    def _note(self, document: CaseDocument, outcome: Outcome) -> None:
        """All of a delivery goes to the store together, its cursor included."""
        number, store, cursor = self._number, self._store, document.cursor
        rows = [stored(each) for each in outcome.accepted]
        released = outcome.released
        gone = set(released)
        held = [each for each in outcome.held if each.hash not in gone]
        document.since += len(rows)
        if rows:
            self._journal.add(lambda: store.envelopes.add(number, rows))
        if released:
            self._journal.add(lambda: store.held.released(number, released))
        if held:
            self._journal.add(lambda: store.held.put(number, held))
        self._journal.add(lambda: store.cursors.put(number, document.id, cursor))


def stored(envelope: Envelope) -> StoredEnvelope:
    """The envelope as a row of the store."""
    header = envelope.header
    return StoredEnvelope(
        header.document, header.device, header.epoch, header.seq, envelope.hash, envelope.wire
    )


def _runs(envelopes: Iterable[Envelope]) -> list[list[Envelope]]:
    """The envelopes in runs of one chain, each naming the hash of the one before it."""
    runs: dict[bytes, list[Envelope]] = {}
    done: list[list[Envelope]] = []
    for each in sorted(envelopes, key=lambda each: each.header.seq):
        run = runs.pop(each.header.previous, None)
        if run is None or chain_of(run[-1].header) != chain_of(each.header):
            if run is not None:
                done.append(run)
            run = []
        run.append(each)
        if each.hash in runs:
            done.append(runs[each.hash])
        runs[each.hash] = run
    return done + list(runs.values())


def _back_from(envelope: Envelope, others: Iterable[Envelope]) -> set[bytes]:
    """The hashes of `envelope` and of those among `others` that it builds on, in the same chain."""
    chain = chain_of(envelope.header)
    by_hash = {each.hash: each for each in others if chain_of(each.header) == chain}
    found: set[bytes] = set()
    at: Envelope | None = envelope
    while at is not None and at.hash not in found:
        found.add(at.hash)
        at = by_hash.get(at.header.previous)
    return found


def _with_predecessors(fresh: list[Envelope], unsigned: HeldBack) -> list[Envelope]:
    """`fresh`, with what was held for want of a signature and is now named by a successor."""
    found: dict[bytes, Envelope] = {}
    for each in fresh:
        before = unsigned.get(each.header.previous)
        while before is not None and before.hash not in found:
            found[before.hash] = before
            before = unsigned.get(before.header.previous)
    return [*sorted(found.values(), key=lambda each: each.header.seq), *fresh]


def _with_successors(fresh: list[Envelope], waiting: HeldBack) -> list[Envelope]:
    """`fresh`, with those that wait for one of them: they may be what vouches for it."""
    after = {each.header.previous: each for each in waiting}
    found: list[Envelope] = []
    for each in fresh:
        follower = after.pop(each.hash, None)
        while follower is not None:
            found.append(follower)
            follower = after.pop(follower.hash, None)
    return fresh + found


def vet(chunks: Sequence[bytes], actor: bytes, base: Trial, *, owner: bool) -> list[DecodedChange] | str:
    """The new changes of one envelope, admitted to `base` all together; else WAIT, or why not.

    What stands at the root of a document makes it usable at all: only the owner writes there (CAS-17).
    """
    # A lone change is admitted at once or not at all; only several need a trial of their own.
    trial = base.trial() if len(chunks) > 1 else base
    fresh: list[DecodedChange] = []
    room = MAX_OPS
    for chunk in chunks:
        try:
            change = decode_change(chunk)
        except ProtocolError:
            return "change"
        room -= len(change.ops)
        if room < 0 or (not owner and any(op.obj == ROOT_ID for op in change.ops)):
            return "change"
        verdict = trial.check(change, actor)
        if verdict != ACCEPT:
            return verdict
        if change.seq > trial.seq(actor):
            trial.admit(change)
            fresh.append(change)
    if trial is not base:
        trial.commit()
    return fresh
