"""A bundle served as the relay serves it, and nothing else: for tests and figures of the page alone.

`python -m tests.e2e.static_site build/web 8123`
"""

from __future__ import annotations

import json
import mimetypes
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}
TYPES |= {".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


class StaticSite:
    """`sent` counts the bytes of bodies as they go over the wire; `requests` lists the paths asked for.

    From a POST to /stop on, every answer is a 503, as from a server that is gone.
    """

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self.sent = 0
        self.requests: list[str] = []
        self.broken: set[str] = set()
        self.stopped = False

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.requests.append(path)
        if request.method == "POST" and path == "/stop":
            self.stopped = True
        if path in self.broken or self.stopped:
            return Response(status_code=503)
        file = (self.bundle / path.lstrip("/")).resolve()
        if path == "/" or not file.is_relative_to(self.bundle):
            file = self.bundle / "index.html"
        if not file.is_file():
            return Response(status_code=404)
        headers = {**json.loads((self.bundle / "headers.json").read_text()), "Cache-Control": "no-cache"}
        kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        for encoding, suffix in (("br", ".br"), ("gzip", ".gz")):
            packed = file.with_name(file.name + suffix)
            if encoding in request.headers.get("accept-encoding", "") and packed.is_file():
                headers["Content-Encoding"] = encoding
                file = packed
                break
        self.sent += file.stat().st_size
        return FileResponse(file, media_type=kind, headers=headers)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])


if __name__ == "__main__":
    site = StaticSite(Path(sys.argv[1]).resolve())
    uvicorn.run(site.app(), port=int(sys.argv[2]), log_level="warning")
