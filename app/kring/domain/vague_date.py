"""Dates as people say them: "rond 1950", "jaren zestig", "zomer 2009". The words are what is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d|21\d\d)(?!\d)")
_DECADE = re.compile(r"\b(?:jaren|the)\s+'?(?:(1[89]|20))?([0-9])0('?s)?\b", re.IGNORECASE)
_DECADE_WORDS = {
    "twintig": 1920, "dertig": 1930, "veertig": 1940, "vijftig": 1950, "zestig": 1960, "zeventig": 1970,
    "tachtig": 1980, "negentig": 1990, "twenties": 1920, "thirties": 1930, "forties": 1940,
    "fifties": 1950, "sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990,
}  # fmt: skip
_ROUGH = re.compile(r"\b(rond|ongeveer|circa|ca|about|around)\b|[~±]", re.IGNORECASE)
_ROUGHLY = 2  # years to either side of "rond"


@dataclass(frozen=True, slots=True)
class VagueDate:
    """`words` as given, and the years (inclusive) in which it may lie; None where the words tell no year."""

    words: str
    first_year: int | None = None
    last_year: int | None = None

    @property
    def exact_year(self) -> int | None:
        return self.first_year if self.first_year == self.last_year else None


def vague_date(words: str) -> VagueDate:
    """Understand what can be understood; never refuses and never changes the words."""
    years = [int(year) for year in _YEAR.findall(words)]
    decade = _decade(words)
    if decade is not None:
        return VagueDate(words, decade, decade + 9)
    if not years:
        return VagueDate(words)
    margin = _ROUGHLY if _ROUGH.search(words) else 0
    return VagueDate(words, min(years) - margin, max(years) + margin)


def _decade(words: str) -> int | None:
    if match := _DECADE.search(words):
        century, digit, plural = match.groups()
        if century is None and match[0].lower().startswith("the") and plural is None:
            return None
        return (int(century) * 100 if century else 1900) + int(digit) * 10
    for word, year in _DECADE_WORDS.items():
        if re.search(rf"\b(?:jaren|the)\s+{word}\b", words, re.IGNORECASE):
            return year
    return None
