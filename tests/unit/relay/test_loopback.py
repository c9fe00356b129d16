"""The whole relay over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kring.platform.cpython.network import CpythonNetwork
from tests.support.relay import Client, found, invite, serving


@pytest.fixture(params=["websocket", "http"])
def network(request: pytest.FixtureRequest) -> CpythonNetwork:
    return CpythonNetwork(websockets=request.param == "websocket")


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[str]:
    async with serving(tmp_path) as address:
        yield address


async def test_REL_2_two_devices_exchange_envelopes(origin: str, network: CpythonNetwork) -> None:
    world = await found()
    mensen = world.documents["mensen"]
    one = await Client.open(await network.connect(origin), origin)
    await one.create(world)
    await one.enter(world.owner)
    first = await world.owner.write(mensen)
    await one.stored(first)
    sister = await invite(world, {mensen: 2})
    await one.append(sister.invite)
    other = await Client.open(await network.connect(origin), origin)
    await other.enter_by(sister)
    await other.append(sister.join)
    await one.append(sister.grant)
    await other.close()
    other = await Client.open(await network.connect(origin), origin)
    await other.enter(sister.device)
    assert await other.follow({mensen: 0}, 1) == [first]
    second = [await world.owner.write(mensen) for _ in range(20)]
    await one.stored(*second)
    assert await other.events(20) == second
    third = await sister.device.write(mensen)
    await other.stored(third)
    assert await one.follow({mensen: 21}, 1) == [third]
    await one.close()
    await other.close()
