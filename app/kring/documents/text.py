"""A new text as few splices on the old one, so that what others type meanwhile stays where it is."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final, NamedTuple

_TOKEN = re.compile(r"\w+\W?|\W")
_MOST_PAIRS: Final = 4_000_000  # beyond it, one splice: comparing would take longer than typing


class Splice(NamedTuple):
    """At `at` of the old text, in code points: take `delete` characters, put `insert`."""

    at: int
    delete: int
    insert: str


def splices(old: str, new: str) -> list[Splice]:
    """In the order of the text; every position counts in `old`."""
    if old == new:
        return []
    whole = _trim(0, old, new)
    middle = old[whole.at : whole.at + whole.delete]
    if not middle or not whole.insert:
        return [whole]
    before, after = _TOKEN.findall(middle), _TOKEN.findall(whole.insert)
    if len(before) * len(after) > _MOST_PAIRS:
        return [whole]
    starts = [whole.at]
    for token in before:
        starts.append(starts[-1] + len(token))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        _trim(starts[i1], "".join(before[i1:i2]), "".join(after[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def apply_splices(old: str, edits: list[Splice]) -> str:
    """`old` with `splices` carried out."""
    for at, delete, insert in reversed(edits):
        old = old[:at] + insert + old[at + delete :]
    return old


def _trim(at: int, old: str, new: str) -> Splice:
    """The one splice that is left after the equal head and tail."""
    shortest = min(len(old), len(new))
    head = 0
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Splice(at + head, len(old) - head - tail, new[head : len(new) - tail])
