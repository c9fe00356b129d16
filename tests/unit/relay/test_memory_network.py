"""The real relay behind the network in memory: the same frames, with weather."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kring.errors import NetworkError
from kring.platform.memory.clock import MemoryClock
from kring.platform.memory.network import MemoryNetwork, Weather
from sync_server.compose import open_relay
from sync_server.relay import Relay
from sync_server.settings import Settings
from sync_server.sqlite import SqliteLogStore
from tests.support.relay import Client, FixedClock, found, serve_link

ORIGIN = "http://relay.test"


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    settings = Settings(Path("unused"), (ORIGIN,), gather_ms=0)
    async with open_relay(settings, SqliteLogStore(None), FixedClock()) as opened:
        yield opened


async def test_REL_3_a_device_reaches_the_real_relay_in_memory(relay: Relay) -> None:
    network = MemoryNetwork(lambda link: serve_link(relay, link), MemoryClock(), 1)
    world = await found()
    client = await Client.open(await network.connect(ORIGIN), ORIGIN)
    await client.create(world)
    await client.enter(world.owner)
    envelope = await world.owner.write(world.documents["mensen"])
    await client.stored(envelope)
    assert await client.follow({world.documents["mensen"]: 0}, 1) == [envelope]
    network.partitioned = True
    with pytest.raises(NetworkError):
        await client.link.receive()
    with pytest.raises(NetworkError):
        await network.connect(ORIGIN)
    network.partitioned = False
    again = await Client.open(await network.connect(ORIGIN), ORIGIN)
    await again.enter(world.owner)
    await network.close()


async def test_REL_3_the_same_seed_brings_the_same_weather(relay: Relay) -> None:
    async def run(seed: int) -> list[bytes]:
        clock = MemoryClock()
        network = MemoryNetwork(echo, clock, seed)
        network.weather = Weather(late=0.3, repeat=0.3)
        link = await network.connect(ORIGIN)
        for number in range(50):
            await link.send(bytes([number]))
        answers: list[bytes] = []
        while clock.sleepers() or len(answers) < 50:
            answers.append(await link.receive())
            if clock.sleepers():
                clock.advance(clock.until_next())
        await network.close()
        assert network.troubled > 10
        return answers

    async def echo(link: object) -> None:
        while True:
            await link.send(await link.receive())  # type: ignore[attr-defined]

    first = await run(7)
    assert first == await run(7)
    assert first != sorted(first)
    assert first != await run(8)
