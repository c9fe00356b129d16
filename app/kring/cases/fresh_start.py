"""A document that takes the place of another and begins with what that one shows now, without its history.

What a person decided is kept before anything is said, and carried out step by step: nobody may write in the
old one any more, and all that they had sent is in it; what it then shows goes into a spare document; who had
a right on the old one gets the same on the new one (docs/protocol.md, Sharing without history). Each step
looks at the log and the documents as they have become, so a crash or a lost connection does no harm.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kring.cases.beginning import begin
from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.kinds import FOLLOWS, SHOWS, follower
from kring.cases.lowering import TRIES, freeze, granted, revoke
from kring.cases.rotating import Rotating
from kring.cases.spares import spare
from kring.cases.speaking import Nothing, Speaking
from kring.documents.crdt import Scalar
from kring.documents.schema import KIND, SCHEMA
from kring.documents.trees import Tree, has_past, taken_away, tree_of
from kring.errors import BadInput, ChainMoved, NetworkError, NotAllowed, StoreCorrupt, StoreError
from kring.phases import FRESH
from kring.sharing import rights
from kring.sharing.author import Author, grant
from kring.sharing.membership import ACTIVE, Membership

PREFIX: Final = "fresh/"
SLICE: Final = 500
"""Changes that are looked at between two turns of the loop."""


@dataclass(frozen=True, slots=True)
class Begun:
    """`rights`: what each member had on the old document before it was taken; `held`: who was held still."""

    document: bytes
    rights: dict[bytes, int] = field(default_factory=dict)
    held: frozenset[bytes] = frozenset()

    def to_bytes(self) -> bytes:
        given = {member.hex(): right for member, right in self.rights.items()}
        return json.dumps({"rights": given, "held": sorted(each.hex() for each in self.held)}).encode()

    @classmethod
    def from_bytes(cls, document: bytes, data: bytes) -> Begun:
        """Raises StoreCorrupt."""
        try:
            raw = json.loads(data)
            given = {bytes.fromhex(member): int(right) for member, right in raw["rights"].items()}
            return cls(document, given, frozenset(bytes.fromhex(each) for each in raw["held"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreCorrupt("a fresh start cannot be read") from error


class FreshStart:
    """For one open case."""

    def __init__(self, engine: Engine, speaking: Speaking, rotating: Rotating) -> None:
        self._engine, self._speaking, self._rotating = engine, speaking, rotating
        self._turn = asyncio.Lock()
        self._kept: dict[bytes, Begun] = {}

    async def load(self) -> None:
        """Take up those of earlier starts. Raises StoreCorrupt."""
        for name, box in (await self._engine.store.keys.all(self._engine.number)).items():
            if name.startswith(PREFIX):
                document = bytes.fromhex(name.removeprefix(PREFIX))
                self._kept[document] = Begun.from_bytes(document, box)

    @property
    def pending(self) -> frozenset[str]:
        """The kinds that are to begin anew, and have not all the way."""
        return frozenset(self._engine.kind_of(each) for each in self._kept)

    async def taken_away(self, kinds: Collection[str]) -> bool:
        """Whether something was taken out of one of these since it began: it can be read in its history."""
        return any([await self._any(kind, taken_away) for kind in kinds])

    async def decide(self, kind: str) -> None:
        """Let the document of this kind begin anew; without a connection as soon as there is one.

        Raises NotAllowed, BadInput where no spare document is left, or StoreError; then nothing was decided.
        """
        engine = self._engine
        document = engine.document_of(kind)
        assert self._speaking.runner is not None
        if not engine.owner or kind not in FRESH or document is None:
            raise NotAllowed("not to begin anew here", document=kind)
        if document.id not in self._kept:
            self._require_spare(len(self._kept))
            await self._keep(Begun(document.id))
        try:
            await self._carry(document.id)
        except (NetworkError, StoreError):
            return

    async def begin(self, kinds: Collection[str]) -> None:
        """Return once none of these has a history. As `decide`; NetworkError where that takes longer."""
        for kind in kinds:
            if await self._any(kind, has_past):
                await self.decide(kind)
        if self.pending & set(kinds):
            raise NetworkError("not begun anew yet")

    async def _any(self, kind: str, holds: Callable[[Sequence[bytes]], bool]) -> bool:
        """Whether it holds of any of the changes of this document."""
        document = self._engine.document_of(kind)
        chunks = document.handle.changes() if document is not None and document.handle is not None else []
        for start in range(0, len(chunks), SLICE):
            if holds(chunks[start : start + SLICE]):
                return True
            await asyncio.sleep(0)
        return False

    async def carry_out(self) -> None:
        """Go on with all that was decided. Raises NetworkError or StoreError."""
        for document in list(self._kept):
            await self._carry(document)

    async def _carry(self, document: bytes) -> None:
        async with self._turn:
            begun, old = self._kept.get(document), self._engine.documents.get(document)
            if begun is None or old is None:
                return
            if not self._engine.owner:
                await self._forget(document)
                return
            if follower(self._engine.documents.values(), old) is None:
                await self._begin(old)
            if await self._let_in(old):
                await self._rotating.clear()
                await self._forget(document)

    async def _begin(self, old: CaseDocument) -> None:
        engine, runner = self._engine, self._speaking.runner
        try:
            self._require_spare(0)
        except BadInput:
            await self._give(old.id, old.id)
            await self._forget(old.id)
            raise
        await self._all_read(old.id)
        await self._rotating.clear()
        await runner.settled()
        await engine.save()
        if follower(engine.documents.values(), old) is None and not self._writers(old.id):
            await self._write(old)

    def _writers(self, document: bytes) -> list[bytes]:
        """Who may write there, the owner apart."""
        membership = self._engine.ledger.membership
        return [
            member
            for (member, each), right in membership.granted.items()
            if each == document and right >= rights.BIJDRAGEN and member != membership.owner
        ]

    async def _all_read(self, document: bytes) -> None:
        """Nobody but the owner may write there any more, and all that they had sent has been taken in.

        All at once, so that nobody waits long for the new one; who keeps writing is taken apart.
        """
        if self._writers(document) and not await self._lowered(document, self._writers(document)):
            for member in self._writers(document):
                if not await self._lowered(document, [member]):
                    await self._hold(document, member)

    async def _lowered(self, document: bytes, members: Collection[bytes]) -> bool:
        """False where somebody was quicker each time."""
        for _ in range(TRIES):
            await self._speaking.runner.settled()
            try:
                await self._speaking.append(
                    lambda author: self._lower(author, document, members, still=False)
                )
                return True
            except ChainMoved:
                continue
        return False

    async def _hold(self, document: bytes, member: bytes) -> None:
        begun = self._kept[document]
        await self._keep(replace(begun, held=begun.held | {member}))
        await self._speaking.append(lambda author: freeze(self._engine, author, member))
        await self._speaking.runner.settled()
        try:
            await self._speaking.append(lambda author: self._lower(author, document, [member], still=True))
        except ChainMoved as error:
            raise NetworkError("the relay does not hold what this device has seen") from error

    async def _lower(
        self, author: Author, document: bytes, members: Collection[bytes], *, still: bool
    ) -> None:
        for member in members:
            before = granted(author.membership, member)
            if before.get(document, 0) >= rights.BIJDRAGEN:
                begun = self._kept[document]
                await self._keep(replace(begun, rights={**begun.rights, member: before[document]}))
                await revoke(self._engine, author, member, {**before, document: rights.LEZEN}, still=still)
        if not author.records:
            raise Nothing

    async def _write(self, old: CaseDocument) -> None:
        engine, name = self._engine, spare(self._engine)
        if name is None:
            raise BadInput("no spare document is left", reason="no_document")
        assert old.handle is not None
        root: dict[str, Scalar] = {
            SCHEMA: old.handle.schema.stored(old.handle.view),
            FOLLOWS: old.id,
            SHOWS: b"".join(old.handle.heads),
            KIND: old.handle.kind,
        }
        tree = presentable(engine, old.handle.kind, tree_of(old.handle))
        await begin(engine, name, tree, old.handle.rivals(), root)

    async def _let_in(self, old: CaseDocument) -> bool:
        """Give who may read the old one what they had there on the new one; whether that is all of them."""
        fresh = follower(self._engine.documents.values(), old)
        return fresh is not None and await self._give(old.id, fresh.id)

    async def _give(self, old: bytes, fresh: bytes) -> bool:
        await self._speaking.append(lambda author: self._grant(author, old, fresh))
        return not self._lacking(self._engine.ledger.membership, old, fresh)

    def _lacking(self, membership: Membership, old: bytes, fresh: bytes) -> dict[bytes, int]:
        """Who does not have on the new one what they had on the old one, and what that is."""
        begun, found = self._kept[old], {}
        for member in membership.members.values():
            had = membership.granted.get((member.id, old), 0)
            wanted = begun.rights.get(member.id, had)
            lacks = membership.granted.get((member.id, fresh), 0) < wanted
            held = member.id in begun.held and membership.frozen(member.id)
            if had and member.id != membership.owner and member.state == ACTIVE and (lacks or held):
                found[member.id] = wanted
        return found

    async def _grant(self, author: Author, old: bytes, fresh: bytes) -> None:
        """Whoever is held still by somebody's decision gets it once that has ended."""
        held, now = self._kept[old].held, self._engine.ports.clock.now()
        for member, wanted in self._lacking(author.membership, old, fresh).items():
            membership, given = author.membership, {fresh: wanted}
            if membership.frozen(member):
                if member not in held:
                    continue
                given = {**granted(membership, member), **given}
            until = membership.members[member].until
            await grant(author, self._engine.keyring, member, given, until, now)
        if not author.records:
            raise Nothing

    def _require_spare(self, taken: int) -> None:
        if spare(self._engine, taken) is None:
            raise BadInput("no spare document is left", reason="no_document")

    async def _keep(self, begun: Begun) -> None:
        """Durably. Raises StoreError."""
        store, number = self._engine.store, self._engine.number
        box = await store.keys.seal(number, PREFIX + begun.document.hex(), begun.to_bytes())
        await store.write(lambda: store.keys.put(number, box))
        self._kept[begun.document] = begun
        self._engine.notify()

    async def _forget(self, document: bytes) -> None:
        """It has been done, or cannot be. Raises StoreError."""
        store, number = self._engine.store, self._engine.number
        await store.write(lambda: store.keys.forget(number, PREFIX + document.hex()))
        self._kept.pop(document, None)
        self._engine.notify()


def presentable(engine: Engine, kind: str, tree: Tree) -> Tree:
    """Without what is about nobody who stands in the documents that are shared."""
    views = {each: handle.view for each, handle in engine.by_kind.items()}
    return FRESH[kind](tree, views)
