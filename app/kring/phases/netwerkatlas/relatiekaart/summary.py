"""The network in a few plain sentences: what is there, never a score and never what is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kring.domain.person import GROUPS
from kring.i18n.translator import Translator
from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.phases.netwerkatlas.relatiekaart.view_model import PlacedView, RelatiekaartView

_NAMES: Final = 5
"""As many names stand in one sentence; the rest are "others"."""

_PAIRS: Final = 3


def summary(view: RelatiekaartView, say: Translator, own: bool = True) -> tuple[str, ...]:
    """Sentences in a fixed order, giving before receiving. `own`: the reader is the client ("jij")."""
    voice = "summary.own" if own else "summary.other"
    client = name_of(view.client, say)
    if not view.people:
        return (say(f"{voice}.alone", client=client), *_notes(view, say))

    def about(key: str, chosen: Sequence[PlacedView]) -> tuple[str, ...]:
        if not chosen:
            return ()
        names = _names([each.person for each in chosen], say)
        return (say(f"{voice}.{key}", client=client, names=names, count=len(chosen)),)

    def those(test: Callable[[PlacedView], bool]) -> list[PlacedView]:
        return [each for each in view.people if test(each)]

    several = len(view.people) > 1
    nearest = min(each.ring for each in view.people)
    return (
        *about("people", view.people),
        *(about("near", those(lambda each: each.ring == nearest)) if several else ()),
        *_groups(view, say),
        *about("gives", those(lambda each: bool(each.client_gives))),
        *about("receives", those(lambda each: bool(each.client_receives))),
        *about("mutual", those(lambda each: bool(each.client_gives and each.client_receives))),
        *about("sterk", those(lambda each: _quality(each) == "sterk")),
        *about("gespannen", those(lambda each: _quality(each) == "gespannen")),
        *about("verbroken", those(lambda each: _quality(each) == "verbroken")),
        *_between(view, say),
        *_notes(view, say),
    )


def name_of(person: PersonView, say: Translator) -> str:
    """The name as it stands in a sentence, or a word for who has none yet."""
    if person.name.strip():
        return say.name(person.name)
    return say("text.client_unnamed") if person.is_client else say("text.unnamed")


def _quality(placed: PlacedView) -> str | None:
    return placed.tie.quality if placed.tie else None


def _names(people: Sequence[PersonView], say: Translator) -> str:
    shown = [name_of(person, say) for person in people[:_NAMES]]
    if len(people) > _NAMES:
        shown.append(say("summary.more", count=len(people) - _NAMES))
    return say.list(shown)


def _groups(view: RelatiekaartView, say: Translator) -> tuple[str, ...]:
    present = {group for each in view.people for group in each.person.groups if group != "anders"}
    if len(view.people) < 2 or len(present) < 2:
        return ()
    ordered = [group for group in GROUPS if group in present] + sorted(present - set(GROUPS))
    return (say("summary.groups", groups=say.list([say.either("group", group) for group in ordered])),)


def _between(view: RelatiekaartView, say: Translator) -> tuple[str, ...]:
    names = {each.id: name_of(each.person, say) for each in view.people}
    ties = [
        tie for tie in view.ties if tie.first in names and tie.second in names and tie.quality != "verbroken"
    ]
    if not ties:
        return ()
    pairs = [say("summary.pair", first=names[tie.first], second=names[tie.second]) for tie in ties[:_PAIRS]]
    if len(ties) > _PAIRS:
        pairs.append(say("summary.more", count=len(ties) - _PAIRS))
    return (say("summary.between", pairs=say.list(pairs)),)


def _notes(view: RelatiekaartView, say: Translator) -> tuple[str, ...]:
    people = [each.person for each in view.people] + list(view.unplaced)
    notes: list[str] = []
    for key, chosen in (
        ("summary.deceased", [person for person in people if person.deceased]),
        ("summary.private", [person for person in people if person.private]),
    ):
        if chosen:
            notes.append(say(key, names=_names(chosen, say), count=len(chosen)))
    if view.clashes or any(person.clashes for person in people):
        notes.append(say("summary.clashes"))
    return tuple(notes)
