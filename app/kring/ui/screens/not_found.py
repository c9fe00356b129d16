"""An address that leads nowhere."""

from __future__ import annotations

import flet as ft

from kring.ui.addresses import HOME
from kring.ui.components import buttons, page, text
from kring.ui.context import use_ui


@ft.component
def NotFoundScreen() -> ft.Control:
    ui = use_ui()
    shown = [
        text.title(ui, ui.say("not_found.title")),
        text.body(ui, ui.say("not_found.text")),
        buttons.primary(ui, "go-home", ui.say("not_found.home"), lambda _: ui.go(HOME)),
    ]
    return page.in_the_middle(ui, page.column(ui, shown, top=page.FREE))
