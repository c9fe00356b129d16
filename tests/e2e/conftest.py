"""The bundle, built once for all browser tests, and the servers and browsers that they share."""

from __future__ import annotations

import fcntl
import hashlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page

from pwa.build import build
from pwa.paths import PROJECT
from tests.e2e.browser import chromium, profile
from tests.e2e.phone import Phone
from tests.e2e.static_site import StaticSite
from tests.support.server import Server

BUILD = PROJECT / "build"
INSIDE = Path(__file__).parent / "inside"


@pytest.fixture(scope="session")
def test_bundle() -> Path:
    """The app with what runs inside the browser for tests."""
    return made_once("web-tests", main=INSIDE / "empty.py", with_tests=True)


@pytest.fixture(scope="session")
def app_bundle() -> Path:
    """The app as people get it, but for the compression."""
    return made_once("web-app")


@pytest.fixture
def relay(app_bundle: Path, tmp_path: Path) -> Iterator[str]:
    """The real server with the app and an empty folder for its data; its origin."""
    server = Server(tmp_path / "relay", app_bundle)
    server.start()
    yield server.origin
    server.stop()


def made_once(name: str, **what: Any) -> Path:
    """A bundle in build/, made again only when its sources have changed, by one test process at a time."""
    out, stamp = BUILD / name, BUILD / f"{name}.sources"
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "bundles.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = sources()
        if not (out.is_dir() and stamp.is_file() and stamp.read_text() == digest):
            build(out, compressed=False, **what)
            stamp.write_text(digest)
    return out


def sources() -> str:
    """A digest of all that the test bundle is made from, so that it is built again only when that changed."""
    tests = PROJECT / "tests"
    inside = (
        INSIDE,
        *(tests / each for each in ("contracts", "simulation", "support", "unit/cases", "unit/sharing")),
    )
    folders = (PROJECT / "app", PROJECT / "assets", PROJECT / "sync_server", *inside)
    digest = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file}\0{hashlib.sha256(file.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


class Served:
    """A static site on a free port, in a thread of its own."""

    def __init__(self, bundle: Path) -> None:
        self.site = StaticSite(bundle)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.origin = f"http://localhost:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self.site.app(), log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="session")
def served(test_bundle: Path) -> Iterator[Served]:
    with Served(test_bundle) as site:
        yield site


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as found:
        yield found


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh profile of a phone in Dutch."""
    found = await profile(browser)
    yield found
    await found.close()


@pytest_asyncio.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


@pytest_asyncio.fixture
async def phone(browser: Browser, relay: str, tmp_path: Path) -> AsyncIterator[Phone]:
    """A phone in Dutch with the app from the real server, on which nothing goes wrong unseen."""
    context = await profile(browser)
    made = Phone(context, await context.new_page(), relay)
    yield made
    await made.end(tmp_path / "phone.png")
