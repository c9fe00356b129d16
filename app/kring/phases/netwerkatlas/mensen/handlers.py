"""How the commands of the person register become small changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from kring.domain.ids import CLIENT, is_person_id
from kring.domain.person import KNOWN_ROLES, ROLES
from kring.domain.text_input import clean_emoji, clean_line, clean_name, clean_text
from kring.domain.text_merge import merge_text
from kring.domain.tie import tie_id
from kring.errors import BadInput
from kring.phases.netwerkatlas import register
from kring.phases.netwerkatlas.mensen import commands, model
from kring.phases.netwerkatlas.mensen.model import MENSEN, PRIVE, person_path
from kring.phases.netwerkatlas.mensen.moving import hide_person, make_known, mark_mogelijk, show_person
from kring.phases.netwerkatlas.mensen.resolving import resolve_conflict
from kring.phases.netwerkatlas.relatiekaart import model as kaart
from kring.phases.netwerkatlas.relatiekaart.model import PLACES, RELATIEKAART, TIES
from kring.phases.plan import Plan

if TYPE_CHECKING:
    from kring.documents.bus import Context

GROUP_LIMIT: Final = 60
"""Characters of an own group's name."""

GROUPS_LIMIT: Final = 20
"""Groups of one person."""


def add_person(context: Context, command: commands.AddPerson) -> None:
    plan = Plan(context, command.undo_label)
    person = command.person
    taken = any(person in register.people_of(plan, kind) for kind in (MENSEN, PRIVE))
    if taken or person == CLIENT or not is_person_id(person):
        raise BadInput("not a fresh person id", field="person", reason="no_fresh_id")
    if command.role not in ROLES:
        raise BadInput("no such role", field="role", reason="no_choice")
    home = PRIVE if command.role == "mogelijk" else MENSEN
    plan.create_map(home, person_path(person))
    plan.put(home, person_path(person, model.NAME), clean_name(command.name))
    plan.put(home, person_path(person, model.EMOJI), clean_emoji(command.emoji))
    plan.put(home, person_path(person, model.ROLE), command.role)
    if command.added_by:
        plan.put(home, person_path(person, model.ADDED_BY), command.added_by)
    for group in checked_groups(command.groups):
        plan.put(home, person_path(person, model.group_field(group)), True)
    plan.create_text(home, person_path(person, model.NOTE), "")
    on_map = register.map_for(home)
    if command.ring is not None:
        key = kaart.place_key(person, kaart.RING)
        plan.put(on_map, (PLACES, key), register.checked_ring(command.ring))
    tie = tie_id(CLIENT, person)
    for giver, kinds in ((CLIENT, command.gives), (person, command.receives)):
        for kind in register.checked_kinds(kinds):
            plan.put(on_map, (TIES, kaart.support_key(tie, kind, giver)), True)
    plan.carry_out()


def rename_person(context: Context, command: commands.RenamePerson) -> None:
    plan = Plan(context, command.undo_label)
    _put_if_other(plan, command.person, {model.NAME: clean_name(command.name)})
    plan.carry_out()


def describe_person(context: Context, command: commands.DescribePerson) -> None:
    plan = Plan(context, command.undo_label)
    home = register.home_of(plan, command.person)
    fields = register.fields_of(plan, command.person)
    after = clean_text(command.after, field=model.NOTE)
    path = person_path(command.person, model.NOTE)
    if model.NOTE not in fields:
        plan.create_text(home, path, after)
    else:
        current = model.text_at(fields, model.NOTE)
        merged = merge_text(command.before, after, current)
        if merged != current:
            plan.set_text(home, path, merged)
    plan.carry_out()


def set_person_fields(context: Context, command: commands.SetPersonFields) -> None:
    plan = Plan(context, command.undo_label)
    values: dict[str, str | bool] = {}
    if command.emoji is not None:
        values[model.EMOJI] = clean_emoji(command.emoji)
    for field in (model.BIRTH, model.SEX, model.GENDER):
        words = getattr(command, field)
        if words is not None:
            values[field] = clean_line(words, field=field)
    _put_if_other(plan, command.person, values)
    plan.carry_out()


def set_groups(context: Context, command: commands.SetGroups) -> None:
    plan = Plan(context, command.undo_label)
    home = register.home_of_someone(plan, command.person)
    wanted = set(checked_groups(command.groups))
    present = model.groups_of(register.fields_of(plan, command.person))
    for group in sorted(wanted - present):
        plan.put(home, person_path(command.person, model.group_field(group)), True)
    for group in sorted(present - wanted):
        plan.delete(home, person_path(command.person, model.group_field(group)))
    plan.carry_out()


def set_deceased(context: Context, command: commands.SetDeceased) -> None:
    plan = Plan(context, command.undo_label)
    _put_if_other(plan, command.person, {model.DECEASED: bool(command.deceased)})
    plan.carry_out()


def set_role(context: Context, command: commands.SetRole) -> None:
    plan = Plan(context, command.undo_label)
    home = register.home_of_someone(plan, command.person)
    role = model.role_of(register.fields_of(plan, command.person), home == PRIVE)
    if command.role not in KNOWN_ROLES or role not in KNOWN_ROLES:
        raise BadInput("moving a person is another command", field="role", reason="no_choice")
    _put_if_other(plan, command.person, {model.ROLE: command.role})
    plan.carry_out()


def remove_person(context: Context, command: commands.RemovePerson) -> None:
    plan = Plan(context, command.undo_label)
    register.home_of_someone(plan, command.person)
    for kind in (MENSEN, PRIVE):
        if command.person in register.people_of(plan, kind):
            plan.delete(kind, person_path(command.person))
    for kind in (RELATIEKAART, PRIVE):
        places, ties = (model.mapping_at(plan.view(kind), key) for key in (PLACES, TIES))
        for part, key in kaart.keys_of(command.person, places, ties):
            plan.delete(kind, (part, key))
    plan.carry_out()


def checked_groups(groups: tuple[str, ...]) -> tuple[str, ...]:
    """Standard codes and own words, each once. BadInput for an empty, long or one too many."""
    if len(groups) > GROUPS_LIMIT:
        raise BadInput("too many groups", field="group", reason="too_many", limit=GROUPS_LIMIT)
    cleaned = (clean_line(group, field="group", limit=GROUP_LIMIT, required=True) for group in groups)
    return tuple(dict.fromkeys(cleaned))


def _put_if_other(plan: Plan, person: str, values: Mapping[str, str | bool]) -> None:
    home = register.home_of(plan, person)
    fields = register.fields_of(plan, person)
    for field, value in values.items():
        if fields.get(field) != value:
            plan.put(home, person_path(person, field), value)


HANDLERS: Final[Mapping[type, Callable[[Any, Any], None]]] = {
    commands.AddPerson: add_person,
    commands.RenamePerson: rename_person,
    commands.DescribePerson: describe_person,
    commands.SetPersonFields: set_person_fields,
    commands.SetGroups: set_groups,
    commands.SetDeceased: set_deceased,
    commands.SetRole: set_role,
    commands.RemovePerson: remove_person,
    commands.MarkMogelijk: mark_mogelijk,
    commands.MakeKnown: make_known,
    commands.HidePerson: hide_person,
    commands.ShowPerson: show_person,
    commands.ResolveConflict: resolve_conflict,
}
