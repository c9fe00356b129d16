"""The least that a durable relay can do: store opaque bytes, acknowledge, hand them on. Prints its port.

No login, no rules, no signatures, one document. What waits is one transaction, one fsync and one frame.
This is the limit that a relay in Python is measured against; it takes the folder for its file.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import signal
import socket
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import uvloop
from websockets.frames import Frame, Opcode
from websockets.speedups import apply_mask

from tests.benchmarks.relay.raw_socket import frame_at

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = re.compile(rb"Sec-WebSocket-Key: (\S+)")
FOLLOW = b"follow"


class Limit:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.db = sqlite3.connect(folder / "limit.db", isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE puts (id INTEGER PRIMARY KEY, body BLOB)")
        self.thread = ThreadPoolExecutor(1)
        self.waiting: list[tuple[Link, bytes]] = []
        self.readers: set[Link] = set()
        self.busy = False
        self.cursor = 0

    def take(self, link: Link, body: bytes) -> None:
        self.waiting.append((link, body))
        if not self.busy:
            self.busy = True
            self.flush()

    def flush(self) -> None:
        batch, self.waiting = self.waiting, []
        work = asyncio.get_running_loop().run_in_executor(self.thread, self.store, batch)
        work.add_done_callback(lambda done: self.stored(batch, done))

    def store(self, batch: list[tuple[Link, bytes]]) -> None:
        self.db.execute("BEGIN")
        self.db.executemany("INSERT INTO puts (body) VALUES (?)", [(body,) for _, body in batch])
        self.db.execute("COMMIT")

    def stored(self, batch: list[tuple[Link, bytes]], done: asyncio.Future[None]) -> None:
        done.result()
        for link, body in batch:
            link.send(body[:4])
            self.cursor += int.from_bytes(body[:4])
        data = self.cursor.to_bytes(8) + b"".join(body[4:] for _, body in batch)
        whole = Frame(Opcode.BINARY, data).serialize(mask=False)
        for reader in self.readers:
            reader.transport.write(whole)
        if self.waiting:
            self.flush()
        else:
            self.busy = False


class Link(asyncio.Protocol):
    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.buffer = bytearray()
        self.open = False
        self.transport = cast(asyncio.Transport, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.limit.readers.discard(self)

    def send(self, data: bytes) -> None:
        self.transport.write(Frame(Opcode.BINARY, data).serialize(mask=False))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.open and not self.greet():
            return
        at = 0
        with memoryview(self.buffer) as view:
            while (found := frame_at(view, at)) is not None:
                start, at, _ = found
                with view[start + 4 : at] as body, view[start : start + 4] as mask:
                    self.message(apply_mask(body, mask))
        del self.buffer[:at]

    def greet(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        key = KEY.search(self.buffer)
        if end < 0 or key is None:
            return False
        accept = base64.b64encode(hashlib.sha1(key[1] + GUID).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        del self.buffer[: end + 4]
        self.open = True
        return True

    def message(self, body: bytes) -> None:
        if body == FOLLOW:
            self.limit.readers.add(self)
            self.send(bytes(8))
        else:
            self.limit.take(self, body)


async def serve(folder: Path) -> None:
    limit, loop = Limit(folder), asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    await loop.create_server(lambda: Link(limit), sock=listener)
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    print(listener.getsockname()[1], flush=True)
    await stopped.wait()


uvloop.run(serve(Path(sys.argv[1])))
