"""Two people find out whether the server shows both the same: a start to tell, twelve digits to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import flet as ft

from kring.cases.shapes import Member
from kring.errors import BadInput, NotAllowed
from kring.ui.components import buttons, choices, fields, page, text
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import called
from kring.ui.components.sync_line import SyncLine
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_box, use_state
from kring.ui.screens.sharing import code
from kring.ui.theme import LARGE

MINE, THEIRS = "mine", "theirs"
SAME, DIFFERENT = "same", "different"
STEPS: Final = 4
"""What to do where the codes differ, one step after another."""


@ft.component
def CompareScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed("compare", Compare, ui, case, path))


@ft.component
def Compare(ui: Ui, case: Case, path: str) -> ft.View:
    members = use_value(case.subscribe, lambda: case.members, case.id)
    others = [each for each in members if not each.you and not each.over]
    who, set_who = use_state("")
    shown: list[ft.Control] = [
        text.title(ui, ui.say("compare.title")),
        text.body(ui, ui.say("compare.text")),
    ]
    other = next((each for each in others if each.id == who), others[0] if others else None)
    if other is None:
        shown.append(page.note(ui, ui.say("compare.nobody")))
        return page.screen(ui, path, ui.say("compare.bar"), shown)
    if len(others) > 1:
        names = [(each.id, called(ui, each)) for each in others]
        shown += [
            text.body(ui, ui.say("compare.who"), bold=True),
            choices.one_of(ui, "compare-who", names, other.id, set_who),
        ]
    shown.append(keyed(f"with-{other.id}", With, ui, case, other))
    return page.screen(ui, path, ui.say("compare.bar"), shown)


@ft.component
def With(ui: Ui, case: Case, other: Member) -> ft.Control:
    """With one other: who begins, the start, the code, and what the answer means."""
    name = called(ui, other)
    way, set_way = use_state(MINE)
    drawn = use_box(case.draw_start).current
    typed, set_typed = use_state("")
    answer, set_answer = use_state("")
    start = drawn if way == MINE else typed.strip()
    digits = use_value(case.subscribe, lambda: _digits(case, other, start), (case.id, start))

    def choose(chosen: str) -> None:
        set_way(chosen)
        set_answer("")

    shown: list[ft.Control] = [
        text.body(ui, ui.say("compare.call", name=name)),
        choices.one_of(
            ui,
            "compare-way",
            [(MINE, ui.say("compare.mine")), (THEIRS, ui.say("compare.theirs", name=name))],
            way,
            choose,
        ),
        *(_told(ui, name, drawn) if way == MINE else [_asked(ui, typed, set_typed)]),
    ]
    if digits is None:
        shown += [page.note(ui, ui.say("compare.wait")), keyed("sync", SyncLine, ui, case)]
    elif digits:
        shown.append(_code(ui, name, digits, set_answer))
        if answer:
            shown.append(_meaning(ui, name, answer))
    return ft.Column(shown, spacing=16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _digits(case: Case, other: Member, start: str) -> str | None:
    """Nothing to show yet is empty; None while this device is not in step."""
    try:
        return case.compare_code(other.id, start) or None
    except (BadInput, NotAllowed):
        return ""


def _told(ui: Ui, name: str, drawn: str) -> list[ft.Control]:
    return [
        text.body(ui, ui.say("compare.tell", name=name)),
        code(ui, drawn, ui.look.palette.ink, "compare-start"),
    ]


def _asked(ui: Ui, typed: str, on_change: Callable[[str], None]) -> ft.Control:
    label, digits = ui.say("compare.start"), ui.say("compare.digits")
    return fields.field(ui, "compare-typed", label, typed, on_change, helper=digits)


def _code(ui: Ui, name: str, digits: str, answer: Callable[[str], None]) -> ft.Control:
    p = ui.look.palette
    ink = p.on_calm_soft
    if ui.look.scale > LARGE:
        digits = f"{digits[:7]}\n{digits[8:]}"  # two and two, where four groups do not fit beside each other
    return page.card(
        ui,
        [
            text.body(ui, ui.say("compare.code", name=name), bold=True, color=ink),
            code(ui, digits, ink, "compare-code"),
            buttons.primary(
                ui, "compare-same", ui.say("compare.same"), lambda _: answer(SAME), icon=ft.Icons.CHECK
            ),
            buttons.secondary(
                ui, "compare-different", ui.say("compare.different"), lambda _: answer(DIFFERENT)
            ),
        ],
        ground=p.calm_soft,
    )


def _meaning(ui: Ui, name: str, answer: str) -> ft.Control:
    if answer == SAME:
        said: ft.Control = page.note(
            ui, ui.say("compare.same.text", name=name), icon=ft.Icons.CHECK_CIRCLE_OUTLINE
        )
        return ft.Semantics(live_region=True, content=said)
    ink = ui.look.palette.on_honey_soft
    return ft.Semantics(
        live_region=True,
        content=page.card(
            ui,
            [
                text.body(ui, ui.say("compare.different.text"), bold=True, color=ink),
                *(text.body(ui, ui.say(f"compare.step.{each}"), color=ink) for each in range(1, STEPS + 1)),
            ],
            ground=ui.look.palette.honey_soft,
        ),
    )
