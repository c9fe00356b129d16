"""One conversation with the relay about one case: server frames in, actions out; no clock, no socket.

A `Session` lives as long as one connection. What must outlast it (the log, cursors, what is still to be
sent) is the device's, read through `Local` when it is needed. The caller does each action in order, and
tells the session when a `TakeLog` has been done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

from kring.sync.messages import (
    Access,
    AccessGet,
    Ack,
    ClientFrame,
    Create,
    Created,
    Error,
    Events,
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
    Snapshot,
    SnapshotGet,
    SnapshotPut,
    Subscribe,
    Welcome,
)

PUT_BYTES: Final = 256 * 1024
PUT_ITEMS: Final = 1024

ROLLBACK: Final = "relay_rollback"
FORK: Final = "relay_fork"
GAP: Final = "relay_gap"
NONSENSE: Final = "relay_nonsense"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An own envelope that the relay has not acknowledged."""

    document: bytes
    hash: bytes
    data: bytes


class Local(Protocol):
    """What this device knows of the case."""

    @property
    def case(self) -> bytes: ...
    @property
    def login_id(self) -> bytes:
        """The device id, or a joiner's invite id."""
        ...

    @property
    def joining(self) -> bool: ...
    def founding(self) -> tuple[bytes, ...]:
        """The records to found the case with at the relay; empty once it is known to be there."""
        ...

    def log_tail(self) -> tuple[int, bytes]:
        """Length of the log here, and its last record (empty where there is none)."""
        ...

    def cursors(self) -> Mapping[bytes, int]:
        """For each document that may be read here, how much of it has been taken in."""
        ...

    def outgoing(self) -> Sequence[Outgoing]:
        """Oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Send:
    frame: ClientFrame


@dataclass(frozen=True, slots=True)
class SignIn:
    """Sign this nonce and answer with `Session.signed`."""

    nonce: bytes


@dataclass(frozen=True, slots=True)
class TakeLog:
    """Verify and keep these records, then call `Session.log_taken`."""

    start: int
    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TakeEvents:
    """Run these envelopes through the gate; `cursor` is the one to keep once they are stored."""

    document: bytes
    cursor: int
    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TakeAccess:
    """A page of the access log, as was asked."""

    frame: Access


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """A document whole: take it in where it stands for what was pruned. `request` asked for it, or 0."""

    frame: Snapshot
    request: int


@dataclass(frozen=True, slots=True)
class Founded:
    """The relay holds the case now."""


@dataclass(frozen=True, slots=True)
class Acked:
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The relay does not take this envelope, for a reason that trying again would not mend."""

    envelope: Outgoing
    code: str


@dataclass(frozen=True, slots=True)
class Appended:
    """The answer to an append, or to what was asked of a snapshot: `code` is empty where it was done."""

    request: int
    code: str


