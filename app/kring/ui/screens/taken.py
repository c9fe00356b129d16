"""Another tab or process holds the store: say so, and let this one take over."""

from __future__ import annotations

import flet as ft

from kring.ui.components import page, text
from kring.ui.components.emblem import emblem
from kring.ui.components.working import Working
from kring.ui.context import use_ui
from kring.ui.reactive import keyed


@ft.component
def TakenScreen() -> ft.View:
    ui = use_ui()
    return page.screen(
        ui,
        "/",
        ui.say("taken.title"),
        [
            ft.Row([emblem(ui, 128)], alignment=ft.MainAxisAlignment.CENTER),
            text.title(ui, ui.say("taken.title")),
            text.body(ui, ui.say("taken.text")),
            page.note(ui, ui.say("taken.note")),
            keyed(
                "take-over",
                Working,
                ui,
                "take-over",
                ui.say("taken.take_over"),
                ui.say("taken.busy"),
                ui.kring.take_over,
                ft.Icons.TOUCH_APP_OUTLINED,
            ),
        ],
        bar=False,
    )
