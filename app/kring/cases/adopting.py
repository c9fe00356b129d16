"""What was refused, for the owner to see; and what a removed member wrote past the cut, to be taken over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kring.cases.contents import contents
from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.members import name_of
from kring.cases.receiving import vet
from kring.cases.shapes import QuarantinedEnvelope
from kring.documents.change import SET, DecodedChange, decode_change
from kring.documents.vetting import WAIT
from kring.errors import BadInput, KringError, NotAllowed, ProtocolError
from kring.sharing.actor import actor_id
from kring.sharing.envelope import Content, Envelope, parse_envelope
from kring.store.held import Held

CUT: Final = "cut"
MOST_WORDS: Final = 3
WORD_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class _Late:
    """An envelope past a cut that opens."""

    envelope: Envelope
    content: Content
    changes: tuple[DecodedChange, ...]


class Adopting:
    """For one open case."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._entries: tuple[QuarantinedEnvelope, ...] = ()
        self._late: dict[bytes, _Late] = {}
        self._known: dict[tuple[bytes, str], QuarantinedEnvelope] = {}
        engine.on_log(self.refresh)
        engine.on_held(self.refresh)

    @property
    def entries(self) -> tuple[QuarantinedEnvelope, ...]:
        """Oldest first; empty for everybody but the owner."""
        return self._entries if self._engine.owner else ()

    async def refresh(self) -> None:
        """Look again at what is held."""
        if not self._engine.owner:
            return
        engine = self._engine
        refused = engine.store.held.refused(engine.number)
        self._known = {each: self._known[each] for each in refused if each in self._known}
        self._late = {
            name: self._late[name] for name, reason in refused if reason == CUT and name in self._late
        }
        for name, reason in refused:
            if (name, reason) not in self._known and (held := engine.store.held.get(engine.number, name)):
                self._known[name, reason] = await self._look(held)
        entries = tuple(
            self._known[each]
            for each in refused
            if each in self._known and not (each[0] in self._late and not self._news(self._late[each[0]]))
        )
        if entries != self._entries:
            self._entries = entries
            engine.notify()

    async def _look(self, held: Held) -> QuarantinedEnvelope:
        envelope = _parsed(held.data)
        opened = await self._opened(envelope) if envelope is not None and held.reason == CUT else None
        if opened is not None:
            self._late[held.hash] = opened
        return self._entry(held, envelope, opened)

    async def adopt(self, name: str) -> None:
        """Take this over, and before it what the same device wrote earlier past the cut.

        Raises BadInput where it builds on something else that is not there, or is not sound; NotAllowed.
        """
        meant = self._late.get(bytes.fromhex(name))
        if not self._engine.owner:
            raise NotAllowed("the owner takes over")
        if meant is None:
            raise BadInput("nothing like that is held", reason="no_choice")
        for late in self._chain(meant.envelope):
            await self._take_over(late)
        document = self._engine.documents[meant.envelope.header.document]
        await self._engine.retry(document)
        await self.refresh()

    def _chain(self, last: Envelope) -> list[_Late]:
        header = last.header
        earlier = [
            late
            for late in self._late.values()
            if (late.envelope.header.document, late.envelope.header.device)
            == (header.document, header.device)
            and _order(late) <= (header.epoch, header.seq)
        ]
        return sorted(earlier, key=_order)

    async def _take_over(self, late: _Late) -> None:
        engine, header = self._engine, late.envelope.header
        document = engine.documents[header.document]
        changes = self._vetted(document, late)
        if changes:
            content = Content(
                late.content.device, late.content.actor_nonce, late.content.time, late.content.changes
            )
            await engine.sender.adopt(document, [content], changes)
        document.refused.pop(late.envelope.hash, None)
        number, held = engine.number, engine.store.held
        await engine.store.write(lambda: held.released(number, [late.envelope.hash]))

    def _vetted(self, document: CaseDocument, late: _Late) -> list[DecodedChange]:
        """What the gate would say, had its author still counted; so nothing of it at the root."""
        membership, content = self._engine.ledger.membership, late.content
        device = membership.devices.get(content.device)
        if document.handle is None or device is None:
            raise BadInput("not sound", reason="not_sound")
        owned = device.member == membership.owner_at(late.envelope.header.log_position)
        actor = actor_id(document.id, content.device, content.actor_nonce)
        verdict = vet(content.changes, actor, document.trial(), owner=owned)
        if isinstance(verdict, list):
            return verdict
        raise BadInput(verdict, reason="builds_on" if verdict == WAIT else "not_sound")

    async def _opened(self, envelope: Envelope) -> _Late | None:
        header = envelope.header
        document = self._engine.documents.get(header.document)
        if document is None:
            return None
        try:
            content = (await contents(self._engine.ports.crypto, self._engine.keyring, [envelope]))[0]
            changes = tuple(decode_change(chunk) for chunk in content.changes)
        except KringError:
            return None  # without a key, or nonsense: it is shown, and cannot be taken over
        return _Late(envelope, content, changes)

    def _news(self, late: _Late) -> bool:
        """Whether any of it is not in the document."""
        document = self._engine.documents[late.envelope.header.document]
        return any(change.hash not in document.vetting for change in late.changes)

    def _entry(self, held: Held, envelope: Envelope | None, late: _Late | None) -> QuarantinedEnvelope:
        engine = self._engine
        device = (
            engine.ledger.membership.devices.get(envelope.header.device) if envelope is not None else None
        )
        member = device.member.hex() if device is not None else ""
        kind = engine.kind_of(held.document)
        if late is None:
            return QuarantinedEnvelope(member, kind, held.reason, held.hash.hex())
        return QuarantinedEnvelope(
            member, kind, held.reason, held.hash.hex(), adoptable=True, time=late.content.time,
            edits=len(late.changes), words=tuple(_words(late.changes)),
            name=name_of(engine, device.member) if device is not None else "",
        )  # fmt: skip


def _order(late: _Late) -> tuple[int, int]:
    return late.envelope.header.epoch, late.envelope.header.seq


def _parsed(data: bytes) -> Envelope | None:
    try:
        return parse_envelope(data)
    except ProtocolError:
        return None


def _words(changes: Iterable[DecodedChange]) -> list[str]:
    """Some of the texts that the changes put in, to be recognised by: names mostly."""
    found: list[str] = []
    for change in changes:
        for op in change.ops:
            if op.action == SET and isinstance(op.value, str) and op.key == "name" and op.value not in found:
                found.append(op.value[:WORD_LENGTH])
    return found[:MOST_WORDS]
