"""The machine's own clock and randomness."""

from __future__ import annotations

import asyncio
import os
import time


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SystemRandom:
    def bytes(self, length: int) -> bytes:
        return os.urandom(length)
