"""The first screen: my circles, or a warm welcome where there is none yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from kring.cases.shapes import CaseSummary
from kring.ui import addresses
from kring.ui.components import buttons, page, text
from kring.ui.components.emblem import emblem
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed

_ICONS = {
    "own": ft.Icons.TRIP_ORIGIN,
    "shared": ft.Icons.PEOPLE_OUTLINE,
    "example": ft.Icons.AUTO_STORIES_OUTLINED,
    "joining": ft.Icons.HOURGLASS_TOP,
    "recovering": ft.Icons.HOURGLASS_TOP,
}


@ft.component
def HomeScreen() -> ft.View:
    ui = use_ui()
    cases = use_value(ui.kring.subscribe, lambda: ui.kring.cases, "cases")

    async def example() -> None:
        ui.go(addresses.case_route(await ui.kring.open_example()))

    own = any(case.kind != "example" for case in cases)
    return page.screen(
        ui,
        ft.use_view_path(),
        ui.say("app.name"),
        [
            *(_mine(ui, cases) if own else _welcome(ui)),
            *_ways(ui, own, example, any(case.kind == "example" for case in cases)),
        ],
        actions=[
            buttons.icon(
                ui,
                "settings",
                ft.Icons.SETTINGS_OUTLINED,
                ui.say("settings.title"),
                lambda _: ui.go(addresses.SETTINGS),
            )
        ],
    )


def _welcome(ui: Ui) -> list[ft.Control]:
    return [
        ft.Row([emblem(ui, 220)], alignment=ft.MainAxisAlignment.CENTER),
        text.title(ui, ui.say("home.welcome")),
        text.body(ui, ui.say("home.welcome.text")),
    ]


def _mine(ui: Ui, cases: tuple[CaseSummary, ...]) -> list[ft.Control]:
    return [
        text.title(ui, ui.say("home.mine")),
        *(_circle(ui, case) for case in cases if case.kind != "example"),
    ]


def _circle(ui: Ui, case: CaseSummary) -> ft.Control:
    """A circle; and as long as its recovery sheet was not looked at, the way to it."""
    card = _case_card(ui, case)
    if not case.sheet_waits:
        return card
    sheet = buttons.quiet(
        ui,
        f"sheet-{case.id}",
        ui.say("home.sheet"),
        lambda _: ui.go(addresses.recovery_route(case.id)),
        icon=ft.Icons.KEY_OUTLINED,
        color=ui.look.palette.primary,
    )
    return ft.Column([card, sheet], spacing=4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _ways(ui: Ui, own: bool, example: Callable[[], Awaitable[None]], has_example: bool) -> list[ft.Control]:
    make = buttons.secondary if own else buttons.primary
    return [
        make(ui, "new-case", ui.say("home.new"), lambda _: ui.go(addresses.NEW), icon=ft.Icons.ADD),
        buttons.secondary(
            ui, "join-case", ui.say("home.join"), lambda _: ui.go(addresses.JOIN), icon=ft.Icons.LINK
        ),
        buttons.quiet(
            ui,
            "recover-case",
            ui.say("home.recover"),
            lambda _: ui.go(addresses.RECOVER),
            icon=ft.Icons.KEY_OUTLINED,
            color=ui.look.palette.primary,
        ),
        keyed(
            "example",
            Working,
            ui,
            "open-example",
            ui.say("home.example.again" if has_example else "home.example"),
            ui.say("home.example.busy"),
            example,
            ft.Icons.AUTO_STORIES_OUTLINED,
            _example_button,
        ),
        *([] if own else [page.note(ui, ui.say("home.private"), icon=ft.Icons.LOCK_OUTLINE)]),
    ]


def _example_button(
    ui: Ui,
    name: str,
    words: str,
    on_click: buttons.Click | None,
    *,
    icon: ft.IconData | None = None,
    disabled: bool = False,
) -> ft.Control:
    return buttons.quiet(
        ui, name, words, on_click, icon=icon, disabled=disabled, color=ui.look.palette.primary
    )


def failed_join(ui: Ui, case: CaseSummary) -> ft.Control:
    """A join that will not come about, and a way to be done with it."""
    return page.card(
        ui,
        [
            text.body(ui, ui.say("home.joining"), bold=True),
            page.trouble(ui, ui.say.error_code(case.problem)),
            buttons.secondary(
                ui,
                f"give-up-{case.id}",
                ui.say("join.give_up"),
                lambda _: ui.run(lambda: ui.kring.give_up(case.id)),
                icon=ft.Icons.DELETE_OUTLINE,
            ),
        ],
    )


def _case_card(ui: Ui, case: CaseSummary) -> ft.Control:
    p = ui.look.palette
    if case.problem:
        return failed_join(ui, case)
    joining = case.kind == "joining"
    name = case.title or ui.say("home.untitled")
    lines: list[ft.Control] = [
        text.body(ui, ui.say("home.joining") if joining else name, bold=True, lines=2),
        text.small(ui, ui.say(f"home.kind.{case.kind}")),
    ]
    if joining and case.code:
        lines += [
            text.small(ui, ui.say("home.joining.code")),
            ft.Text(case.code, size=ui.look.size(24), weight=ft.FontWeight.W_700, color=p.primary),
        ]
    return buttons.marked(
        f"case-{case.id}",
        ft.Container(
            bgcolor=p.card,
            border=ft.Border.all(1, p.line),
            border_radius=20,
            padding=16,
            ink=not joining,
            on_click=None if joining else (lambda _: ui.go(addresses.case_route(case.id))),
            content=ft.Row(
                spacing=14,
                controls=[
                    ft.Container(
                        width=52,
                        height=52,
                        border_radius=26,
                        bgcolor=p.primary_soft if case.kind == "own" else p.calm_soft,
                        alignment=ft.Alignment.CENTER,
                        content=ft.Icon(
                            _ICONS[case.kind],
                            color=p.on_primary_soft if case.kind == "own" else p.on_calm_soft,
                        ),
                    ),
                    ft.Column(lines, spacing=2, expand=True),
                    *([] if joining else [ft.Icon(ft.Icons.CHEVRON_RIGHT, color=p.ink_soft)]),
                ],
            ),
        ),
    )
