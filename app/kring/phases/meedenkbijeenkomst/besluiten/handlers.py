"""How the commands about what is decided become small changes. All of them are made in privétijd."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from kring.domain.ids import CLIENT, is_person_id
from kring.domain.text_input import clean_text
from kring.domain.text_merge import merge_text
from kring.errors import BadInput
from kring.phases.meedenkbijeenkomst.besluiten import commands, model
from kring.phases.meedenkbijeenkomst.besluiten.model import BESLUITEN, BESLUITEN_PRIVE
from kring.phases.plan import Plan

if TYPE_CHECKING:
    from kring.documents.bus import Context


def write_besluit(context: Context, command: commands.WriteBesluit) -> None:
    plan = Plan(context, command.undo_label)
    path, after = (BESLUITEN, command.besluit), clean_text(command.after, field=model.TEXT)
    known = _known(plan)
    if command.besluit not in known:
        if command.besluit == CLIENT or not is_person_id(command.besluit):
            raise BadInput("not a fresh id", field="besluit", reason="no_fresh_id")
        plan.create_map(BESLUITEN_PRIVE, path)
        plan.put(BESLUITEN_PRIVE, (*path, model.ADDED_BY), command.added_by)
        plan.create_text(BESLUITEN_PRIVE, (*path, model.TEXT), after)
    else:
        merged = merge_text(command.before, after, known[command.besluit])
        plan.set_text(BESLUITEN_PRIVE, (*path, model.TEXT), merged)
    plan.carry_out()


def remove_besluit(context: Context, command: commands.RemoveBesluit) -> None:
    plan = Plan(context, command.undo_label)
    if command.besluit not in _known(plan):
        raise BadInput("no such besluit", field="besluit", reason="no_choice")
    plan.delete(BESLUITEN_PRIVE, (BESLUITEN, command.besluit))
    plan.carry_out()


def _known(plan: Plan) -> dict[str, str]:
    return {each.id: each.text for each in model.read(plan.view(BESLUITEN_PRIVE))}


HANDLERS: Final[Mapping[type, Callable[[Any, Any], None]]] = {
    commands.WriteBesluit: write_besluit,
    commands.RemoveBesluit: remove_besluit,
}
