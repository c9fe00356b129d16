"""The words for what is between two people: quality, kinds of support, and whose support goes where."""

from __future__ import annotations

from typing import Final, Literal

Quality = Literal["sterk", "gewoon", "gespannen", "verbroken"]
QUALITIES: Final[tuple[Quality, ...]] = ("sterk", "gewoon", "gespannen", "verbroken")

SupportKind = Literal["E", "M", "G", "A"]
SUPPORT_KINDS: Final[tuple[SupportKind, ...]] = ("E", "M", "G", "A")
"""Emotioneel, materieel, gezelligheid, advies: always shown in this order."""

_ALIASES: Final[dict[str, SupportKind]] = {
    "e": "E",
    "emotioneel": "E",
    "emotionele steun": "E",
    "emotional": "E",
    "m": "M",
    "materieel": "M",
    "materiële steun": "M",
    "p": "M",
    "praktisch": "M",
    "practical": "M",
    "g": "G",
    "gezelligheid": "G",
    "gezelschap": "G",
    "company": "G",
    "a": "A",
    "advies": "A",
    "advies en informatie": "A",
    "advice": "A",
}


def support_kind(text: str) -> SupportKind | None:
    """The kind that `text` means, with the names used elsewhere (P, gezelschap); None where none is meant."""
    return _ALIASES.get(text.strip().lower())


def tie_id(first: str, second: str) -> str:
    """One id for the pair, whichever way round it is asked. ValueError for a person with themself."""
    if first == second:
        raise ValueError("a tie is between two people")
    return f"{min(first, second)}~{max(first, second)}"


def pair_of(tie: str) -> tuple[str, str] | None:
    """The two person ids of a canonical tie id; None where `tie` is not one."""
    first, separator, second = tie.partition("~")
    if not separator or not first or "~" in second or first >= second:
        return None
    return first, second


def other_end(tie: str, person: str) -> str:
    """Who is at the other end. ValueError where `person` is at neither."""
    pair = pair_of(tie)
    if pair is None or person not in pair:
        raise ValueError("the person is not in this tie")
    return pair[1] if pair[0] == person else pair[0]
