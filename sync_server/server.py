"""uvicorn around the application: how it is set, and how it stops without anyone waiting in vain."""

from __future__ import annotations

import socket
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from sync_server.relay import Relay
from sync_server.websocket import SyncProtocol

GRACE_SECONDS = 10


def configured(app: ASGIApp, cert: Path | None = None, key: Path | None = None) -> uvicorn.Config:
    """No access log and no library's own log lines: addresses and paths stay out of the logs."""
    return uvicorn.Config(
        app,
        ws=SyncProtocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=cert,
        ssl_keyfile=str(key) if key else None,
    )


class Server(uvicorn.Server):
    """Says goodbye on every link before it waits for the connections to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        relay: Relay | None = self.lifespan.state.get("relay")
        if relay is not None:
            relay.goodbye()
        await super().shutdown(sockets)
