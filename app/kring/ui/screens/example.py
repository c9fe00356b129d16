"""On the way to the example: making it takes a moment, so say so."""

from __future__ import annotations

import flet as ft

from kring.ui import addresses
from kring.ui.components import page
from kring.ui.context import use_ui


@ft.component
def ExampleScreen() -> ft.View:
    ui = use_ui()

    async def make() -> None:
        ui.go(addresses.case_route(await ui.kring.open_example()))

    ft.use_effect(lambda: ui.run(make), [])
    return page.screen(
        ui,
        ft.use_view_path(),
        ui.say("app.name"),
        [
            page.waiting(ui, ui.say("home.example.busy")),
            page.note(ui, ui.say("home.example.what"), icon=ft.Icons.AUTO_STORIES_OUTLINED),
        ],
    )
