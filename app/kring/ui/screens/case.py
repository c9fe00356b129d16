"""An open case: the relatiekaart as a picture or as a list, with undo, sharing, and somebody to add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.cases.viewing import Seen
from kring.phases.netwerkatlas.relatiekaart.model import RELATIEKAART
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView
from kring.ui import addresses
from kring.ui.components import buttons, choices, page, text
from kring.ui.components.actions import redo, undo
from kring.ui.components.people_list import PeopleList
from kring.ui.components.scope import with_case
from kring.ui.components.sync_line import SyncLine
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import KINDS, use_map, use_value
from kring.ui.map.legend import Legend
from kring.ui.map.map import RelatiekaartMap
from kring.ui.reactive import keyed, use_state
from kring.ui.theme import LARGE

MAP, LIST = "map", "list"
BESIDE = 400
"""Pixels of the list beside the map, where there is room for both."""
FIRST_PEOPLE = 2
"""On a map of so few, a hint tells what a finger can do."""


@ft.component
def CaseScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed(case.id, Opened, ui, case, path))


@ft.component
def Opened(ui: Ui, case: Case, path: str) -> ft.View:
    view = use_map(case)
    title, requests = use_value(case.subscribe, lambda: (case.title, len(case.requests)), case.id)
    arrived = use_value(case.subscribe, lambda: not case.documents.keys().isdisjoint(KINDS), case.id)
    way, set_way = use_state(MAP)
    explaining, set_explaining = use_state(False)
    editable = case.may_edit(RELATIEKAART) and case.may_edit("mensen")
    if not arrived and isinstance(case, Seen):
        nothing = page.note(ui, ui.say("as.nothing", name=case.name or ui.say("happenings.somebody")))
        return page.screen(ui, path, title or ui.say("app.name"), [_eyes(ui, case), nothing])
    if not arrived:
        return page.screen(ui, path, title or ui.say("app.name"), [page.waiting(ui, ui.say("case.arriving"))])
    shown: list[ft.Control] = [
        _ways(ui, case, way, set_way),
        *([_eyes(ui, case)] if isinstance(case, Seen) else []),
        *([_waiting_bar(ui, case, requests)] if requests else []),
        ft.Container(expand=True, content=_picture(ui, case, view, way, editable, set_explaining)),
        *([keyed("legend", Legend, ui, view, lambda: set_explaining(False))] if explaining else []),
    ]
    add: Any = _add(ui, case, bool(view.people))
    return ft.View(
        route=path,
        bgcolor=ui.look.palette.paper,
        padding=0,
        spacing=0,
        appbar=page.app_bar(
            ui,
            title or ui.say("home.untitled"),
            [] if isinstance(case, Seen) else _actions(ui, case, requests),
        ),
        floating_action_button=add if editable else None,
        controls=[ft.SafeArea(expand=True, content=ft.Column(shown, spacing=4, expand=True))],
    )


def _picture(
    ui: Ui, case: Case, view: RelatiekaartView, way: str, editable: bool, explain: Callable[[bool], Any]
) -> ft.Control:
    """The map or the list; on a wide screen both, as there is room."""
    if way == LIST and not ui.wide:
        return keyed("list", PeopleList, ui, case, view)
    drawn = _map(ui, case, view, editable, lambda: explain(True))
    if not ui.wide:
        return drawn
    width = round(BESIDE * (1 + (ui.look.scale - 1) / 3))
    listed = keyed("beside", PeopleList, ui, case, view, True)
    return ft.Row(
        expand=True,
        spacing=0,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[ft.Container(drawn, expand=True), ft.Container(listed, width=width)],
    )


def _actions(ui: Ui, case: Case, requests: int) -> list[ft.Control]:
    return [
        buttons.icon(
            ui,
            "sharing",
            ft.Icons.PEOPLE_ALT if requests else ft.Icons.PEOPLE_ALT_OUTLINED,
            ui.say("sharing.title"),
            lambda _: ui.go(addresses.sharing_route(case.id)),
            selected=bool(requests),
        ),
        _menu(ui, case),
    ]


def _menu(ui: Ui, case: Case) -> ft.Control:
    items = [
        ft.PopupMenuItem(
            content=ui.say("settings.title"),
            icon=ft.Icons.SETTINGS_OUTLINED,
            on_click=lambda _: ui.go(addresses.SETTINGS),
        )
    ]
    if case.kind != "example":
        items[:0] = [
            ft.PopupMenuItem(
                content=ui.say("recovery.title"),
                icon=ft.Icons.KEY_OUTLINED,
                on_click=lambda _: ui.go(addresses.recovery_route(case.id)),
            ),
            ft.PopupMenuItem(
                content=ui.say("devices.title"),
                icon=ft.Icons.DEVICES_OUTLINED,
                on_click=lambda _: ui.go(addresses.devices_route(case.id)),
            ),
        ]
        items.append(
            ft.PopupMenuItem(
                content=ui.say("erase.do.shared" if case.kind == "shared" else "erase.do.own"),
                icon=ft.Icons.DELETE_OUTLINE,
                on_click=lambda _: ui.go(addresses.erase_route(case.id)),
            )
        )
    return buttons.marked(
        "case-menu",
        ft.PopupMenuButton(
            items=items, icon=ft.Icons.MORE_VERT, icon_color=ui.look.palette.ink, tooltip=ui.say("case.more")
        ),
    )


def _ways(ui: Ui, case: Case, way: str, choose: Callable[[str], Any]) -> ft.Control:
    return ft.Container(
        padding=ft.Padding.symmetric(horizontal=16),
        content=ft.Row(
            wrap=True,
            spacing=8,
            run_spacing=4,
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
            controls=[
                *([] if ui.wide else [_one_way(ui, way, choose)]),
                keyed("sync", SyncLine, ui, case),
            ],
        ),
    )


def _one_way(ui: Ui, way: str, choose: Callable[[str], Any]) -> ft.Control:
    return choices.one_of(ui, "way", [(MAP, ui.say("case.map")), (LIST, ui.say("case.list"))], way, choose)


def _eyes(ui: Ui, case: Seen) -> ft.Control:
    """Through whose eyes this is, and the way back to one's own."""
    p = ui.look.palette
    words = ui.say("as.banner", name=case.name or ui.say("happenings.somebody"))
    stop = buttons.marked(
        "as-stop",
        ft.TextButton(
            content=text.body(ui, ui.say("as.stop"), color=p.on_honey_soft),
            on_click=lambda _: ui.go(addresses.member_route(case.real.id, case.member)),
        ),
    )
    said = ft.Container(
        text.body(ui, words, bold=True, color=p.on_honey_soft), padding=ft.Padding.symmetric(horizontal=12)
    )
    return ft.Row(
        [
            ft.Container(
                expand=True,
                bgcolor=p.honey_soft,
                padding=ft.Padding.only(left=4, top=8, right=4, bottom=2),
                content=ft.Column([said, stop], tight=True, spacing=0),
            )
        ]
    )


