"""Moving a person between the private document and the shared ones, so that a possible person, or one who is
hidden, is in none of the shared ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from kring.domain.person import KNOWN_ROLES
from kring.domain.tie import other_end
from kring.errors import BadInput
from kring.phases.netwerkatlas import register
from kring.phases.netwerkatlas.mensen import commands, model
from kring.phases.netwerkatlas.mensen.model import MENSEN, PRIVE, Path, person_path
from kring.phases.netwerkatlas.relatiekaart import model as kaart
from kring.phases.netwerkatlas.relatiekaart.model import PLACES, RELATIEKAART, TIES
from kring.phases.plan import Plan

if TYPE_CHECKING:
    from kring.documents.bus import Context

MOGELIJK: Final = "mogelijk"


def mark_mogelijk(context: Context, command: commands.MarkMogelijk) -> None:
    plan = Plan(context, command.undo_label)
    if register.home_of_someone(plan, command.person) != PRIVE:
        _move(plan, command.person, (MENSEN, RELATIEKAART), (PRIVE, PRIVE), MOGELIJK, None)
    elif register.fields_of(plan, command.person).get(model.ROLE) != MOGELIJK:
        plan.put(PRIVE, person_path(command.person, model.ROLE), MOGELIJK)
    plan.carry_out()


def hide_person(context: Context, command: commands.HidePerson) -> None:
    """Somebody who is private already stays as they are."""
    plan = Plan(context, command.undo_label)
    if register.home_of_someone(plan, command.person) != PRIVE:
        role = model.role_of(register.fields_of(plan, command.person), private=False)
        _move(plan, command.person, (MENSEN, RELATIEKAART), (PRIVE, PRIVE), role, None)
    plan.carry_out()


def show_person(context: Context, command: commands.ShowPerson) -> None:
    """BadInput for a possible person: making them known is another intent."""
    plan = Plan(context, command.undo_label)
    if register.home_of_someone(plan, command.person) == PRIVE:
        role = model.role_of(register.fields_of(plan, command.person), private=True)
        if role not in KNOWN_ROLES:
            raise BadInput("not hidden", field="role", reason="no_choice")
        _bring_out(plan, command.person, role)
    plan.carry_out()


def make_known(context: Context, command: commands.MakeKnown) -> None:
    """Also finishes a move that was interrupted: see `in_both`."""
    plan = Plan(context, command.undo_label)
    if command.role not in KNOWN_ROLES:
        raise BadInput("no such role", field="role", reason="no_choice")
    register.home_of_someone(plan, command.person)
    if command.person in register.people_of(plan, PRIVE):
        _bring_out(plan, command.person, command.role)
    plan.carry_out()


def in_both(views: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Who stands in both documents, because a move was interrupted. `MakeKnown` brings them back to one."""
    mensen, private = (model.mapping_at(views.get(kind), model.PEOPLE) for kind in (MENSEN, PRIVE))
    return tuple(sorted(mensen.keys() & private.keys()))


def _bring_out(plan: Plan, person: str, role: str) -> None:
    shared = frozenset(register.people_of(plan, MENSEN))
    _move(plan, person, (PRIVE, PRIVE), (MENSEN, RELATIEKAART), role, shared)


def _move(
    plan: Plan,
    person: str,
    origin: tuple[str, str],
    goal: tuple[str, str],
    role: str,
    others: frozenset[str] | None,
) -> None:
    """From the (people, map) documents `origin` to `goal`: first everything there, then nothing more here.

    Only ties with `others` go along (None: all); the rest stays where it is.
    """
    if person not in register.people_of(plan, goal[0]):
        fields = register.people_of(plan, origin[0])[person]
        _copy(plan, goal[0], person_path(person), {**fields, model.ROLE: role})
    view = plan.view(origin[1])
    parts = {part: model.mapping_at(view, part) for part in (PLACES, TIES)}
    keys = [
        (part, key)
        for part, key in kaart.keys_of(person, parts[PLACES], parts[TIES])
        if part == PLACES or others is None or other_end(kaart.tie_of(key), person) in others
    ]
    for part, key in keys:
        value = parts[part][key]
        if isinstance(value, (str, int, float, bool)):
            plan.put(goal[1], (part, key), value)
    plan.delete(origin[0], person_path(person))
    for part, key in keys:
        plan.delete(origin[1], (part, key))


def _copy(plan: Plan, goal: str, path: Path, fields: Mapping[str, Any]) -> None:
    plan.create_map(goal, path)
    for key, value in fields.items():
        if isinstance(value, Mapping):
            _copy(plan, goal, (*path, key), value)
        elif key == model.NOTE and isinstance(value, str):
            plan.create_text(goal, (*path, key), value)
        elif isinstance(value, (str, int, float, bool)):
            plan.put(goal, (*path, key), value)
    if len(path) == 2 and model.NOTE not in fields:
        plan.create_text(goal, (*path, model.NOTE), "")
