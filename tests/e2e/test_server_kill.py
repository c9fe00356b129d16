"""The server killed with -9 in the middle of bursts: nothing that it acknowledged is lost (REL-6, P6)."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from kring.errors import NetworkError
from kring.platform.cpython.network import CpythonNetwork
from kring.sharing import access, rights
from kring.sharing.access import read_entries
from kring.sharing.envelope import Envelope
from kring.sync import messages
from tests.support.relay import Client, Device, found, invite

ROUNDS = 30
BURST = 40


@asynccontextmanager
async def server(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sync_server", "--host", "127.0.0.1", "--port", "0", "--data", str(data),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    port = re.search(r":(\d+)", line)
    assert port is not None, line
    try:
        yield process, f"http://127.0.0.1:{port[1]}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def open_client(origin: str) -> Client:
    return await Client.open(await CpythonNetwork().connect(origin), origin)


async def enter(origin: str, device: Device) -> Client:
    client = await open_client(origin)
    await client.enter(device, time=time.time_ns() // 1_000_000)
    return client


async def burst(
    process: asyncio.subprocess.Process,
    client: Client,
    waiting: list[Envelope],
    acked: list[Envelope],
    most: int,
    wanted: int,
) -> bool:
    """Send what waits, a few in each put; kill the server after some puts and some of their answers.

    What had been answered by then is still read: it counts as acknowledged. Whether any was not.
    """
    by_hash = {each.hash: each for each in waiting}
    puts = [waiting[at : at + 3] for at in range(0, len(waiting), 3)][:most]
    with suppress(NetworkError):
        for part in puts:
            await client.put(*part)
        for answered in range(len(puts)):
            if answered == wanted:
                os.kill(process.pid, signal.SIGKILL)
            for name in (await client.expect(messages.Ack)).hashes:
                acked.append(by_hash.pop(name))
    waiting[:] = by_hash.values()
    return any(each.hash in by_hash for part in puts for each in part)


async def test_REL_6_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    world = await found()
    document = world.documents["relatiekaart"]
    chance = random.Random(30)
    acked: list[Envelope] = []
    waiting: list[Envelope] = []
    cut_short = 0
    for number in range(ROUNDS):
        async with server(tmp_path) as (process, origin):
            if number == 0:
                founder = await open_client(origin)
                await founder.create(world)
                await founder.close()
            client = await enter(origin, world.owner)
            waiting += [
                await world.owner.write(document, [bytes(chance.randrange(2000))]) for _ in range(BURST)
            ]
            most = chance.randrange(2, 14)
            wanted = min(most - 1, chance.choice((0, 0, 1, 1, 2, 5, 9)))
            cut_short += await burst(process, client, waiting, acked, most, wanted)
            await client.close()
            assert await process.wait() == -signal.SIGKILL
    async with server(tmp_path) as (_, origin):
        client = await enter(origin, world.owner)
        held = await client.follow({document: 0}, len(acked))
        assert [each.wire for each in held[: len(acked)]] == [each.wire for each in acked]
        await client.stored(*waiting)
        await client.close()
        again = await enter(origin, world.owner)
        everything = await again.follow({document: 0}, len(acked) + len(waiting))
        assert [each.header.seq for each in everything] == list(range(1, ROUNDS * BURST + 1))
        await again.close()
    assert cut_short > ROUNDS // 5
    assert len(acked) > ROUNDS


async def test_REL_25_a_stopped_server_ends_well_and_its_log_says_so(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sync_server", "--host", "127.0.0.1", "--port", "0", "--data", str(tmp_path),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    words = (await process.stdout.readline()).decode()
    origin = words.split()[-1].strip()
    client = await Client.open(await CpythonNetwork().connect(origin), origin)
    process.terminate()
    assert await client.refusal() == "closing"
    await client.close()
    rest, log = await process.communicate()
    assert process.returncode == 0
    assert b"phone" in rest
    assert b'"event":"stopped"' in log


async def test_REL_50_who_came_and_read_is_told_after_a_kill(tmp_path: Path) -> None:
    """What was noted of a case is stored with the next thing that is acknowledged in it."""
    world = await found()
    mensen = world.documents["mensen"]
    async with server(tmp_path) as (process, origin):
        founder = await open_client(origin)
        await founder.create(world)
        person = await invite(world, {mensen: rights.LEZEN}, now=time.time_ns() // 1_000_000)
        owner = await enter(origin, world.owner)
        await owner.append(person.invite)
        joiner = await open_client(origin)
        await joiner.enter_by(person, time=time.time_ns() // 1_000_000)
        await joiner.append(person.join)
        await owner.append(person.grant)
        await owner.stored(await world.owner.write(mensen), await world.owner.write(mensen))
        reader = await enter(origin, person.device)
        await reader.follow({mensen: 0}, 2)
        await reader.flushed()
        await owner.stored(await world.owner.write(mensen))
        process.kill()
        for client in (founder, owner, joiner, reader):
            await client.close()
        assert await process.wait() == -signal.SIGKILL
    async with server(tmp_path) as (_, origin):
        owner = await enter(origin, world.owner)
        await owner.send(messages.AccessGet(0))
        entries, _ = read_entries((await owner.expect(messages.Access)).entries)
        told = {
            (each.what, each.document): each.number for each in entries if each.who == person.device.keys.id
        }
        assert told == {(access.LOGIN, b""): 1, (access.FETCHED, mensen): 2}
        await owner.close()
