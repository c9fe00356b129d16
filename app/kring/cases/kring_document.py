"""The document `kring`: the title, and what the members are called. Flat keys, as docs/layers.md asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kring.documents.handle import Edit
from kring.documents.schema import Schema

KRING: Final = "kring"
TITLE: Final = "title"
MEMBERS: Final = "members"
SCHEMA: Final = Schema(KRING)
NAMING: Final = "kring.undo.member"


def start(edit: Edit, title: str, member: bytes, name: str) -> None:
    """What the document holds first."""
    edit.put((TITLE,), title)
    edit.create_map((MEMBERS,))
    name_member(member, name, "klant")(edit)


def name_member(member: bytes, name: str, role: str, organisation: str = "") -> Callable[[Edit], None]:
    """The edit that writes down a member's name and role, and for which organisation they come."""

    def edit_names(edit: Edit) -> None:
        edit.put((MEMBERS, f"{member.hex()}/name"), name)
        edit.put((MEMBERS, f"{member.hex()}/role"), role)
        if organisation:
            name_organisation(member, organisation)(edit)

    return edit_names


def name_organisation(member: bytes, organisation: str) -> Callable[[Edit], None]:
    """The edit that writes down for which organisation a member comes."""
    return lambda edit: edit.put((MEMBERS, f"{member.hex()}/organisation"), organisation)


def title_in(view: Mapping[str, Any]) -> str:
    """The title; empty where there is none yet."""
    title = view.get(TITLE)
    return title if isinstance(title, str) else ""


def name_in(view: Mapping[str, Any], member: bytes) -> str:
    """What this member is called; empty where it is not known yet."""
    return _said_in(view, member, "name")


def organisation_in(view: Mapping[str, Any], member: bytes) -> str:
    """For which organisation this member comes; empty where none is written down."""
    return _said_in(view, member, "organisation")


def _said_in(view: Mapping[str, Any], member: bytes, field: str) -> str:
    members = view.get(MEMBERS)
    said = members.get(f"{member.hex()}/{field}") if isinstance(members, Mapping) else None
    return said if isinstance(said, str) else ""
