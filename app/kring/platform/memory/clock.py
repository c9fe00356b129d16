"""Time that stands still until a test moves it, and randomness that a seed decides."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random


class MemoryClock:
    """Starts at `start` ms. Sleepers wake, in the order of their times, only by `advance`."""

    def __init__(self, start: int = 1_790_000_000_000) -> None:
        self._now = float(start)
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        return int(self._now)

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds * 1000, next(self._order), waking))
        await waking

    def advance(self, seconds: float) -> None:
        """Move on; whoever sleeps until then or earlier is woken (and runs at the next await)."""
        self._now += seconds * 1000
        while self._sleepers and self._sleepers[0][0] <= self._now:
            waking = heapq.heappop(self._sleepers)[2]
            if not waking.done():
                waking.set_result(None)

    def until_next(self) -> float:
        """Seconds until the next sleeper would wake. ValueError where nobody sleeps."""
        return (min(at for at, _, waking in self._sleepers if not waking.done()) - self._now) / 1000

    def sleepers(self) -> int:
        """How many wait, those that gave up not counted."""
        return sum(not waking.done() for _, _, waking in self._sleepers)


class SeededRandom:
    """The same seed gives the same bytes."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def bytes(self, length: int) -> bytes:
        return self._random.randbytes(length)
