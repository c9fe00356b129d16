"""The servers under test, spoken to in their own words: how one joins, writes and knows what arrived."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from kring.sync import messages
from kring.sync.client import PUT_BYTES, PUT_ITEMS
from tests.benchmarks.relay.raw_socket import RawSocket, connect
from tests.benchmarks.relay.server_process import ServerProcess, running
from tests.benchmarks.report import ROOT
from tests.support.relay import CRYPTO, World, found

HERE = Path(__file__).parent
BUILD = ROOT / "build" / "bench-relay"
PACKAGES = ("@hocuspocus/server@4.7.0", "yjs@13.6.33")

OnProgress = Callable[[int], None]
"""Called by a reader with how many changes it has now."""


class Peer(Protocol):
    name: str

    def server(self) -> AbstractContextManager[ServerProcess]: ...
    async def prepare(self, count: int) -> None:
        """Make `count` changes to write later, and what else stands ready before the clock runs."""
        ...

    async def reader(self, port: int, progress: OnProgress) -> RawSocket:
        """A link that follows the document, up to date."""
        ...

    async def writer(self, port: int) -> Writer: ...


class Writer(Protocol):
    async def all(self, start: int, count: int) -> None:
        """Write these changes as fast as the server takes them; returns when all are acknowledged."""
        ...

    def one(self, index: int) -> None:
        """Write one change and do not wait."""
        ...


class Kring:
    """Real records, and envelopes that are sealed and signed one change each."""

    name = "kring"

    def __init__(self, change: bytes) -> None:
        self._change = change
        self._world: World | None = None
        self._founded = False
        self.envelopes: list[bytes] = []

    @property
    def world(self) -> World:
        assert self._world is not None
        return self._world

    @property
    def document(self) -> bytes:
        return self.world.documents["relatiekaart"]

    def server(self) -> AbstractContextManager[ServerProcess]:
        data = BUILD / "data"
        shutil.rmtree(data, ignore_errors=True)
        self._founded = False
        return running([sys.executable, str(HERE / "serve_relay.py"), str(data)], ROOT)

    async def prepare(self, count: int) -> None:
        self._world = await found()
        self.envelopes = [
            (await self.world.owner.write(self.document, [self._change])).wire for _ in range(count)
        ]

    async def enter(self, port: int, on_message: Callable[[memoryview], None]) -> RawSocket:
        """A link that is logged in; `on_message` gets what comes after."""
        answers: asyncio.Queue[bytes] = asyncio.Queue()
        socket = await connect(port, "/api/sync", lambda message: answers.put_nowait(bytes(message)))
        hello = messages.parse_from_server(await answers.get())
        assert isinstance(hello, messages.Hello)
        if not self._founded:
            self._founded = True
            socket.send(messages.encode(messages.Create(self.world.records)))
            assert isinstance(messages.parse_from_server(await answers.get()), messages.Created)
        keys, case, now = self.world.owner.keys, self.world.case, _now()
        signed = messages.login_bytes(hello.nonce, f"http://127.0.0.1:{port}", case, keys.id, now)
        signature = await CRYPTO.sign(keys.sign.private, signed)
        socket.send(messages.encode(messages.Login(case, keys.id, now, signature)))
        assert isinstance(messages.parse_from_server(await answers.get()), messages.Welcome)
        socket.on_message = on_message
        return socket

    async def reader(self, port: int, progress: OnProgress) -> RawSocket:
        ready = asyncio.Event()

        def on_message(message: memoryview) -> None:
            # ["events", document, cursor, ...]: a head, 7 bytes of text, 17 of document, the cursor.
            if message[1:8] == b"\x66events":
                ready.set()
                progress(_uint(message, 25))

        socket = await self.enter(port, on_message)
        socket.send(messages.encode(messages.Subscribe({self.document: 0})))
        await ready.wait()
        return socket

    async def writer(self, port: int) -> PutWriter:
        writer = PutWriter(
            self.envelopes, lambda request, batch: messages.encode(messages.Put(request, tuple(batch)))
        )

        def heard(message: memoryview) -> None:
            if message[1:5] == b"\x63ack":
                writer.acked()

        writer.socket = await self.enter(port, heard)
        return writer


class PutWriter:
    """Sends as the app's client does: so many envelopes a put, and one put at a time."""

    def __init__(self, envelopes: Sequence[bytes], pack: Callable[[int, Sequence[bytes]], bytes]) -> None:
        self._envelopes = envelopes
        self._pack = pack
        self._requests = 0
        self._acked = asyncio.Event()
        self.socket: RawSocket | None = None

    def acked(self) -> None:
        self._acked.set()

    async def all(self, start: int, count: int) -> None:
        end = start + count
        while start < end:
            batch: list[bytes] = []
            size = 0
            while start + len(batch) < end and len(batch) < PUT_ITEMS and size < PUT_BYTES:
                batch.append(self._envelopes[start + len(batch)])
                size += len(batch[-1])
            self._acked.clear()
            self._put(batch)
            await self._acked.wait()
            start += len(batch)

    def one(self, index: int) -> None:
        self._put([self._envelopes[index]])

    def _put(self, batch: Sequence[bytes]) -> None:
        assert self.socket is not None
        self._requests += 1
        self.socket.send(self._pack(self._requests, batch))


