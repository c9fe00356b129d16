"""The browser's Crypto keeps the contract in the three engines themselves."""

from __future__ import annotations

import base64
import functools
import os
import shutil
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.webkitgtk.service import Service

from kring.sharing.crypto import Crypto
from pwa import npm
from pwa.paths import HERE, Workplace
from tests.compat.node_crypto import DRIVER, Answer, JsException, adapter, bundle, served
from tests.contracts.crypto_suite import CASES, Case
from tests.e2e.browser import executable

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>crypto</title><script type="module">
import { port } from "./crypto.mjs";
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (all) => btoa(Array.from(all, (each) => String.fromCharCode(each)).join(""));
globalThis.kringCall = (name, packed) => port[name](bytes(packed)).then(text, () => null);
</script>"""
MINI_BROWSER = Path("/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser")


class QuietHandler(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page on localhost that has crypto.js."""
    folder = tmp_path_factory.mktemp("page")
    bundle(folder)
    (folder / "index.html").write_text(PAGE)
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(folder))
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def by_puppeteer(kind: str, path: str | None, address: str) -> AbstractContextManager[Crypto]:
    assert path, f"python -m pwa.browsers brings {kind}"
    place = Workplace(out=Path(), cache=HERE.parent.parent / "build")
    puppeteer = npm.install(place) / "puppeteer-core" / "lib" / "puppeteer" / "puppeteer-core.js"
    return served([*npm.tool("node", place.cache), str(DRIVER), str(puppeteer), kind, path, address])


@pytest.fixture(scope="module")
def chromium(address: str) -> Iterator[Crypto]:
    path = executable()
    if path is None:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    with by_puppeteer("chrome", path, address) as crypto:
        yield crypto


@pytest.fixture(scope="module")
def firefox(address: str) -> Iterator[Crypto]:
    with by_puppeteer("firefox", shutil.which("firefox-esr"), address) as crypto:
        yield crypto


class _WebKitBridge:
    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Any:
        async def call(packed: bytes) -> Answer:
            script = "globalThis.kringCall(arguments[0], arguments[1]).then(arguments[2])"
            text = self._driver.execute_async_script(script, name, base64.b64encode(packed).decode())
            if text is None:
                raise JsException(name)
            return Answer(base64.b64decode(text))

        return call


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """An X display of its own."""
    path = shutil.which("Xvfb")
    assert path, "python -m pwa.browsers brings Xvfb"
    with subprocess.Popen(
        [path, "-displayfd", "1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as xvfb:
        assert xvfb.stdout is not None
        yield f":{xvfb.stdout.readline().decode().strip()}"
        xvfb.terminate()


@pytest.fixture(scope="module")
def webkit(address: str, screen: str) -> Iterator[Crypto]:
    driver_path = shutil.which("WebKitWebDriver")
    assert driver_path, "python -m pwa.browsers brings WebKitGTK"
    assert MINI_BROWSER.is_file()
    options = WebKitGTKOptions()
    options.binary_location = str(MINI_BROWSER)
    options.add_argument("--automation")
    environment = os.environ | {
        "DISPLAY": screen,
        "LANG": "en_US.UTF-8",
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    service = Service(executable_path=driver_path, env=environment)
    with warnings.catch_warnings():
        # Selenium's own driver for WebKitGTK still calls what Selenium has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        driver = WebKitGTK(options=options, service=service)
    try:
        driver.set_script_timeout(60)
        driver.get(address)
        wait = (
            "const ready = () => globalThis.kringCall ? arguments[0](true) : setTimeout(ready, 20); ready();"
        )
        driver.execute_async_script(wait)
        yield adapter(_WebKitBridge(driver))
    finally:
        driver.quit()


@pytest.fixture(params=["chromium", "firefox", "webkit"])
def engine(request: pytest.FixtureRequest) -> Crypto:
    crypto: Crypto = request.getfixturevalue(request.param)
    return crypto


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
async def test_SHR_1_crypto(case: Case, engine: Crypto) -> None:
    await case(engine)
