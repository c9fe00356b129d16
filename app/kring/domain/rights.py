"""What a member may do with one document. The numbers stand in the membership log (docs/protocol.md)."""

from __future__ import annotations

from enum import IntEnum


class Right(IntEnum):
    """Each right holds the ones below it."""

    LEZEN = 1
    BIJDRAGEN = 2
    BEHEREN = 3

    @property
    def word(self) -> str:
        """The Dutch code word, as in catalogues and on the command line."""
        return self.name.lower()


def right_named(word: str) -> Right | None:
    """The right with this code word; None where there is none."""
    return next((right for right in Right if right.word == word.strip().lower()), None)
