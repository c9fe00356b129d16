"""Token buckets, by device and by address."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from sync_server.settings import Rate


class Buckets:
    """One bucket for each key; the least used are forgotten, which can only ever be kinder."""

    def __init__(self, rate: Rate, seconds: Callable[[], float], keep: int = 20_000) -> None:
        self._rate = rate
        self._seconds = seconds
        self._keep = keep
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, amount: float = 1) -> bool:
        """Whether `amount` may pass now; nothing is taken where it may not."""
        now = self._seconds()
        level, since = self._levels.pop(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - since) * self._rate.per_second)
        passes = level >= min(amount, self._rate.burst)
        self._levels[key] = (level - amount if passes else level, now)
        if len(self._levels) > self._keep:
            self._levels.popitem(last=False)
        return passes
