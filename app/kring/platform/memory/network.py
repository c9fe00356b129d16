"""A network in memory, as good or as bad as a test wants it: the same seed, the same misfortunes.

What stands at the other end is given as `serve`, which talks over a Link like any device does.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from kring.domain.clock import Clock
from kring.errors import NetworkError
from kring.sync.network import Link

Serve = Callable[[Link], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Weather:
    """Chances, for each frame: to come late, so that later ones may pass it, to come twice, or to be lost.

    A lost frame ends its link, as it would over TCP. `delay` is the latest, in seconds of the clock.
    """

    late: float = 0.0
    delay: float = 5.0
    repeat: float = 0.0
    drop: float = 0.0


FAIR = Weather()


class MemoryNetwork:
    """One device's way to the relay. Change `weather` and `partitioned` at any time."""

    def __init__(self, serve: Serve, clock: Clock, seed: int | str) -> None:
        self.weather = FAIR
        self._serve = serve
        self._clock = clock
        self._random = random.Random(seed)
        self._partitioned = False
        self._links: list[tuple[MemoryLink, MemoryLink]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.carried = 0
        self.troubled = 0
        """Frames delivered, and frames that something happened to."""

    @property
    def partitioned(self) -> bool:
        return self._partitioned

    @partitioned.setter
    def partitioned(self, value: bool) -> None:
        """Cutting the network off ends every link, and none can be opened until it is back."""
        self._partitioned = value
        if value:
            self.cut()

    def cut(self) -> None:
        """End every open link, as when a phone changes networks."""
        for ends in self._links:
            for end in ends:
                end.fail()
        self._links.clear()

    async def connect(self, relay: str) -> Link:
        if self._partitioned:
            raise NetworkError("partitioned")
        near, far = MemoryLink(), MemoryLink()
        near.peer, far.peer = far, near
        near.carry = far.carry = self._carry
        self._links.append((near, far))
        self._start(self._serve_until_over(far))
        return near

    def online(self) -> bool:
        return not self._partitioned

    async def close(self) -> None:
        """End all links and wait until nothing of this network runs any more."""
        self.cut()
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_until_over(self, far: MemoryLink) -> None:
        try:
            with suppress(NetworkError):
                await self._serve(far)
        finally:
            await far.close()

    def _carry(self, to: MemoryLink, frame: bytes) -> None:
        weather, chance = self.weather, self._random.random
        self.carried += 1
        if chance() < weather.drop:
            self.troubled += 1
            to.fail()
            to.peer.fail()
            return
        copies = 2 if chance() < weather.repeat else 1
        late = self._random.uniform(0, weather.delay) if chance() < weather.late else 0.0
        self.troubled += copies > 1 or late > 0
        for _ in range(copies):
            if late:
                self._start(self._deliver_late(to, frame, late))
            else:
                to.deliver(frame)

    async def _deliver_late(self, to: MemoryLink, frame: bytes, seconds: float) -> None:
        await self._clock.sleep(seconds)
        to.deliver(frame)


class MemoryLink:
    """One end. What is sent comes out of `receive` at the other."""

    peer: MemoryLink
    carry: Callable[[MemoryLink, bytes], None]

    def __init__(self) -> None:
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._over = False

    async def send(self, frame: bytes) -> None:
        if self._over:
            raise NetworkError("the link is gone")
        self.carry(self.peer, frame)

    async def receive(self) -> bytes:
        if self._over and self._frames.empty():
            raise NetworkError("the link is gone")
        frame = await self._frames.get()
        if frame is None:
            raise NetworkError("the link is gone")
        return frame

    async def close(self) -> None:
        self.fail()
        self.peer.fail()

    def fail(self) -> None:
        """The link is gone for this end; what arrived before can still be received."""
        if not self._over:
            self._over = True
            self._frames.put_nowait(None)

    def deliver(self, frame: bytes) -> None:
        if not self._over:
            self._frames.put_nowait(frame)
