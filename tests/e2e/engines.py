"""Firefox and WebKitGTK, driven alike: an address, a question to the page, a click, and keys.

Firefox is driven by puppeteer-core over WebDriver BiDi (engines.mjs), WebKitGTK by Selenium and the
package's own MiniBrowser under xvfb. Neither needs a download.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.webkitgtk.service import Service

from pwa import npm
from pwa.paths import PROJECT, Workplace

PLACE = Workplace(out=PROJECT / "build", cache=PROJECT / "build")
SCRIPT = Path(__file__).with_name("engines.mjs")
DISPLAY = ":97"


class Engine(Protocol):
    def go(self, address: str) -> None: ...

    def ask(self, expression: str) -> Any:
        """What a JavaScript expression (or its promise) comes to in the page."""

    def click(self, x: int, y: int) -> None:
        """With the mouse, in pixels from the page's top left."""

    def keys(self, words: str) -> None:
        """Into whatever has the focus."""


class Firefox:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _do(self, *what: str | int) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "Firefox is gone"
        said = json.loads(line)
        assert "fault" not in said, said["fault"]
        return said["answer"]

    def go(self, address: str) -> None:
        self._do("go", address)

    def ask(self, expression: str) -> Any:
        return self._do("ask", expression)

    def click(self, x: int, y: int) -> None:
        self._do("click", x, y)

    def keys(self, words: str) -> None:
        self._do("keys", words)


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A Firefox with this profile, closed as a person closes it."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program, "python -m pwa.browsers brings Firefox"
    command = [*npm.tool("node", PLACE.cache), str(SCRIPT), str(npm.install(PLACE)), program, str(profile)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Firefox(process)
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


class WebKit:
    def __init__(self, driver: WebKitGTK) -> None:
        self._driver = driver

    def go(self, address: str) -> None:
        self._driver.get(address)

    def ask(self, expression: str) -> Any:
        return self._driver.execute_async_script(
            f"const tell = arguments[0]; Promise.resolve({expression}).then(tell)"
        )

    def click(self, x: int, y: int) -> None:
        hand = ActionBuilder(self._driver)
        hand.pointer_action.move_to_location(x, y).click()
        hand.perform()

    def keys(self, words: str) -> None:
        for letter in words:
            ActionChains(self._driver).send_keys(letter).perform()

    def close_and_open(self) -> None:
        """Close the page as a person closes it, and open another in the same browser."""
        closed = self._driver.current_window_handle
        self._driver.switch_to.new_window("tab")
        opened = self._driver.current_window_handle
        self._driver.switch_to.window(closed)
        self._driver.close()
        self._driver.switch_to.window(opened)


@contextmanager
def webkit() -> Iterator[WebKit]:
    """WebKitGTK's MiniBrowser on a screen of its own; what it stores is gone when it is closed."""
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
    environment = {
        **os.environ,
        "DISPLAY": DISPLAY,
        "LANG": "en_US.UTF-8",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    }
    screen = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", "1280x1024x24"], stderr=subprocess.DEVNULL)
    try:
        options = WebKitGTKOptions()
        options.binary_location = str(browser)
        options.add_argument("--automation")
        driver = WebKitGTK(options=options, service=Service(env=environment))
        try:
            driver.set_script_timeout(60)
            driver.set_window_size(480, 1000)  # a phone: wide, map and list stand side by side
            yield WebKit(driver)
        finally:
            driver.quit()
    finally:
        screen.terminate()
        screen.wait()
