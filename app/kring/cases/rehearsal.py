"""Trying a command without doing it, to learn whether this member may (CAS-4)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from kring.documents.bus import Context, Handler
from kring.documents.handle import Edit, Handle
from kring.errors import NotAllowed


class _Rehearsed:
    """A handle that shows what the real one shows, and only notes that it would be changed."""

    def __init__(self, handle: Handle, writable: bool) -> None:
        self._handle, self._writable = handle, writable

    def change(self, label: str, edit: Callable[[Edit], None]) -> None:
        if not self._writable:
            raise NotAllowed("no right to contribute here", document=self._handle.kind)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)


async def rehearse(
    context: Context, handlers: Mapping[type, Handler], writable: Collection[str], command: object
) -> None:
    """Raise what the command would raise, NotAllowed included where it would change another document."""
    handler = handlers.get(type(command))
    if handler is None:
        return
    documents = {
        kind: cast(Handle, _Rehearsed(handle, kind in writable)) for kind, handle in context.documents.items()
    }
    running = handler(Context(documents, context.random, context.clock), command)
    if inspect.isawaitable(running):
        await running
