"""What can be done to the person register. Each command is one intent and one undo step.

A command is checked whole before anything is touched: BadInput where its words cannot be used, NotAllowed
where this member may not. `undo_label` is a catalogue key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kring.domain.person import PersonRole


@dataclass(frozen=True, slots=True)
class AddPerson:
    """A new person, with the answers to the two questions: `gives` is what the client gives, asked first.

    `person` is made by the caller with `domain.ids.new_person_id`, so that a screen can show the person
    at once. `ring` None leaves the person off the map. A "mogelijk" person goes to the private document.
    """

    undo_label: ClassVar[str] = "undo.add_person"
    person: str
    name: str
    emoji: str = ""
    groups: tuple[str, ...] = ()
    role: PersonRole = "speelt"
    ring: int | None = None
    gives: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    added_by: str = ""


@dataclass(frozen=True, slots=True)
class RenamePerson:
    undo_label: ClassVar[str] = "undo.rename_person"
    person: str
    name: str


@dataclass(frozen=True, slots=True)
class DescribePerson:
    """Text about a person, merged by character: `before` is the text that the writer started from."""

    undo_label: ClassVar[str] = "undo.describe_person"
    person: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SetPersonFields:
    """Single fields in the person's own words; None leaves a field as it is, "" empties it."""

    undo_label: ClassVar[str] = "undo.set_person_fields"
    person: str
    emoji: str | None = None
    birth: str | None = None
    sex: str | None = None
    gender: str | None = None


@dataclass(frozen=True, slots=True)
class SetGroups:
    """Exactly these groups; only the ones that differ are changed."""

    undo_label: ClassVar[str] = "undo.set_groups"
    person: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetDeceased:
    undo_label: ClassVar[str] = "undo.set_deceased"
    person: str
    deceased: bool


@dataclass(frozen=True, slots=True)
class SetRole:
    """Plays or played a part. For "mogelijk" there are MarkMogelijk and MakeKnown, which move the person."""

    undo_label: ClassVar[str] = "undo.set_role"
    person: str
    role: PersonRole


@dataclass(frozen=True, slots=True)
class RemovePerson:
    """Takes the person out of the register, off the map, and all their ties with them."""

    undo_label: ClassVar[str] = "undo.remove_person"
    person: str


@dataclass(frozen=True, slots=True)
class MarkMogelijk:
    """From the shared documents to the private one: from now on only the client sees this person here."""

    undo_label: ClassVar[str] = "undo.mark_mogelijk"
    person: str


@dataclass(frozen=True, slots=True)
class MakeKnown:
    """From the private document to the shared ones, with place and ties."""

    undo_label: ClassVar[str] = "undo.make_known"
    person: str
    role: PersonRole = "speelt"


@dataclass(frozen=True, slots=True)
class HidePerson:
    """From the shared documents to the private one, in the same role: only the client sees them here."""

    undo_label: ClassVar[str] = "undo.hide_person"
    person: str


@dataclass(frozen=True, slots=True)
class ShowPerson:
    """Back to the shared documents, as they were hidden."""

    undo_label: ClassVar[str] = "undo.show_person"
    person: str


@dataclass(frozen=True, slots=True)
class ResolveConflict:
    """One value for a field that was set to several at once: one of them, or a new one made from both.

    `document` and `path` as in the view model's `Clash`.
    """

    undo_label: ClassVar[str] = "undo.resolve_conflict"
    document: str
    path: tuple[str, ...]
    value: str | int | float | bool


MensenCommand = (
    AddPerson
    | RenamePerson
    | DescribePerson
    | SetPersonFields
    | SetGroups
    | SetDeceased
    | SetRole
    | RemovePerson
    | MarkMogelijk
    | MakeKnown
    | HidePerson
    | ShowPerson
    | ResolveConflict
)
