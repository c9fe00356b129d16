"""The runner keeps a conversation going: backs off, wakes, notices silence, appends (SYN-6 to SYN-11)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from kring.errors import BadInput, NetworkError, NotAllowed, ProtocolError
from kring.platform.memory.clock import MemoryClock, SeededRandom
from kring.sync.client import Outgoing
from kring.sync.messages import (
    ClientFrame,
    Error,
    Events,
    Hello,
    Log,
    LogAppend,
    LogGet,
    LogOk,
    Ping,
    Pong,
    Put,
    ServerFrame,
    Subscribe,
    Welcome,
    encode,
    parse_from_client,
)
from kring.sync.runner import PING_SECONDS, SyncRunner
from tests.unit.sync.test_client import DEVICE, DOC, NONCE, Device, envelope


class Wire:
    """One end of a link that a test holds the other end of."""

    def __init__(self) -> None:
        self.down: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.up: list[ClientFrame] = []
        self.closed = False

    async def send(self, frame: bytes) -> None:
        if self.closed:
            raise NetworkError
        self.up.append(parse_from_client(frame))

    async def receive(self) -> bytes:
        data = await self.down.get()
        if data is None or self.closed:
            raise NetworkError
        return data

    async def close(self) -> None:
        self.closed = True
        self.down.put_nowait(None)

    def say(self, *frames: ServerFrame) -> None:
        for frame in frames:
            self.down.put_nowait(encode(frame))


class Air:
    """A network whose connections the test answers; `refuse` makes the next ones fail."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.refuse = 0
        self.tries = 0
        self.up = True

    async def connect(self, relay: str) -> Wire:
        assert relay == "https://relay"
        self.tries += 1
        if self.refuse:
            self.refuse -= 1
            raise NetworkError
        self.wires.append(Wire())
        return self.wires[-1]

    def online(self) -> bool:
        return self.up


