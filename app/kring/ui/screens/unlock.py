"""Ask for the passphrase of a vault that is locked."""

from __future__ import annotations

import flet as ft

from kring.errors import KringError
from kring.ui.components import buttons, fields, page, text
from kring.ui.components.emblem import emblem
from kring.ui.context import use_ui
from kring.ui.reactive import use_state


@ft.component
def UnlockScreen() -> ft.View:
    ui = use_ui()
    typed, set_typed = use_state("")
    busy, set_busy = use_state(False)
    wrong, set_wrong = use_state("")

    async def unlock() -> None:
        if not typed or busy:
            return
        set_busy(True)
        set_wrong("")
        try:
            await ui.kring.unlock(typed)
        except KringError as error:
            set_wrong(ui.error_words(error))
        finally:
            set_busy(False)

    def start(*_: object) -> None:
        ui.run(unlock)

    return page.screen(
        ui,
        "/",
        ui.say("app.name"),
        [
            ft.Row([emblem(ui, 128)], alignment=ft.MainAxisAlignment.CENTER),
            text.title(ui, ui.say("unlock.title")),
            fields.field(
                ui,
                "unlock-passphrase",
                ui.say("unlock.field"),
                typed,
                set_typed,
                password=True,
                autofocus=True,
                on_submit=start,
            ),
            *([page.trouble(ui, wrong)] if wrong else []),
            buttons.primary(
                ui,
                "unlock",
                ui.say("unlock.busy" if busy else "unlock.button"),
                start,
                icon=ft.Icons.LOCK_OPEN,
                disabled=busy,
            ),
            page.note(ui, ui.say("unlock.note")),
        ],
        bar=False,
    )
