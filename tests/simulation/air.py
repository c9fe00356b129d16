"""A network in memory between real clients and the real relay core, as bad as a seed makes it."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter, deque
from pathlib import Path
from typing import TYPE_CHECKING

from kring.errors import NetworkError
from kring.platform.memory.clock import MemoryClock
from kring.platform.memory.crypto import SeededCrypto
from kring.sync.messages import ServerFrame, parse_from_server
from sync_server.outlet import Parcel
from sync_server.relay import Relay
from sync_server.settings import Limits, Rate, Settings
from sync_server.sqlite import SqliteLogStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync_server.session import Session

ORIGIN = "https://relay.example"
_ENDLESS = Rate(1e12, 1e12)


class RelayClock:
    """The relay's clock, driven by the simulation's."""

    def __init__(self, clock: MemoryClock) -> None:
        self._clock = clock

    def now(self) -> int:
        return self._clock.now()

    def seconds(self) -> float:
        return self._clock.now() / 1000


class Station:
    """The relay. `restart` ends its process; its disk remembers all that was acknowledged."""

    def __init__(self, folder: Path, clock: MemoryClock, seed: int) -> None:
        self.folder, self._clock, self._seed = folder, clock, seed
        self.relay = self._start()
        self.links: set[AirLink] = set()
        self.tamper: Callable[[ServerFrame], ServerFrame | None] = lambda frame: frame
        """What a malicious relay makes of each frame before it goes out; None keeps it back."""

    def _start(self) -> Relay:
        limits = Limits(
            frames_per_device=_ENDLESS,
            bytes_per_device=_ENDLESS,
            links_per_address=_ENDLESS,
            creates_per_address=_ENDLESS,
        )
        settings = Settings(self.folder, (ORIGIN,), limits, gather_ms=0.0)
        crypto = SeededCrypto(self._seed)
        store = SqliteLogStore(self.folder, threads=False)  # so that a seed decides the order of everything
        relay = Relay(store, crypto, settings, RelayClock(self._clock), crypto.random)
        relay.start()
        return relay

    async def restart(self) -> None:
        await self.stop()
        self.relay = self._start()

    async def copy(self, to: Path) -> None:
        """A backup of its disk."""
        await self.stop()
        shutil.copytree(self.folder, to)
        self.relay = self._start()

    async def roll_back(self, backup: Path) -> None:
        """Go on from a backup, as if what came after had never been."""
        await self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(backup, self.folder)
        self.relay = self._start()

    async def stop(self) -> None:
        for link in list(self.links):
            link.cut()
        await asyncio.sleep(0)
        await self.relay.close()


class AirLink:
    """One connection: the client's end is a Link, the relay's end an Outlet.

    What the relay says may, by the seed, be said twice, overtaken by what follows, or lost together with
    the connection: worse than TCP, so that the client leans on nothing that a wire happens to give.
    """

    def __init__(self, station: Station, noise: Noise, air: Air) -> None:
        self.station, self._noise, self._air, self._peers = station, noise, air, air.links
        self._frames: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._gone = self._over = False
        station.links.add(self)
        self._peers.add(self)
        self._session: Session | None = None
        session = station.relay.connect(Outlet(self), "device")
        if self._gone:
            session.close()
        else:
            self._session = session

    async def send(self, frame: bytes) -> None:
        if self._gone or self._session is None:
            raise NetworkError("the link is gone")
        self._session.receive(frame)
        if self._noise.chance("cut_after_send", 0.02):
            self.cut()

    async def receive(self) -> bytes:
        while not self._frames and not self._gone and not self._over:
            self._arrived.clear()
            await self._arrived.wait()
        if self._gone or not self._frames:
            raise NetworkError("the link is gone")
        return self._frames.popleft()

    async def close(self) -> None:
        self.cut()

    def cut(self) -> None:
        """Gone, with all that was on its way."""
        if not self._gone:
            self._gone = True
            self.station.links.discard(self)
            self._peers.discard(self)
            self._arrived.set()
            if self._session is not None:
                # As with a socket: the relay hears of it in its own time, never while it is sending.
                session, self._session = self._session, None
                asyncio.get_running_loop().call_soon(session.close)

    def hang_up(self) -> None:
        """The relay closes: what it said before still arrives."""
        self._session = None
        self._over = True
        self._arrived.set()

    def post(self, parcel: Parcel) -> None:
        if self._gone:
            return
        if self._air.served is not None:
            self._air.served.append(parcel.bytes)
        if self._noise.chance("lost", 0.004):
            self.cut()
            return
        self._frames.append(parcel.bytes)
        if self._noise.chance("repeated", 0.02):
            self._frames.append(parcel.bytes)
        if len(self._frames) > 1 and self._noise.chance("overtaken", 0.02):
            self._frames.append(self._frames.popleft())
        self._arrived.set()


class Outlet:
    """The relay's side of an AirLink."""

    congested = False

    def __init__(self, link: AirLink) -> None:
        self._link = link

    def send(self, parcel: Parcel) -> None:
        frame = parse_from_server(parcel.bytes)
        said = self._link.station.tamper(frame)
        if said is not None:
            self._link.post(parcel if said is frame else Parcel(said))

    def close(self) -> None:
        self._link.hang_up()

    def probe(self) -> None:
        """Nothing in the air answers by itself."""

    def pause(self) -> None:
        """The air is never too fast."""

    def resume(self) -> None:
        """The air is never too fast."""


class Noise:
    """How bad the network is. `counts` says what has really happened, so that no run is vacuous.

    `only` makes one kind of misfortune certain, and all others impossible.
    """

    def __init__(self, seed: int, loud: bool = True) -> None:
        self._random = random.Random(f"noise-{seed}")
        self.loud, self.only = loud, ""
        self.counts: Counter[str] = Counter()

    def chance(self, name: str, share: float) -> bool:
        happens = self.loud and (name == self.only if self.only else self._random.random() < share)
        self.counts[name] += happens
        return happens


class Air:
    """The Network port of one device. `up` False is a partition: no link, and none to be had.

    `served`: where it is a list, every frame that the relay says to this device, lost ones too.
    """

    def __init__(self, station: Station, noise: Noise) -> None:
        self._station, self._noise = station, noise
        self.links: set[AirLink] = set()
        self.served: list[bytes] | None = None
        self.up = True

    async def connect(self, relay: str) -> AirLink:
        if not self.up or relay != ORIGIN:
            raise NetworkError("no connection")
        return self._link()

    def _link(self) -> AirLink:
        return AirLink(self._station, self._noise, self)

    def online(self) -> bool:
        return True

    def fall(self) -> None:
        self.up = False
        for link in list(self.links):
            link.cut()

    def rise(self) -> None:
        self.up = True
