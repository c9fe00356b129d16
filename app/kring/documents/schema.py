"""Versions of a kind of document, and the steps that lift an older one.

The root key `schema` holds the version. Two devices may lift the same document at once, so a step only puts
values that any device would put, and never makes a map that another device could make too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kring.documents.crdt import Plain
from kring.errors import DocumentError, DocumentNewer

if TYPE_CHECKING:
    from kring.documents.edit import Edit

KIND = "kind"
SCHEMA = "schema"

Step = Callable[["Edit", Mapping[str, Plain]], None]


@dataclass(frozen=True, slots=True)
class Schema:
    """`steps[n]` lifts version n + 1 to n + 2; the version of this Kring follows from their number."""

    kind: str
    steps: tuple[Step, ...] = ()

    @property
    def version(self) -> int:
        return len(self.steps) + 1

    def stored(self, view: Mapping[str, Plain]) -> int:
        """The version of a document; 0 while nothing of it has arrived. Raises DocumentError."""
        if not view:
            return 0
        version = view.get(SCHEMA)
        kind = view.get(KIND)
        if version is None and kind is None:
            return 0
        if kind != self.kind or isinstance(version, bool) or not isinstance(version, int) or version < 1:
            raise DocumentError("not a document of this kind", kind=self.kind)
        return version

    def require(self, view: Mapping[str, Plain]) -> None:
        """Raises DocumentNewer where this Kring is too old to edit the document."""
        if self.stored(view) > self.version:
            raise DocumentNewer("written by a newer Kring", kind=self.kind)

    def upgrade(self, edit: Edit, view: Mapping[str, Plain]) -> None:
        """Put what the newer versions want into an older document."""
        stored = self.stored(view)
        if 0 < stored < self.version:
            for step in self.steps[stored - 1 :]:
                step(edit, view)
            edit.put((SCHEMA,), self.version)
