"""The access log: who came for what, kept for the case's owner alone (docs/protocol.md, Access log).

What is told is noted in memory. What a device does for the first time in a minute is written with the next
commit of its case, or within a second; what it repeats within that minute is counted and written once more.
So a delivery costs no write, and a relay that is killed loses a second of who came, and counts of a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from kring.sharing.access import FIRST, Entry, encode_entry, entry_hash
from sync_server import logs
from sync_server.clock import Clock
from sync_server.errors import StoreUnavailable
from sync_server.log_store import AppendAccess, LogStore, Write

SOON_S = 1.0
"""What is new waits so long for company at most."""
AGAIN_S = 60.0
"""What one device repeats within this time is one entry."""

What = tuple[int, bytes, bytes]
"""(what, who, document)."""
Told = dict[What, tuple[int, int]]
"""The time of the first, and how many of it."""


@dataclass(slots=True)
class _Notes:
    """Of one case: what is still to be written, and when (in seconds) each thing was written last."""

    told: Told = field(default_factory=dict)
    written: dict[What, float] = field(default_factory=dict)
    stirred: bool = False

    def due(self, now: float) -> list[What]:
        """What has not been written for a minute."""
        return [key for key in self.told if now - self.written.get(key, now - AGAIN_S) >= AGAIN_S]

    def add(self, told: Told) -> None:
        for key, (since, number) in told.items():
            first, before = self.told.get(key, (since, 0))
            self.told[key] = (min(since, first), before + number)


class AccessLog:
    """`gather` notes what the links of a case were given. Starts with the first `note`; ends with `close`."""

    def __init__(self, store: LogStore, clock: Clock, gather: Callable[[bytes], None]) -> None:
        self._store, self._clock, self._gather = store, clock, gather
        self._notes: dict[bytes, _Notes] = {}
        self._turn = asyncio.Lock()
        self._soon: asyncio.Task[None] | None = None

    def note(self, case: bytes, what: int, who: bytes, document: bytes = b"", number: int = 1) -> None:
        """`who` (a device or invite) did `what`, `number` times."""
        notes = self._noted(case)
        notes.add({(what, who, document): (self._clock.now(), number)})

    def stir(self, case: bytes) -> None:
        """The links of this case may have been given something."""
        self._noted(case).stirred = True

    async def commit(self, writes: Sequence[Write], cases: Sequence[bytes]) -> list[int | None]:
        """As LogStore.commit, with what is due to be told of `cases` in the same transaction."""
        return await self._commit(writes, cases, whole=False)

    async def page(self, case: bytes, start: int, most: int) -> tuple[list[bytes], int]:
        """Entries from `start` on, by size as `LogStore.records`, and how many there are."""
        await self._commit((), [case], whole=True)
        length, _ = await self._store.access_end(case)
        return await self._store.access(case, start, most), length

    async def close(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            with suppress(asyncio.CancelledError):
                await self._soon
        await self._write(whole=True)

    def _noted(self, case: bytes) -> _Notes:
        if self._soon is None or self._soon.done():
            self._soon = asyncio.get_running_loop().create_task(self._now_and_then())
        return self._notes.setdefault(case, _Notes())

    async def _now_and_then(self) -> None:
        while self._notes:
            await asyncio.sleep(SOON_S)
            for case in [case for case, notes in self._notes.items() if notes.stirred]:
                self._gather(case)
                self._notes[case].stirred = False
            await self._write(whole=False)
            self._forget()

    def _forget(self) -> None:
        """Of cases in which nothing has happened for a minute."""
        now = self._clock.seconds()
        for case, notes in list(self._notes.items()):
            notes.written = {key: at for key, at in notes.written.items() if now - at < AGAIN_S}
            if not (notes.told or notes.written or notes.stirred):
                del self._notes[case]

    async def _write(self, *, whole: bool) -> None:
        try:
            await self._commit((), list(self._notes), whole=whole)
        except StoreUnavailable as error:
            logs.event("store_unavailable", reason=str(error).lower())

    async def _commit(
        self, writes: Sequence[Write], cases: Iterable[bytes], *, whole: bool
    ) -> list[int | None]:
        async with self._turn:
            taken: list[tuple[AppendAccess, Told]] = []
            results: list[int | None] = []
            try:
                for case in cases:
                    taken += await self._take(case, whole=whole)
                if writes or taken:
                    results = await self._store.commit([*writes, *(write for write, _ in taken)])
            finally:
                self._settle(taken, results[len(writes) :])
            return results[: len(writes)]

    async def _take(self, case: bytes, *, whole: bool) -> list[tuple[AppendAccess, Told]]:
        """What is to be written of this case now, taken from its notes; empty or one."""
        if whole:
            self._gather(case)
        notes = self._notes.get(case, _Notes())
        if not (notes.told if whole else notes.due(self._clock.seconds())):
            return []
        length, last = await self._store.access_end(case)
        previous, entries = entry_hash(last) if last else FIRST, []
        keys = list(notes.told) if whole else notes.due(self._clock.seconds())
        told = {key: notes.told.pop(key) for key in keys}
        for (what, who, document), (since, number) in sorted(told.items(), key=lambda item: item[1][0]):
            entries.append(encode_entry(Entry(since, what, who, document, number), previous))
            previous = entry_hash(entries[-1])
        return [(AppendAccess(case, length, tuple(entries)), told)]

    def _settle(self, taken: list[tuple[AppendAccess, Told]], results: Sequence[int | None]) -> None:
        """What was not written is kept for the next time, with what came since."""
        stored = [*results, *[None] * len(taken)]
        for (write, told), end in zip(taken, stored, strict=False):
            notes = self._notes.setdefault(write.case, _Notes())
            if end is None:
                notes.add(told)
            else:
                notes.written.update(dict.fromkeys(told, self._clock.seconds()))
