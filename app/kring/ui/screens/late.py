"""What came in and was not used: what somebody wrote after they were taken out, to be taken over or left."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from kring.cases.shapes import Member, QuarantinedEnvelope
from kring.ui.components import buttons, page, text
from kring.ui.components.sentences import day
from kring.ui.components.working import Working
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.reactive import keyed

MOST = 20
"""So many at a time; the rest shows once these are dealt with."""


def late(
    ui: Ui, case: Case, entries: Sequence[QuarantinedEnvelope], members: Sequence[Member]
) -> list[ft.Control]:
    """Nothing where nothing was held."""
    offered = [each for each in entries if each.adoptable]
    others = len(entries) - len(offered)
    shown: list[ft.Control] = []
    if offered:
        shown += [text.title(ui, ui.say("late.title"), level=2), text.body(ui, ui.say("late.text"))]
        names = {member.id: member.name for member in members}
        shown += [_offered(ui, case, each, names.get(each.member, "")) for each in offered[:MOST]]
    if others:
        shown.append(page.note(ui, ui.say("late.other", count=others), icon=ft.Icons.SHIELD_OUTLINED))
    return shown


def _offered(ui: Ui, case: Case, each: QuarantinedEnvelope, name: str) -> ft.Control:
    known = name or each.name or ui.say("late.somebody")
    what = (
        ui.say("late.words", words=ui.say.list(each.words))
        if each.words
        else ui.say("late.edits", count=each.edits)
    )
    return page.card(
        ui,
        [
            text.body(ui, ui.say("late.wrote", name=known), bold=True),
            text.small(ui, ui.say("late.when", date=day(ui, each.time))),
            text.body(ui, what),
            keyed(
                f"adopt-{each.id}",
                Working,
                ui,
                f"adopt-{each.id}",
                ui.say("late.adopt"),
                ui.say("late.busy"),
                lambda: case.adopt(each.id),
                ft.Icons.ADD,
                buttons.secondary,
            ),
        ],
    )
