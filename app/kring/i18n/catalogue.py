"""Catalogues: one nl.json and one en.json in each package that says something.

A key has a text, or a text for each plural form of the value `count`: {"one": ..., "other": ...}. A text
may hold placeholders: "{name}".
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterable, Mapping
from typing import Final

Entry = str | Mapping[str, str]
Catalogue = Mapping[str, Entry]

LANGUAGES: Final = ("nl", "en")
"""The first is the one that is written first and used where no other is known."""

COMMON: Final = "kring.i18n"
"""The package of the words that no room owns: errors, dates, lists."""


def language_for(tag: str) -> str:
    """The catalogue language for a language tag such as "en-GB"; the first where it is not known."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else LANGUAGES[0]


def load(language: str, packages: Iterable[str]) -> Catalogue:
    """One catalogue out of those of the packages, `COMMON` first. ValueError where two say the same key."""
    whole: dict[str, Entry] = {}
    for package in dict.fromkeys((COMMON, *packages)):
        data = pkgutil.get_data(package, f"{language}.json")
        entries: dict[str, Entry] = json.loads(data or b"{}")
        twice = whole.keys() & entries.keys()
        if twice:
            raise ValueError(f"{package} repeats {sorted(twice)}")
        whole.update(entries)
    return whole
