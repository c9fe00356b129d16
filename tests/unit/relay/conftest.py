"""A real relay in memory, and as many devices on it as a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kring.platform.memory.clock import MemoryClock
from kring.platform.memory.network import MemoryNetwork
from kring.sharing import rights
from sync_server.compose import open_relay
from sync_server.relay import Relay
from sync_server.settings import Settings
from sync_server.sqlite import SqliteLogStore
from tests.support.relay import Client, Connect, Device, Enter, FixedClock, World, found, invite, serve_link

ORIGIN = "http://relay.test"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def relay(clock: FixedClock) -> AsyncIterator[Relay]:
    settings = Settings(Path("unused"), (ORIGIN,), gather_ms=0)
    async with open_relay(settings, SqliteLogStore(None), clock) as opened:
        yield opened


@pytest.fixture
async def connect(relay: Relay) -> AsyncIterator[Connect]:
    """Opens a link that has been greeted and no more."""
    network = MemoryNetwork(lambda link: serve_link(relay, link), MemoryClock(), 1)

    async def new() -> Client:
        return await Client.open(await network.connect(ORIGIN), ORIGIN)

    yield new
    await network.close()


@pytest.fixture
def enter(connect: Connect) -> Enter:
    """Opens a link and logs a device in."""

    async def new(device: Device) -> Client:
        client = await connect()
        await client.enter(device)
        return client

    return new


@pytest.fixture
async def world(connect: Connect) -> World:
    """A founded case that the relay holds."""
    made = await found()
    client = await connect()
    await client.create(made)
    await client.close()
    return made


async def _bring_in(
    connect: Connect, enter: Enter, world: World, given: dict[bytes, int]
) -> tuple[Device, Client]:
    owner = await enter(world.owner)
    person = await invite(world, given)
    await owner.append(person.invite)
    joiner = await connect()
    await joiner.enter_by(person)
    await joiner.append(person.join)
    await owner.append(person.grant)
    await joiner.close()
    await owner.close()
    return person.device, await enter(person.device)


@pytest.fixture
async def reader(connect: Connect, enter: Enter, world: World) -> tuple[Device, Client]:
    """Somebody who may read `mensen`, and no more."""
    return await _bring_in(connect, enter, world, {world.documents["mensen"]: rights.LEZEN})


@pytest.fixture
async def guest(connect: Connect, enter: Enter, world: World) -> tuple[Device, Client]:
    """Somebody who may write in `mensen`."""
    return await _bring_in(connect, enter, world, {world.documents["mensen"]: rights.BIJDRAGEN})
