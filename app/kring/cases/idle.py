"""Locks when nobody has been here for a while (SAF-4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kring.domain.clock import Clock


class Idle:
    """Rests until `watch`; hears of people by `touch`, and of a device that woke up by `check`."""

    def __init__(self, clock: Clock, lock: Callable[[], Awaitable[None]]) -> None:
        self._clock, self._lock = clock, lock
        self._limit = 0
        self._last = clock.now()
        self._task: asyncio.Task[None] | None = None

    def watch(self, minutes: int) -> None:
        """From now on lock after so many minutes without anybody; 0 for never."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._limit = minutes * 60_000
        self._last = self._clock.now()
        if self._limit:
            self._start()

    def touch(self) -> None:
        """Somebody is here."""
        self._last = self._clock.now()

    def check(self) -> None:
        """Time may have passed in which this program did not run: look again at once."""
        if self._task is not None:
            self._task.cancel()
            self._start()

    def _start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._wait())

    async def _wait(self) -> None:
        while (left := self._last + self._limit - self._clock.now()) > 0:
            await self._clock.sleep(left / 1000)
        self._task = None  # what locks also ends the watching, and must not end itself
        await self._lock()
