"""What people type, made safe to keep and to show. Refuses with BadInput, before anything is changed.

`BadInput.details["reason"]` is `empty`, `too_long` (with `limit`) or `unreadable`; `field` names the field.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from kring.errors import BadInput

NAME_LIMIT: Final = 500
"""Characters (code points) of a name or another single line."""

NOTE_LIMIT: Final = 20_000
"""Characters of a longer text."""

EMOJI_LIMIT: Final = 16
"""Code points of one emoji: families and flags are long sequences."""

_DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad")


def clean_line(text: str, *, field: str, limit: int = NAME_LIMIT, required: bool = False) -> str:
    """One line: white space single, control and direction-override characters gone, in NFC.

    Letters of every script, emoji and joined sequences stay as they are. `required` refuses what shows
    nothing at all.
    """
    line = " ".join(_without_controls(text, field, keep="").split())
    return _checked(line, field, limit, required)


def clean_name(text: str) -> str:
    """A person's name or nickname."""
    return clean_line(text, field="name", required=True)


def clean_text(text: str, *, field: str, limit: int = NOTE_LIMIT) -> str:
    """A longer text: lines and tabs stay, the rest as in `clean_line`. Space at the ends stays too."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _checked(_without_controls(unified, field, keep="\n\t"), field, limit, False)


def clean_emoji(text: str, *, field: str = "emoji") -> str:
    """One picture character, or nothing. Letters are refused: they would pass for initials."""
    emoji = "".join(_without_controls(text, field, keep="").split())
    if any(unicodedata.category(character)[0] == "L" for character in emoji):
        raise BadInput("letters are no emoji", field=field, reason="no_emoji")
    return _checked(emoji, field, EMOJI_LIMIT, False)


def is_visible(text: str) -> bool:
    """Whether `text` shows anything: more than spaces, marks and invisible characters."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def _without_controls(text: str, field: str, keep: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadInput("text holds half a character", field=field, reason="unreadable")
    kept = (_kept(character, keep) for character in text)
    return unicodedata.normalize("NFC", "".join(kept))


def _kept(character: str, keep: str) -> str:
    if character in keep or character in _JOINERS:
        return character
    if character in _DIRECTION_CONTROLS or character == "\ufeff":
        return ""
    category = unicodedata.category(character)
    if category == "Cc":
        return " " if character in "\n\r\t\v\f\x85\x1c\x1d\x1e\x1f" else ""
    if category == "Cn" and ord(character) & 0xFFFE == 0xFFFE:
        return ""
    return character


def _checked(text: str, field: str, limit: int, required: bool) -> str:
    if required and not is_visible(text):
        raise BadInput("nothing to see was typed", field=field, reason="empty")
    if len(text) > limit:
        raise BadInput("too many characters", field=field, reason="too_long", limit=limit)
    return text
