"""New epochs: where a removal owes one, and where the one that there is serves badly.

Any contributor's device makes them, so that nothing waits for one person's phone. Several may try at once:
the relay takes the first, and the others find that nothing is due any more.
"""

from __future__ import annotations

from typing import Final

from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.speaking import Nothing, Speaking
from kring.sharing.author import Author, new_epoch

APPEND_BYTES: Final = 1024 * 1024
"""Records of one append: a frame holds four times as much."""

OWNER_SECONDS: Final = 0.5
OTHERS_SECONDS: Final = 4.0
"""At most so long, by chance, a device leaves it to others first."""

REST_MS: Final = 60_000
"""So long a device rests between epochs of one document that no removal asked for: somebody who keeps making
bad ones makes nobody use up the log against them."""


class Rotating:
    """For one open case."""

    def __init__(self, engine: Engine, speaking: Speaking) -> None:
        self._engine, self._speaking = engine, speaking
        self._looked: dict[bytes, tuple[tuple[int, int], bool]] = {}
        self._made: dict[bytes, int] = {}

    async def in_turn(self) -> None:
        """Make what is due, after a moment in which another may. Raises NetworkError and the like."""
        if not await self.due():
            return
        engine = self._engine
        longest = OWNER_SECONDS if engine.owner else OTHERS_SECONDS
        share = int.from_bytes(engine.ports.random.bytes(2)) / 0xFFFF
        await engine.ports.clock.sleep(longest * share)
        await self.clear()

    async def clear(self) -> None:
        """Make every epoch that is due now."""
        while await self._speaking.append(self._speak):
            pass

    async def due(self) -> list[bytes]:
        """The documents that want a new epoch which this device can make."""
        membership, device = self._engine.ledger.membership, self._engine.keys.id
        owed = set(membership.owed())
        found = []
        for name, document in self._engine.documents.items():
            if not membership.may_renew(device, name) or not self._may_speak():
                continue
            if not self._engine.keyring.held(name):
                continue
            if name in owed or (self._rested(name) and await self._serves_badly(document)):
                found.append(name)
        return found

    async def _serves_badly(self, document: CaseDocument) -> bool:
        """Whether the current epoch is closed to this device, leaves others behind, or holds its chain up."""
        engine, name = self._engine, document.id
        last = engine.ledger.membership.last_epoch(name)
        held = len(engine.keyring.held(name))
        if engine.keyring.secret(name, last) is None or last in document.blocked:
            return True
        if self._looked.get(name, ((0, 0), False))[0] != (last, held):
            loose = await engine.keyring.loose(engine.ports.crypto, engine.ledger.membership, name)
            self._looked[name] = ((last, held), bool(loose))
        return self._looked[name][1]

    def _may_speak(self) -> bool:
        return self._engine.ledger.membership.in_time(self._engine.member, self._engine.ports.clock.now())

    def _rested(self, document: bytes) -> bool:
        return self._engine.ports.clock.now() - self._made.get(document, -REST_MS) >= REST_MS

    async def _speak(self, author: Author) -> None:
        engine = self._engine
        now = engine.ports.clock.now()
        owed = set(author.membership.owed())
        for document in await self.due():
            await new_epoch(author, engine.keyring, document, now)
            if document not in owed:
                self._made[document] = now
            if sum(len(each.wire) for each in author.records) > APPEND_BYTES:
                break
        if not author.records:
            raise Nothing
