"""The Crdt port in the browser: app/pwa/bridge/crdt.js behind one crossing for each call."""

from __future__ import annotations

import json
import weakref
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from kring_bridge import crdt as bridge
from pyodide.ffi import JsException, to_js

from kring.documents.crdt import ROOT, CrdtDocument, Entry, Past, Scalar
from kring.errors import DocumentError
from kring.platform.packing import pack, unpack


class BrowserCrdt:
    """Made by `open`, which waits for the engine's wasm."""

    @classmethod
    async def open(cls) -> BrowserCrdt:
        """Raises DocumentError where the engine does not start here."""
        try:
            await bridge.init()
        except JsException as error:
            raise DocumentError(str(error)) from error
        return cls()

    def new(self) -> CrdtDocument:
        return BrowserDocument(b"")

    def load(self, data: bytes) -> CrdtDocument:
        if not data:
            raise DocumentError("nothing to load")
        return BrowserDocument(data)


class BrowserDocument:
    """What Python has let go of is closed when the next document opens, not from within a collection."""

    _gone: ClassVar[list[bytes]] = []

    def __init__(self, saved: bytes) -> None:
        while self._gone:
            _call(bridge.close, self._gone.pop())
        self._id = _call(bridge.open, saved)[0]
        weakref.finalize(self, self._gone.append, self._id).atexit = False

    def heads(self) -> tuple[bytes, ...]:
        return tuple(_call(bridge.heads, self._id))

    def apply(self, changes: Sequence[bytes], heads: Sequence[bytes], texts: Sequence[str] = ()) -> list[str]:
        wanted = json.dumps(list(texts)).encode()
        return [words.decode() for words in _call(bridge.apply, self._id, b"".join(heads), wanted, *changes)]

    def changes(self) -> list[bytes]:
        return _call(bridge.changes, self._id)

    def history(self) -> list[Past]:
        items = json.loads(_call(bridge.history, self._id)[0])
        return [
            Past(bytes.fromhex(name), max_op, tuple(sorted(map(bytes.fromhex, deps))))
            for name, max_op, deps in items
        ]

    def save(self) -> bytes:
        return _call(bridge.save, self._id)[0]

    def dump(self, obj: str = ROOT) -> list[Entry]:
        entries = json.loads(_call(bridge.dump, self._id, obj.encode())[0])
        return [_entry(*entry) for entry in entries]

    def text(self, obj: str) -> str:
        return _call(bridge.text, self._id, obj.encode())[0].decode()

    def elements(self, obj: str, start: int, end: int) -> list[str]:
        span = (start.to_bytes(4), end.to_bytes(4))
        return cast(list[str], json.loads(_call(bridge.elements, self._id, obj.encode(), *span)[0]))


def _entry(obj: str, key: str, op: str, kind: str, value: Any) -> Entry:
    if kind == "map":
        return Entry(obj, key, op, "map", None)
    if kind == "text":
        return Entry(obj, key, op, "text", value)
    scalar: Scalar = value
    if kind == "bytes":
        scalar = bytes.fromhex(value)
    elif kind == "int":
        scalar = int(value)
    elif kind == "f64":
        scalar = float(value)
    return Entry(obj, key, op, "scalar", scalar)


def _call(function: Any, *fields: bytes) -> list[bytes]:
    try:
        answer = function(to_js(pack(fields)))
    except JsException as error:
        raise DocumentError(str(error)) from error
    return [field or b"" for field in unpack(answer.to_bytes())]
