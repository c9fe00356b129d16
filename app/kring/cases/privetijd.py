"""Privétijd: a document for those who are present alone, and presenting what they decided (P9).

No procesbegeleider or professional is ever given a key of that document. What is presented is written anew,
as the owner's own changes, into a document that others may read: what was typed and taken back stays behind.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from kring.cases.beginning import begin
from kring.cases.engine import Engine
from kring.cases.kinds import FOLLOWS, kind_of
from kring.cases.spares import spare
from kring.cases.speaking import Nothing, Speaking
from kring.documents.crdt import Scalar
from kring.documents.schema import KIND, SCHEMA
from kring.documents.trees import difference, tree_of, write
from kring.errors import BadInput, NetworkError, NotAllowed, StoreCorrupt, StoreError
from kring.phases import LATER, SCHEMAS
from kring.phases.meedenkbijeenkomst.besluiten.model import (
    BESLUITEN,
    BESLUITEN_PRIVE,
    PRESENTED,
    read,
    with_presented,
)
from kring.sharing import rights
from kring.sharing.author import Author, grant
from kring.sharing.membership import ACTIVE, Member
from kring.sharing.records import Present, PrivetijdStart

PREFIX: Final = "present/"
TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Presenting:
    """What was decided: to present what stands in this document to these members."""

    document: bytes
    readers: frozenset[bytes]

    def to_bytes(self) -> bytes:
        return json.dumps(sorted(each.hex() for each in self.readers)).encode()

    @classmethod
    def from_bytes(cls, document: bytes, data: bytes) -> Presenting:
        """Raises StoreCorrupt."""
        try:
            return cls(document, frozenset(bytes.fromhex(each) for each in json.loads(data)))
        except (ValueError, TypeError) as error:
            raise StoreCorrupt("a presentation cannot be read") from error


class Privetijd:
    """For one open case."""

    def __init__(self, engine: Engine, speaking: Speaking) -> None:
        self._engine, self._speaking = engine, speaking
        self._turn = asyncio.Lock()
        self._kept: dict[bytes, Presenting] = {}

    async def load(self) -> None:
        """Take up what was decided in earlier starts. Raises StoreCorrupt."""
        for name, box in (await self._engine.store.keys.all(self._engine.number)).items():
            if name.startswith(PREFIX):
                document = bytes.fromhex(name.removeprefix(PREFIX))
                self._kept[document] = Presenting.from_bytes(document, box)

    @property
    def running(self) -> bool:
        """Whether a privétijd that this member is in has begun and has not been presented."""
        return any(self._engine.may(each, rights.LEZEN) for each in self._open_documents())

    async def start(self, present: Collection[str] | None = None) -> None:
        """Begin one with these members (by default every netwerklid).

        Raises NotAllowed, BadInput where one runs or no spare document is left, NetworkError, StoreError.
        """
        engine, members = self._engine, self._engine.ledger.membership.members
        if not engine.owner or members[engine.member].role in rights.OUTSIDERS:
            raise NotAllowed("privétijd is the client's to begin")
        if self._open_documents():
            raise BadInput("one has begun already", reason="privetijd_runs")
        inside = [each.id for each in self._others() if each.role not in rights.OUTSIDERS]
        wanted = inside if present is None else [bytes.fromhex(each) for each in present]
        if not set(wanted) <= set(inside):
            raise NotAllowed("not in privétijd")
        document = spare(engine)
        if document is None:
            raise BadInput("no spare document is left", reason="no_document")
        await self._speaking.append(lambda author: self._open(author, document, wanted))
        await self.carry_out()

    async def present(self, readers: Collection[str] | None = None) -> None:
        """End it, and show what was decided to these members (by default to all others); without a connection
        as soon as there is one. Raises NotAllowed, BadInput, StoreError; then nothing was decided."""
        engine, found = self._engine, self._open_documents()
        assert self._speaking.runner is not None
        if not engine.owner or not all(engine.may(each, rights.LEZEN) for each in found):
            raise NotAllowed("the client presents")
        if not found:
            raise BadInput("none has begun", reason="no_privetijd")
        if engine.document_of(BESLUITEN) is None and spare(engine) is None:
            raise BadInput("no spare document is left", reason="no_document")
        others = {each.id for each in self._others()}
        chosen = others if readers is None else {bytes.fromhex(each) for each in readers} & others
        await self._keep(Presenting(found[0], frozenset(chosen)))
        try:
            await self.carry_out()
        except (NetworkError, StoreError):
            return

    async def carry_out(self) -> None:
        """Go on with what was begun. Raises NetworkError or StoreError."""
        async with self._turn:
            if self._engine.owner:
                await self._begin()
                for presenting in list(self._kept.values()):
                    await self._present(presenting)

    async def _begin(self) -> None:
        """Write what a privétijd begins with, where it has begun in the log alone."""
        for name in self._open_documents():
            document = self._engine.documents.get(name)
            if document is not None and document.handle is None:
                earlier = self._engine.document_of(BESLUITEN_PRIVE)
                follows = {FOLLOWS: earlier.id} if earlier is not None else {}
                await self._write(name, BESLUITEN_PRIVE, follows)

    async def _open(self, author: Author, document: bytes, present: Collection[bytes]) -> None:
        now = self._engine.ports.clock.now()
        await author.say(PrivetijdStart(document), now)
        for member in present:
            until = author.membership.members[member].until
            given = {document: rights.BIJDRAGEN}
            await grant(author, self._engine.keyring, member, given, until, now)

    async def _present(self, presenting: Presenting) -> None:
        engine, name = self._engine, presenting.document
        if name not in engine.ledger.membership.presented:
            await self._sent(name)
            await self._speaking.append(lambda author: self._end(author, name))
        await self._speaking.runner.settled()
        document = engine.document_of(BESLUITEN)
        if document is None:
            fresh = spare(engine)
            if fresh is None:
                raise BadInput("no spare document is left", reason="no_document")
            await self._write(fresh, BESLUITEN, {})
            document = engine.documents[fresh]
        source = engine.documents[name]
        assert document.handle is not None
        assert source.handle is not None
        marks = document.handle.view.get(PRESENTED)
        if kind_of(source) == BESLUITEN_PRIVE and not (isinstance(marks, dict) and name.hex() in marks):
            before = tree_of(document.handle)
            after = with_presented(before, read(source.handle.view), name.hex())
            write(document.handle, difference(before, after))
        await engine.save()
        await self._speaking.append(lambda author: self._show(author, document.id, presenting.readers))
        await self._forget(name)

    async def _sent(self, document: bytes) -> None:
        """All that this device wrote there is with the others; afterwards it could not be sent any more."""
        for _ in range(TRIES):
            await self._engine.save()
            await self._speaking.runner.settled()
            if not self._engine.sender.unsent_in(document):
                return
        raise NetworkError("not everything has been sent")

    async def _end(self, author: Author, document: bytes) -> None:
        if document in author.membership.presented:
            raise Nothing
        await author.say(Present(document), self._engine.ports.clock.now())

    async def _show(self, author: Author, document: bytes, readers: Collection[bytes]) -> None:
        now = self._engine.ports.clock.now()
        for member in sorted(readers):
            known = author.membership.members[member]
            has = author.membership.granted.get((member, document), 0)
            if known.state == ACTIVE and not has and not author.membership.frozen(member):
                given = {document: rights.LEZEN}
                await grant(author, self._engine.keyring, member, given, known.until, now)
        if not author.records:
            raise Nothing

    async def _write(self, document: bytes, kind: str, more: Mapping[str, Scalar]) -> None:
        root: dict[str, Scalar] = {SCHEMA: SCHEMAS[kind].version, **more, KIND: kind}
        await begin(self._engine, document, LATER[kind], {}, root)

    def _open_documents(self) -> list[bytes]:
        membership = self._engine.ledger.membership
        return sorted(membership.private - membership.presented)

    def _others(self) -> list[Member]:
        """The members who are in, the owner apart."""
        membership = self._engine.ledger.membership
        return [
            each
            for each in membership.members.values()
            if each.state == ACTIVE and each.id != membership.owner
        ]

    async def _keep(self, presenting: Presenting) -> None:
        """Durably. Raises StoreError."""
        store, number = self._engine.store, self._engine.number
        box = await store.keys.seal(number, PREFIX + presenting.document.hex(), presenting.to_bytes())
        await store.write(lambda: store.keys.put(number, box))
        self._kept[presenting.document] = presenting

    async def _forget(self, document: bytes) -> None:
        store, number = self._engine.store, self._engine.number
        await store.write(lambda: store.keys.forget(number, PREFIX + document.hex()))
        self._kept.pop(document, None)
