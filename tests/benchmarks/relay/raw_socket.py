"""A WebSocket client that costs next to nothing: it hands out whole messages and does no more.

The same for every server under test, so that the server is what is measured.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast

from websockets.frames import Frame, Opcode

OnMessage = Callable[[memoryview], None]


class RawSocket(asyncio.Protocol):
    def __init__(self, path: str, host: str, on_message: OnMessage) -> None:
        self._hello = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self.on_message = on_message
        self._buffer = bytearray()
        self._open = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in buffer[:end]:
                raise ConnectionError(bytes(buffer[:end]))
            self._open = True
            del buffer[: end + 4]
        at = 0
        with memoryview(buffer) as view:
            while (found := frame_at(view, at)) is not None:
                start, end, opcode = found
                if opcode in (1, 2):
                    with view[start:end] as message:
                        self.on_message(message)
                elif opcode == 9:
                    self.send(bytes(view[start:end]), Opcode.PONG)
                at = end
        del buffer[:at]

    def send(self, data: bytes, opcode: Opcode = Opcode.BINARY) -> None:
        assert self._transport is not None
        self._transport.write(Frame(opcode, data).serialize(mask=True))

    def close(self) -> None:
        assert self._transport is not None
        self._transport.abort()


def frame_at(view: memoryview, at: int) -> tuple[int, int, int] | None:
    """Start and end of the frame at `at` after its length, and its opcode; None where it is not whole yet.

    A client's frame has its mask, of four bytes, at that start.
    """
    left = len(view) - at
    if left < 2:
        return None
    size, start = view[at + 1] & 127, at + 2
    masked = 4 if view[at + 1] & 128 else 0
    if size > 125:
        width = 2 if size == 126 else 8
        if left < 2 + width:
            return None
        start += width
        size = int.from_bytes(view[at + 2 : start])
    end = start + masked + size
    return (start, end, view[at] & 15) if at + left >= end else None


async def connect(port: int, path: str, on_message: OnMessage) -> RawSocket:
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(
        lambda: RawSocket(path, f"127.0.0.1:{port}", on_message), "127.0.0.1", port
    )
    return socket
