"""The serial message bus: one command at a time, and undo of a whole command wherever it went."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kring.documents.handle import Handle
from kring.domain.clock import Clock, Random
from kring.errors import BadInput


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may use. `documents` by kind."""

    documents: Mapping[str, Handle]
    random: Random
    clock: Clock


MOST_STEPS: Final = 200
"""Commands that can be undone: fewer than the edits of one document that can."""

_Step = dict[str, int]  # kind of document -> edits made in it
Handler = Callable[[Context, Any], Awaitable[None] | None]


class Bus:
    """Dispatches commands (frozen dataclasses) to the one handler of their type, one after another.

    A command that changed anything is one undo step, whatever number of documents it touched.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._handlers: dict[type, Handler] = {}
        self._turn = asyncio.Lock()
        self._done: list[_Step] = []
        self._undone: list[_Step] = []

    def register(self, command_type: type, handler: Handler) -> None:
        """Raises ValueError where the type has a handler already."""
        if command_type in self._handlers:
            raise ValueError(f"two handlers for {command_type.__name__}")
        self._handlers[command_type] = handler

    async def dispatch(self, command: object) -> None:
        """Run the handler. What it raises reaches the caller; the bus goes on with the next."""
        handler = self._handlers.get(type(command))
        if handler is None:
            raise BadInput(f"no handler for {type(command).__name__}")
        async with self._turn:
            before = self._depths()
            try:
                running = handler(self._context, command)
                if inspect.isawaitable(running):
                    await running
            finally:
                after = self._depths()
                step = {
                    kind: made - before.get(kind, 0)
                    for kind, made in after.items()
                    if made != before.get(kind, 0)
                }
                if step:
                    self._done.append(step)
                    del self._done[:-MOST_STEPS]
                    self._undone.clear()

    def forget(self, kind: str) -> None:
        """Another document is the one of this kind now: what was done in the one before stays done."""
        self._done = [step for step in self._done if kind not in step]
        self._undone = [step for step in self._undone if kind not in step]

    @property
    def can_undo(self) -> bool:
        return any(self._documents(kinds, "can_undo") for kinds in self._done[-1:])

    @property
    def can_redo(self) -> bool:
        return any(self._documents(kinds, "can_redo") for kinds in self._undone[-1:])

    @property
    def undo_label(self) -> str | None:
        """The catalogue key of what `undo` would take back."""
        return self._label(self._done, "undo_label")

    @property
    def redo_label(self) -> str | None:
        return self._label(self._undone, "redo_label")

    async def undo(self) -> None:
        """Take back the last command that changed anything, in every document that it touched."""
        async with self._turn:
            if self._done:
                step = self._done.pop()
                for kind, edits in reversed(step.items()):
                    for _ in range(edits):
                        self._context.documents[kind].undo()
                self._undone.append(step)

    async def redo(self) -> None:
        async with self._turn:
            if self._undone:
                step = self._undone.pop()
                for kind, edits in step.items():
                    for _ in range(edits):
                        self._context.documents[kind].redo()
                self._done.append(step)

    def _depths(self) -> dict[str, int]:
        return {kind: handle.edits for kind, handle in self._context.documents.items()}

    def _documents(self, kinds: _Step, what: str) -> bool:
        documents = self._context.documents
        return any(getattr(documents[kind], what) for kind in kinds if kind in documents)

    def _label(self, steps: list[_Step], what: str) -> str | None:
        documents = self._context.documents
        labels = (
            getattr(documents[kind], what) for kinds in steps[-1:] for kind in kinds if kind in documents
        )
        return next((label for label in labels if label), None)
