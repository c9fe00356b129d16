"""A command's edits, gathered first and made after: nothing is touched until all of it may be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from kring.errors import DocumentError, NotAllowed

if TYPE_CHECKING:
    from kring.documents.bus import Context
    from kring.documents.handle import Edit, Handle

Path = tuple[str, ...]
_Step = Callable[["Edit"], None]


class Plan:
    """Edits by document kind; `carry_out` makes them, one change in each document."""

    def __init__(self, context: Context, label: str) -> None:
        self._documents: Mapping[str, Handle] = context.documents
        self._label = label
        self._steps: dict[str, list[_Step]] = {}
        self._maps: set[tuple[str, str]] = set()

    def view(self, kind: str) -> Mapping[str, Any]:
        """What the document says now; empty where this member cannot read it."""
        handle = self._documents.get(kind)
        return {} if handle is None else handle.view

    def put(self, kind: str, path: Path, value: str | int | float | bool) -> None:
        self._add(kind, path, lambda edit: edit.put(path, value))

    def delete(self, kind: str, path: Path) -> None:
        self._add(kind, path, lambda edit: edit.delete(path))

    def create_map(self, kind: str, path: Path) -> None:
        self._add(kind, path, lambda edit: edit.create_map(path))

    def create_text(self, kind: str, path: Path, text: str) -> None:
        self._add(kind, path, lambda edit: edit.create_text(path, text))

    def set_text(self, kind: str, path: Path, text: str) -> None:
        self._add(kind, path, lambda edit: edit.set_text(path, text))

    def carry_out(self) -> None:
        """Make the edits, in the order in which their documents were first named.

        Raises, with nothing touched: NotAllowed where a document is not here, DocumentNewer where a newer
        Kring made it, DocumentError where its first change has not arrived.
        """
        for kind in self._steps:
            if kind not in self._documents:
                raise NotAllowed("no such document here", document=kind)
            handle = self._documents[kind]
            handle.schema.require(handle.view)
        for kind, part in self._maps:
            if not isinstance(self._documents[kind].view.get(part), Mapping):
                raise DocumentError("the document has not begun", document=kind)
        for kind, steps in self._steps.items():
            self._documents[kind].change(self._label, partial(_all, steps))

    def _add(self, kind: str, path: Path, step: _Step) -> None:
        self._steps.setdefault(kind, []).append(step)
        self._maps.add((kind, path[0]))


def _all(steps: list[_Step], edit: Edit) -> None:
    for step in steps:
        step(edit)
