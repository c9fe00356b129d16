"""Who hears what: in the relay's order, whole, from one's own cursor on, however slow one is."""

from __future__ import annotations

import random

import pytest

from kring.platform.memory.clock import MemoryClock
from kring.platform.memory.network import MemoryNetwork
from kring.sharing.envelope import Envelope
from kring.sync import messages
from kring.sync.messages import Events
from sync_server.fanout import PAGE_BYTES, Fanout, Follower
from sync_server.log_store import Tail
from sync_server.outlet import Parcel
from sync_server.relay import Relay
from sync_server.sqlite import SqliteLogStore
from tests.contracts.log_store_suite import CASE, DOC, found, put, tail
from tests.support.relay import Client, Device, Enter, World, serve_link


class SlowOutlet:
    """Congested whenever it is told to be."""

    def __init__(self) -> None:
        self.frames: list[Events] = []
        self.congested = False

    def send(self, parcel: Parcel) -> None:
        assert not self.congested
        frame = messages.parse_from_server(parcel.bytes)
        assert isinstance(frame, Events)
        self.frames.append(frame)

    def close(self) -> None:
        raise AssertionError("not to be closed")

    def probe(self) -> None:
        raise AssertionError("not to be probed")

    def pause(self) -> None:
        raise AssertionError("nothing comes up here")

    resume = pause

    def taken(self) -> list[bytes]:
        return [body for frame in self.frames for body in frame.envelopes]


async def test_REL_17_what_is_read_before_it_was_published_comes_once() -> None:
    store = SqliteLogStore(None)
    await found(store)
    fanout = Fanout(store)
    outlet = SlowOutlet()
    follower = Follower(outlet, CASE)
    bodies = [b"one", b"two", b"three"]
    after = Tail()
    for number, body in enumerate(bodies):
        await store.commit([put(body, after=after)])
        after = tail(number + 1, body)
    fanout.follow(follower, DOC, 0, 2)
    assert follower.task is not None
    await follower.task
    assert outlet.taken() == bodies[:2]
    fanout.publish(CASE, DOC, 3, bodies[2:])
    assert outlet.taken() == bodies


async def test_REL_17_what_another_wrote_to_the_store_is_fetched() -> None:
    store = SqliteLogStore(None)
    await found(store)
    fanout = Fanout(store)
    outlet = SlowOutlet()
    follower = Follower(outlet, CASE)
    fanout.follow(follower, DOC, 0, 0)
    bodies = [b"one", b"two", b"three"]
    after = Tail()
    for number, body in enumerate(bodies):
        await store.commit([put(body, after=after)])
        after = tail(number + 1, body)
    fanout.publish(CASE, DOC, 3, bodies[2:])
    assert follower.task is not None
    await follower.task
    assert outlet.taken() == bodies


