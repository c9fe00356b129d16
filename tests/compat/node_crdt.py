"""The browser's Crdt adapter and its JavaScript, on node: only who runs the wasm differs."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from kring.documents.crdt import Crdt
from kring.platform.packing import pack, unpack
from pwa import npm
from pwa.paths import HERE, PROJECT, Workplace

DRIVER = Path(__file__).with_name("node_crdt.mjs")
ADAPTER = "kring.platform.browser.crdt"


class JsException(Exception):
    """Stands for Pyodide's: what a thrown error becomes."""


class _Bytes(bytes):
    def to_bytes(self) -> bytes:  # type: ignore[override]
        return bytes(self)


class _Bridge:
    """`kring_bridge.crdt`: each attribute is a function from packed list to packed list."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def __getattr__(self, name: str) -> Any:
        def call(packed: bytes) -> _Bytes:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            body = bytes([len(name)]) + name.encode() + packed
            self._process.stdin.write(len(body).to_bytes(4) + body)
            self._process.stdin.flush()
            length = int.from_bytes(self._process.stdout.read(4))
            done, answer = self._process.stdout.read(1), self._process.stdout.read(length - 1)
            if done != b"\1":
                raise JsException(answer.decode())
            return _Bytes(answer)

        return call


@contextmanager
def on_node(entry: Path, folder: Path) -> Iterator[_Bridge]:
    """The `port` of a JavaScript module, served by node; `folder` takes the bundled script."""
    place = Workplace(out=folder, cache=PROJECT / "build")
    npm.esbuild(place, [entry], folder, "--out-extension:.js=.mjs")
    wasm = npm.install(place) / "@automerge/automerge/dist/automerge.wasm"
    command = [*npm.tool("node", place.cache), str(DRIVER), str(folder / f"{entry.stem}.mjs"), str(wasm)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield _Bridge(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=20)


@contextmanager
def browser_crdt(folder: Path) -> Iterator[Crdt]:
    """BrowserCrdt over a node process."""
    with on_node(HERE / "bridge" / "crdt.js", folder) as bridge:
        fakes = {name: ModuleType(name) for name in ("kring_bridge", "pyodide", "pyodide.ffi")}
        fakes["kring_bridge"].crdt = bridge  # type: ignore[attr-defined]
        fakes["pyodide.ffi"].JsException = JsException  # type: ignore[attr-defined]
        fakes["pyodide.ffi"].to_js = lambda data: data  # type: ignore[attr-defined]
        sys.modules.update(fakes)
        try:
            adapter = importlib.import_module(ADAPTER)
        finally:
            for name in (*fakes, ADAPTER):
                sys.modules.pop(name, None)
        yield adapter.BrowserCrdt()


class Oracle:
    """What @automerge/automerge itself says of changes and documents."""

    def __init__(self, bridge: _Bridge) -> None:
        self._bridge = bridge

    def decode(self, chunks: Sequence[bytes]) -> list[dict[str, Any]]:
        return cast(list[dict[str, Any]], self._ask(self._bridge.decode, *chunks))

    def live(self, saved: bytes) -> dict[tuple[str, str], list[str]]:
        """(object, key) -> the ids of all live operations, for every map that any of them leads to."""
        return {(obj, key): ids for obj, key, ids in self._ask(self._bridge.live, saved)}

    def _ask(self, function: Any, *fields: bytes) -> Any:
        [answer] = unpack(function(pack(fields)).to_bytes())
        return json.loads(answer or b"")


@contextmanager
def oracle(folder: Path) -> Iterator[Oracle]:
    with on_node(Path(__file__).with_name("oracle.js"), folder) as bridge:
        yield Oracle(bridge)
