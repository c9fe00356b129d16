"""One device's conversation with the relay: frames in, frames out, whatever carries them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from kring.errors import ProtocolError
from kring.sharing import access, rights
from kring.sharing.membership import Membership
from kring.sharing.records import Join, parse_record
from kring.sync import messages
from kring.sync.messages import (
    Access,
    AccessGet,
    Ack,
    Create,
    Created,
    Error,
    Hello,
    Log,
    LogAppend,
    LogGet,
    Login,
    LogOk,
    Ping,
    Pong,
    Put,
    ServerFrame,
    SnapshotGet,
    SnapshotPut,
    Subscribe,
    Welcome,
)
from sync_server import logs
from sync_server.admission import DOCUMENT_AT
from sync_server.auth import NONCE_SIZE, Identity, TurnedAway, check_login, served
from sync_server.cases import Case
from sync_server.errors import Refused, StoreUnavailable
from sync_server.fanout import Follower
from sync_server.outlet import Outlet, Parcel
from sync_server.writer import Request

if TYPE_CHECKING:
    from sync_server.relay import Relay

Question = Login | LogGet | SnapshotGet | AccessGet | Subscribe
TOLD = frozenset({"not_allowed", "bad_record", "bad_envelope", "too_large", "quota"})
"""Refusals that the owner may want to know of; others are the wear and tear of a network."""
Numbered = Put | SnapshotPut | SnapshotGet | LogAppend


class Session:
    """Frames are taken one after another; a put or an append is answered when it has been stored."""

    __slots__ = (
        "_frames",
        "_nonce",
        "_open",
        "_outlet",
        "_paused",
        "_pongs",
        "_relay",
        "_task",
        "_unstored",
        "address",
        "follower",
        "heard",
        "identity",
    )

    def __init__(self, relay: Relay, outlet: Outlet, address: str) -> None:
        self._relay = relay
        self._outlet = outlet
        self._frames: deque[bytes] = deque()
        self._task: asyncio.Task[None] | None = None
        self._nonce = relay.random(NONCE_SIZE)
        self._unstored = 0
        self._paused = False
        self._open = True
        self._pongs: list[int] = []
        self.address = address
        self.identity: Identity | None = None
        self.follower: Follower | None = None
        self.heard = relay.clock.seconds()
        self._send(Hello(messages.VERSION, self._nonce))

    def receive(self, data: bytes) -> None:
        """Take one frame from the device."""
        self.alive()
        if not self._open:
            return
        self._unstored += len(data)
        self._balance()
        if self._task is not None:
            self._frames.append(data)
        elif (question := self._take(data)) is not None:
            self._task = asyncio.get_running_loop().create_task(self._work(question))

    def alive(self) -> None:
        """Something was heard from the device."""
        self.heard = self._relay.clock.seconds()

    def drained(self) -> None:
        """The outlet is no longer congested."""
        if self.follower is not None:
            self.follower.drained.set()

    def close(self, code: str = "") -> None:
        """End the conversation, with a word on why where there is one. Harmless when repeated."""
        if not self._open:
            return
        if code:
            self._send(Error(0, code))
        self._open = False
        self._frames.clear()
        self.note_fetched()
        self._relay.left(self)
        self._outlet.close()

    def sweep(self, now: float) -> None:
        """Ask after a device that has been silent for long, and let go of one that stays so."""
        silence = self._relay.settings.silence_s
        if now - self.heard > 2 * silence:
            self.close()
        elif now - self.heard > silence:
            self._outlet.probe()

    def reconsider(self, membership: Membership, now: int) -> None:
        """The log, or the time, has moved on: serve no more than is due now, and say nothing about it."""
        if self.identity is None or self.follower is None:
            return
        if not served(membership, self.identity, now):
            self.close("not_allowed")
            return
        self.note_fetched()
        for document in list(self.follower.cursors):
            if membership.right_now(self.identity.id, document, now) < rights.LEZEN:
                self._relay.fanout.unfollow(self.follower, document)

    def stored(
        self, request: Request, case: bytes, membership: Membership, hashes: tuple[bytes, ...]
    ) -> None:
        self._done(request)
        asked = request.asked
        if isinstance(asked, Put | SnapshotPut):
            if isinstance(asked, Put):
                for document, group in groupby(asked.envelopes, key=itemgetter(DOCUMENT_AT)):
                    self._note(access.PUT, document, len(list(group)))
            self._send(Ack(asked.request, hashes))
        elif isinstance(asked, Create):
            length = len(asked.records)
            self._send(Created(length, membership.head_at(length)))
        else:
            self._joined(asked)
            self._note(access.APPENDED, number=len(asked.records))
            length = asked.position + len(asked.records)
            self._send(LogOk(asked.request, length, membership.head_at(length)))
            self._relay.log_grew(case, asked.position, asked.records, self._outlet)

    def refused(self, request: Request, code: str) -> None:
        self._done(request)
        self._refuse(request.asked, code)
        if code == "closing":
            self.close()

    async def _work(self, question: Question | None) -> None:
        """Answer a question, and take the frames that came meanwhile, in order."""
        try:
            while question is not None and self._open:
                await self._answer(question)
                question = None
                while question is None and self._frames and self._open:
                    question = self._take(self._frames.popleft())
        except StoreUnavailable as error:
            logs.event("store_unavailable", reason=str(error).lower())
            self.close("closing")
        except Exception:
            logs.logger.exception("a session failed")
            self.close("closing")
        finally:
            self._task = None

    def _take(self, data: bytes) -> Question | None:
        """Deal with one frame at once, or give back the question that takes time to answer."""
        try:
            frame = messages.parse_from_client(data)
        except ProtocolError:
            logs.event("refused", code="bad_frame")
            self.close("bad_frame")
            return None
        kept = False
        try:
            if isinstance(frame, Ping):
                self._ping(frame)
            elif isinstance(frame, Question):
                return frame
            else:
                self._limit(frame, len(data))
                self._relay.writer.submit(Request(self, frame, len(data)))
                kept = True
        except Refused as refused:
            self._refuse(frame, refused.wire)
        finally:
            if not kept:
                self._unstored -= len(data)
                self._balance()
        return None

    async def _answer(self, question: Question) -> None:
        try:
            if isinstance(question, Login):
                await self._login(question)
                return
            identity = self._known()
            self._relay.limit_device(identity, 1)
            case = await self._relay.cases.get(identity.case)
            if case is None:
                raise Refused("not_allowed")
            if isinstance(question, LogGet):
                await self._log(case, identity, question)
            elif isinstance(question, SnapshotGet):
                await self._whole(case, identity, question)
            elif isinstance(question, AccessGet):
                await self._access(case, identity, question)
            else:
                self._subscribe(case, identity, question)
        except Refused as refused:
            self._refuse(question, refused.wire)
            if refused.wire == "bad_login":
                self.close()

    def _refuse(self, frame: messages.ClientFrame, code: str) -> None:
        logs.event("refused", code=code, frame=type(frame).__name__.lower())
        if self.identity is not None and code in TOLD:
            self._note(access.REFUSED)
        self._send(Error(frame.request if isinstance(frame, Numbered) else 0, code))

    def _limit(self, frame: Put | SnapshotPut | LogAppend | Create, size: int) -> None:
        if isinstance(frame, Create):
            self._relay.limit_create(self.address)
        else:
            self._relay.limit_device(self._known(), size)

    def _known(self) -> Identity:
        if self.identity is None:
            raise Refused("not_allowed")
        return self.identity

    def _ping(self, frame: Ping) -> None:
        """Answered once what was asked for before it has been handed over."""
        if self.follower is not None and self.follower.task is not None:
            if len(self._pongs) < 100:
                self._pongs.append(frame.number)
        else:
            self._send(Pong(frame.number))

    def _current(self) -> None:
        for number in self._pongs:
            self._send(Pong(number))
        self._pongs.clear()
        self.note_fetched()

    async def _login(self, frame: Login) -> None:
        nonce, self._nonce = self._nonce, b""
        if not nonce or self.identity is not None:
            raise Refused("bad_login")
        case = await self._relay.cases.get(frame.case)
        now = self._relay.clock.now()
        try:
            identity = await check_login(
                self._relay.crypto,
                case.membership if case else None,
                frame,
                nonce=nonce,
                origins=self._relay.settings.origins,
                now=now,
                window_ms=self._relay.settings.login_window_ms,
            )
        except TurnedAway as gone:
            self._relay.access.note(gone.identity.case, access.REFUSED, gone.identity.id)
            raise
        if case is None or not self._open:
            raise Refused("bad_login")
        self.identity = identity
        self.follower = Follower(self._outlet, frame.case, on_current=self._current)
        self._relay.entered(self, self.follower)
        self._note(access.LOGIN)
        self._send(Welcome(case.membership.length, now))

    async def _log(self, case: Case, identity: Identity, frame: LogGet) -> None:
        if not served(case.membership, identity, self._relay.clock.now()):
            raise Refused("not_allowed")
        length = case.membership.length
        most = messages.LOG_PAGE_MAX
        records = await self._relay.store.records(identity.case, frame.start, most)
        self._send(
            Log(frame.start, tuple(records), max(length, frame.start + len(records) if records else 0))
        )

    async def _whole(self, case: Case, identity: Identity, frame: SnapshotGet) -> None:
        """The snapshot that the newest SNAPSHOT names; `bad_record` where there is none."""
        if case.membership.right_now(identity.id, frame.document, self._relay.clock.now()) < rights.LEZEN:
            raise Refused("not_allowed")
        whole = await self._relay.wholes.offered(identity.case, frame.document)
        if whole is None:
            raise Refused("bad_record")
        self._relay.limit_device(identity, len(whole.envelope))
        self._note(access.WHOLE, frame.document)
        self._send(whole)

    async def _access(self, case: Case, identity: Identity, frame: AccessGet) -> None:
        """Who came for what is for the owner's eyes only."""
        if not case.membership.is_owner(identity.id):
            raise Refused("not_allowed")
        entries, length = await self._relay.access.page(identity.case, frame.start, messages.LOG_PAGE_MAX)
        self._send(Access(frame.start, tuple(entries), length))

    def _subscribe(self, case: Case, identity: Identity, frame: Subscribe) -> None:
        now = self._relay.clock.now()
        for document in frame.cursors:
            if case.membership.right_now(identity.id, document, now) < rights.LEZEN:
                raise Refused("not_allowed")
        if self.follower is None:
            raise Refused("not_allowed")
        for document, cursor in frame.cursors.items():
            self._relay.fanout.follow(self.follower, document, cursor, case.counts.get(document, 0))

    def _joined(self, asked: LogAppend) -> None:
        """A joiner's link goes on until it leaves, as the link of the device that joined."""
        if self.identity is not None and self.identity.joiner:
            record = parse_record(asked.records[0])
            if isinstance(record.body, Join):
                self.identity = dataclasses.replace(self.identity, joined=record.author)

    def _note(self, what: int, document: bytes = b"", number: int = 1) -> None:
        if self.identity is not None:
            self._relay.access.note(self.identity.case, what, self.identity.id, document, number)

    def note_fetched(self) -> None:
        """Tell the access log what this link has been handed since the last time."""
        follower = self.follower
        for document, number in self._relay.fanout.handed(follower).items() if follower else ():
            self._note(access.FETCHED, document, number)

    def _done(self, request: Request) -> None:
        self._unstored -= request.size
        self._balance()

    def _balance(self) -> None:
        """Read no more from a device that sends faster than can be stored."""
        most = self._relay.settings.limits.incoming
        if not self._paused and self._unstored > most:
            self._paused = True
            self._outlet.pause()
        elif self._paused and self._unstored <= most // 2:
            self._paused = False
            self._outlet.resume()

    def _send(self, frame: ServerFrame) -> None:
        if self._open:
            self._outlet.send(Parcel(frame))
