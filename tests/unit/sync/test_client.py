"""The conversation with the relay, frame by frame (SYN-1 to SYN-9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from kring.sync.client import (
    FORK,
    GAP,
    NONSENSE,
    PUT_ITEMS,
    ROLLBACK,
    Acked,
    Appended,
    CaughtUp,
    Founded,
    HangUp,
    Named,
    Outgoing,
    Refused,
    Send,
    Session,
    Settled,
    SignIn,
    SlowDown,
    TakeEvents,
    TakeLog,
)
from kring.sync.messages import (
    Ack,
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
    Subscribe,
    Welcome,
)

CASE, DEVICE, DOC, OTHER = b"c" * 32, b"d" * 16, b"1" * 16, b"2" * 16
NONCE = b"n" * 32


def envelope(number: int, document: bytes = DOC) -> Outgoing:
    return Outgoing(document, bytes([number]) * 32, b"envelope %d" % number)


@dataclass
class Device:
    """What a device knows, as plain lists."""

    records: list[bytes] = field(default_factory=lambda: [b"r0", b"r1"])
    seen: dict[bytes, int] = field(default_factory=lambda: {DOC: 0})
    queue: list[Outgoing] = field(default_factory=list)
    new: tuple[bytes, ...] = ()
    joining: bool = False
    case: bytes = CASE
    login_id: bytes = DEVICE

    def founding(self) -> tuple[bytes, ...]:
        return self.new

    def log_tail(self) -> tuple[int, bytes]:
        return len(self.records), self.records[-1] if self.records else b""

    def cursors(self) -> Mapping[bytes, int]:
        return self.seen

    def outgoing(self) -> Sequence[Outgoing]:
        return self.queue


def live(device: Device) -> Session:
    """A session past login and log, with its first ping answered."""
    session = Session(device)
    session.received(Hello(1, NONCE))
    session.signed(5, b"s" * 64)
    session.received(Welcome(len(device.records), 9))
    session.received(Log(max(0, len(device.records) - 1), tuple(device.records[-1:]), len(device.records)))
    assert session.stage == "live"
    assert session.received(Pong(1)) == [CaughtUp()]
    session.caught_up()
    return session


def test_SYN_1_logs_in_with_the_nonce_then_catches_up_the_log_then_follows_then_sends() -> None:
    device = Device(queue=[envelope(1)])
    session = Session(device)
    assert session.received(Hello(1, NONCE)) == [SignIn(NONCE)]
    assert session.signed(5, b"s" * 64) == [Send(Login(CASE, DEVICE, 5, b"s" * 64))]
    assert session.received(Welcome(3, 9)) == [Send(LogGet(1))]
    assert session.received(Log(1, (b"r1", b"r2"), 3)) == [TakeLog(2, (b"r2",))]
    device.records.append(b"r2")
    assert session.log_taken() == [Send(Subscribe({DOC: 0})), Send(Ping(1))]
    assert session.queued() == []
    assert session.received(Pong(1)) == [CaughtUp()]
    assert session.caught_up() == [Send(Put(1, (b"envelope 1",)))]
    assert session.received(Pong(1)) == []


def test_SYN_1_founds_a_case_that_the_relay_does_not_know() -> None:
    session = Session(Device(new=(b"r0", b"r1")))
    assert session.received(Hello(1, NONCE)) == [Send(Create((b"r0", b"r1")))]
    assert session.received(Created(2, b"h" * 32)) == [Founded(), SignIn(NONCE)]


def test_SYN_1_pages_through_a_long_log() -> None:
    device = Device(records=[])
    session = Session(device)
    session.received(Hello(1, NONCE))
    session.signed(5, b"s" * 64)
    assert session.received(Welcome(3, 9)) == [Send(LogGet(0))]
    assert session.received(Log(0, (b"r0", b"r1"), 3)) == [TakeLog(0, (b"r0", b"r1"))]
    device.records += [b"r0", b"r1"]
    assert session.log_taken() == [Send(LogGet(2))]
    assert session.received(Log(2, (b"r2",), 3)) == [TakeLog(2, (b"r2",))]


def test_SYN_2_sends_again_until_acknowledged_and_one_put_at_a_time() -> None:
    device = Device(queue=[envelope(1)])
    session = live(device)
    device.queue.append(envelope(2))
    assert session.queued() == []
    acked = (envelope(1).hash,)
    assert session.received(Ack(1, acked)) == [Acked(acked), Send(Put(2, (b"envelope 2",)))]
    again = live(device)
    assert again.queued() == []
    both = (envelope(1).hash, envelope(2).hash)
    assert again.received(Ack(1, both)) == [Acked(both)]


def test_SYN_2_an_acknowledgement_said_twice_is_no_news() -> None:
    device = Device(queue=[envelope(1)])
    session = live(device)
    acked = (envelope(1).hash,)
    session.received(Ack(1, acked))
    assert session.received(Ack(1, acked)) == []


def test_SYN_2_a_put_has_bounds() -> None:
    many = [
        Outgoing(DOC, n.to_bytes(32, "big"), b"x" * (200_000 if n < 3 else 10)) for n in range(PUT_ITEMS * 2)
    ]
    device = Device(queue=[])
    session = live(device)
    device.queue = many
    sizes = []
    actions = session.queued()
    while actions:
        put = actions[-1]
        assert isinstance(put, Send)
        assert isinstance(put.frame, Put)
        sizes.append(len(put.frame.envelopes))
        start = sum(sizes[:-1])
        hashes = tuple(item.hash for item in many[start : start + sizes[-1]])
        actions = [a for a in session.received(Ack(put.frame.request, hashes)) if isinstance(a, Send)]
    assert sum(sizes) == len(many)
    assert sizes[:2] == [1, 1]
    assert max(sizes) == PUT_ITEMS


def test_SYN_3_a_refused_envelope_holds_up_its_own_document_only() -> None:
    device = Device(queue=[envelope(1), envelope(2, OTHER), envelope(3)])
    session = live(device)
    first = session.received(Error(1, "not_allowed"))
    assert first == [Send(Put(2, (b"envelope 1",)))]
    second = session.received(Error(2, "not_allowed"))
    assert second == [Refused(envelope(1), "not_allowed"), Send(Put(3, (b"envelope 2",)))]
    acked = (envelope(2).hash,)
    assert session.received(Ack(3, acked)) == [Acked(acked)]


def test_P6_SYN_13_an_envelope_of_an_old_epoch_is_no_lasting_block() -> None:
    device = Device(queue=[envelope(1)])
    session = live(device)
    assert session.received(Error(1, "stale_epoch")) == [Send(LogGet(2))]
    assert session.queued() == []
    assert session.received(Log(2, (b"r2",), 3)) == [TakeLog(2, (b"r2",))]
    device.records.append(b"r2")
    device.queue = [envelope(7)]
    assert session.log_taken() == [Send(Put(2, (b"envelope 7",)))]
    acked = (envelope(7).hash,)
    assert session.received(Ack(2, acked)) == [Acked(acked)]


def test_P8_SYN_13_a_relay_that_finds_everything_stale_is_not_asked_for_ever() -> None:
    device = Device(queue=[envelope(1), envelope(2, OTHER)])
    session = live(device)
    assert session.received(Error(1, "stale_epoch")) == [Send(Put(2, (b"envelope 1",)))]
    assert session.received(Error(2, "stale_epoch")) == [Send(LogGet(2))]
    assert session.received(Log(2, (), 2)) == [Send(Put(3, (b"envelope 1",)))]
    assert session.received(Error(3, "stale_epoch")) == [
        Refused(envelope(1), "stale_epoch"),
        Send(Put(4, (b"envelope 2",))),
    ]


def test_SYN_3_slows_down_when_asked_and_goes_on_after() -> None:
    device = Device(queue=[envelope(1)])
    session = live(device)
    assert session.received(Error(1, "rate")) == [SlowDown()]
    assert session.queued() == [Send(Put(2, (b"envelope 1",)))]


def test_SYN_4_events_move_the_cursor_and_repeats_do_not_move_it_back() -> None:
    session = live(Device())
    assert session.received(Events(DOC, 2, (b"a", b"b"))) == [TakeEvents(DOC, 2, (b"a", b"b"))]
    assert session.received(Events(DOC, 1, (b"a",))) == [TakeEvents(DOC, 2, (b"a",))]


def test_SYN_4_a_document_that_becomes_readable_is_followed() -> None:
    device = Device()
    session = live(device)
    assert session.received(Log(2, (b"r2",), 3)) == [TakeLog(2, (b"r2",))]
    device.records.append(b"r2")
    device.seen[OTHER] = 4
    assert session.log_taken() == [Send(Subscribe({OTHER: 4}))]


def test_SYN_30_a_document_that_lacks_something_is_followed_again_before_anything_is_sent() -> None:
    device = Device(queue=[envelope(1)])
    session = Session(device)
    session.received(Hello(1, NONCE))
    session.signed(5, b"s" * 64)
    session.received(Welcome(2, 9))
    session.received(Log(1, (b"r1",), 2))
    session.received(Events(DOC, 3, (b"a", b"b", b"c")))
    assert session.received(Pong(1)) == [CaughtUp()]
    assert session.caught_up((DOC, OTHER)) == [Send(Subscribe({DOC: 0})), Send(Ping(2))]
    assert session.received(Events(DOC, 3, (b"a", b"b", b"c"))) == [TakeEvents(DOC, 3, (b"a", b"b", b"c"))]
    assert session.received(Pong(2)) == [CaughtUp()]
    assert session.caught_up() == [Send(Put(1, (envelope(1).data,)))]


def test_SYN_5_a_push_that_ran_ahead_is_filled_in() -> None:
    session = live(Device())
    assert session.received(Log(3, (b"r3",), 4)) == [Send(LogGet(2))]
    assert session.received(Log(4, (b"r4",), 5)) == []


def test_SYN_5_a_repeated_push_changes_nothing() -> None:
    session = live(Device())
    assert session.received(Log(0, (b"r0", b"r1"), 2)) == []


def test_SYN_6_appends_are_answered_by_number() -> None:
    session = live(Device())
    request, actions = session.append(2, (b"r2",))
    assert actions == [Send(LogAppend(request, 2, (b"r2",)))]
    assert session.received(Error(request, "log_moved")) == [Appended(request, "log_moved")]
    assert session.received(LogOk(request, 3, b"h" * 32)) == [Appended(request, "")]


@pytest.mark.parametrize("length", [0, 1])
def test_P7_a_log_that_became_shorter_is_named(length: int) -> None:
    session = Session(Device())
    session.received(Hello(1, NONCE))
    session.signed(5, b"s" * 64)
    assert session.received(Welcome(length, 9)) == [Named(ROLLBACK), HangUp(ROLLBACK)]


def test_P7_a_log_that_was_rewritten_is_named() -> None:
    session = Session(Device())
    session.received(Hello(1, NONCE))
    session.signed(5, b"s" * 64)
    assert session.received(Welcome(3, 9)) == [Send(LogGet(1))]
    assert session.received(Log(1, (b"other", b"r2"), 3)) == [Named(FORK), HangUp(FORK)]


def test_P7_records_that_do_not_hold_are_named() -> None:
    session = live(Device())
    session.received(Log(2, (b"forged",), 3))
    assert session.log_refused(FORK) == [Named(FORK), HangUp(FORK)]
    assert session.log_taken() == []


def test_P7_a_document_that_became_shorter_is_named() -> None:
    session = live(Device(seen={DOC: 5}))
    assert session.received(Events(DOC, 3, ())) == [Named(ROLLBACK), HangUp(ROLLBACK)]


def test_P7_events_that_skip_are_named() -> None:
    session = live(Device(seen={DOC: 5}))
    assert session.received(Events(DOC, 7, (b"x",))) == [Named(GAP), HangUp(GAP)]


@pytest.mark.parametrize(
    "frame",
    [
        Hello(1, NONCE),
        Welcome(2, 9),
        Created(2, b"h" * 32),
        Events(OTHER, 1, (b"x",)),
        Ack(1, (b"h" * 32,)),
    ],
)
def test_P8_frames_that_nothing_asked_for_end_the_connection(frame: Hello | Welcome | Events | Ack) -> None:
    session = live(Device())
    assert session.received(frame) == [Named(NONSENSE), HangUp(NONSENSE)]
    assert session.stage == "over"


def test_P8_a_relay_that_promises_records_and_gives_none_is_not_asked_for_ever() -> None:
    session = Session(Device())
    session.received(Hello(1, NONCE))
    session.signed(5, b"s" * 64)
    session.received(Welcome(9, 9))
    assert session.received(Log(1, (b"r1",), 9)) == [Send(LogGet(2))]
    assert session.received(Log(2, (), 9)) == [Named(NONSENSE), HangUp(NONSENSE)]


def test_P8_an_acknowledgement_of_something_else_is_not_believed() -> None:
    device = Device(queue=[envelope(1)])
    session = live(device)
    assert session.received(Ack(1, (envelope(2).hash,))) == [Named(NONSENSE), HangUp(NONSENSE)]


def test_SYN_7_a_joiner_reads_the_log_and_follows_no_document() -> None:
    device = Device(records=[], joining=True, login_id=b"i" * 16, queue=[envelope(1)])
    session = Session(device)
    session.received(Hello(1, NONCE))
    assert session.signed(5, b"s" * 64) == [Send(Login(CASE, b"i" * 16, 5, b"s" * 64))]
    assert session.received(Welcome(1, 9)) == [Send(LogGet(0))]
    assert session.received(Log(0, (b"r0",), 1)) == [TakeLog(0, (b"r0",))]
    device.records.append(b"r0")
    assert session.log_taken() == []
    assert session.queued() == []
    assert session.stage == "live"


def test_SYN_14_a_question_is_settled_when_all_that_was_said_before_it_has_come() -> None:
    session = live(Device())
    number, asked = session.settle()
    assert asked == [Send(Ping(number))]
    assert session.received(Pong(number)) == [Settled(number)]
    assert session.received(Pong(number)) == []
