"""Keeps one case in step with its relay: connects, runs a `Session`, and tries again when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

from kring.domain.clock import Clock, Random
from kring.errors import (
    BadInput,
    ChainMoved,
    CryptoError,
    KringError,
    NetworkError,
    NotAllowed,
    ProtocolError,
)
from kring.sync.backoff import Backoff
from kring.sync.client import (
    FORK,
    Acked,
    Action,
    Appended,
    CaughtUp,
    Founded,
    HangUp,
    Local,
    Named,
    Outgoing,
    Refused,
    Send,
    Session,
    Settled,
    SignIn,
    SlowDown,
    TakeAccess,
    TakeEvents,
    TakeLog,
    TakeSnapshot,
)
from kring.sync.messages import Access, Log, Snapshot, encode, parse_from_server
from kring.sync.network import Link, Network

T = TypeVar("T")

PING_SECONDS: Final = 25.0
OFFLINE_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 30.0
APPEND_TRIES: Final = 8
REFUSALS: Final = frozenset({"bad_login", "not_allowed", "bad_frame", "bad_record"})
"""Codes with which a relay ends a connection that trying again will hardly mend."""

Connection: TypeAlias = Literal["offline", "connecting", "online"]
Make: TypeAlias = Callable[[], Awaitable[tuple[int, tuple[bytes, ...]]]]
"""Makes records for the log as it is now: the position of the first, and the records."""


class Host(Local, Protocol):
    """The case, as the runner sees it. What a method raises ends the connection, not the runner."""

    async def sign_login(self, nonce: bytes, time: int) -> bytes: ...
    async def take_log(self, start: int, records: tuple[bytes, ...]) -> None:
        """Verify, replay and keep. Raises ProtocolError or CryptoError where the records do not hold."""
        ...

    async def take_events(self, document: bytes, cursor: int, envelopes: tuple[bytes, ...]) -> None: ...
    async def take_snapshot(self, frame: Snapshot) -> None:
        """Take it in where it is the confirmed one. ProtocolError where it does not hold."""
        ...

    async def founded(self) -> None: ...
    async def acked(self, hashes: tuple[bytes, ...]) -> None: ...
    def refused(self, envelope: Outgoing, code: str) -> None: ...
    def named(self, code: str) -> None: ...
    async def caught_up(self) -> Collection[bytes]:
        """Documents that are to be followed once more, from where they stand now."""
        ...

    def connection(self, state: Connection) -> None: ...


class SyncRunner:
    """Start with `start`, end with `stop`. Nothing here blocks; `Clock` and `Network` decide the pace."""

    def __init__(self, host: Host, network: Network, relay: str, clock: Clock, random: Random) -> None:
        self._host, self._network, self._relay, self._clock = host, network, relay, clock
        self._backoff = Backoff(random)
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._session: Session | None = None
        self._link: Link | None = None
        self._appends: dict[int, asyncio.Future[str]] = {}
        self._settling: dict[int, asyncio.Future[str]] = {}
        self._wholes: dict[int, asyncio.Future[Snapshot]] = {}
        self._access: dict[int, asyncio.Future[Access]] = {}
        self._log_heard = asyncio.Event()
        self._heard = False
        self._later: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        for task in (self._task, self._later):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._task = self._later = None
        self._host.connection("offline")

    def wake(self) -> None:
        """There may be a connection again: do not wait any longer before trying."""
        self._backoff.reset()
        self._wake.set()

    async def push(self) -> None:
        """Send what has been added to the outbox; without a connection it goes with the next one."""
        async with self._lock:
            if self._session is not None and self._link is not None:
                with suppress(NetworkError):
                    await self._perform(self._session.queued())

    async def settled(self) -> None:
        """Return when all is taken in that the relay took before this was asked. Raises NetworkError."""
        async with self._lock:
            session = self._live()
            number, actions = session.settle()
            answer = self._settling[number] = asyncio.get_running_loop().create_future()
            await self._perform(actions)
        try:
            await self._in_time(answer)
        finally:
            self._settling.pop(number, None)

    async def put_snapshot(self, envelope: bytes) -> None:
        """Return when the relay keeps it. Raises NetworkError, NotAllowed or BadInput."""
        async with self._lock:
            session = self._live()
            request, actions = session.put_snapshot(envelope)
            answer = self._appends[request] = asyncio.get_running_loop().create_future()
            await self._perform(actions)
        try:
            code = await self._in_time(answer)
        finally:
            self._appends.pop(request, None)
        if code:
            raise _refusal(code)

    async def get_snapshot(self, document: bytes) -> Snapshot:
        """The newest that the log names, as the relay has it. Raises NetworkError, NotAllowed or BadInput."""
        async with self._lock:
            session = self._live()
            request, actions = session.get_snapshot(document)
            answer = self._wholes[request] = asyncio.get_running_loop().create_future()
            await self._perform(actions)
        try:
            return await self._in_time(answer)
        finally:
            self._wholes.pop(request, None)

    async def get_access(self, start: int) -> Access:
        """The access log from this entry on, or some of it; for the owner. Raises NetworkError."""
        async with self._lock:
            session = self._live()
            answer = self._access[start] = asyncio.get_running_loop().create_future()
            await self._perform(session.get_access(start))
        try:
            return await self._in_time(answer)
        finally:
            self._access.pop(start, None)

    def _live(self) -> Session:
        if self._session is None or self._session.stage != "live":
            raise NetworkError("no connection")
        return self._session

    async def reconnect(self) -> None:
        """Begin a new conversation at once, because this device has become another."""
        self.wake()
        if self._link is not None:
            await self._link.close()

    async def append(self, make: Make) -> None:
        """Append to the membership log, again from the start when somebody else was first.

        Raises NetworkError without a connection, ChainMoved where a cut does not end the chains (any more),
        NotAllowed or BadInput where the relay refuses.
        """
        for _ in range(APPEND_TRIES):
            position, records = await make()
            code = await self._append_once(position, records)
            if not code:
                async with self._lock:
                    await self._host.take_log(position, records)
                await self.push()
                return
            if code != "log_moved":
                raise _refusal(code)
            await self._refresh_log()
        raise NetworkError("the log keeps moving")

    async def _append_once(self, position: int, records: tuple[bytes, ...]) -> str:
        async with self._lock:
            session = self._live()
            request, actions = session.append(position, records)
            answer = self._appends[request] = asyncio.get_running_loop().create_future()
            await self._perform(actions)
        try:
            return await self._in_time(answer)
        finally:
            self._appends.pop(request, None)

    async def _in_time(self, waited: asyncio.Future[T]) -> T:
        """What the relay answers, if it does within a fair time (SYN-12). Raises NetworkError."""
        late = asyncio.ensure_future(self._clock.sleep(ANSWER_SECONDS))
        waiting: tuple[asyncio.Future[Any], ...] = (waited, late)
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not waited.done():
                raise NetworkError("the relay does not answer")
            return waited.result()
        finally:
            late.cancel()
            waited.cancel()

    async def _refresh_log(self) -> None:
        async with self._lock:
            if self._session is None:
                raise NetworkError("no connection")
            self._log_heard.clear()
            await self._perform(self._session.ask_log())
        await self._in_time(asyncio.ensure_future(self._log_heard.wait()))

    async def _run(self) -> None:
        while True:
            if self._network.online():
                self._host.connection("connecting")
                await self._try()
                self._host.connection("offline")
                await self._rest(self._backoff.next())
            else:
                self._host.connection("offline")
                await self._rest(OFFLINE_SECONDS)

    async def _try(self) -> None:
        """One conversation. Whatever goes wrong in it must not end the syncing: it is tried again."""
        try:
            await self._converse()
        except KringError:
            return
        except Exception as error:
            self._host.named("unknown")
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a conversation failed", "exception": error})

    async def _rest(self, seconds: float) -> None:
        """Wait, but no longer than until `wake`."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
            self._wake.clear()

    async def _converse(self) -> None:
        link = self._link = await self._network.connect(self._relay)
        self._session = Session(self._host)
        watch = asyncio.create_task(self._watch(link))
        try:
            while True:
                data = await link.receive()
                self._heard = True
                async with self._lock:
                    if not await self._hear(data):
                        return
        finally:
            watch.cancel()
            self._session = self._link = None
            answers: tuple[dict[int, asyncio.Future[Any]], ...]
            answers = self._appends, self._settling, self._wholes, self._access
            for each in answers:
                for answer in each.values():
                    if not answer.done():
                        answer.set_exception(NetworkError("the connection went away"))
                each.clear()
            self._log_heard.set()
            await link.close()

    async def _hear(self, data: bytes) -> bool:
        """Do what a frame asks for; False when the conversation is over."""
        session = self._session
        assert session is not None
        try:
            frame = parse_from_server(data)
        except ProtocolError:
            self._host.named("relay_nonsense")
            return False
        await self._perform(session.received(frame))
        if isinstance(frame, Log):
            self._log_heard.set()
        return session.stage != "over"

    async def _perform(self, actions: list[Action]) -> None:
        session, link = self._session, self._link
        assert session is not None
        assert link is not None
        for action in actions:
            match action:
                case Send():
                    await link.send(encode(action.frame))
                case SignIn():
                    now = self._clock.now()
                    await self._perform(session.signed(now, await self._host.sign_login(action.nonce, now)))
                case TakeLog():
                    await self._take_log(session, action)
                case TakeEvents():
                    await self._host.take_events(action.document, action.cursor, action.envelopes)
                case TakeAccess():
                    asked = self._access.pop(action.frame.start, None)
                    if asked is not None and not asked.done():
                        asked.set_result(action.frame)
                case TakeSnapshot():
                    await self._take_snapshot(session, action)
                case Founded():
                    await self._host.founded()
                case Acked():
                    await self._host.acked(action.hashes)
                case Refused():
                    self._host.refused(action.envelope, action.code)
                case Appended():
                    self._appended(action)
                case Settled():
                    self._answer(self._settling, action.number, "")
                case Named():
                    self._host.named(action.code)
                case CaughtUp():
                    self._backoff.reset()
                    await self._perform(session.caught_up(await self._host.caught_up()))
                case SlowDown():
                    self._slow_down()
                case HangUp():
                    if action.code in REFUSALS:
                        self._host.named(action.code)
            if session.stage == "live":
                self._host.connection("online")

    async def _take_snapshot(self, session: Session, action: TakeSnapshot) -> None:
        asked = self._wholes.pop(action.request, None)
        if asked is not None and not asked.done():
            asked.set_result(action.frame)
        await self._host.take_snapshot(action.frame)
        session.snapshot_taken(action.frame.document)

    def _appended(self, action: Appended) -> None:
        asked = self._wholes.pop(action.request, None)
        if asked is not None and not asked.done():
            asked.set_exception(_refusal(action.code))
        self._answer(self._appends, action.request, action.code)

    async def _take_log(self, session: Session, action: TakeLog) -> None:
        try:
            await self._host.take_log(action.start, action.records)
        except (ProtocolError, CryptoError):
            await self._perform(session.log_refused(FORK))
            return
        await self._perform(session.log_taken())

    def _answer(self, waiting: dict[int, asyncio.Future[str]], number: int, code: str) -> None:
        answer = waiting.pop(number, None)
        if answer is not None and not answer.done():
            answer.set_result(code)

    def _slow_down(self) -> None:
        async def later() -> None:
            await self._clock.sleep(self._backoff.next())
            await self.push()

        if self._later is None or self._later.done():
            self._later = asyncio.create_task(later())

    async def _watch(self, link: Link) -> None:
        """Notice a connection that is dead without saying so, as after a sleep of the device."""
        silent = False
        while True:
            self._heard = False
            await self._clock.sleep(PING_SECONDS)
            if self._heard:
                silent = False
                continue
            if silent:
                await link.close()
                return
            silent = True
            async with self._lock:
                if self._session is not None and self._session.stage in ("log", "live"):
                    with suppress(NetworkError):
                        await self._perform(self._session.ping())


def _refusal(code: str) -> KringError:
    if code == "not_allowed":
        return NotAllowed(code)
    if code == "sequence":
        return ChainMoved(code)
    if code in ("closing", "rate", "quota"):
        return NetworkError(code)
    return BadInput(code)
