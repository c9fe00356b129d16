"""What a device does by itself once in step with the relay: what was decided, and epochs that are due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from kring.cases.engine import Engine
from kring.errors import KringError


class Duties:
    """One round at a time; whatever fails is tried again at the next sign that things have moved."""

    def __init__(self, engine: Engine, *chores: Callable[[], Awaitable[None]]) -> None:
        self._chores = chores
        self._task: asyncio.Task[None] | None = None
        self._again = False
        engine.on_step(self.poke)

    def poke(self) -> None:
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while self._again:
            self._again = False
            for chore in self._chores:
                with suppress(KringError):
                    await chore()
