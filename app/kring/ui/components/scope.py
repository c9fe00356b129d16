"""The open case that the address names: waiting, an error, or the screen itself."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from kring.cases.viewing import Seen
from kring.ui import addresses
from kring.ui.components import buttons, page
from kring.ui.components.access_end import Over
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.hooks import use_case, use_value
from kring.ui.reactive import keyed


@ft.component
def InTime(ui: Ui, case: Case, path: str, shown: Callable[[Ui, Case], ft.Control]) -> ft.Control:
    """The screen, or once this member's time is over what says so."""
    over = use_value(case.subscribe, lambda: case.over, case.id)

    def look() -> None:
        if not isinstance(case, Seen):
            ui.run(case.looked)

    ft.use_effect(look, [case.id, over])
    return keyed("over", Over, ui, case, path) if over else shown(ui, case)


def with_case(ui: Ui, shown: Callable[[Ui, Case], ft.Control]) -> ft.Control:
    """Must be called once, unconditionally, by a screen component; `shown` makes a component of its own."""
    case_id = ft.use_route_params().get("case", "")
    path = ft.use_view_path()
    case, error = use_case(ui, case_id)
    if case is not None:
        return keyed(f"in-time-{case_id}", InTime, ui, case, path, shown)
    if error is not None:
        return page.screen(
            ui,
            path,
            ui.say("app.name"),
            [
                page.trouble(ui, ui.error_words(error)),
                buttons.primary(ui, "go-home", ui.say("not_found.home"), lambda _: ui.go(addresses.HOME)),
            ],
        )
    return page.screen(ui, path, "", [page.waiting(ui, ui.say("case.opening"))])
