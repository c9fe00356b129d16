"""What can be done on the relatiekaart. Each command is one intent and one undo step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kring.domain.tie import Quality


@dataclass(frozen=True, slots=True)
class PlacePerson:
    """On ring 1 (closest) to 3. `angle` in radians, clockwise from the top; None: the map chooses."""

    undo_label: ClassVar[str] = "undo.place_person"
    person: str
    ring: int
    angle: float | None = None


@dataclass(frozen=True, slots=True)
class TakeOffMap:
    """The person leaves the map and stays in the register, ties included."""

    undo_label: ClassVar[str] = "undo.take_off_map"
    person: str


@dataclass(frozen=True, slots=True)
class SetTieQuality:
    """What the tie between two people is like; None: not said."""

    undo_label: ClassVar[str] = "undo.set_tie_quality"
    first: str
    second: str
    quality: Quality | None


@dataclass(frozen=True, slots=True)
class SetSupport:
    """One kind of support, in one direction. `kind` E, M, G, A or a name of it used elsewhere (P)."""

    undo_label: ClassVar[str] = "undo.set_support"
    kind: str
    giver: str
    receiver: str
    on: bool


@dataclass(frozen=True, slots=True)
class AnswerQuestions:
    """The answers about one person: what the client gives them (asked first), and what they give the client.

    Exactly these kinds; only the ones that differ are changed.
    """

    undo_label: ClassVar[str] = "undo.answer_questions"
    person: str
    gives: tuple[str, ...]
    receives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveTie:
    """Quality and support between two people, gone together."""

    undo_label: ClassVar[str] = "undo.remove_tie"
    first: str
    second: str


RelatiekaartCommand = PlacePerson | TakeOffMap | SetTieQuality | SetSupport | AnswerQuestions | RemoveTie
