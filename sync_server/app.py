"""The web application: the bundle, the frames over HTTP, and a sign of life. WebSockets: websocket.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sync_server.http_link import HttpLinks
from sync_server.relay import Relay
from sync_server.static import ALWAYS, Bundle, WithHeaders


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("ok", headers={"cache-control": "no-store"})


def make_app(opened: AbstractAsyncContextManager[Relay], bundle: Bundle | None) -> ASGIApp:
    """The application around a relay that `opened` opens at the start and closes at the end."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        async with opened as relay:
            yield {"relay": relay}

    routes = [Route("/healthz", _healthz), *HttpLinks().routes]
    if bundle is not None:
        routes.append(Route("/{path:path}", bundle.serve))
    headers = bundle.headers if bundle is not None else ALWAYS
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(WithHeaders, headers=headers)])
