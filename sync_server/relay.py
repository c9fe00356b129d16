"""The relay itself: what all links share. It knows neither HTTP nor WebSocket, nor which store it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from kring.sharing.crypto import Crypto
from sync_server import logs
from sync_server.access import AccessLog
from sync_server.auth import Identity
from sync_server.cases import Cases
from sync_server.clock import Clock
from sync_server.errors import Refused
from sync_server.fanout import Fanout, Follower
from sync_server.limits import Buckets
from sync_server.log_store import LogStore
from sync_server.outlet import Outlet
from sync_server.session import Session
from sync_server.settings import Settings
from sync_server.wholes import Wholes
from sync_server.writer import Writer


class Relay:
    """Open links with `connect`; `start` before the first, `close` after the last."""

    def __init__(
        self,
        store: LogStore,
        crypto: Crypto,
        settings: Settings,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        limits = settings.limits
        self.store = store
        self.crypto = crypto
        self.settings = settings
        self.clock = clock
        self.random = random
        self.cases = Cases(store)
        self.access = AccessLog(store, clock, self.note_fetched)
        self.wholes = Wholes(store, self.cases)
        self.fanout = Fanout(store, self.wholes.confirmed)
        self.writer = Writer(
            store, self.access.commit, self.cases, crypto, limits, clock, settings.gather_ms, self
        )
        self.sessions: set[Session] = set()
        self._by_case: dict[bytes, set[Session]] = {}
        self._frames = Buckets(limits.frames_per_device, clock.seconds)
        self._bytes = Buckets(limits.bytes_per_device, clock.seconds)
        self._links = Buckets(limits.links_per_address, clock.seconds)
        self._creates = Buckets(limits.creates_per_address, clock.seconds)
        self._sweeper: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        self.writer.start()
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())
        logs.event("started")

    async def close(self) -> None:
        """Say goodbye, finish what came in, and close the store."""
        self.goodbye()
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self.writer.close()
        await self.access.close()
        await self.store.close()
        logs.event("stopped")

    def goodbye(self) -> None:
        """Open no more links, and end those there are."""
        self._closing = True
        for session in list(self.sessions):
            session.close("closing")

    def admits(self, address: str) -> bool:
        """Whether one more link from this address may be opened now."""
        return (
            not self._closing
            and len(self.sessions) < self.settings.limits.links
            and self._links.take(address)
        )

    def connect(self, outlet: Outlet, address: str) -> Session:
        session = Session(self, outlet, address)
        self.sessions.add(session)
        return session

    def entered(self, session: Session, follower: Follower) -> None:
        """A session logged in."""
        self._by_case.setdefault(follower.case, set()).add(session)
        self.fanout.join(follower)

    def left(self, session: Session) -> None:
        self.sessions.discard(session)
        if session.follower is not None:
            case = session.follower.case
            self.fanout.leave(session.follower)
            self._by_case[case].discard(session)
            if not self._by_case[case]:
                del self._by_case[case]

    def note_fetched(self, case: bytes) -> None:
        """Tell the access log what the links of a case have been handed so far."""
        for session in self._by_case.get(case, ()):
            session.note_fetched()

    def limit_create(self, address: str) -> None:
        if not self._creates.take(address):
            raise Refused("rate")

    def limit_device(self, identity: Identity, size: int) -> None:
        key = (identity.case, identity.id)
        if not (self._frames.take(key) and self._bytes.take(key, size)):
            raise Refused("rate")

    def envelopes(self, case: bytes, document: bytes, cursor: int, envelopes: Sequence[bytes]) -> None:
        """Envelopes were stored: the writer's audience."""
        self.fanout.publish(case, document, cursor, envelopes)
        self.access.stir(case)

    def pruned(self, case: bytes, document: bytes) -> None:
        """A snapshot stands for part of this document now: the writer's audience."""
        self.fanout.forget(case, document)

    def log_grew(self, case: bytes, start: int, records: Sequence[bytes], by: Outlet) -> None:
        """Records were stored: tell the others, and serve each no more than what is theirs now."""
        self._reconsider(case)
        self.fanout.publish_log(case, start, records, by)

    def _reconsider(self, case: bytes) -> None:
        known = self.cases.peek(case)
        if known is not None:
            now = self.clock.now()
            for session in list(self._by_case.get(case, ())):
                session.reconsider(known.membership, now)

    async def _sweep(self) -> None:
        """Now and then: let go of who fell silent, and of rights whose time has passed."""
        while True:
            await asyncio.sleep(self.settings.silence_s)
            now = self.clock.seconds()
            for session in list(self.sessions):
                session.sweep(now)
            for case in list(self._by_case):
                self.note_fetched(case)
                self._reconsider(case)
