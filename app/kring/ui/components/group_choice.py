"""In which groups somebody belongs: the usual ones and the client's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.domain.person import GROUPS
from kring.phases.netwerkatlas.mensen.commands import SetGroups
from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.ui.components import buttons, choices, fields, text
from kring.ui.components.actions import do
from kring.ui.components.groups import group_word, style
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.reactive import use_state


@ft.component
def GroupChoice(ui: Ui, case: Case, person: PersonView, editable: bool) -> ft.Control:
    naming, set_naming = use_state(False)
    word, set_word = use_state("")
    own = [group for group in person.groups if group not in GROUPS]

    def set_group(group: str, on: bool) -> None:
        kept = [each for each in person.groups if each != group]
        do(ui, case, SetGroups(person.id, tuple([*kept, group] if on else kept)))

    def add_own(*_: object) -> None:
        if word.strip():
            set_group(word.strip(), True)
        set_word("")
        set_naming(False)

    return ft.Column(
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.title(ui, ui.say("person.groups"), level=2),
            group_chips(ui, person.groups, own, set_group, editable),
            *(
                [
                    fields.field(
                        ui,
                        "group-own-name",
                        ui.say("group.own"),
                        word,
                        set_word,
                        autofocus=True,
                        on_submit=add_own,
                    ),
                    buttons.secondary(ui, "group-own-add", ui.say("group.own.add"), add_own),
                ]
                if naming
                else [
                    buttons.quiet(
                        ui,
                        "group-own",
                        ui.say("group.own"),
                        lambda _: set_naming(True),
                        icon=ft.Icons.ADD,
                    )
                ]
                if editable
                else []
            ),
        ],
    )


def group_chips(
    ui: Ui, on: tuple[str, ...], own: list[str], toggle: Callable[[str, bool], Any], editable: bool = True
) -> ft.Control:
    """`toggle(group, now on)`."""

    def one(group: str) -> ft.Control:
        drawn = style(group)
        return choices.chip(
            ui,
            f"group-{group}",
            group_word(ui, group),
            group in on,
            lambda now: toggle(group, now),
            icon=drawn.icon,
            color=drawn.color(ui),
            ground=drawn.ground(ui),
            enabled=editable,
        )

    return choices.chips([one(group) for group in (*GROUPS, *own)])
