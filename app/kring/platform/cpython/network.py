"""The Network port on CPython: WebSocket by `websockets`, and where that does not pass, HTTP by `httpx`."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI, WebSocketException

from kring.errors import NetworkError
from kring.platform import http_link
from kring.sync.messages import FRAME_MAX, HTTP_OVERHEAD
from kring.sync.network import Link

OPEN_SECONDS: Final = 10.0
WAIT_SECONDS: Final = 20


class CpythonNetwork:
    """`websockets=False` goes by HTTP at once."""

    def __init__(self, *, websockets: bool = True) -> None:
        self._websockets = websockets

    async def connect(self, relay: str) -> Link:
        if self._websockets:
            with suppress(OSError, TimeoutError, WebSocketException):
                return await _websocket(relay)
        return await HttpLink.open(relay)

    def online(self) -> bool:
        return True


async def _websocket(relay: str) -> Link:
    scheme, _, rest = relay.partition("://")
    if scheme not in ("http", "https"):
        raise NetworkError("a relay is an http or https origin")
    address = f"{'wss' if scheme == 'https' else 'ws'}://{rest}/api/sync"
    try:
        return WebSocketLink(
            await connect(address, compression=None, max_size=FRAME_MAX, open_timeout=OPEN_SECONDS)
        )
    except (InvalidURI, ValueError) as error:
        raise NetworkError("no address of a relay") from error
    except InvalidHandshake as error:
        raise OSError("refused") from error


class WebSocketLink:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, frame: bytes) -> None:
        try:
            await self._connection.send(frame)
        except (ConnectionClosed, OSError) as error:
            raise NetworkError("the connection is gone") from error

    async def receive(self) -> bytes:
        try:
            frame = await self._connection.recv()
        except (ConnectionClosed, OSError) as error:
            raise NetworkError("the connection is gone") from error
        if isinstance(frame, str):
            await self.close()
            raise NetworkError("the relay sent text")
        return frame

    async def close(self) -> None:
        await self._connection.close()


class HttpLink:
    """The shared HTTP link, with the client that carries it."""

    def __init__(self, client: httpx.AsyncClient, link: http_link.HttpLink) -> None:
        self._client = client
        self._link = link

    @classmethod
    async def open(cls, relay: str) -> HttpLink:
        """Raises NetworkError."""
        try:
            timeout = httpx.Timeout(OPEN_SECONDS, read=2 * WAIT_SECONDS)
            client = httpx.AsyncClient(base_url=relay, timeout=timeout)
        except (httpx.InvalidURL, ValueError) as error:
            raise NetworkError("no address of a relay") from error

        async def post(path: str, body: bytes) -> bytes:
            return await _post(client, path, body)

        try:
            return cls(client, await http_link.open_http_link(post))
        except NetworkError:
            await client.aclose()
            raise

    async def send(self, frame: bytes) -> None:
        await self._link.send(frame)

    async def receive(self) -> bytes:
        return await self._link.receive()

    async def close(self) -> None:
        await self._link.close()
        await self._client.aclose()


async def _post(client: httpx.AsyncClient, path: str, body: bytes) -> bytes:
    """The answer. Raises NetworkError, also where it is longer than frames can be."""
    answer = bytearray()
    try:
        async with client.stream("POST", path, content=body) as response:
            if response.status_code != 200:
                raise NetworkError("the relay refused")
            async for chunk in response.aiter_raw():
                answer += chunk
                if len(answer) > FRAME_MAX + HTTP_OVERHEAD:
                    raise NetworkError("the relay sends too much")
    except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
        raise NetworkError("the relay cannot be reached") from error
    return bytes(answer)