class Host(Device):
    """Writes down what the runner asks of the case."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.states: list[str] = []
        self.log_fails = False

    async def sign_login(self, nonce: bytes, time: int) -> bytes:
        assert nonce == NONCE
        return b"s" * 64

    async def take_log(self, start: int, records: tuple[bytes, ...]) -> None:
        if self.log_fails:
            raise ProtocolError
        self.records[start:] = records

    async def take_events(self, document: bytes, cursor: int, envelopes: tuple[bytes, ...]) -> None:
        self.heard.append((document, cursor, envelopes))

    async def founded(self) -> None:
        self.heard.append("founded")

    async def acked(self, hashes: tuple[bytes, ...]) -> None:
        self.queue = [item for item in self.queue if item.hash not in hashes]

    def refused(self, envelope: Outgoing, code: str) -> None:
        self.heard.append((envelope, code))

    def named(self, code: str) -> None:
        self.heard.append(code)

    async def caught_up(self) -> tuple[bytes, ...]:
        self.heard.append("caught up")
        return ()

    def connection(self, state: str) -> None:
        if self.states[-1:] != [state]:
            self.states.append(state)


class Scene:
    def __init__(self) -> None:
        self.host, self.air, self.clock = Host(), Air(), MemoryClock()
        self.runner = SyncRunner(self.host, self.air, "https://relay", self.clock, SeededRandom(1))

    async def until(self, holds: Callable[[], object]) -> None:
        for _ in range(200):
            if holds():
                return
            await asyncio.sleep(0)
        raise AssertionError("it did not come to that")

    async def live(self) -> Wire:
        count = len(self.air.wires)
        self.runner.start()
        await self.until(lambda: len(self.air.wires) > count)
        wire = self.air.wires[-1]
        length = len(self.host.records)
        wire.say(Hello(1, NONCE), Welcome(length, 9), Log(length - 1, (self.host.records[-1],), length))
        await self.until(lambda: self.host.states[-1:] == ["online"])
        return wire

    async def caught_up(self) -> Wire:
        """Live, and nothing more to hear: so now this device sends."""
        wire = await self.live()
        count = self.host.heard.count("caught up")
        wire.say(Pong(1))
        await self.until(lambda: self.host.heard.count("caught up") > count)
        await asyncio.sleep(0)
        return wire


@pytest.fixture
async def scene():  # type: ignore[no-untyped-def]
    made = Scene()
    yield made
    await made.runner.stop()


async def test_SYN_1_the_whole_opening(scene: Scene) -> None:
    scene.host.queue.append(envelope(1))
    wire = await scene.live()
    names = [type(frame) for frame in wire.up[1:]]
    assert wire.up[0].id == DEVICE  # type: ignore[union-attr]
    assert names == [LogGet, Subscribe, Ping]
    wire.say(Events(DOC, 1, (b"theirs",)), Pong(1))
    await scene.until(lambda: isinstance(wire.up[-1], Put))
    assert scene.host.heard == [(DOC, 1, (b"theirs",)), "caught up"]
    assert scene.host.states == ["connecting", "online"]


async def test_SYN_8_tries_again_with_growing_pauses_and_at_once_when_woken(scene: Scene) -> None:
    scene.air.refuse = 100
    scene.runner.start()
    waits = []
    for number in range(1, 9):
        await scene.until(lambda number=number: scene.air.tries == number and scene.clock.sleepers() == 1)
        waits.append(scene.clock.until_next())
        scene.clock.advance(scene.clock.until_next())
    assert all(first < last for first, last in zip(waits[:5], waits[3:], strict=False))
    assert 10 < max(waits) <= 60
    await scene.until(lambda: scene.air.tries == 9 and scene.clock.sleepers() == 1)
    scene.air.refuse = 0
    scene.runner.wake()
    await scene.until(lambda: scene.air.tries == 10)


async def test_SYN_8_does_not_try_while_the_platform_knows_that_it_is_offline(scene: Scene) -> None:
    scene.air.up = False
    scene.runner.start()
    await scene.until(lambda: scene.clock.sleepers() == 1)
    scene.clock.advance(5)
    await scene.until(lambda: scene.clock.sleepers() == 1)
    assert scene.air.tries == 0
    assert scene.host.states == ["offline"]
    scene.air.up = True
    scene.runner.wake()
    await scene.until(lambda: scene.air.tries == 1)


async def test_SYN_9_a_link_that_died_in_its_sleep_is_noticed(scene: Scene) -> None:
    wire = await scene.live()
    scene.clock.advance(PING_SECONDS)
    await scene.until(lambda: scene.clock.sleepers() == 1)
    scene.clock.advance(PING_SECONDS)
    await scene.until(lambda: wire.up[-1] == Ping(2))
    await scene.until(lambda: scene.clock.sleepers() == 1)
    scene.clock.advance(PING_SECONDS)
    await scene.until(lambda: wire.closed)
    await scene.until(lambda: scene.host.states[-1] == "offline")


async def test_SYN_9_a_link_that_answers_is_kept(scene: Scene) -> None:
    wire = await scene.live()
    for number in range(6):
        wire.say(Pong(99))
        await scene.until(lambda: wire.down.empty() and scene.clock.sleepers() == 1)
        scene.clock.advance(PING_SECONDS)
        await scene.until(lambda: scene.clock.sleepers() == 1)
        assert not wire.closed, number


async def test_SYN_2_after_a_lost_connection_the_unacknowledged_goes_again(scene: Scene) -> None:
    scene.host.queue.append(envelope(1))
    wire = await scene.caught_up()
    assert isinstance(wire.up[-1], Put)
    await wire.close()
    await scene.until(lambda: scene.host.states[-1] == "offline" and scene.clock.sleepers() == 1)
    scene.runner.wake()
    again = await scene.caught_up()
    assert isinstance(again.up[-1], Put)
    assert again.up[-1].envelopes == (b"envelope 1",)


async def test_SYN_2_push_sends_what_was_added(scene: Scene) -> None:
    wire = await scene.caught_up()
    scene.host.queue.append(envelope(7))
    await scene.runner.push()
    assert isinstance(wire.up[-1], Put)


async def test_SYN_6_append_waits_for_the_answer_and_takes_the_records_in(scene: Scene) -> None:
    wire = await scene.live()

    async def make() -> tuple[int, tuple[bytes, ...]]:
        return len(scene.host.records), (b"mine",)

    done = asyncio.create_task(scene.runner.append(make))
    await scene.until(lambda: isinstance(wire.up[-1], LogAppend))
    wire.say(LogOk(1, 3, b"h" * 32))
    await done
    assert scene.host.records == [b"r0", b"r1", b"mine"]


async def test_SYN_6_append_starts_again_when_somebody_was_first(scene: Scene) -> None:
    wire = await scene.live()

    async def make() -> tuple[int, tuple[bytes, ...]]:
        return len(scene.host.records), (b"mine",)

    done = asyncio.create_task(scene.runner.append(make))
    await scene.until(lambda: isinstance(wire.up[-1], LogAppend))
    wire.say(Error(1, "log_moved"))
    await scene.until(lambda: isinstance(wire.up[-1], LogGet))
    wire.say(Log(2, (b"theirs",), 3))
    await scene.until(lambda: isinstance(wire.up[-1], LogAppend))
    assert wire.up[-1] == LogAppend(2, 3, (b"mine",))
    wire.say(LogOk(2, 4, b"h" * 32))
    await done
    assert scene.host.records == [b"r0", b"r1", b"theirs", b"mine"]


@pytest.mark.parametrize(
    ("code", "error"),
    [("not_allowed", NotAllowed), ("bad_record", BadInput), ("quota", NetworkError)],
)
async def test_SYN_6_a_refused_append_says_why(scene: Scene, code: str, error: type[Exception]) -> None:
    wire = await scene.live()

    async def make() -> tuple[int, tuple[bytes, ...]]:
        return 2, (b"mine",)

    done = asyncio.create_task(scene.runner.append(make))
    await scene.until(lambda: isinstance(wire.up[-1], LogAppend))
    wire.say(Error(1, code))
    with pytest.raises(error):
        await done


async def test_SYN_6_append_without_a_connection_says_so(scene: Scene) -> None:
    async def make() -> tuple[int, tuple[bytes, ...]]:
        return 2, (b"mine",)

    with pytest.raises(NetworkError):
        await scene.runner.append(make)
    wire = await scene.live()
    done = asyncio.create_task(scene.runner.append(make))
    await scene.until(lambda: isinstance(wire.up[-1], LogAppend))
    await wire.close()
    with pytest.raises(NetworkError):
        await done


async def test_SYN_10_asks_again_after_being_slowed_down(scene: Scene) -> None:
    scene.host.queue.append(envelope(1))
    wire = await scene.caught_up()
    wire.say(Error(1, "rate"))
    await scene.until(lambda: scene.clock.sleepers() == 2)
    scene.clock.advance(1)
    await scene.until(lambda: wire.up[-1] == Put(2, (b"envelope 1",)))


async def test_P7_a_log_that_does_not_hold_is_named_and_the_connection_ended(scene: Scene) -> None:
    wire = await scene.live()
    scene.host.log_fails = True
    wire.say(Log(2, (b"forged",), 3))
    await scene.until(lambda: wire.closed)
    assert scene.host.heard == ["relay_fork"]


async def test_P8_nonsense_ends_the_connection_and_not_the_runner(scene: Scene) -> None:
    wire = await scene.live()
    wire.down.put_nowait(b"\xff\x00")
    await scene.until(lambda: wire.closed and scene.clock.sleepers() == 1)
    assert scene.host.heard == ["relay_nonsense"]
    scene.runner.wake()
    await scene.live()
