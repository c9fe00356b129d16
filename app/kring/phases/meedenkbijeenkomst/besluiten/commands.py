"""What can be done to what is decided in privétijd. Each command is one intent and one undo step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class WriteBesluit:
    """A new one, or other words for it: merged by character, `before` being what the writer started from."""

    undo_label: ClassVar[str] = "undo.write_besluit"
    besluit: str
    before: str
    after: str
    added_by: str = ""


@dataclass(frozen=True, slots=True)
class RemoveBesluit:
    undo_label: ClassVar[str] = "undo.remove_besluit"
    besluit: str


BesluitenCommand = WriteBesluit | RemoveBesluit
