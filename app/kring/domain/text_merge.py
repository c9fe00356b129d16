"""Three-way merge of a text: what one person typed, put into what it has become meanwhile."""

from __future__ import annotations

from difflib import SequenceMatcher

_Splice = tuple[int, int, str]  # in the old text: from, to, what stands there instead


def merge_text(before: str, after: str, current: str) -> str:
    """`current` with the edit that made `before` into `after`. No character that either side typed is lost.

    Where both changed the same place, the text of `current` comes first; what both typed alike stands
    once. What either side took away is gone, unless the other put something in the middle of it: that
    stays.
    """
    if current in (before, after):
        return after
    if before == after:
        return current
    mine, theirs = _splices(before, after), _splices(before, current)
    removed = bytearray(len(before))
    inserts: dict[int, list[str]] = {}
    for splices in (theirs, mine):
        for start, end, insert in splices:
            removed[start:end] = b"\x01" * (end - start)
            if insert and insert not in inserts.get(start, ()):
                inserts.setdefault(start, []).append(insert)
    merged: list[str] = []
    for index in range(len(before) + 1):
        merged.extend(inserts.get(index, ()))
        if index < len(before) and not removed[index]:
            merged.append(before[index])
    return "".join(merged)


def _splices(old: str, new: str) -> list[_Splice]:
    """Small differences, after the equal head and tail (typing changes one place, mostly)."""
    head = 0
    shortest = min(len(old), len(new))
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if not middle_old or not middle_new:
        return [(head, head + len(middle_old), middle_new)] if middle_old or middle_new else []
    words_old, words_new = _words(middle_old), _words(middle_new)
    starts = [head]
    for word in words_old:
        starts.append(starts[-1] + len(word))
    matcher = SequenceMatcher(None, words_old, words_new, autojunk=False)
    return [
        (starts[i1], starts[i2], "".join(words_new[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _words(text: str) -> list[str]:
    """Words and the single characters between them; joined again they are the text."""
    parts: list[str] = []
    for character in text:
        if parts and character.isalnum() and parts[-1][-1].isalnum():
            parts[-1] += character
        else:
            parts.append(character)
    return parts