def _waiting_bar(ui: Ui, case: Case, requests: int) -> ft.Control:
    p = ui.look.palette
    return ft.Container(
        padding=ft.Padding.symmetric(horizontal=16, vertical=4),
        content=buttons.marked(
            "requests",
            ft.FilledTonalButton(
                content=text.body(ui, ui.say("case.requests", count=requests), color=p.on_honey_soft),
                icon=ft.Icons.WAVING_HAND_OUTLINED,
                icon_color=p.on_honey_soft,
                bgcolor=p.honey_soft,
                on_click=lambda _: ui.go(addresses.sharing_route(case.id)),
            ),
        ),
    )


def _map(
    ui: Ui, case: Case, view: RelatiekaartView, editable: bool, explain: Callable[[], Any]
) -> ft.Control:
    return ft.Stack(
        expand=True,
        controls=[
            ft.Container(
                left=0, top=0, right=0, bottom=0, content=keyed("map", RelatiekaartMap, ui, case, view)
            ),
            *([_invitation(ui)] if not view.people and editable else []),
            *([_hint(ui)] if _first_people(ui, view) and editable else []),
            ft.Container(left=10, bottom=16, content=keyed("tools", Tools, ui, case, explain, editable)),
        ],
    )


def _invitation(ui: Ui) -> ft.Control:
    """An empty map asks warmly, with the question that always comes first."""
    p = ui.look.palette
    return ft.Container(
        left=24,
        right=24,
        bottom=96,
        alignment=ft.Alignment.CENTER,
        content=ft.Container(
            bgcolor=p.card,
            border_radius=22,
            padding=18,
            width=420,
            border=ft.Border.all(1, p.line),
            content=ft.Column(
                tight=True,
                spacing=8,
                controls=[
                    text.title(ui, ui.say("question.gives"), level=2),
                    text.body(ui, ui.say("case.empty")),
                ],
            ),
        ),
    )


def _first_people(ui: Ui, view: RelatiekaartView) -> bool:
    return 0 < len(view.people) <= FIRST_PEOPLE and ui.look.scale <= LARGE


def _hint(ui: Ui) -> ft.Control:
    """While the first people come: what a finger can do here."""
    return ft.Container(
        left=16,
        right=16,
        bottom=88,
        ignore_interactions=True,
        alignment=ft.Alignment.CENTER,
        content=ft.Container(
            bgcolor=ui.look.palette.card,
            border_radius=16,
            padding=ft.Padding.symmetric(horizontal=14, vertical=8),
            content=text.small(ui, ui.say("case.hint"), align=ft.TextAlign.CENTER),
        ),
    )


@ft.component
def Tools(ui: Ui, case: Case, explain: Callable[[], Any], editable: bool) -> ft.Control:
    """Undo, redo and the meaning of the signs."""
    back, forth = use_value(case.subscribe, lambda: (case.undo_label, case.redo_label), case.id)
    p = ui.look.palette
    both = [
        buttons.icon(
            ui,
            "undo",
            ft.Icons.UNDO,
            ui.say("undo.tooltip", what=ui.say(back)) if back else ui.say("undo.nothing"),
            lambda _: undo(ui, case),
            disabled=back is None,
            steady=True,
        ),
        buttons.icon(
            ui,
            "redo",
            ft.Icons.REDO,
            ui.say("redo.tooltip", what=ui.say(forth)) if forth else ui.say("redo.nothing"),
            lambda _: redo(ui, case),
            disabled=forth is None,
            steady=True,
        ),
    ]
    return ft.Container(
        bgcolor=p.card,
        border_radius=26,
        border=ft.Border.all(1, p.line),
        content=ft.Row(
            tight=True,
            spacing=0,
            controls=[
                *(both if editable else []),
                buttons.icon(
                    ui,
                    "legend",
                    ft.Icons.HELP_OUTLINE,
                    ui.say("legend.title"),
                    lambda _: explain(),
                    steady=True,
                ),
            ],
        ),
    )


def _add(ui: Ui, case: Case, short: bool) -> ft.Control:
    p = ui.look.palette
    return buttons.marked(
        "add-person",
        ft.FloatingActionButton(
            icon=ft.Icons.PERSON_ADD_ALT_1,
            content=None
            if short or ui.look.scale > LARGE
            else text.body(ui, ui.say("case.add"), bold=True, color=p.on_primary),
            tooltip=ui.say("case.add"),
            bgcolor=p.primary,
            foreground_color=p.on_primary,
            on_click=lambda _: ui.go(addresses.add_route(case.id)),
        ),
    )
