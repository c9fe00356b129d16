"""How the commands of the relatiekaart become small changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, tau
from typing import TYPE_CHECKING, Any, Final

from kring.domain.ids import CLIENT
from kring.domain.tie import QUALITIES, SUPPORT_KINDS, tie_id
from kring.errors import BadInput
from kring.phases.netwerkatlas import register
from kring.phases.netwerkatlas.mensen.model import mapping_at
from kring.phases.netwerkatlas.relatiekaart import commands, model
from kring.phases.netwerkatlas.relatiekaart.model import PLACES, TIES
from kring.phases.plan import Plan

if TYPE_CHECKING:
    from kring.documents.bus import Context


def place_person(context: Context, command: commands.PlacePerson) -> None:
    plan = Plan(context, command.undo_label)
    home = register.home_of_someone(plan, command.person)
    ring = register.checked_ring(command.ring)
    angle = _checked_angle(command.angle)
    on_map = register.map_for(home)
    places = mapping_at(plan.view(on_map), PLACES)
    ring_key, angle_key = (model.place_key(command.person, key) for key in (model.RING, model.ANGLE))
    if places.get(ring_key) != ring:
        plan.put(on_map, (PLACES, ring_key), ring)
    if angle is None and angle_key in places:
        plan.delete(on_map, (PLACES, angle_key))
    elif angle is not None and places.get(angle_key) != angle:
        plan.put(on_map, (PLACES, angle_key), angle)
    plan.carry_out()


def take_off_map(context: Context, command: commands.TakeOffMap) -> None:
    plan = Plan(context, command.undo_label)
    on_map = register.map_for(register.home_of_someone(plan, command.person))
    places = mapping_at(plan.view(on_map), PLACES)
    for part, key in model.keys_of(command.person, places, {}):
        plan.delete(on_map, (part, key))
    plan.carry_out()


def set_tie_quality(context: Context, command: commands.SetTieQuality) -> None:
    plan = Plan(context, command.undo_label)
    on_map = register.map_for_tie(plan, command.first, command.second)
    if command.quality is not None and command.quality not in QUALITIES:
        raise BadInput("no such quality", field="quality", reason="no_choice")
    key = model.quality_key(tie_id(command.first, command.second))
    ties = mapping_at(plan.view(on_map), TIES)
    if command.quality is None:
        if key in ties:
            plan.delete(on_map, (TIES, key))
    elif ties.get(key) != command.quality:
        plan.put(on_map, (TIES, key), command.quality)
    plan.carry_out()


def set_support(context: Context, command: commands.SetSupport) -> None:
    plan = Plan(context, command.undo_label)
    on_map = register.map_for_tie(plan, command.giver, command.receiver)
    kind = register.checked_kind(command.kind)
    _switch(plan, on_map, command.giver, command.receiver, kind, bool(command.on))
    plan.carry_out()


def answer_questions(context: Context, command: commands.AnswerQuestions) -> None:
    plan = Plan(context, command.undo_label)
    on_map = register.map_for_tie(plan, CLIENT, command.person)
    gives, receives = register.checked_kinds(command.gives), register.checked_kinds(command.receives)
    for kind in SUPPORT_KINDS:
        _switch(plan, on_map, CLIENT, command.person, kind, kind in gives)
        _switch(plan, on_map, command.person, CLIENT, kind, kind in receives)
    plan.carry_out()


def remove_tie(context: Context, command: commands.RemoveTie) -> None:
    plan = Plan(context, command.undo_label)
    on_map = register.map_for_tie(plan, command.first, command.second)
    tie = tie_id(command.first, command.second)
    for key in mapping_at(plan.view(on_map), TIES):
        if key.startswith(f"{tie}/"):
            plan.delete(on_map, (TIES, key))
    plan.carry_out()


def _switch(plan: Plan, on_map: str, giver: str, receiver: str, kind: str, on: bool) -> None:
    key = model.support_key(tie_id(giver, receiver), kind, giver)
    ties = mapping_at(plan.view(on_map), TIES)
    if on and ties.get(key) is not True:
        plan.put(on_map, (TIES, key), True)
    elif not on and key in ties:
        plan.delete(on_map, (TIES, key))


def _checked_angle(angle: float | None) -> float | None:
    if angle is None:
        return None
    if isinstance(angle, bool) or not isinstance(angle, (int, float)) or not isfinite(angle):
        raise BadInput("no such angle", field="angle", reason="no_choice")
    return round(float(angle) % tau, 4)


HANDLERS: Final[Mapping[type, Callable[[Any, Any], None]]] = {
    commands.PlacePerson: place_person,
    commands.TakeOffMap: take_off_map,
    commands.SetTieQuality: set_tie_quality,
    commands.SetSupport: set_support,
    commands.AnswerQuestions: answer_questions,
    commands.RemoveTie: remove_tie,
}
