"""The Crdt port on CPython: `automerge.core` of automerge 1.0.0rc1.

What is known of that release and kept to here: changes go in by a hand-made sync message (version 1), which
costs by the change; a chunk that the engine dislikes inside one is dropped without a word, so the heads are
compared after; a panic reaches Python as a PanicException, which is no Exception, and leaves the document
unusable. An object id is 0x10, the length of the actor, the actor, a hint (LEB128), the counter (LEB128).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from automerge import core

from kring.documents.columns import read_uleb, write_uleb
from kring.documents.crdt import ROOT, CrdtDocument, Entry, Past, Scalar
from kring.documents.opid import parse_opid
from kring.errors import DocumentError

T = TypeVar("T")

_SYNC_HEADER = b"\x42\x00\x00\x00"  # sync message v1 with no heads, no needs and no filters
_ID_VERSION = 0x10


class CpythonCrdt:
    def new(self) -> CrdtDocument:
        return CpythonDocument(b"")

    def load(self, data: bytes) -> CrdtDocument:
        if not data:
            raise DocumentError("nothing to load")
        return CpythonDocument(data)


class CpythonDocument:
    """Keeps what it would need to be made again: the last saved bytes and every chunk since."""

    def __init__(self, saved: bytes) -> None:
        self._saved = saved
        self._since: list[bytes] = []
        self._document = _load(saved)

    def heads(self) -> tuple[bytes, ...]:
        return tuple(sorted(self._document.get_heads()))

    def apply(self, changes: Sequence[bytes], heads: Sequence[bytes], texts: Sequence[str] = ()) -> list[str]:
        try:
            _guard(lambda: _receive(self._document, changes))
            if self.heads() != tuple(sorted(heads)):
                raise DocumentError("the engine did not take every change")
            words = [self.text(obj) for obj in texts]
        except DocumentError:
            self._document = _load(self._saved)
            _guard(lambda: _receive(self._document, self._since))
            raise
        self._since += changes
        return words

    def changes(self) -> list[bytes]:
        return _guard(lambda: [change.raw_bytes for change in self._document.get_changes([])])

    def history(self) -> list[Past]:
        return _guard(
            lambda: [
                Past(change.hash, change.max_op, tuple(sorted(change.deps)))
                for change in self._document.get_changes([])
            ]
        )

    def save(self) -> bytes:
        self._saved = _guard(self._document.save)
        self._since = []
        return self._saved

    def dump(self, obj: str = ROOT) -> list[Entry]:
        return _guard(lambda: self._dump(obj))

    def _dump(self, top: str) -> list[Entry]:
        document = self._document
        out: list[Entry] = []
        waiting = [(top, _encode_id(top))]
        while waiting:
            obj, raw = waiting.pop()
            for key in document.keys(raw):
                found = document.get(raw, key)
                if found is None:
                    continue
                value, op = found
                name = _decode_id(op)
                if value == core.ObjType.Map:
                    out.append(Entry(obj, key, name, "map", None))
                    waiting.append((name, op))
                elif value == core.ObjType.Text:
                    out.append(Entry(obj, key, name, "text", document.text(op)))
                else:
                    out.append(Entry(obj, key, name, "scalar", _scalar(value)))
        return out

    def text(self, obj: str) -> str:
        return _guard(lambda: self._document.text(_encode_id(obj)))

    def elements(self, obj: str, start: int, end: int) -> list[str]:
        raw = _encode_id(obj)
        found = _guard(lambda: [self._document.get(raw, index) for index in range(start, end)])
        if None in found:
            raise DocumentError("no such character")
        return [_decode_id(item[1]) for item in found if item is not None]


def _load(saved: bytes) -> core.Document:
    return _guard(lambda: core.Document.load(saved)) if saved else core.Document()


def _receive(document: core.Document, changes: Sequence[bytes]) -> None:
    message = bytearray(_SYNC_HEADER)
    write_uleb(message, len(changes))
    for chunk in changes:
        write_uleb(message, len(chunk))
        message += chunk
    document.receive_sync_message(core.SyncState(), core.Message.decode(bytes(message)))


def _guard(call: Callable[[], T]) -> T:
    """Run `call`; whatever the engine throws, a panic too, becomes DocumentError."""
    try:
        return call()
    except DocumentError:
        raise
    except Exception as error:
        raise DocumentError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DocumentError("the engine panicked") from None


def _scalar(value: core.Value) -> Scalar:
    kind, inner = cast(tuple[core.ScalarType, object], value)
    return bytes(cast(list[int], inner)) if kind == core.ScalarType.Bytes else cast(Scalar, inner)


def _encode_id(obj: str) -> bytes:
    if obj == ROOT:
        return core.ROOT
    counter, actor = parse_opid(obj)
    out = bytearray([_ID_VERSION])
    write_uleb(out, len(actor))
    out += actor
    out.append(0)
    write_uleb(out, counter)
    return bytes(out)


def _decode_id(raw: bytes) -> str:
    end = len(raw)
    length, at = read_uleb(raw, 1, end)
    actor = raw[at : at + length]
    _, at = read_uleb(raw, at + length, end)
    counter, _ = read_uleb(raw, at, end)
    return f"{counter}@{actor.hex()}"
