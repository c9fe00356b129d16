"""Writes of a running case that are not durable yet, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kring.errors import StoreError
from kring.store.store import Store

Step = Callable[[], object]


class Journal:
    """What could not be written stays, and goes with the next `flush` (steps can be repeated)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._steps: list[Step] = []
        self._turn = asyncio.Lock()
        self.error: StoreError | None = None
        """Why the last write failed; None once one went well."""

    def add(self, *steps: Step) -> None:
        self._steps += steps

    @property
    def waiting(self) -> bool:
        return bool(self._steps)

    async def flush(self) -> None:
        """Return when all that was added survives a kill. Raises StoreError."""
        async with self._turn:
            steps = list(self._steps)
            if not steps:
                return
            try:
                await self._store.write(*steps)
            except StoreError as error:
                self.error = error
                raise
            del self._steps[: len(steps)]
            self.error = None
