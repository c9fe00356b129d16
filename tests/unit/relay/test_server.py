"""The server as a process sees it: hostile sockets, slow readers, stopping, starting again, HTTPS."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kring.errors import NetworkError
from kring.platform.cpython.network import CpythonNetwork, HttpLink
from kring.sync import messages
from sync_server.settings import Limits, Rate
from tests.support.relay import Client, Device, found, serving


async def open_client(origin: str) -> Client:
    return await Client.open(await CpythonNetwork().connect(origin), origin)


def socket_address(origin: str) -> str:
    return origin.replace("http", "ws") + "/api/sync"


async def test_REL_24_a_page_of_another_origin_cannot_connect(tmp_path: Path) -> None:
    async with serving(tmp_path) as origin:
        with pytest.raises(InvalidStatus) as refused:
            await connect(socket_address(origin), origin="https://evil.example")  # type: ignore[arg-type]
        assert refused.value.response.status_code == 403
        async with httpx.AsyncClient(base_url=origin) as web:
            answer = await web.post("/api/sync/http", headers={"origin": "https://evil.example"})
            assert answer.status_code == 403
        async with connect(socket_address(origin), origin=origin) as good:  # type: ignore[arg-type]
            assert isinstance(messages.parse_from_server(bytes(await good.recv())), messages.Hello)


async def test_REL_24_a_socket_elsewhere_is_not_found(tmp_path: Path) -> None:
    async with serving(tmp_path) as origin:
        with pytest.raises(InvalidStatus) as refused:
            await connect(origin.replace("http", "ws") + "/api/other")
        assert refused.value.response.status_code == 404


async def test_P8_hostile_sockets_end_and_the_relay_goes_on(tmp_path: Path) -> None:
    async with serving(tmp_path) as origin:
        async with connect(socket_address(origin)) as text:
            await text.recv()
            await text.send("words")
            with pytest.raises(ConnectionClosed) as closed:
                await text.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1003
        async with connect(socket_address(origin), max_size=None) as big:
            await big.recv()
            await big.send([bytes(1024 * 1024)] * 5)
            with pytest.raises(ConnectionClosed) as closed:
                await big.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        async with connect(socket_address(origin)) as parts:
            await parts.recv()
            ping = messages.encode(messages.Ping(3))
            await parts.send([ping[:2], ping[2:4], ping[4:]])
            assert messages.parse_from_server(bytes(await parts.recv())) == messages.Pong(3)
        for noise in (b"\x82\x85nope", b"\xff" * 64, b"GET / HTTP/1.1\r\n" * 4):
            raw_reader, raw_writer = await asyncio.open_connection(*address(origin))
            raw_writer.write(
                b"GET /api/sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            await raw_reader.readuntil(b"\r\n\r\n")
            raw_writer.write(noise)
            raw_writer.write_eof()
            await raw_reader.read()
            raw_writer.close()
            await raw_writer.wait_closed()
        client = await open_client(origin)
        await client.flushed()
        await client.close()


def address(origin: str) -> tuple[str, int]:
    host, _, port = origin.removeprefix("http://").partition(":")
    return host, int(port)


async def test_REL_17_a_reader_that_does_not_read_costs_little_and_gets_all_later(tmp_path: Path) -> None:
    world = await found()
    mensen = world.documents["mensen"]
    limits = Limits(outgoing=256 * 1024)
    async with serving(tmp_path, limits=limits) as origin:
        writer = await open_client(origin)
        await writer.create(world)
        await writer.enter(world.owner)
        link = await CpythonNetwork().connect(origin)
        slow = await Client.open(link, origin)
        await slow.enter(world.owner)
        await slow.send(messages.Subscribe({mensen: 0}))
        await slow.expect(messages.Events)
        envelopes = [await world.owner.write(mensen, [bytes(250_000)] * 2) for _ in range(60)]
        for envelope in envelopes:
            await writer.stored(envelope)
        got = await slow.events(60)
        assert [each.hash for each in got] == [each.hash for each in envelopes]
        await slow.close()
        await writer.close()


async def test_REL_25_a_graceful_stop_says_so_and_keeps_what_was_taken(tmp_path: Path) -> None:
    world = await found()
    mensen = world.documents["mensen"]
    async with serving(tmp_path) as origin:
        client = await open_client(origin)
        await client.create(world)
        await client.enter(world.owner)
        await client.stored(await world.owner.write(mensen))
    assert await client.refusal() == "closing"
    with pytest.raises(NetworkError):
        await client.next()
    await client.close()
    async with serving(tmp_path) as origin:
        again = await open_client(origin)
        await again.enter(world.owner)
        assert len(await again.follow({mensen: 0}, 1)) == 1
        await again.stored(await world.owner.write(mensen))
        await again.close()


async def test_REL_18_an_address_opens_only_so_many_links(tmp_path: Path) -> None:
    async with serving(tmp_path, limits=Limits(links_per_address=Rate(0, 2))) as origin:
        one, two = await open_client(origin), await open_client(origin)
        with pytest.raises(NetworkError):
            await CpythonNetwork().connect(origin)
        await one.close()
        await two.close()


async def over_http(origin: str, device: Device) -> Client:
    client = await Client.open(await CpythonNetwork(websockets=False).connect(origin), origin)
    await client.enter(device)
    return client


async def test_REL_26_over_http_a_link_is_named_bounded_and_forgotten(tmp_path: Path) -> None:
    world = await found()
    async with serving(tmp_path, http_wait_s=0.2) as origin, httpx.AsyncClient(base_url=origin) as web:
        first = await open_client(origin)
        await first.create(world)
        await first.close()
        assert (await web.post("/api/sync/http/" + "0" * 32)).status_code == 404
        name = (await web.post("/api/sync/http")).text
        assert len(bytes.fromhex(name)) == 16
        path = f"/api/sync/http/{name}"
        nothing = messages.encode_frames([])
        hello = messages.parse_frames((await web.post(path, content=nothing)).content)
        assert isinstance(messages.parse_from_server(hello[0]), messages.Hello)
        assert messages.parse_frames((await web.post(path, content=nothing)).content) == ()
        pings = messages.encode_frames([messages.encode(messages.Ping(number)) for number in (1, 2)])
        assert messages.parse_frames((await web.post(path, params={"wait": 0}, content=pings)).content) == ()
        pongs = messages.parse_frames((await web.post(path, content=nothing)).content)
        assert [messages.parse_from_server(each) for each in pongs] == [messages.Pong(1), messages.Pong(2)]
        assert (await web.post(path, content=b"noise")).status_code == 400
        assert (await web.post(path, params={"wait": "soon"}, content=nothing)).status_code == 400
        assert (await web.post(path, content=bytes(5 * 1024 * 1024))).status_code == 413
        await web.post(path, params={"wait": 0}, content=messages.encode_frames([b"noise"]))
        last = messages.parse_frames((await web.post(path, content=nothing)).content)
        assert [messages.parse_from_server(each) for each in last] == [messages.Error(0, "bad_frame")]
        assert (await web.post(path, content=nothing)).status_code == 404


async def test_REL_26_over_http_much_comes_in_order(tmp_path: Path) -> None:
    world = await found()
    mensen = world.documents["mensen"]
    async with serving(tmp_path, limits=Limits(outgoing=128 * 1024)) as origin:
        founder = await open_client(origin)
        await founder.create(world)
        await founder.close()
        writer, reader = await over_http(origin, world.owner), await over_http(origin, world.owner)
        await reader.send(messages.Subscribe({mensen: 0}))
        envelopes = [await world.owner.write(mensen, [bytes(60_000)]) for _ in range(40)]
        for at in range(0, 40, 4):
            await writer.put(*envelopes[at : at + 4])
        assert [each.hash for each in await reader.events(40)] == [each.hash for each in envelopes]
        for _ in range(10):
            await writer.expect(messages.Ack)
        await writer.close()
        await reader.close()


async def test_P8_an_http_relay_that_sends_without_end_is_left(tmp_path: Path) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(NetworkError):
        await HttpLink.open(f"http://127.0.0.1:{port}")
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "address", ["", "relay", "ftp://relay", "http://", "http://127.0.0.1:1", "https://[::"]
)
async def test_P12_a_relay_that_is_not_there_is_a_network_error(address: str) -> None:
    with pytest.raises(NetworkError):
        await CpythonNetwork().connect(address)


def test_REL_27_a_taken_port_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sync_server.cli import main

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--host", "127.0.0.1", "--port", str(port), "--data", str(tmp_path)]) == 1
    assert str(port) in capsys.readouterr().err
    assert main(["--port", "0", "--data", str(tmp_path), "--bundle", str(tmp_path)]) == 1
    assert "make bundle" in capsys.readouterr().err
