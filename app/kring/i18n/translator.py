"""Words, dates and numbers in one language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from kring.errors import KringError
from kring.i18n.catalogue import Catalogue, Entry, load

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_ENDING = re.compile(_PLACEHOLDER.pattern + r"(\.?)")
"""A value, and the full stop that follows it."""
_RIGHT_TO_LEFT = frozenset(("R", "AL"))
_COMMAS = frozenset(",،、")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"

Value = str | int


class Translator:
    """`say("group.buren")` gives the words for a key, with its values filled in.

    Immutable. A key that is in no catalogue says itself, so that a screen never falls over a word.
    """

    def __init__(self, language: str, catalogue: Catalogue) -> None:
        self.language = language
        self._catalogue = catalogue

    @classmethod
    def of(cls, language: str, packages: Iterable[str]) -> Translator:
        """With the catalogues of these packages and the common one."""
        return cls(language, load(language, packages))

    def has(self, key: str, /) -> bool:
        return key in self._catalogue

    def say(self, key: str, /, **values: Value) -> str:
        """The text for `key`. Where it has plural forms, the value `count` chooses."""
        entry = self._catalogue.get(key)
        return key if entry is None else self._fill(_form(entry, values), values)

    __call__ = say

    def either(self, prefix: str, code: str) -> str:
        """The word for a code, or the code itself where somebody made it up (an own group)."""
        key = f"{prefix}.{code}"
        return self.say(key) if self.has(key) else code

    def error(self, error: KringError) -> str:
        """What is said to a person about an error: by its code, and its reason where it has one."""
        reason = error.details.get("reason")
        for key in (f"error.{error.code}.{reason}", f"error.{error.code}", "error.unknown"):
            if self.has(key):
                return self.say(key, **error.details)
        return self.say("error.unknown")

    def error_code(self, code: str) -> str:
        """As `error`, where only the code is known."""
        return self.say(f"error.{code}") if self.has(f"error.{code}") else self.say("error.unknown")

    def list(self, items: Sequence[str]) -> str:
        """ "An, Bo en Cas"."""
        if len(items) < 2:
            return "".join(items)
        *first, last = map(isolated, items)
        return self.say("list.last", first=", ".join(first), last=last)

    def name(self, name: str) -> str:
        """A name in a sentence: between quotation marks where a comma in it would make it two people."""
        return self.say("list.name", name=name) if not _COMMAS.isdisjoint(name) else name

    def number(self, value: int | float, decimals: int = 0) -> str:
        """Digits by threes, in the language's own signs."""
        text = f"{value:,.{decimals}f}"
        signs = {",": self.say("number.thousands"), ".": self.say("number.decimal")}
        return "".join(signs.get(sign, sign) for sign in text)

    def date(self, day: date) -> str:
        """ "21 november 2026"."""
        return self.say("date.long", day=day.day, month=self.say(f"month.{day.month}"), year=str(day.year))

    def moment(self, time: datetime) -> str:
        """Day and time, in the time zone that `time` has."""
        return self.say("date.moment", date=self.date(time.date()), time=f"{time:%H:%M}")

    def _fill(self, text: str, values: dict[str, Value]) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name not in values:
                return match[0]
            given = values[name]
            said = self.number(given) if isinstance(given, int) else isolated(given)
            return said if said.endswith(".") else said + match[2]

        return _ENDING.sub(value, text)


def isolated(text: str) -> str:
    """`text` so that right-to-left letters in it do not turn the sentence around it."""
    if text.startswith(_ISOLATE) and text.endswith(_END_ISOLATE):
        return text
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text


def placeholders(entry: Entry) -> frozenset[str]:
    """The names of the values that a text wants."""
    texts = [entry] if isinstance(entry, str) else list(entry.values())
    return frozenset(name for text in texts for name in _PLACEHOLDER.findall(text))


def _form(entry: Entry, values: dict[str, Value]) -> str:
    if isinstance(entry, str):
        return entry
    return entry["one"] if values.get("count") == 1 and "one" in entry else entry["other"]
