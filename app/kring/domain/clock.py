"""Time and randomness as ports, so that tests decide both."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z, by this device's own clock."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class Random(Protocol):
    def bytes(self, length: int) -> bytes:
        """Unpredictable bytes (a fake in tests is seeded)."""
        ...
