"""Where a person and a tie stand: shared, or private for as long as a person could only play a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kring.domain.ids import CLIENT
from kring.domain.tie import SUPPORT_KINDS, SupportKind, support_kind
from kring.errors import BadInput
from kring.phases.netwerkatlas.mensen.model import MENSEN, PEOPLE, PRIVE, mapping_at
from kring.phases.netwerkatlas.relatiekaart.model import RELATIEKAART, RINGS
from kring.phases.plan import Plan


def people_of(plan: Plan, kind: str) -> Mapping[str, Any]:
    return mapping_at(plan.view(kind), PEOPLE)


def home_of(plan: Plan, person: str) -> str:
    """The kind of document in which this person stands. BadInput where there is no such person here."""
    for kind in (MENSEN, PRIVE):
        if isinstance(people_of(plan, kind).get(person), Mapping):
            return kind
    raise BadInput("no such person here", field="person", reason="no_such_person")


def fields_of(plan: Plan, person: str) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = people_of(plan, home_of(plan, person))[person]
    return fields


def home_of_someone(plan: Plan, person: str) -> str:
    """As `home_of`, for what cannot be done to the client: they stand in the middle, always."""
    if person == CLIENT:
        raise BadInput("not for the client", field="person", reason="client")
    return home_of(plan, person)


def map_for(home: str) -> str:
    """The document that holds the place of someone who stands in `home`."""
    return PRIVE if home == PRIVE else RELATIEKAART


def map_for_tie(plan: Plan, first: str, second: str) -> str:
    """A tie is as private as the more private of the two."""
    if first == second:
        raise BadInput("a tie is between two people", field="person", reason="same_person")
    homes = {home_of(plan, first), home_of(plan, second)}
    return map_for(PRIVE if PRIVE in homes else MENSEN)


def checked_ring(ring: int) -> int:
    if isinstance(ring, bool) or ring not in RINGS:
        raise BadInput("no such ring", field="ring", reason="no_choice")
    return ring


def checked_kinds(kinds: tuple[str, ...]) -> tuple[SupportKind, ...]:
    """The kinds meant, in the standard order. BadInput where a word means none of them."""
    meant = {checked_kind(kind) for kind in kinds}
    return tuple(kind for kind in SUPPORT_KINDS if kind in meant)


def checked_kind(kind: str) -> SupportKind:
    meant = support_kind(kind)
    if meant is None:
        raise BadInput("no such kind of support", field="support", reason="no_choice")
    return meant
