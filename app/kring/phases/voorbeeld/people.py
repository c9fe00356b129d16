"""Who is in Noor's circle. The words stand in the catalogues beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kring.domain.person import PersonRole
from kring.domain.tie import Quality


@dataclass(frozen=True, slots=True)
class Figure:
    """`gives`: the kinds of support that Noor gives; `receives`: that she gets."""

    key: str
    emoji: str
    group: str
    ring: int
    gives: str = ""
    receives: str = ""
    quality: Quality | None = None
    role: PersonRole = "speelt"
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A tie between two others; `gives` goes from the first to the second, `returns` the other way."""

    first: str
    second: str
    quality: Quality | None = None
    gives: str = ""
    returns: str = ""


FIGURES: Final = (
    Figure("bram", "⚽", "gezin", 1, "EMG", "EG", "sterk"),
    Figure("lotte", "🦄", "gezin", 1, "EMG", "G", "sterk"),
    Figure("boef", "🐕", "gezin", 1, "M", "G", "sterk"),
    Figure("karim", "", "familie", 2, "A", "M", "gespannen"),
    Figure("tineke", "🌷", "familie", 1, "EG", "EM", "sterk"),
    Figure("joop", "🍞", "familie", 1, "", "", "sterk", "speelde", True),
    Figure("sanne", "", "familie", 1, "E", "EMA", "sterk"),
    Figure("ruben", "", "familie", 3, "", "", "verbroken"),
    Figure("arie", "📻", "familie", 2, "MG", "EG", "sterk"),
    Figure("fatiha", "🫖", "familie", 2, "E", "MG", "gewoon"),
    Figure("lisanne", "", "familie", 3, "", "", "gespannen"),
    Figure("fenna", "💛", "vrienden", 1, "EG", "EG", "sterk"),
    Figure("mo", "🥐", "vrienden", 2, "G", "EG", "gewoon"),
    Figure("ayse", "🍲", "buren", 2, "GA", "MG", "sterk"),
    Figure("elif", "🎧", "buren", 3, "A", "M", "gewoon"),
    Figure("henk", "🔧", "buren", 3, "M", "M", "gewoon"),
    Figure("visser", "", "werk-school", 3, "", "A", "gewoon"),
    Figure("marleen", "✏️", "werk-school", 3, "", "A", "gewoon"),
    Figure("dennis", "", "vereniging-geloof", 3, "", "M", "gewoon"),
    Figure("els", "🎶", "vereniging-geloof", 2, "G", "EG", "sterk"),
    Figure("hanneke", "🕯️", "vereniging-geloof", 3, "", "E", "gewoon"),
    Figure("willem", "🧩", "", 2, "EA", "EA", "sterk"),
    Figure("gerda", "🥾", "vrijwilliger", 2, "G", "G", "gewoon"),
    Figure("ilse", "", "professional", 3, "", "A", "gewoon"),
    Figure("youssef", "", "professional", 3, "", "A", "gewoon"),
    Figure("peter", "🎼", "vereniging-geloof", 3, role="mogelijk"),
)
"""An empty group: the client's own word for it stands in the catalogue."""

TIES: Final = (
    Between("bram", "karim", "sterk", "G", "EMG"),
    Between("lotte", "karim", "sterk", "G", "EMG"),
    Between("lotte", "fatiha", "sterk", "G", "G"),
    Between("fatiha", "karim", "gewoon", "E", "M"),
    Between("karim", "lisanne", "sterk"),
    Between("tineke", "sanne", "gespannen", "", "M"),
    Between("tineke", "ruben", "gewoon", "E", ""),
    Between("sanne", "ruben", "verbroken"),
    Between("arie", "tineke", "gewoon", "E", "M"),
    Between("joop", "tineke", "sterk"),
    Between("fenna", "sanne", "gewoon", "G", "G"),
    Between("ayse", "elif", "sterk", "EM", "EM"),
    Between("bram", "dennis", "gewoon", "", "A"),
    Between("henk", "ayse", "gewoon", "M", "G"),
    Between("els", "hanneke", "gewoon"),
    Between("boef", "gerda", "sterk", "G", "G"),
)

BORN: Final = ("bram", "lotte", "tineke", "joop", "arie")
"""Those about whom a birth year or another vague date is told."""
