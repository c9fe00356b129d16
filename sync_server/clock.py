"""The relay's clock as a port."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        ...

    def seconds(self) -> float:
        """Seconds since some moment, never going back."""
        ...


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def seconds(self) -> float:
        return time.monotonic()
