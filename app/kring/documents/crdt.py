"""The Crdt port: what Kring asks of an Automerge engine. Adapters: platform/{cpython,browser}/crdt.py.

The engine merges, orders text and saves; it never authors. Changes are encoded by `change_encoder`, so that
both platforms write the same bytes and no edit asks the engine to walk its history (rc1's cost of "what
did I just write" grows with the document).

Object ids are written as Automerge writes them: "_root", or "<counter>@<actor hex>". Scalars are `str`,
`int` within +-2**53 (always Automerge `int`), `float`, `bool`, `None` and `bytes`; texts are Text objects
and merge by character; all text positions count Unicode code points. There are no counters and no lists.
Sources: performance.md of the project's notes, and the public Automerge binary format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

ROOT = "_root"
Scalar = str | int | float | bool | bytes | None
ObjectKind = Literal["map", "text"]
Plain = Scalar | Mapping[str, "Plain"]  # a text shows as its `str`


class Entry(NamedTuple):
    """The winning value of one key. `op` is the id of the operation that set it.

    For a map or a text `op` is also the id of the object; `value` is None for a map, the words of a text.
    """

    obj: str
    key: str
    op: str
    kind: Literal["map", "text", "scalar"]
    value: Scalar


class Past(NamedTuple):
    """One change that the document holds: its hash, the counter of its last operation, what it builds on."""

    hash: bytes
    max_op: int
    deps: tuple[bytes, ...]


class CrdtDocument(Protocol):
    """One live engine document. Not thread-safe. Every call is synchronous."""

    def heads(self) -> tuple[bytes, ...]:
        """Hashes (32 bytes each), sorted."""
        ...

    def apply(self, changes: Sequence[bytes], heads: Sequence[bytes], texts: Sequence[str] = ()) -> list[str]:
        """Merge vetted change chunks; the words of the text objects `texts` afterwards.

        `heads` are the heads that must result. If they do not, or if the engine panics, the document is
        put back as it was and DocumentError is raised. Chunks that are already known do nothing.
        """
        ...

    def changes(self) -> list[bytes]:
        """Every change as an uncompressed chunk, each after its dependencies. Costs by the history."""
        ...

    def history(self) -> list[Past]:
        """As `changes`, without what they did; some µs each."""
        ...

    def save(self) -> bytes: ...
    def dump(self, obj: str = ROOT) -> list[Entry]:
        """The winning values under `obj`, depth first, each map before what is in it."""
        ...

    def text(self, obj: str) -> str: ...
    def elements(self, obj: str, start: int, end: int) -> list[str]:
        """The operation ids of the characters in [start, end) of a text."""
        ...


class Crdt(Protocol):
    """An Automerge engine. An engine panic reaches the caller as DocumentError, never as itself."""

    def new(self) -> CrdtDocument: ...
    def load(self, data: bytes) -> CrdtDocument:
        """Raises DocumentError where `data` is not one whole saved document."""
        ...
