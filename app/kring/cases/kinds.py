"""Which document is the one of its kind, where one has taken the place of another (CAS-61).

What is at the root of a document is written by the owner only (CAS-17), so `follows` can be believed. Still
nothing that stands there may leave a kind without a document, or two readers of the same ones with different
answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from kring.cases.document import CaseDocument

FOLLOWS: Final = "follows"
"""Root key: the document whose place this one takes."""
SHOWS: Final = "shows"
"""Root key: the heads of that document whose view this one began with, one after another."""

HASH_BYTES: Final = 32


def kind_of(document: CaseDocument) -> str:
    """Empty until its root says what it is, which it does once it is whole."""
    return document.handle.kind if document.handle is not None else ""


def follows(document: CaseDocument) -> bytes:
    """The document whose place this one takes; empty where it takes none's."""
    said = document.handle.view.get(FOLLOWS) if document.handle is not None else None
    return said if isinstance(said, bytes) and said != document.id else b""


def shown_heads(document: CaseDocument) -> tuple[bytes, ...]:
    """What of the document before it is in this one from the start."""
    said = document.handle.view.get(SHOWS) if document.handle is not None else None
    if not isinstance(said, bytes) or len(said) % HASH_BYTES:
        return ()
    return tuple(said[at : at + HASH_BYTES] for at in range(0, len(said), HASH_BYTES))


def current(
    documents: Iterable[CaseDocument], kind: str, readable: Callable[[bytes], bool]
) -> CaseDocument | None:
    """The one that no other of this kind follows; of several one that may be read, and follows another."""
    those = [each for each in documents if kind_of(each) == kind]
    behind = {follows(each) for each in those}
    ahead = [each for each in those if each.id not in behind] or those
    return min(ahead, key=lambda each: (not readable(each.id), not follows(each), each.id), default=None)


def follower(documents: Iterable[CaseDocument], before: CaseDocument) -> CaseDocument | None:
    """The one that took the place of `before`; None while none has."""
    kind = kind_of(before)
    those = [each for each in documents if kind and kind_of(each) == kind and follows(each) == before.id]
    return min(those, key=lambda each: each.id, default=None)


def latest(documents: Iterable[CaseDocument], before: CaseDocument) -> CaseDocument:
    """The last of those that took the place of `before`, one after another."""
    those, seen = list(documents), {before.id}
    while (after := follower(those, before)) is not None and after.id not in seen:
        seen.add(after.id)
        before = after
    return before
