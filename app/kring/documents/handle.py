"""One live document: what it says, how it is changed, and how others' changes come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kring.documents.change import MAX_CHUNK, DecodedChange, Op, decode_change
from kring.documents.change_encoder import encode_change
from kring.documents.crdt import Crdt, CrdtDocument, Plain, Scalar
from kring.documents.edit import Edit
from kring.documents.opid import OpId, opid_text
from kring.documents.references import Place, References, Unknown
from kring.documents.registers import Path, Registers
from kring.documents.saved import saved_places
from kring.documents.schema import Schema
from kring.documents.shown import Shown, ShownMap
from kring.documents.snapshot import NEWEST, Snapshot, read_snapshot, write_snapshot
from kring.documents.trial import Trial
from kring.documents.undo import Recorder, Step, Undo
from kring.documents.vetting import ACCEPT, WAIT, Draft, Known, Vetting
from kring.documents.waiting import Waiting
from kring.errors import BadInput, DocumentError, ProtocolError

__all__ = ["Edit", "Handle", "Receipt", "Refused"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that will never be taken in, and why (a short code, for the log and for the owner)."""

    chunk: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of received changes. `applied` includes those that had been waiting until now."""

    applied: tuple[DecodedChange, ...] = ()
    refused: tuple[Refused, ...] = ()
    waiting: int = 0


class Handle:
    """`actor` is this session's own: 16 bytes, never used before. `on_local` gets every own change chunk.

    A view or a conflict that is unchanged is the same object as before.
    """

    def __init__(self, crdt: Crdt, kind: str, actor: bytes, schema: Schema | None = None) -> None:
        """An empty document, for somebody who joins; its contents come by `receive`."""
        self._open(schema or Schema(kind), actor, crdt.new(), Registers(), Vetting(), References())

    @classmethod
    def create(
        cls, crdt: Crdt, kind: str, actor: bytes, edit: Callable[[Edit], None], schema: Schema | None = None
    ) -> Handle:
        """A new document. Its first change sets `kind`, `schema` and what `edit` makes; no undo of that."""
        handle = cls(crdt, kind, actor, schema)

        def first(writer: Edit) -> None:
            writer.put(("kind",), kind)
            writer.put(("schema",), handle.schema.version)
            edit(writer)

        handle._commit("", first)
        return handle

    @classmethod
    def restore(cls, crdt: Crdt, data: bytes, actor: bytes, schema: Schema | None = None) -> Handle:
        """From `snapshot()`. Raises DocumentError, or DocumentNewer for a snapshot of a newer Kring."""
        snapshot = read_snapshot(data)
        document = crdt.load(snapshot.saved) if snapshot.saved else crdt.new()
        registers = Registers.read(document, snapshot.clashes, snapshot.shown)
        vetting = Vetting(
            None, dict(snapshot.actors), document.heads(), lambda: _history(document), snapshot.known
        )
        references = References(lambda: _earlier(document))
        handle = cls.__new__(cls)
        handle._open(schema or Schema(snapshot.kind), actor, document, registers, vetting, references)
        handle._receive([decode_change(chunk) for chunk in snapshot.waiting], [])
        return handle

    def _open(
        self,
        schema: Schema,
        actor: bytes,
        document: CrdtDocument,
        registers: Registers,
        vetting: Vetting,
        references: References,
    ) -> None:
        self.schema = schema
        self.on_local: Callable[[bytes], None] = lambda chunk: None
        self.edits = 0
        """How many own edits were made in this session, undone ones included."""
        self._actor = actor
        self._document = document
        self._registers = registers
        self._vetting = vetting
        self._references = references
        self._waiting = Waiting()
        self._undo = Undo()
        self._listeners: list[Callable[[], None]] = []

    @property
    def kind(self) -> str:
        return self.schema.kind

    @property
    def actor(self) -> bytes:
        return self._actor

    @property
    def view(self) -> Mapping[str, Plain]:
        """The document as plain values; never mutated, and equal parts stay the same object."""
        return self._registers.view

    @property
    def conflicts(self) -> Mapping[Path, tuple[Scalar, ...]]:
        """Path -> all live values, the shown one first; only where they differ."""
        return self._registers.conflicts

    @property
    def heads(self) -> tuple[bytes, ...]:
        return self._vetting.heads

    @property
    def vetting(self) -> Vetting:
        """For the acceptance gate: read it, or lay a `draft()` on it."""
        return self._vetting

    def trial(self) -> Trial:
        """For the acceptance gate: whether changes may follow, their references included."""
        return Trial(self._vetting.draft(), self._references.draft(), self._registers)

    def shown(self) -> Iterator[ShownMap]:
        """The winning values of every map, the outer ones first, with what kind each is."""
        return self._registers.shown()

    def rivals(self) -> Mapping[Path, tuple[Shown, ...]]:
        """As `conflicts`, with what kind each value is."""
        return self._registers.rivals()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after the view or the conflicts have changed; returns what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def change(self, label: str, edit: Callable[[Edit], None]) -> None:
        """Make one own change, named `label` (a catalogue key) for undo. If `edit` raises, nothing changes.

        Raises DocumentNewer where a newer Kring made the document, BadInput where the edit is too large.
        """
        step = self._commit(label, edit)
        if step is not None:
            self.edits += 1
            self._undo.record(step)
            self._notify()

    def lay(self, edit: Callable[[Edit], object]) -> None:
        """Make one own change that is no step to undo. Raises as `change` does."""
        if self._commit("", edit) is not None:
            self._notify()

    def upgrade(self) -> None:
        """Lift an older document to this Kring's schema; nothing for one that is up to date or empty."""
        self.lay(lambda edit: self.schema.upgrade(edit, self.view))

    def receive(self, changes: Sequence[bytes | DecodedChange]) -> Receipt:
        """Take in others' changes, which the gate let through. Never raises for what is in them.

        Each is taken in whole or not at all; repeats do nothing; one whose dependencies are missing waits.
        """
        refused: list[Refused] = []
        decoded: list[DecodedChange] = []
        for change in changes:
            if isinstance(change, DecodedChange):
                decoded.append(change)
                continue
            try:
                decoded.append(decode_change(change))
            except ProtocolError as error:
                refused.append(Refused(change, str(error)))
        return self._telling(lambda: self._receive(decoded, refused))

    def take(self, changes: Sequence[DecodedChange], trial: Trial) -> Receipt:
        """As `receive`, for exactly what `trial` has admitted: that is not judged a second time."""
        return self._telling(lambda: self._take_tried(changes, trial) or self._receive(changes, []))

    def become(self, other: Handle) -> None:
        """Go on as `other`, which holds the same document without what had to be taken out of it.

        Its actor comes along; nothing made before can be undone. `other` is not to be used any more.
        """
        self._document, self._registers, self._vetting = other._document, other._registers, other._vetting
        self._references, self._waiting = other._references, other._waiting
        self._actor, self._undo = other._actor, Undo()
        self._notify()

    @property
    def can_undo(self) -> bool:
        return bool(self._undo.done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undo.undone)

    @property
    def undo_label(self) -> str | None:
        return self._undo.done[-1].label if self._undo.done else None

    @property
    def redo_label(self) -> str | None:
        return self._undo.undone[-1].label if self._undo.undone else None

    def undo(self) -> None:
        """Take back this session's last edit, as a new change; what others made of it since stays."""
        self._turn(self._undo.done, self._undo.undone)

    def redo(self) -> None:
        self._turn(self._undo.undone, self._undo.done)

    def saved(self) -> bytes:
        """The document as any Automerge can load it; empty while nothing has arrived. Costs by history."""
        return self._document.save() if self._vetting.heads else b""

    def changes(self) -> list[bytes]:
        """Every change in it, each after what it builds on. Costs by history."""
        return self._document.changes()

    def snapshot(self) -> bytes:
        """Everything needed to `restore`, the changes that still wait included."""
        saved = self.saved()
        known = list(self._vetting.newest(NEWEST))
        shown, clashes = list(self._registers.shown()), self._registers.clashes()
        actors, waiting = self._vetting.actors, self._waiting.chunks()
        return write_snapshot(Snapshot(self.kind, saved, shown, clashes, known, actors, waiting))

    def _turn(self, source: list[Step], target: list[Step]) -> None:
        if not source:
            return
        step = source[-1]
        inverse = self._commit(step.label, lambda edit: self._undo.invert(step, edit, self._registers))
        source.pop()
        target.append(inverse or Step(step.label, ()))
        self._notify()

    def _commit(self, label: str, edit: Callable[[Edit], object]) -> Step | None:
        """Run `edit`, encode what it did, merge it, and hand the chunk on. None where it did nothing."""
        self.schema.require(self.view)
        vetting = self._vetting
        writer = Edit(self._registers, self._document, self._actor, vetting.max_op + 1)
        edit(writer)
        ops = writer.finish()
        if not ops:
            return None
        deps = vetting.frontier(self._actor)
        chunk = encode_change(self._actor, vetting.seq(self._actor) + 1, deps, ops)
        if len(chunk) > MAX_CHUNK:
            raise BadInput("too much for one edit", reason="too_long", limit=MAX_CHUNK)
        own = decode_change(chunk)
        draft = vetting.draft()
        draft.admit(own)
        recorder = Recorder(label, ops, self._registers)
        words = self._merge([own], ops, draft.heads)
        draft.commit()
        self._references.admit(ops)
        self._registers.apply(ops, words, self._actor)
        self.on_local(chunk)
        return recorder.finish(self._registers)

    def _receive(self, changes: Sequence[DecodedChange], refused: list[Refused]) -> Receipt:
        draft = self._vetting.draft()
        accepted = self._sift(changes, draft, refused)
        if accepted:
            accepted = self._take(accepted, draft, refused)
        return Receipt(tuple(accepted), tuple(refused), len(self._waiting))

    def _take_tried(self, changes: Sequence[DecodedChange], trial: Trial) -> Receipt | None:
        """None, and nothing done, where the trial is of another document than this is now."""
        if trial.began != self._vetting.heads or len(self._waiting):
            return None
        ops = [op for change in changes for op in change.ops]
        try:
            words = self._merge(changes, ops, trial.heads)
        except DocumentError:
            return None
        trial.commit()
        self._registers.apply(ops, words, self._actor)
        return Receipt(tuple(changes))

    def _telling(self, work: Callable[[], Receipt]) -> Receipt:
        conflicts, view = self.conflicts, self.view
        receipt = work()
        if self.view is not view or self.conflicts is not conflicts:
            self._notify()
        return receipt

    def _sift(
        self, changes: Iterable[DecodedChange], draft: Draft, refused: list[Refused]
    ) -> list[DecodedChange]:
        """Those that may go to the engine, in an order that it can take; admits them to `draft`."""
        accepted: list[DecodedChange] = []
        queue = list(changes)[::-1]
        while queue:
            change = queue.pop()
            if change.hash in self._waiting:
                continue
            verdict = draft.check(change, change.actor)
            if verdict == WAIT:
                self._wait(draft.missing(change), change, refused)
            elif verdict != ACCEPT:
                refused.append(Refused(change.chunk, verdict))
            elif change.seq > draft.seq(change.actor):
                problem = self._references.check(change, self._registers)
                if isinstance(problem, Unknown):
                    self._wait(problem.op, change, refused)
                elif problem is not None:
                    refused.append(Refused(change.chunk, problem))
                else:
                    draft.admit(change)
                    self._references.admit(change.ops)
                    accepted.append(change)
                    queue += self._waiting.take(change)[::-1]
        return accepted

    def _wait(self, need: bytes | OpId | None, change: DecodedChange, refused: list[Refused]) -> None:
        if not self._waiting.add(need, change):
            refused.append(Refused(change.chunk, "too_many_waiting"))

    def _take(
        self, accepted: list[DecodedChange], draft: Draft, refused: list[Refused]
    ) -> list[DecodedChange]:
        """Merge what was accepted; where the engine will not, one by one, to find which."""
        ops = [op for change in accepted for op in change.ops]
        try:
            words = self._merge(accepted, ops, draft.heads)
        except DocumentError as error:
            self._references = References(lambda: _earlier(self._document))
            if len(accepted) == 1:
                refused.append(Refused(accepted[0].chunk, f"engine: {error}"))
                return []
            return [taken for change in accepted for taken in self._receive_again(change, refused)]
        draft.commit()
        self._registers.apply(ops, words, self._actor)
        return accepted

    def _receive_again(self, change: DecodedChange, refused: list[Refused]) -> list[DecodedChange]:
        draft = self._vetting.draft()
        accepted = self._sift([change], draft, refused)
        return self._take(accepted, draft, refused) if accepted else []

    def _merge(
        self, changes: Sequence[DecodedChange], ops: Sequence[Op], heads: Sequence[bytes]
    ) -> dict[OpId, str]:
        texts = self._registers.texts(ops)
        words = self._document.apply(
            [change.chunk for change in changes], heads, [opid_text(text) for text in texts]
        )
        return dict(zip(texts, words, strict=True))

    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener()


def _history(document: CrdtDocument) -> Iterable[tuple[bytes, Known]]:
    return ((past.hash, Known(past.max_op, past.deps)) for past in document.history())


def _earlier(document: CrdtDocument) -> Iterable[tuple[OpId, Place, int]]:
    return saved_places(document.save())
