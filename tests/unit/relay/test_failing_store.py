"""When the store fails, or another relay was first: nothing is acknowledged that is not stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kring.errors import NetworkError
from kring.platform.memory.clock import MemoryClock
from kring.platform.memory.network import MemoryNetwork
from kring.sync import messages
from sync_server.compose import open_relay
from sync_server.errors import StoreUnavailable
from sync_server.log_store import LogStore, Write
from sync_server.relay import Relay
from sync_server.settings import Settings
from sync_server.sqlite import SqliteLogStore
from tests.support.relay import Client, FixedClock, World, found, serve_link

ORIGIN = "http://relay.test"
SETTINGS = Settings(Path("unused"), (ORIGIN,), gather_ms=0)


class FullDisk(SqliteLogStore):
    """A store whose disk is full now and then."""

    full = False
    closes = 0

    async def commit(self, writes: Sequence[Write]) -> list[int | None]:
        if self.full:
            raise StoreUnavailable("database or disk is full")
        return await super().commit(writes)

    async def close(self) -> None:
        """Two relays share it: it is closed with the second."""
        self.closes += 1
        if self.closes == 2:
            await super().close()


async def enter(relay: Relay, world: World, *, create: bool = False) -> Client:
    network = MemoryNetwork(lambda link: serve_link(relay, link), MemoryClock(), 1)
    client = await Client.open(await network.connect(ORIGIN), ORIGIN)
    if create:
        await client.create(world)
    await client.enter(world.owner)
    return client


async def test_REL_6_a_full_disk_acknowledges_nothing_and_is_tried_again() -> None:
    world = await found()
    mensen = world.documents["mensen"]
    store = FullDisk(None)
    store.closes = 1
    async with open_relay(SETTINGS, store, FixedClock()) as relay:
        client = await enter(relay, world, create=True)
        await client.stored(await world.owner.write(mensen))
        store.full = True
        second = await world.owner.write(mensen)
        await client.put(second)
        assert await client.refusal() == "closing"
        with pytest.raises(NetworkError):
            await client.next()
        store.full = False
        again = await enter(relay, world)
        assert len(await again.follow({mensen: 0}, 1)) == 1
        await again.stored(second)
        assert await again.events(1) == [second]


async def test_REL_4_two_relays_on_one_store_never_fork_a_chain_or_a_log() -> None:
    world = await found()
    mensen = world.documents["mensen"]
    store: LogStore = FullDisk(None)
    async with (
        open_relay(SETTINGS, store, FixedClock()) as one,
        open_relay(SETTINGS, store, FixedClock()) as other,
    ):
        here = await enter(one, world, create=True)
        there = await enter(other, world)
        first, second = await world.owner.write(mensen), await world.owner.write(mensen)
        await here.stored(first, second)
        await there.put(first)
        assert await there.refusal() == "closing"
        there = await enter(other, world)
        await there.stored(first, second)
        third = await world.owner.write(mensen)
        await there.stored(third)
        fork = await world.owner.write(mensen, seq=3, previous=second.hash)
        await here.put(fork)
        assert await here.refusal() == "closing"
        here = await enter(one, world)
        await here.put(fork)
        assert await here.refusal() == "sequence"
        assert await here.follow({mensen: 0}, 3) == [first, second, third]


async def test_REL_7_a_store_that_cannot_be_read_ends_the_link() -> None:
    world = await found()
    store = FullDisk(None)
    store.closes = 1
    async with open_relay(SETTINGS, store, FixedClock()) as relay:
        client = await enter(relay, world, create=True)
        store._reader.execute("ALTER TABLE records RENAME TO gone")
        await client.send(messages.LogGet(0))
        assert await client.refusal() == "closing"
        store._reader.execute("ALTER TABLE gone RENAME TO records")
