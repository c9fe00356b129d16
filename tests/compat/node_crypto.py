"""The browser's Crypto adapter and its JavaScript, on node: only who made WebCrypto differs."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from kring.sharing.crypto import Crypto
from pwa import npm
from pwa.paths import HERE, Workplace

DRIVER = Path(__file__).with_name("node_crypto.mjs")
ADAPTER = "kring.platform.browser.crypto"


class JsException(Exception):
    """Stands for Pyodide's: what a rejected promise becomes."""


class Answer(bytes):
    def to_bytes(self) -> bytes:  # type: ignore[override]
        return bytes(self)


class _Bridge:
    """`kring_bridge.crypto`: each attribute is an async function from packed list to packed list."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def __getattr__(self, name: str) -> Any:
        async def call(packed: bytes) -> Answer:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            body = bytes([len(name)]) + name.encode() + packed
            self._process.stdin.write(len(body).to_bytes(4) + body)
            self._process.stdin.flush()
            length = int.from_bytes(self._process.stdout.read(4))
            done, answer = self._process.stdout.read(1), self._process.stdout.read(length - 1)
            if done != b"\1":
                raise JsException(name)
            return Answer(answer)

        return call


def bundle(folder: Path) -> Path:
    """crypto.js with all that it imports, as one ES module in `folder`."""
    place = Workplace(out=folder, cache=HERE.parent.parent / "build")
    npm.esbuild(place, [HERE / "bridge" / "crypto.js"], folder, "--out-extension:.js=.mjs")
    return folder / "crypto.mjs"


def adapter(bridge: object) -> Crypto:
    """The real BrowserCrypto, with `bridge` for `kring_bridge.crypto` and as much of Pyodide as it uses."""
    fakes = {name: ModuleType(name) for name in ("kring_bridge", "pyodide", "pyodide.ffi")}
    fakes["kring_bridge"].crypto = bridge  # type: ignore[attr-defined]
    fakes["pyodide.ffi"].JsException = JsException  # type: ignore[attr-defined]
    fakes["pyodide.ffi"].to_js = lambda data: data  # type: ignore[attr-defined]
    sys.modules.update(fakes)
    try:
        crypto: Crypto = importlib.import_module(ADAPTER).BrowserCrypto()
        return crypto
    finally:
        for name in (*fakes, ADAPTER):
            sys.modules.pop(name, None)


@contextmanager
def served(command: list[str]) -> Iterator[Crypto]:
    """BrowserCrypto over a process that speaks as node_crypto.mjs does."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield adapter(_Bridge(process))
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)


@contextmanager
def browser_crypto(folder: Path) -> Iterator[Crypto]:
    """BrowserCrypto over a node process; `folder` takes the bundled script."""
    place = Workplace(out=folder, cache=HERE.parent.parent / "build")
    with served([*npm.tool("node", place.cache), str(DRIVER), str(bundle(folder))]) as crypto:
        yield crypto
