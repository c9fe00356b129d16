"""The WebSocket carrier: uvicorn hands the connection over, `websockets` speaks the protocol without I/O.

Between the two stands no ASGI task, queue or copy per message, so that one write can serve many readers and
an idle device costs little. Compression is off: all that passes is ciphertext.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.typing import Origin

from kring.sync.messages import FRAME_MAX
from sync_server.outlet import Parcel
from sync_server.relay import Relay
from sync_server.session import Session

PATH = "/api/sync"
CLOSE_SECONDS = 10.0


class SyncProtocol(asyncio.Protocol):
    """One WebSocket. Built by uvicorn, with the relay in the lifespan's state."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._relay: Relay = app_state["relay"]
        self._connections = cast(set[Any], server_state.connections)
        origins = [Origin(each) for each in self._relay.settings.origins]
        self._ws = ServerProtocol(origins=[*origins, None], max_size=FRAME_MAX)
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._session: Session | None = None
        self._parts: list[bytes] = []
        self._congested = False
        self._live = False

    @property
    def congested(self) -> bool:
        return self._congested

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self._relay.settings.limits.outgoing)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._live = False
        if self._session is not None:
            self._session.close()

    def data_received(self, data: bytes) -> None:
        self._ws.receive_data(data)
        self._handle()

    def eof_received(self) -> None:
        self._ws.receive_eof()
        self._handle()

    def pause_writing(self) -> None:
        self._congested = True

    def resume_writing(self) -> None:
        self._congested = False
        if self._session is not None:
            self._session.drained()

    def shutdown(self) -> None:
        """uvicorn is stopping."""
        if self._session is not None:
            self._session.close("closing")
        else:
            self._transport.close()

    def send(self, parcel: Parcel) -> None:
        if self._live:
            self._transport.write(parcel.websocket)

    def close(self) -> None:
        if self._ws.state is OPEN:
            self._ws.send_close(1000)
            self._flush()
            asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abort)

    def probe(self) -> None:
        if self._ws.state is OPEN:
            self._ws.send_ping(b"")
            self._flush()

    def pause(self) -> None:
        self._transport.pause_reading()

    def resume(self) -> None:
        self._transport.resume_reading()

    def _handle(self) -> None:
        for event in self._ws.events_received():
            if isinstance(event, Request):
                self._greet(event)
            elif isinstance(event, Frame):
                self._take(event)
        self._flush()

    def _greet(self, request: Request) -> None:
        address = self._address(request)
        if request.path.partition("?")[0] != PATH:
            response = self._ws.reject(404, "")
        elif not self._relay.admits(address):
            response = self._ws.reject(503, "")
        else:
            response = self._ws.accept(request)
        self._ws.send_response(response)
        self._flush()
        if self._ws.state is OPEN:
            self._session = self._relay.connect(self, address)

    def _address(self, request: Request) -> str:
        if self._relay.settings.behind_proxy:
            forwarded = request.headers.get_all("X-Forwarded-For")
            return forwarded[-1].rpartition(",")[2].strip() if forwarded else ""
        peer = self._transport.get_extra_info("peername")
        return str(peer[0]) if peer else ""

    def _take(self, frame: Frame) -> None:
        if self._session is None:
            return
        self._session.alive()
        if frame.opcode is Opcode.TEXT:
            self._ws.fail(1003)
        elif frame.opcode is Opcode.BINARY or frame.opcode is Opcode.CONT:
            self._parts.append(bytes(frame.data))
            if frame.fin:
                message = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
                self._parts = []
                self._session.receive(message)

    def _flush(self) -> None:
        """Write what the protocol wants written; an empty piece from it means: no more after this."""
        self._live = self._ws.state is OPEN
        for piece in self._ws.data_to_send():
            if piece:
                self._transport.write(piece)
            else:
                self._transport.close()
