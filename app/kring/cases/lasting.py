"""Access that ends: asking for longer, giving it, and noticing the end when it comes (CAS-13)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from kring.cases.engine import Engine
from kring.cases.inviting import DAY_MS, MOST_DAYS
from kring.cases.speaking import Speaking
from kring.errors import BadInput
from kring.sharing.author import Author
from kring.sharing.records import Ask

LONGEST_SLEEP: Final = 24 * 60 * 60.0
"""Seconds: no timer is trusted for longer than a day."""


class Lasting:
    """For one open case."""

    def __init__(self, engine: Engine, speaking: Speaking) -> None:
        self._engine, self._speaking = engine, speaking
        self._task: asyncio.Task[None] | None = None
        engine.on_log(self.watch)

    async def watch(self) -> None:
        """From now on tell when this member's time is over."""
        await self.stop()
        if self._left() > 0:
            self._task = asyncio.create_task(self._wait())

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def ask(self, days: int) -> None:
        """Ask the owner for so many days, from the end or from now. BadInput, NetworkError, NotAllowed."""
        if not 1 <= days <= MOST_DAYS:
            raise BadInput("no such time", field="days", reason="no_choice")

        async def speak(author: Author) -> None:
            now = self._engine.ports.clock.now()
            ends = author.membership.members[author.member].until
            if not ends:
                raise BadInput("there is no end", reason="no_choice")
            await author.say(Ask(max(now, ends) + days * DAY_MS), now)

        await self._speaking.append(speak)

    def _left(self) -> float:
        """Seconds; 0 where there is no end, or it has passed."""
        known = self._engine.ledger.membership.members.get(self._engine.member)
        if known is None or not known.until:
            return 0
        return max(0.0, (known.until - self._engine.ports.clock.now()) / 1000)

    async def _wait(self) -> None:
        while (left := self._left()) > 0:
            await self._engine.ports.clock.sleep(min(left, LONGEST_SLEEP))
        self._engine.notify()
