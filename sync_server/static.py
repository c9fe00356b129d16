"""Serving the bundle: only files that were there at the start, each in the smallest form the browser takes.

`headers.json` and `bundle.json` are written by the bundle builder: the headers for every response, and a
digest of each file for its ETag. Names do not change with content, so a browser asks each time and is told
"not modified"; only a file whose name carries a digest is kept for good.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync_server.errors import BadBundle

ALWAYS = MappingProxyType(
    {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)
UNSERVED = frozenset({"headers.json", ".ready"})
ENCODINGS = ((".br", "br"), (".gz", "gzip"))
TYPES = MappingProxyType(
    {
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
        ".whl": "application/octet-stream",
    }
)
_DIGEST_IN_NAME = re.compile(r"[.-][0-9a-f]{12,64}\.")
_ACCEPTED = re.compile(r"\s*([a-z*]+)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Form:
    """One file on disk; `encoding` is empty for the plain one."""

    path: Path
    encoding: str


@dataclass(frozen=True, slots=True)
class Served:
    """What one address gives: its forms, smallest first, the plain one last."""

    forms: tuple[Form, ...]
    media_type: str
    digest: str
    cache: str


class Bundle:
    """A folder with `index.html`. Raises BadBundle where there is none."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "index.html").is_file():
            raise BadBundle(str(folder))
        self.headers: Mapping[str, str] = _read_headers(folder / "headers.json")
        self._files = _index(folder)

    async def serve(self, request: Request) -> Response:
        served = self._files.get(request.path_params["path"] or "index.html")
        if served is None:
            return PlainTextResponse("", 404)
        accepted = _accepted(request.headers.get("accept-encoding", ""))
        form = next(each for each in served.forms if not each.encoding or each.encoding in accepted)
        headers = {
            "etag": f'"{served.digest}{"-" + form.encoding if form.encoding else ""}"',
            "cache-control": served.cache,
            "vary": "accept-encoding",
        }
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if form.encoding:
            headers["content-encoding"] = form.encoding
        return FileResponse(form.path, headers=headers, media_type=served.media_type)


class WithHeaders:
    """Add headers to every response that does not set them itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                extra = [pair for pair in self._headers if pair[0] not in present]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _read_headers(path: Path) -> Mapping[str, str]:
    if not path.is_file():
        return ALWAYS
    read = json.loads(path.read_text("utf-8"))
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise BadBundle("headers.json is no table of headers")
    return {**ALWAYS, **read}


def _index(folder: Path) -> dict[str, Served]:
    digests = _digests(folder / "bundle.json")
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    index = {}
    for name, path in files.items():
        plain_of = path.with_suffix("").relative_to(folder).as_posix()
        if name in UNSERVED or (path.suffix in (".br", ".gz") and plain_of in files):
            continue
        forms = [Form(files[name + end], code) for end, code in ENCODINGS if name + end in files]
        index[name] = Served(
            forms=(*sorted(forms, key=lambda form: form.path.stat().st_size), Form(path, "")),
            media_type=TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
            digest=digests.get(name) or _stamp(path),
            cache="public, max-age=31536000, immutable" if _DIGEST_IN_NAME.search(path.name) else "no-cache",
        )
    return index


def _digests(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    files = json.loads(path.read_text("utf-8")).get("files", {})
    return {(name.strip("/") or "index.html"): digest for name, (_, digest) in files.items()}


def _stamp(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size:x}-{stat.st_mtime_ns:x}"


def _accepted(header: str) -> set[str]:
    accepted = set()
    for part in header.lower().split(","):
        found = _ACCEPTED.fullmatch(part)
        if found and float(found[2] or 1) > 0:
            accepted.add(found[1])
    return accepted
