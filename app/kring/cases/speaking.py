"""Saying things in the membership log as this device, on the log as it is at that moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kring.cases.engine import Engine
from kring.errors import KringError, NotAllowed
from kring.sharing.author import Author
from kring.sync.runner import SyncRunner


class Nothing(KringError):
    """There is nothing (left) to say; raised by what `append` is given, and heard by nobody else."""


class Speaking:
    """For one open case. `runner` is None where the case has no relay."""

    def __init__(self, engine: Engine, runner: SyncRunner | None) -> None:
        self._engine, self._runner = engine, runner

    @property
    def runner(self) -> SyncRunner:
        """Raises NotAllowed where nothing can be said at all."""
        if not self._engine.member:
            raise NotAllowed("not a member")
        if self._runner is None:
            raise NotAllowed("this case is not shared")
        return self._runner

    def author(self) -> Author:
        engine = self._engine
        return Author(engine.ports.crypto, engine.keys, engine.ledger.membership)

    async def append(self, speak: Callable[[Author], Awaitable[object]]) -> bool:
        """Append what `speak` says; called again wherever the log has moved. False where it raised Nothing.

        Raises NetworkError, ChainMoved, NotAllowed, BadInput; ProtocolError where a rule forbids it.
        """

        async def make() -> tuple[int, tuple[bytes, ...]]:
            author = self.author()
            await speak(author)
            return author.records[0].position, tuple(record.wire for record in author.records)

        try:
            await self.runner.append(make)
        except Nothing:
            return False
        return True
