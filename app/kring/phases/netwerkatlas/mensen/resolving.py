"""One value in the place of several that were set at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kring.domain.person import KNOWN_ROLES
from kring.domain.text_input import clean_emoji, clean_line, clean_name
from kring.domain.tie import QUALITIES, pair_of
from kring.errors import BadInput
from kring.phases.netwerkatlas import register
from kring.phases.netwerkatlas.mensen import commands, model
from kring.phases.netwerkatlas.mensen.model import MENSEN, PEOPLE, PRIVE, Path
from kring.phases.netwerkatlas.relatiekaart import model as kaart
from kring.phases.netwerkatlas.relatiekaart.model import PLACES, RELATIEKAART, TIES
from kring.phases.plan import Plan

if TYPE_CHECKING:
    from kring.documents.bus import Context

Value = str | int | float | bool


def resolve_conflict(context: Context, command: commands.ResolveConflict) -> None:
    """The value is put even where the clash has gone meanwhile: somebody chose it just now."""
    plan = Plan(context, command.undo_label)
    document, path = command.document, command.path
    if document in (MENSEN, PRIVE) and len(path) == 3 and path[0] == PEOPLE:
        if not isinstance(register.people_of(plan, document).get(path[1]), Mapping):
            raise BadInput("no such person here", field="person", reason="no_such_person")
        plan.put(document, path, _checked_person_field(path[2], command.value))
    elif document in (RELATIEKAART, PRIVE) and len(path) == 2:
        plan.put(document, path, _checked_map_field(plan, path, command.value))
    else:
        raise BadInput("no such field", field="path", reason="no_choice")
    plan.carry_out()


def _checked_person_field(field: str, value: Value) -> Value:
    if field == model.NAME and isinstance(value, str):
        return clean_name(value)
    if field == model.EMOJI and isinstance(value, str):
        return clean_emoji(value)
    if field in (model.BIRTH, model.SEX, model.GENDER) and isinstance(value, str):
        return clean_line(value, field=field)
    if field == model.DECEASED and isinstance(value, bool):
        return value
    if field == model.ROLE and value in KNOWN_ROLES:
        return value
    raise BadInput("no such choice", field=field, reason="no_choice")


def _checked_map_field(plan: Plan, path: Path, value: Value) -> Value:
    about, _, field = path[1].partition("/")
    if path[0] == PLACES and field == kaart.RING and isinstance(value, int):
        register.home_of_someone(plan, about)
        return register.checked_ring(value)
    if path[0] == TIES and field == kaart.QUALITY and value in QUALITIES:
        pair = pair_of(about)
        if pair is not None:
            register.map_for_tie(plan, *pair)
            return value
    raise BadInput("no such choice", field=field or "path", reason="no_choice")
