"""Serving the bundle: small forms, true ETags, headers on everything, nothing outside the folder."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sync_server.errors import BadBundle
from sync_server.static import ALWAYS, Bundle
from tests.support.relay import serving

POLICY = "default-src 'none'; script-src 'self'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    (folder / "deep").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>" + "kring " * 100)
    (folder / "index.html.gz").write_bytes(gzip.compress((folder / "index.html").read_bytes()))
    (folder / "index.html.br").write_bytes(b"brotli, as the browser would know")
    (folder / "deep" / "app.wasm").write_bytes(b"\0asm")
    (folder / "deep" / "part-0123456789abcdef.js").write_text("1")
    (folder / "data.gz").write_bytes(b"a file of its own")
    (folder / "headers.json").write_text(json.dumps({"Content-Security-Policy": POLICY, "X-Own": "yes"}))
    (folder / "bundle.json").write_text(json.dumps({"files": {"/": [1, "digest-of-index"]}}))
    (tmp_path / "secret.txt").write_text("outside")
    return folder


@pytest.fixture
async def web(folder: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(tmp_path / "data", bundle=Bundle(folder)) as origin,
        httpx.AsyncClient(base_url=origin, headers={"accept-encoding": "identity"}) as client,
    ):
        yield client


async def test_REL_21_each_browser_gets_the_smallest_form_it_takes(web: httpx.AsyncClient) -> None:
    plain = await web.get("/")
    assert plain.text.startswith("<!doctype html>kring")
    assert "content-encoding" not in plain.headers
    assert plain.headers["content-type"].startswith("text/html")
    zipped = await web.get("/", headers={"accept-encoding": "gzip, deflate"})
    assert (zipped.headers["content-encoding"], zipped.text) == ("gzip", plain.text)
    async with web.stream("GET", "/index.html", headers={"accept-encoding": "gzip, br;q=0.9"}) as small:
        assert small.headers["content-encoding"] == "br"
        assert [part async for part in small.aiter_raw()] == [b"brotli, as the browser would know"]
    refused = await web.get("/", headers={"accept-encoding": "br;q=0, gzip;q=0"})
    assert refused.text == plain.text
    assert "accept-encoding" in plain.headers["vary"].lower()


@pytest.mark.parametrize("odd", ["gzip;q=1.2.3", "gzip;q=.", "br;q=", ";;q=1,,"])
async def test_P12_REL_20_an_odd_list_of_encodings_gets_the_plain_file(
    web: httpx.AsyncClient, odd: str
) -> None:
    answer = await web.get("/", headers={"accept-encoding": odd})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


async def test_REL_21_what_a_browser_has_is_not_sent_again(web: httpx.AsyncClient) -> None:
    first = await web.get("/")
    assert first.headers["etag"] == '"digest-of-index"'
    assert first.headers["cache-control"] == "no-cache"
    again = await web.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == POLICY
    other = await web.get("/", headers={"if-none-match": first.headers["etag"], "accept-encoding": "gzip"})
    assert other.status_code == 200
    kept = await web.get("/deep/part-0123456789abcdef.js")
    assert "immutable" in kept.headers["cache-control"]
    assert (await web.get("/deep/app.wasm")).headers["content-type"] == "application/wasm"


@pytest.mark.parametrize("path", ["/", "/deep/app.wasm", "/nothing", "/healthz", "/api/sync/http/unknown"])
async def test_REL_22_every_response_carries_the_security_headers(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-own"] == "yes"
    for name in ("cross-origin-opener-policy", "cross-origin-embedder-policy", "x-content-type-options"):
        assert answer.headers[name] == ALWAYS[name.title()]
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/deep/..%2f..%2fsecret.txt", "//secret.txt", "/headers.json"],
)
async def test_REL_23_nothing_but_the_bundle_is_served(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.send(httpx.Request("GET", str(web.base_url).rstrip("/") + path))
    assert answer.status_code == 404
    assert (await web.get("/index.html.br")).status_code == 404
    assert (await web.get("/data.gz")).content == b"a file of its own"
    assert (await web.post("/")).status_code == 405


async def test_REL_22_without_a_bundle_there_are_headers_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as origin, httpx.AsyncClient(base_url=origin) as client:
        alive = await client.get("/healthz")
        assert (alive.status_code, alive.text) == (200, "ok")
        assert alive.headers["content-security-policy"] == ALWAYS["Content-Security-Policy"]
        assert (await client.get("/")).status_code == 404


def test_P12_a_folder_that_is_no_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadBundle):
        Bundle(tmp_path)
    (tmp_path / "index.html").write_text("")
    (tmp_path / "headers.json").write_text("[]")
    with pytest.raises(BadBundle):
        Bundle(tmp_path)
