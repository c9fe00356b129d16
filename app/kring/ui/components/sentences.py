"""What somebody may see and do, in plain sentences, wherever a screen says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from kring.cases.shapes import Member
from kring.ui.context import Ui

SHARED_KINDS: Final = ("mensen", "relatiekaart")
"""The documents about which somebody decides; the case's own names go with any of them."""


def member_sentence(ui: Ui, member: Member) -> str:
    who = "you" if member.you else "other"
    if member.owner:
        return ui.say(f"sharing.{who}.owner", name=member.name)
    return rights_sentence(ui, member.rights, f"sharing.{who}", member.name)


def rights_sentence(ui: Ui, rights: Mapping[str, str], prefix: str, name: str) -> str:
    """ "Anna can see and change the map, and see the people." One sentence for all documents."""
    by_right: dict[str, list[str]] = {}
    for kind in SHARED_KINDS:
        if kind in rights:
            by_right.setdefault(rights[kind], []).append(ui.say(f"document.{kind}"))
    parts = [
        ui.say(f"sharing.part.{right}", document=ui.say.list(documents))
        for right, documents in by_right.items()
    ]
    if not parts:
        return ui.say(f"{prefix}.nothing", name=name)
    return ui.say(f"{prefix}.sees", name=name, what=ui.say.list(parts))


def role_of(ui: Ui, role: str, organisation: str) -> str:
    """ "professional · Jeugdhulp Noord"; empty where nothing is known."""
    return " · ".join(filter(None, (ui.say(f"member_role.{role}") if role else "", organisation)))


def readers(members: Iterable[Member], kind: str) -> list[Member]:
    """Who can see the document of this kind now, of those whom the reader knows."""
    return [each for each in members if (each.owner or kind in each.rights) and not each.over]


def person_sentence(ui: Ui, members: Iterable[Member]) -> str:
    """ "Only you and Bas can see this person." `members`: those who can."""
    others = [ui.say.name(called(ui, each)) for each in members if not each.you]
    if not others:
        return ui.say("person.seen.you")
    return ui.say("person.seen.all", names=ui.say.list([ui.say("person.seen.by_you"), *others]))


def day(ui: Ui, milliseconds: int) -> str:
    """ "21 november 2026" in the reader's language, by UTC days."""
    return ui.say.date(datetime.fromtimestamp(milliseconds / 1000, UTC).date())


def called(ui: Ui, member: Member) -> str:
    """A name to put into a sentence, also where none is known."""
    return member.name or ui.say("person.nameless")
