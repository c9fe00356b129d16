"""The HTTP carrier, for networks that let no WebSocket through: the same frames, in bodies of requests.

A link is one session with a secret name. Frames for the device wait here until it asks; a link that has
not asked for a minute is let go.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kring.errors import ProtocolError
from kring.sync.messages import FRAME_MAX, HTTP_OVERHEAD, ITEMS_MAX, encode_frames, parse_frames
from sync_server.outlet import Parcel
from sync_server.relay import Relay
from sync_server.session import Session

CBOR = "application/cbor"
LINK_BYTES = 16
LEAST = 64
"""Room that a frame takes at least, so that many small ones count too."""


class HttpLink:
    """The outlet of one link. What was sent stays even when the link is closed, until it is fetched."""

    def __init__(self, outgoing: int) -> None:
        self._most = outgoing
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._ready = asyncio.Event()
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._turn = 0
        self.session: Session | None = None
        self.closed = False

    @property
    def congested(self) -> bool:
        return self._size > self._most

    def send(self, parcel: Parcel) -> None:
        if self._size > 4 * self._most:
            self.close()
        elif not self.closed:
            self._frames.append(parcel.bytes)
            self._size += max(LEAST, len(parcel.bytes))
            self._ready.set()

    def close(self) -> None:
        self.closed = True
        self._ready.set()
        self._may_send.set()

    def probe(self) -> None:
        """Nothing can be asked of who does the asking."""

    def pause(self) -> None:
        self._may_send.clear()

    def resume(self) -> None:
        self._may_send.set()

    @property
    def over(self) -> bool:
        """Closed, and all that was sent has been fetched."""
        return self.closed and not self._frames

    async def may_send(self) -> None:
        await self._may_send.wait()

    async def take(self, seconds: float) -> list[bytes]:
        """The next frames, waiting for the first; none where another asks meanwhile, or the link closed.

        With no time to wait nothing is taken: such a request only brings frames up, so that a device may
        send while another request of it waits, and what comes down still comes in order.
        """
        if not seconds:
            return []
        self._turn += 1
        turn = self._turn
        self._ready.set() if self._frames or self.closed else self._ready.clear()
        try:
            async with asyncio.timeout(seconds):
                while not self._frames and not self.closed and turn == self._turn:
                    await self._ready.wait()
        except TimeoutError:
            return []
        if turn != self._turn:
            return []
        return self._page()

    def _page(self) -> list[bytes]:
        page: list[bytes] = []
        size = 0
        was = self.congested
        while self._frames and len(page) < ITEMS_MAX:
            size += len(self._frames[0])
            if page and size > FRAME_MAX:
                break
            page.append(self._frames.popleft())
            self._size -= max(LEAST, len(page[-1]))
        if not self._frames and not self.closed:
            self._ready.clear()
        if was and not self.congested and self.session is not None:
            self.session.drained()
        return page


class HttpLinks:
    """The routes, and the links that are open."""

    def __init__(self) -> None:
        self._links: dict[str, HttpLink] = {}
        self.routes = [
            Route("/api/sync/http", self._open, methods=["POST"]),
            Route("/api/sync/http/{name}", self._exchange, methods=["POST"]),
        ]

    async def _open(self, request: Request) -> Response:
        relay = _relay(request)
        address = _address(request, relay)
        self._same_origin(request, relay)
        if not relay.admits(address):
            raise HTTPException(503)
        self._forget()
        name = relay.random(LINK_BYTES).hex()
        link = HttpLink(relay.settings.limits.outgoing)
        link.session = relay.connect(link, address)
        self._links[name] = link
        return PlainTextResponse(name, headers={"cache-control": "no-store"})

    async def _exchange(self, request: Request) -> Response:
        relay = _relay(request)
        self._same_origin(request, relay)
        link = self._links.get(request.path_params["name"])
        if link is None or link.session is None:
            raise HTTPException(404)
        link.session.alive()
        await link.may_send()
        try:
            frames = parse_frames(await _body(request))
        except ProtocolError:
            raise HTTPException(400) from None
        for frame in frames:
            link.session.receive(frame)
        page = await _while_there(request, link.take(_wait(request, relay.settings.http_wait_s)))
        if link.over:
            self._links.pop(request.path_params["name"], None)
            if not (page or frames):  # who brought the last frames up is not told before it has read why
                raise HTTPException(404)
        return Response(encode_frames(page), media_type=CBOR, headers={"cache-control": "no-store"})

    def _forget(self) -> None:
        for name in [name for name, link in self._links.items() if link.closed]:
            del self._links[name]

    def _same_origin(self, request: Request, relay: Relay) -> None:
        origin = request.headers.get("origin")
        if origin is not None and origin not in relay.settings.origins:
            raise HTTPException(403)


def _relay(request: Request) -> Relay:
    relay: Relay = request.state.relay
    return relay


def _address(request: Request, relay: Relay) -> str:
    if relay.settings.behind_proxy:
        return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return request.client.host if request.client else ""


def _wait(request: Request, most: float) -> float:
    try:
        return min(most, max(0.0, float(request.query_params.get("wait", most))))
    except ValueError:
        raise HTTPException(400) from None


async def _while_there(request: Request, taking: Coroutine[Any, Any, list[bytes]]) -> list[bytes]:
    """What `taking` gives, unless the device hangs up first: then nothing is taken."""
    take = asyncio.create_task(taking)
    gone = asyncio.ensure_future(request.receive())
    await asyncio.wait((take, gone), return_when=asyncio.FIRST_COMPLETED)
    for task in (take, gone):
        task.cancel()
    await asyncio.wait((take, gone))
    return [] if take.cancelled() else take.result()


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > FRAME_MAX + HTTP_OVERHEAD:
                raise HTTPException(413)
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(body)
