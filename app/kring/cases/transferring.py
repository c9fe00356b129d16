"""Handing a case over: another member becomes its owner, the one of before goes on as one of the others."""

from __future__ import annotations

from kring.cases.engine import Engine
from kring.cases.speaking import Speaking
from kring.errors import BadInput, NotAllowed
from kring.sharing.author import Author, transfer
from kring.sharing.membership import ACTIVE


class Transferring:
    """For one open case. Keeps `kind` in step: one's own, or shared with one."""

    def __init__(self, engine: Engine, speaking: Speaking) -> None:
        self._engine, self._speaking = engine, speaking
        engine.on_log(self._follow)

    async def transfer(self, member: str) -> None:
        """With a connection only: nobody who left shall think it done. BadInput, NotAllowed, NetworkError."""
        engine = self._engine
        if not engine.owner:
            raise NotAllowed("only the owner hands a case over")
        others = engine.ledger.membership.members.values()
        found = next((each.id for each in others if each.id.hex() == member and each.state == ACTIVE), b"")
        if not found or found == engine.member:
            raise BadInput("no such member", field="member", reason="no_choice")

        async def speak(author: Author) -> None:
            await transfer(author, engine.keyring, found, engine.ports.clock.now())

        await self._speaking.append(speak)

    async def _follow(self) -> None:
        engine = self._engine
        kind = "own" if engine.owner else "shared"
        if engine.member and {engine.description.kind, kind} == {"own", "shared"}:
            await engine.describe(kind=kind)
