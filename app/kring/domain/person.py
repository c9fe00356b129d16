"""What can be said about a person. The codes stand in documents; the catalogues hold their words."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

PersonRole = Literal["speelt", "speelde", "mogelijk"]
"""Plays, played, or could play a part. A "mogelijk" person lives in the private document only, and so does
anybody who is hidden."""

ROLES: Final[tuple[PersonRole, ...]] = ("speelt", "speelde", "mogelijk")
KNOWN_ROLES: Final[tuple[PersonRole, ...]] = ("speelt", "speelde")

GROUPS: Final = (
    "gezin",
    "familie",
    "vrienden",
    "buren",
    "werk-school",
    "vereniging-geloof",
    "vrijwilliger",
    "professional",
    "anders",
)
"""The groups in the order in which they stand around the client. Own groups are allowed beside them."""

OTHER_GROUP: Final = "anders"


def initials(name: str) -> str:
    """One or two letters that stand for a long name inside a small circle; empty for an empty name.

    Takes whole characters with their accents, and an emoji where a word starts with one.
    """
    words = [word for word in name.replace("-", " ").split() if _starts_visibly(word)]
    if not words:
        return ""
    chosen = words[:1] if len(words) == 1 else [words[0], words[-1]]
    return "".join(_first_character(word).upper() for word in chosen)


def _starts_visibly(word: str) -> bool:
    return unicodedata.category(word[0])[0] in "LNS"


def _first_character(word: str) -> str:
    end = 1
    while end < len(word) and (unicodedata.combining(word[end]) or word[end] in "\u200d\ufe0f"):
        end += 2 if word[end] == "\u200d" else 1
    return word[:end]
