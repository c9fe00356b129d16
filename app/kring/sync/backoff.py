"""How long to wait before the relay is tried again."""

from __future__ import annotations

from typing import Final

from kring.domain.clock import Random

FIRST: Final = 0.5
MOST: Final = 60.0


class Backoff:
    """Doubles from half a second to a minute, each time with full jitter, so that a relay that comes back
    is not met by everybody at once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._limit = FIRST

    def next(self) -> float:
        """Seconds to wait now."""
        share = int.from_bytes(self._random.bytes(4), "big") / 2**32
        seconds = self._limit * (0.25 + 0.75 * share)
        self._limit = min(MOST, self._limit * 2)
        return seconds

    def reset(self) -> None:
        """It went well."""
        self._limit = FIRST
