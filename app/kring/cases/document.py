"""One document of an open case: its live handle, its gate, and what is held back at that gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kring.cases.held_back import HeldBack
from kring.documents.crdt import Crdt, CrdtDocument
from kring.documents.handle import Handle
from kring.documents.references import References
from kring.documents.registers import Registers
from kring.documents.schema import KIND, Schema
from kring.documents.trial import Trial
from kring.documents.vetting import Vetting
from kring.sharing.actor import actor_id
from kring.sharing.envelope import Envelope
from kring.sharing.gate import Gate
from kring.sharing.provenance import Chains

SLICE_OPS: Final = 100_000
"""Operations that are held decoded at a time: a few bytes can say very many."""
MOST_UNSIGNED: Final = 1_000
MOST_UNSIGNED_BYTES: Final = 8 * 1024 * 1024
"""Of what nobody has signed for, this much is kept; a relay that makes up more of it fills no disk."""
MOST_REFUSED_BYTES: Final = 32 * 1024 * 1024
"""Of the rest that was refused, this much is kept to be shown."""


@dataclass
class CaseDocument:
    """`handle` is None until a first change has come; its kind is empty until its root says what it is.

    `waiting` holds envelopes that came too early; `unsigned` those whose own signature is not true, which
    count once their device has signed a successor; `refused` is what else is kept of what was refused, hash
    to size. `covered` is the row of the last stored envelope inside the snapshot, `since` the number of
    envelopes after it. `past` tells of the envelopes that a snapshot stands for, of which only the
    last of each chain is kept; `crowded`: something that may yet count found no room here. `said` names own
    envelopes that were taken out again because they build on what was
    (rebuilding.py), `kept` are those of them that were never sent; `undone`: a cut undid something here, so
    not all that waits is missing something that the relay keeps back; `nonce` is that of the handle's actor,
    where it is not that of this start.
    """

    id: bytes
    gate: Gate
    handle: Handle | None = None
    waiting: HeldBack = field(default_factory=HeldBack)
    unsigned: HeldBack = field(default_factory=lambda: HeldBack(MOST_UNSIGNED, MOST_UNSIGNED_BYTES, 1))
    refused: dict[bytes, int] = field(default_factory=dict)
    cursor: int = 0
    covered: int = 0
    since: int = 0
    past: Chains = field(default_factory=dict)
    crowded: bool = False
    said: set[bytes] = field(default_factory=set)
    kept: list[Envelope] = field(default_factory=list)
    undone: bool = False
    nonce: bytes = b""
    nothing: Vetting = field(default_factory=Vetting)

    @property
    def blocked(self) -> set[int]:
        """The epochs in which this device can say no more: its chain there waits for what was taken out."""
        found = (self.waiting.get(name) for name in self.said)
        return {each.header.epoch for each in found if each is not None}

    def trial(self) -> Trial:
        """What is there, to try changes on."""
        if self.handle is not None:
            return self.handle.trial()
        return Trial(self.nothing.draft(), References().draft(), Registers())

    def keep_refused(self, name: bytes, size: int) -> bool:
        """Whether there is room to keep one more of what was refused."""
        if name not in self.refused and sum(self.refused.values()) + size > MOST_REFUSED_BYTES:
            return False
        self.refused[name] = size
        return True

    @property
    def vetting(self) -> Vetting:
        return self.handle.vetting if self.handle is not None else self.nothing


class Handles:
    """Makes the handles of one case, each with this start's own actor (CAS-3)."""

    def __init__(self, crdt: Crdt, schemas: Mapping[str, Schema], device: bytes, nonce: bytes) -> None:
        self._crdt, self._schemas = crdt, schemas
        self.device, self.nonce = device, nonce

    def anew(self, nonce: bytes) -> Handles:
        """The same, for other actors."""
        return Handles(self._crdt, self._schemas, self.device, nonce)

    def empty(self, document: bytes, kind: str) -> Handle:
        return Handle(self._crdt, kind, self._actor(document), self._schema(kind))

    def restored(self, document: bytes, kind: str, data: bytes) -> Handle:
        """Raises DocumentError."""
        return Handle.restore(self._crdt, data, self._actor(document), self._schema(kind))

    def settle(self, handle: Handle) -> bool:
        """Whether the root of this document says, as it did not before, of what kind it is."""
        kind = handle.view.get(KIND)
        if handle.kind or not isinstance(kind, str) or not kind:
            return False
        handle.schema = self._schema(kind)
        return True

    def opened(self, saved: bytes) -> CrdtDocument:
        """The engine's own reading of a saved document. Raises DocumentError."""
        return self._crdt.load(saved)

    def _actor(self, document: bytes) -> bytes:
        return actor_id(document, self.device, self.nonce)

    def _schema(self, kind: str) -> Schema:
        return self._schemas.get(kind) or Schema(kind)
