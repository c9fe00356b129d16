"""Bounds: on rates, sizes, quotas and links. Past them a device is told so, and nobody else suffers."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kring.errors import NetworkError
from kring.platform.memory.clock import MemoryClock
from kring.platform.memory.network import MemoryNetwork
from kring.sync import messages
from sync_server.compose import open_relay
from sync_server.limits import Buckets
from sync_server.relay import Relay
from sync_server.settings import Limits, Rate, Settings
from sync_server.sqlite import SqliteLogStore
from tests.support.relay import Client, FixedClock, World, found, serve_link

ORIGIN = "http://relay.test"


@dataclasses.dataclass
class Place:
    relay: Relay
    network: MemoryNetwork

    async def client(self) -> Client:
        return await Client.open(await self.network.connect(ORIGIN), ORIGIN)

    async def owner(self, world: World) -> Client:
        client = await self.client()
        await client.create(world)
        await client.enter(world.owner)
        return client


@pytest.fixture
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    settings = Settings(Path("unused"), (ORIGIN,), limits=request.param, gather_ms=0)
    async with open_relay(settings, SqliteLogStore(None), FixedClock()) as relay:
        network = MemoryNetwork(lambda link: serve_link(relay, link), MemoryClock(), 1)
        yield Place(relay, network)
        await network.close()


def test_REL_18_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    now = 0.0
    bucket = Buckets(Rate(2, 5), lambda: now, keep=2)
    assert [bucket.take("a") for _ in range(6)] == [True] * 5 + [False]
    assert bucket.take("b")
    now = 1.0
    assert [bucket.take("a") for _ in range(3)] == [True, True, False]
    now = 100.0
    assert bucket.take("a", 99)
    assert not bucket.take("a", 99)
    assert bucket.take("b")
    assert bucket.take("c")
    assert bucket.take("a", 5)


@pytest.mark.parametrize("place", [Limits(frames_per_device=Rate(0, 4))], indirect=True)
async def test_REL_18_a_device_that_sends_too_often_is_asked_to_wait(place: Place) -> None:
    world = await found()
    client = await place.owner(world)
    envelopes = [await world.owner.write(world.documents["mensen"]) for _ in range(5)]
    for envelope in envelopes[:4]:
        await client.stored(envelope)
    await client.put(envelopes[4])
    assert await client.refusal() == "rate"
    await client.flushed()


@pytest.mark.parametrize("place", [Limits(creates_per_address=Rate(0, 1))], indirect=True)
async def test_REL_18_an_address_founds_only_so_many_cases(place: Place) -> None:
    await place.owner(await found())
    client = await place.client()
    await client.send(messages.Create((await found()).records))
    assert await client.refusal() == "rate"


@pytest.mark.parametrize("place", [Limits(case_quota=100_000)], indirect=True)
async def test_REL_19_a_case_that_is_full_takes_no_more(place: Place) -> None:
    world = await found()
    client = await place.owner(world)
    mensen = world.documents["mensen"]
    await client.put(await world.owner.write(mensen, [bytes(60_000)]))
    assert await client.refusal() == "quota"
    world.owner.tails.clear()
    await client.stored(await world.owner.write(mensen))


async def test_REL_20_noise_ends_the_link_and_nothing_else(connect: object, relay: Relay) -> None:
    for noise in (b"", b"\x00", b"\xff" * 100, b"\x9f" * 10_000, b"\x81" * 5_000, bytes(4 * 1024 * 1024)):
        client: Client = await connect()  # type: ignore[operator]
        await client.link.send(noise)
        assert await client.refusal() == "bad_frame"
        with pytest.raises(NetworkError):
            await client.next()
    client = await connect()  # type: ignore[operator]
    await client.flushed()
    assert relay.sessions