@dataclass(frozen=True, slots=True)
class Named:
    """The relay does what an honest one does not: `code` says what."""

    code: str


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """All that the relay held when this device subscribed has been handed over; then `Session.caught_up`."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the relay had said before it heard this ping has been handed over."""

    number: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End this connection; `code` says why. Tried again later."""

    code: str


@dataclass(frozen=True, slots=True)
class SlowDown:
    """The relay asks to wait; call `Session.queued` after a while."""


Action: TypeAlias = (
    Send
    | SignIn
    | TakeLog
    | TakeEvents
    | TakeSnapshot
    | TakeAccess
    | Founded
    | Acked
    | Refused
    | Appended
    | Named
    | CaughtUp
    | Settled
    | HangUp
    | SlowDown
)
Stage: TypeAlias = Literal["greeting", "founding", "login", "log", "live", "over"]


class Session:
    """The state of one connection. Every method returns the actions to do next, in order."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self.stage: Stage = "greeting"
        self._nonce = b""
        self._log_length = 0
        self._log_checked = False
        self._log_asked = False
        self._cursors: dict[bytes, int] = {}
        self._requests = 0
        self._put: tuple[int, list[Outgoing]] | None = None
        self._acked: set[bytes] = set()
        self._snapshots: dict[int, bytes] = {}
        self._one_by_one = 0
        self._blocked: set[bytes] = set()
        self._stale: set[bytes] = set()
        self._behind = False
        self._in_step = False
        self._slow = False
        self._pings = 0
        self._settling: set[int] = set()
        self._catching_up = 0

    def received(self, frame: ServerFrame) -> list[Action]:
        """What follows from a frame of the relay."""
        match frame:
            case Hello():
                return self._hello(frame)
            case Created():
                return self._created() if self.stage == "founding" else self._nonsense()
            case Welcome():
                return self._welcome(frame) if self.stage == "login" else self._nonsense()
            case Log():
                return self._log(frame) if self.stage in ("log", "live") else self._nonsense()
            case Events():
                return self._events(frame) if self.stage == "live" else self._nonsense()
            case Snapshot():
                return self._whole(frame) if self.stage == "live" else self._nonsense()
            case Access():
                return [TakeAccess(frame)] if self.stage == "live" else self._nonsense()
            case Ack():
                return self._ack(frame)
            case LogOk():
                return [Appended(frame.request, "")]
            case Pong():
                return self._pong(frame)
            case Error():
                return self._error(frame)

    def signed(self, time: int, signature: bytes) -> list[Action]:
        """The answer to `SignIn`."""
        self.stage = "login"
        return [Send(Login(self._local.case, self._local.login_id, time, signature))]

    def log_taken(self) -> list[Action]:
        """The records of a `TakeLog` stand in the local log now, or were refused."""
        if self.stage == "over":
            return []
        length, _ = self._local.log_tail()
        if length < self._log_length:
            return self._ask_log(length)
        self._log_asked = self._behind = False
        if self._local.joining:
            self.stage = "live"
            return []
        if self.stage == "live":
            return [*self._follow(), *self.queued()]
        self.stage = "live"
        return [*self._follow(), *self._catch_up()]

    def caught_up(self, again: Collection[bytes] = ()) -> list[Action]:
        """A `CaughtUp` has been done: what the relay holds of this device is known, and the rest can go.

        Unless documents turned out to lack something: `again` is followed once more, from where it stands.
        """
        back = {name: at for name, at in self._local.cursors().items() if name in again}
        if back:
            self._cursors.update(back)
            return [Send(Subscribe(back)), *self._catch_up()]
        self._in_step = True
        return self.queued()

    def log_refused(self, code: str) -> list[Action]:
        """The records of a `TakeLog` do not hold: `code` is FORK or NONSENSE."""
        return [Named(code), *self._hang_up(code)]

    def ask_log(self) -> list[Action]:
        """Ask for what the log may have grown by."""
        return self._ask_log(self._local.log_tail()[0])

    def queued(self) -> list[Action]:
        """Send what is still to be sent; to be called when an envelope has been added to the outbox."""
        self._slow = False
        held_up = self._put is not None or self._behind or not self._in_step
        if self.stage != "live" or self._local.joining or held_up:
            return []
        batch: list[Outgoing] = []
        size, most = 0, 1 if self._one_by_one else PUT_ITEMS
        for item in self._local.outgoing():
            if item.document in self._blocked or item.hash in self._acked:
                continue
            if batch and (size + len(item.data) > PUT_BYTES or len(batch) >= most):
                break
            batch.append(item)
            size += len(item.data)
        if not batch:
            return []
        self._requests += 1
        self._put = (self._requests, batch)
        return [Send(Put(self._requests, tuple(item.data for item in batch)))]

    def append(self, position: int, records: tuple[bytes, ...]) -> tuple[int, list[Action]]:
        """Append to the log; the request's number comes back in an `Appended`."""
        self._requests += 1
        return self._requests, [Send(LogAppend(self._requests, position, records))]

    def put_snapshot(self, envelope: bytes) -> tuple[int, list[Action]]:
        """Have the relay keep this; the request's number comes back in an `Appended`."""
        self._requests += 1
        self._snapshots[self._requests] = b""
        return self._requests, [Send(SnapshotPut(self._requests, envelope))]

    def get_snapshot(self, document: bytes) -> tuple[int, list[Action]]:
        """Ask for the newest; the request's number comes back in a `TakeSnapshot`, or in an `Appended`."""
        self._requests += 1
        self._snapshots[self._requests] = document
        return self._requests, [Send(SnapshotGet(self._requests, document))]

    def get_access(self, start: int) -> list[Action]:
        """Ask for the access log from this entry on; it comes in a `TakeAccess`."""
        return [Send(AccessGet(start))]

    def ping(self) -> list[Action]:
        """Ask whether the relay is still there."""
        self._pings += 1
        return [Send(Ping(self._pings))]

    def settle(self) -> tuple[int, list[Action]]:
        """Ask for a `Settled` with this number."""
        actions = self.ping()
        self._settling.add(self._pings)
        return self._pings, actions

    def _hello(self, frame: Hello) -> list[Action]:
        if self.stage != "greeting":
            return self._nonsense()
        self._nonce = frame.nonce
        if records := self._local.founding():
            self.stage = "founding"
            return [Send(Create(records))]
        return [SignIn(frame.nonce)]

    def _created(self) -> list[Action]:
        return [Founded(), SignIn(self._nonce)]

    def _welcome(self, frame: Welcome) -> list[Action]:
        length, _ = self._local.log_tail()
        if frame.length < length:
            return [Named(ROLLBACK), *self._hang_up(ROLLBACK)]
        self.stage = "log"
        self._log_length = frame.length
        # The last known record is asked for again, so that a log that was rewritten is noticed at once.
        return self._ask_log(max(0, length - 1))

    def _ask_log(self, start: int) -> list[Action]:
        self._log_asked = True
        return [Send(LogGet(start))]

    def _log(self, frame: Log) -> list[Action]:
        length, last = self._local.log_tail()
        if frame.length < self._log_length or frame.length < length:
            return [Named(ROLLBACK), *self._hang_up(ROLLBACK)]
        self._log_length = frame.length
        overlap = length - frame.start
        if overlap < 0:
            # A push that ran ahead of what was asked for: ask for what lies between.
            return [] if self._log_asked else self._ask_log(length)
        if 0 < overlap <= len(frame.records) and frame.records[overlap - 1] != last:
            return [Named(FORK), *self._hang_up(FORK)]
        fresh = frame.records[overlap:]
        if not fresh:
            return self.log_taken() if length >= frame.length else self._stuck(frame)
        return [TakeLog(length, fresh)]

    def _stuck(self, frame: Log) -> list[Action]:
        if frame.records or not self._log_asked:
            return self._ask_log(self._local.log_tail()[0])
        return self._nonsense()

    def _follow(self) -> list[Action]:
        fresh = {
            document: cursor
            for document, cursor in self._local.cursors().items()
            if document not in self._cursors
        }
        self._cursors.update(fresh)
        return [Send(Subscribe(fresh))] if fresh else []

    def _catch_up(self) -> list[Action]:
        actions = self.ping()
        self._catching_up = self._pings
        return actions

    def _pong(self, frame: Pong) -> list[Action]:
        if frame.number in self._settling:
            self._settling.remove(frame.number)
            return [Settled(frame.number)]
        if frame.number != self._catching_up:
            return []
        self._catching_up = 0
        return [CaughtUp()]

    def _events(self, frame: Events) -> list[Action]:
        known = self._cursors.get(frame.document)
        if known is None:
            return self._nonsense()
        if frame.cursor < known and not frame.envelopes:
            return [Named(ROLLBACK), *self._hang_up(ROLLBACK)]
        start = frame.cursor - len(frame.envelopes)
        if start > known:
            return [Named(GAP), *self._hang_up(GAP)]
        self._cursors[frame.document] = max(known, frame.cursor)
        return [TakeEvents(frame.document, self._cursors[frame.document], frame.envelopes)]

    def _whole(self, frame: Snapshot) -> list[Action]:
        if frame.document not in self._cursors:
            return self._nonsense()
        asked = [request for request, document in self._snapshots.items() if document == frame.document]
        request = min(asked, default=0)
        self._snapshots.pop(request, None)
        return [TakeSnapshot(frame, request)]

    def snapshot_taken(self, document: bytes) -> None:
        """What a `TakeSnapshot` brought has been done: the document goes on from where it stands here now."""
        known = self._local.cursors().get(document, 0)
        self._cursors[document] = max(known, self._cursors.get(document, 0))

    def _ack(self, frame: Ack) -> list[Action]:
        if self._snapshots.get(frame.request) == b"":
            del self._snapshots[frame.request]
            return [Appended(frame.request, "")]
        if self._put is None or self._put[0] != frame.request:
            repeated = self._acked.issuperset(frame.hashes)
            return [] if repeated else self._nonsense()
        _, batch = self._put
        if {item.hash for item in batch} != set(frame.hashes):
            return self._nonsense()
        self._put = None
        self._acked.update(frame.hashes)
        self._one_by_one = max(0, self._one_by_one - len(batch))
        return [Acked(frame.hashes), *self.queued()]

    def _error(self, frame: Error) -> list[Action]:
        if self._put is not None and frame.request == self._put[0]:
            return self._put_refused(frame.code)
        if frame.request:
            self._snapshots.pop(frame.request, None)
            return [Appended(frame.request, frame.code)]
        return self._hang_up(frame.code)

    def _put_refused(self, code: str) -> list[Action]:
        assert self._put is not None
        _, batch = self._put
        self._put = None
        if code == "closing":
            return self._hang_up(code)
        if code == "rate":
            self._slow = True
            return [SlowDown()]
        if len(batch) > 1:
            # One of them is at fault; the others must not suffer for it.
            self._one_by_one = len(batch)
            return self.queued()
        self._one_by_one = max(0, self._one_by_one - 1)
        if code == "stale_epoch" and batch[0].hash not in self._stale:
            # The log has grown: under the epoch that it tells of, this edit goes in another envelope.
            self._stale.add(batch[0].hash)
            self._behind = True
            return self.ask_log()
        self._blocked.add(batch[0].document)
        return [Refused(batch[0], code), *self.queued()]

    def _nonsense(self) -> list[Action]:
        return [Named(NONSENSE), *self._hang_up(NONSENSE)]

    def _hang_up(self, code: str) -> list[Action]:
        self.stage = "over"
        return [HangUp(code)]
