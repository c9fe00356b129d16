"""What is between two people who are both not the client."""

from __future__ import annotations

import flet as ft

from kring.domain.tie import tie_id
from kring.phases.netwerkatlas.mensen.model import PRIVE
from kring.phases.netwerkatlas.relatiekaart.commands import RemoveTie
from kring.ui import addresses
from kring.ui.components import buttons, page, text
from kring.ui.components.actions import do
from kring.ui.components.clash import clash_card
from kring.ui.components.person_ties import TieEditor
from kring.ui.components.scope import with_case
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_map
from kring.ui.reactive import keyed
from kring.ui.screens.person import find


@ft.component
def TieScreen() -> ft.Control:
    ui = use_ui()
    params = ft.use_route_params()
    path = ft.use_view_path()
    first, second = params.get("person", ""), params.get("other", "")
    return with_case(ui, lambda ui, case: keyed(f"{first}~{second}", Tie, ui, case, first, second, path))


@ft.component
def Tie(ui: Ui, case: Case, first_id: str, second_id: str, path: str) -> ft.View:
    shown = use_map(case)
    first, second = find(shown, first_id), find(shown, second_id)
    if first is None or second is None or first_id == second_id:
        return page.screen(
            ui,
            path,
            ui.say("person.gone.title"),
            [
                text.body(ui, ui.say("person.gone")),
                buttons.primary(
                    ui,
                    "back-to-map",
                    ui.say("person.gone.back"),
                    lambda _: ui.go(addresses.case_route(case.id)),
                ),
            ],
        )
    tie = shown.tie(tie_id(first_id, second_id))
    editable = case.may_edit(PRIVE if first.private or second.private else "relatiekaart")

    def remove(_: object) -> None:
        do(ui, case, RemoveTie(first_id, second_id), told=ui.say("tie.removed"))
        ui.go(addresses.person_route(case.id, first_id))

    return page.screen(
        ui,
        path,
        ui.say("tie.bar"),
        [
            *(clash_card(ui, case, clash, editable) for clash in (tie.clashes if tie else ())),
            page.card(
                ui,
                [
                    keyed(
                        "editor",
                        TieEditor,
                        ui,
                        case,
                        first.id,
                        first.name,
                        second.id,
                        second.name,
                        tie,
                        editable,
                    )
                ],
            ),
            *(
                [
                    buttons.quiet(
                        ui,
                        "tie-remove",
                        ui.say("tie.remove"),
                        remove,
                        icon=ft.Icons.LINK_OFF,
                        color=ui.look.palette.alarm,
                    )
                ]
                if tie and editable
                else []
            ),
        ],
    )
