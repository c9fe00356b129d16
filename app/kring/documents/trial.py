"""Changes on trial above a document, to learn whether each may follow before anything has changed."""

from __future__ import annotations

from kring.documents.change import DecodedChange
from kring.documents.references import ReferencesDraft, Unknown
from kring.documents.registers import Registers
from kring.documents.vetting import ACCEPT, WAIT, Draft


class Trial:
    """What it accepts and admits, in order, the document takes in whole: nothing of it has to wait there."""

    def __init__(self, vetting: Draft, references: ReferencesDraft, registers: Registers) -> None:
        self._vetting, self._references, self._registers = vetting, references, registers
        self.began = vetting.heads
        """The heads of the document when the trial began: it holds for no other."""

    @property
    def heads(self) -> tuple[bytes, ...]:
        """Of the document with all that was admitted."""
        return self._vetting.heads

    def seq(self, actor: bytes) -> int:
        return self._vetting.seq(actor)

    def check(self, change: DecodedChange, actor: bytes) -> str:
        """ACCEPT (also for what is already known), WAIT for what it builds on or refers to, or why not."""
        verdict = self._vetting.check(change, actor)
        if verdict != ACCEPT or change.seq <= self.seq(actor):
            return verdict
        problem = self._references.check(change, self._registers)
        return WAIT if isinstance(problem, Unknown) else problem or ACCEPT

    def admit(self, change: DecodedChange) -> None:
        """Count with a change that was accepted and not known."""
        self._vetting.admit(change)
        self._references.admit(change.ops)

    def trial(self) -> Trial:
        """Another layer, which can be thrown away or committed to this one."""
        return Trial(self._vetting.draft(), self._references.draft(), self._registers)

    def commit(self) -> None:
        self._vetting.commit()
        self._references.commit()