@pytest.mark.parametrize("remembered", [0, 100_000, 16 * 1024 * 1024])
async def test_REL_17_a_slow_reader_is_caught_up_from_its_cursor_and_misses_nothing(
    monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr("sync_server.fanout.RECENT_BYTES", remembered)
    missed = 0
    store = SqliteLogStore(None)
    await found(store)
    fanout = Fanout(store)
    slow, quick = SlowOutlet(), SlowOutlet()
    followers = [Follower(slow, CASE), Follower(quick, CASE)]
    for follower in followers:
        fanout.join(follower)
        fanout.follow(follower, DOC, 0, 0)
    chance = random.Random(4)
    bodies: list[bytes] = []
    after = Tail()
    for number in range(200):
        body = number.to_bytes(4) + bytes(chance.randrange(20_000))
        [cursor] = await store.commit([put(body, after=after)])
        assert cursor == number + 1
        after = tail(cursor, body)
        bodies.append(body)
        missed += slow.congested
        fanout.publish(CASE, DOC, cursor, [body])
        if chance.random() < 0.2:
            slow.congested = not slow.congested
            followers[0].drained.set()
            if chance.random() < 0.5 and followers[0].task is not None and not slow.congested:
                await followers[0].task
    slow.congested = False
    followers[0].drained.set()
    if followers[0].task is not None:
        await followers[0].task
    assert quick.taken() == bodies
    assert slow.taken() == bodies
    assert missed > 50
    for outlet in (slow, quick):
        at = 0
        for frame in outlet.frames:
            at += len(frame.envelopes)
            assert frame.cursor == at
    await store.close()


async def test_REL_17_a_batch_is_one_frame_for_all(enter: Enter, world: World) -> None:
    mensen = world.documents["mensen"]
    readers = [await enter(world.owner) for _ in range(3)]
    for each in readers:
        assert await each.follow({mensen: 0}, 0) == []
        await each.expect(messages.Events)
    writer = await enter(world.owner)
    envelopes = [await world.owner.write(mensen) for _ in range(30)]
    await writer.stored(*envelopes)
    for each in readers:
        frame = await each.expect(messages.Events)
        assert frame == Events(mensen, 30, tuple(item.wire for item in envelopes))


async def test_REL_17_what_is_behind_comes_in_pages_before_the_pong(enter: Enter, world: World) -> None:
    mensen = world.documents["mensen"]
    writer = await enter(world.owner)
    big = [await world.owner.write(mensen, [bytes(200_000)]) for _ in range(7)]
    for envelope in big:
        await writer.stored(envelope)
    reader = await enter(world.owner)
    await reader.send(messages.Subscribe({mensen: 2}))
    await reader.send(messages.Ping(1))
    got: list[bytes] = []
    while not isinstance(frame := await reader.next(), messages.Pong):
        assert isinstance(frame, Events)
        assert sum(map(len, frame.envelopes)) <= PAGE_BYTES
        got += frame.envelopes
    assert got == [each.wire for each in big[2:]]


async def test_P7_a_cursor_that_the_relay_never_reached_is_answered_with_what_it_has(
    enter: Enter, world: World
) -> None:
    """A device that knows more than the relay can tell that the relay lost something."""
    mensen = world.documents["mensen"]
    client = await enter(world.owner)
    await client.stored(await world.owner.write(mensen))
    await client.send(messages.Subscribe({mensen: 9}))
    assert await client.expect(Events) == Events(mensen, 1, ())


async def test_P7_all_readers_get_the_same_order_whoever_writes(
    relay: Relay, enter: Enter, world: World, guest: tuple[Device, Client]
) -> None:
    mensen = world.documents["mensen"]
    device, other = guest
    world.owner.membership = device.membership
    owner = await enter(world.owner)
    readers = [await enter(world.owner), await enter(device)]
    chance = random.Random(5)
    for each in readers:
        await each.send(messages.Subscribe({mensen: 0}))
    written: set[bytes] = set()
    for _ in range(60):
        who, link = chance.choice([(world.owner, owner), (device, other)])
        envelope = await who.write(mensen)
        written.add(envelope.hash)
        await link.put(envelope)
    orders = [await each.events(60) for each in readers]
    late = await enter(world.owner)
    orders.append(await late.follow({mensen: 0}, 60))
    assert orders[0] == orders[1] == orders[2]
    assert {each.hash for each in orders[0]} == written


async def test_P7_a_device_that_comes_and_goes_in_bad_weather_has_all_in_the_end(
    relay: Relay, enter: Enter, world: World
) -> None:
    mensen = world.documents["mensen"]
    writer = await enter(world.owner)
    network = MemoryNetwork(lambda link: serve_link(relay, link), MemoryClock(), 9)
    chance = random.Random(9)
    taken: list[Envelope] = []
    sent = 0
    for _ in range(12):
        reader = await Client.open(await network.connect("http://relay.test"), "http://relay.test")
        await reader.enter(world.owner)
        await reader.send(messages.Subscribe({mensen: len(taken)}))
        count = chance.randrange(1, 15)
        await writer.stored(*[await world.owner.write(mensen) for _ in range(count)])
        sent += count
        taken += await reader.events(chance.randrange(1, sent - len(taken) + 1))
        network.cut()
    last = await enter(world.owner)
    taken += await last.follow({mensen: len(taken)}, sent - len(taken))
    assert [each.header.seq for each in taken] == list(range(1, sent + 1))
    await network.close()
