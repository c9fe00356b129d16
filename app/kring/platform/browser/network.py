"""The Network port in a browser: a WebSocket, or HTTP where none gets through (app/pwa/bridge/network.js)."""

from __future__ import annotations

from typing import Any

from kring_bridge import network
from pyodide.ffi import JsException, to_js

from kring.errors import NetworkError
from kring.platform.http_link import open_http_link
from kring.sync.network import Link


class SocketLink:
    """Frames over one WebSocket. Giving up on `receive` loses no frame."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def send(self, frame: bytes) -> None:
        if not await self._socket.send(to_js(frame)):
            raise NetworkError("the link is gone")

    async def receive(self) -> bytes:
        await self._socket.available()
        frame = self._socket.take()
        if frame is None:
            raise NetworkError("the link is gone")
        received: bytes = frame.to_bytes()
        return received

    async def close(self) -> None:
        self._socket.close()


class BrowserNetwork:
    async def connect(self, relay: str) -> Link:
        if not self.online():
            raise NetworkError("no connection")
        socket = await network.socket(f"ws{relay.removeprefix('http')}/api/sync")
        if socket is not None:
            return SocketLink(socket)

        async def post(path: str, body: bytes) -> bytes:
            try:
                answer = await network.post(relay + path, to_js(body))
            except JsException as error:
                raise NetworkError(str(error)) from error
            data: bytes = answer.to_bytes()
            return data

        return await open_http_link(post)

    def online(self) -> bool:
        return bool(network.online())