class Limit:
    """The least that a durable relay can do (serve_limit.py), sent the same bytes in the same puts."""

    name = "limit"

    def __init__(self, size: int) -> None:
        self._size = size
        self.envelopes: list[bytes] = []

    def server(self) -> AbstractContextManager[ServerProcess]:
        data = BUILD / "limit"
        shutil.rmtree(data, ignore_errors=True)
        return running([sys.executable, "-m", "tests.benchmarks.relay.serve_limit", str(data)], ROOT)

    async def prepare(self, count: int) -> None:
        self.envelopes = [os.urandom(self._size) for _ in range(count)]

    async def reader(self, port: int, progress: OnProgress) -> RawSocket:
        ready = asyncio.Event()

        def on_message(message: memoryview) -> None:
            ready.set()
            progress(int.from_bytes(message[:8]))

        socket = await connect(port, "/", on_message)
        socket.send(b"follow")
        await ready.wait()
        return socket

    async def writer(self, port: int) -> PutWriter:
        writer = PutWriter(self.envelopes, lambda _, batch: len(batch).to_bytes(4) + b"".join(batch))
        writer.socket = await connect(port, "/", lambda _: writer.acked())
        return writer


class Hocuspocus:
    """As its manual starts it; its writer sends each change at once and never waits."""

    name = "hocuspocus"
    document = b"\x04case"
    LAST = b"THE-LAST-ONE"

    def __init__(self) -> None:
        self.updates: list[bytes] = []
        self.total = 0

    def server(self) -> AbstractContextManager[ServerProcess]:
        shutil.copy(HERE / "serve_hocuspocus.mjs", BUILD)
        return running(["node", "serve_hocuspocus.mjs"], BUILD)

    async def prepare(self, count: int) -> None:
        await asyncio.to_thread(install)
        shutil.copy(HERE / "make_updates.mjs", BUILD)
        command = ["node", "make_updates.mjs", str(count)]
        made = (
            await asyncio.to_thread(subprocess.run, command, cwd=BUILD, capture_output=True, check=True)
        ).stdout
        at = 0
        self.updates.clear()
        while at < len(made):
            size = int.from_bytes(made[at : at + 4])
            update = made[at + 4 : at + 4 + size]
            self.updates.append(self.document + b"\x00\x02" + _varuint(size) + update)
            at += 4 + size
        self.total = count

    async def enter(self, port: int, on_message: Callable[[memoryview], None]) -> RawSocket:
        synced = asyncio.Event()

        def greeted(message: memoryview) -> None:
            if message[len(self.document) : len(self.document) + 2] == b"\x00\x01":
                synced.set()

        socket = await connect(port, "/", greeted)
        socket.send(self.document + b"\x02\x00\x05token")
        socket.send(self.document + b"\x00\x00\x01\x00")
        await synced.wait()
        socket.on_message = on_message
        return socket

    async def reader(self, port: int, progress: OnProgress) -> RawSocket:
        head = self.document + b"\x00\x02"
        seen = 0

        def on_message(message: memoryview) -> None:
            nonlocal seen
            if message[: len(head)] == head:
                # Several changes may come merged as one; the last one carries a mark.
                seen = self.total if self.LAST in bytes(message[-64:]) else min(seen + 1, self.total - 1)
                progress(seen)

        return await self.enter(port, on_message)

    async def writer(self, port: int) -> HocuspocusWriter:
        return await HocuspocusWriter.open(self, port)


class HocuspocusWriter:
    def __init__(self, updates: Sequence[bytes], head: bytes) -> None:
        self._updates = updates
        self._head = head
        self._waiting = 0
        self._acked = asyncio.Event()
        self._socket: RawSocket | None = None

    @classmethod
    async def open(cls, peer: Hocuspocus, port: int) -> HocuspocusWriter:
        writer = cls(peer.updates, peer.document + b"\x08")
        writer._socket = await peer.enter(port, writer._heard)
        return writer

    def _heard(self, message: memoryview) -> None:
        if message[: len(self._head)] == self._head:
            self._waiting -= 1
            if self._waiting <= 0:
                self._acked.set()

    async def all(self, start: int, count: int) -> None:
        self._acked.clear()
        self._waiting = count
        for index in range(start, start + count):
            self.one(index)
            # Each change is a write of its own, as from a person's app, and not part of one big burst.
            await asyncio.sleep(0)
        await self._acked.wait()

    def one(self, index: int) -> None:
        assert self._socket is not None
        self._socket.send(self._updates[index])


def install() -> None:
    """Hocuspocus from npm, into build/; nothing where it is there already."""
    wanted = {name.rpartition("@")[0]: name.rpartition("@")[2] for name in PACKAGES}
    package = BUILD / "package.json"
    BUILD.mkdir(parents=True, exist_ok=True)
    if package.exists() and json.loads(package.read_text()).get("dependencies") == wanted:
        return
    package.write_text(json.dumps({"private": True, "type": "module", "dependencies": wanted}))
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=BUILD, check=True)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _uint(view: memoryview, at: int) -> int:
    head = view[at]
    if head < 24:
        return head
    width = 1 << (head - 24)
    return int.from_bytes(view[at + 1 : at + 1 + width])


def _varuint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
