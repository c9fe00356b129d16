"""The shape of the person register in a document: kinds, keys and how to read them with care.

`people` is a map of maps: person id → fields. Documents `mensen` (shared as the client decides) and
`prive` (people who could play a role, and people who are hidden: never shared) have the same shape here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kring.domain.ids import CLIENT
from kring.domain.person import KNOWN_ROLES

MENSEN: Final = "mensen"
PRIVE: Final = "prive"
PEOPLE: Final = "people"
PLACES: Final = "places"
TIES: Final = "ties"

NAME: Final = "name"
NOTE: Final = "note"
EMOJI: Final = "emoji"
BIRTH: Final = "birth"
SEX: Final = "sex"
GENDER: Final = "gender"
DECEASED: Final = "deceased"
ROLE: Final = "role"
ADDED_BY: Final = "added_by"
GROUP_PREFIX: Final = "group/"

TEXT_FIELDS: Final = (NAME, EMOJI, BIRTH, SEX, GENDER)
"""Registers of one line; the note is a Text and merges by character."""

Path = tuple[str, ...]
Clashing = Mapping[Path, tuple[Any, ...]]


def person_path(person: str, field: str | None = None) -> Path:
    return (PEOPLE, person) if field is None else (PEOPLE, person, field)


def group_field(group: str) -> str:
    return GROUP_PREFIX + group


def mapping_at(view: object, key: str) -> Mapping[str, Any]:
    """The map at `key`, or an empty one where a document made elsewhere holds something else."""
    value = view.get(key) if isinstance(view, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def text_at(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def role_of(fields: Mapping[str, Any], private: bool) -> str:
    """The role as shown. In the private document who plays or played a part is hidden, others are "mogelijk".

    A role from a newer version reads as "speelt", so that the person stays visible.
    """
    role = fields.get(ROLE)
    if role in KNOWN_ROLES:
        return str(role)
    return "mogelijk" if private else "speelt"


def groups_of(fields: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        key[len(GROUP_PREFIX) :]
        for key, value in fields.items()
        if isinstance(key, str) and key.startswith(GROUP_PREFIX) and value is True and key != GROUP_PREFIX
    )


def start(edit: Any, client_name: str) -> None:
    """The first change of a new `mensen` document: the client alone."""
    edit.create_map((PEOPLE,))
    edit.create_map(person_path(CLIENT))
    edit.put(person_path(CLIENT, NAME), client_name)
    edit.put(person_path(CLIENT, EMOJI), "")
    edit.create_text(person_path(CLIENT, NOTE))


def start_private(edit: Any, client_name: str) -> None:
    """The first change of a new `prive` document: nobody yet, with the maps that a possible person needs."""
    for part in (PEOPLE, PLACES, TIES):
        edit.create_map((part,))
