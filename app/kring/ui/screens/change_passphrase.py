"""Change the passphrase: first the one of now, then the new one."""

from __future__ import annotations

import flet as ft

from kring.ui import addresses
from kring.ui.components import buttons, fields, page, text
from kring.ui.components.passphrase import ChoosePassphrase
from kring.ui.components.working import Working
from kring.ui.context import use_ui
from kring.ui.reactive import keyed, use_state


@ft.component
def ChangePassphraseScreen() -> ft.View:
    ui = use_ui()
    path = ft.use_view_path()
    old, set_old = use_state("")
    known, set_known = use_state(False)
    state, set_state = use_state("asking")

    async def check() -> None:
        await ui.kring.vault.unlock(old)
        set_known(True)

    async def change(new: str) -> None:
        set_state("busy")
        done = False
        try:
            await ui.kring.vault.change(old, new)
            done = True
        finally:
            set_state("done" if done else "asking")

    if state == "done":
        shown: list[ft.Control] = [
            text.title(ui, ui.say("change.title")),
            page.note(ui, ui.say("change.done"), icon=ft.Icons.CHECK_CIRCLE_OUTLINE),
            text.body(ui, ui.say("change.copies")),
            buttons.primary(ui, "change-back", ui.say("settings.title"), lambda _: ui.go(addresses.SETTINGS)),
        ]
    elif state == "busy":
        shown = [page.waiting(ui, ui.say("change.busy"))]
    elif known:
        shown = [
            keyed(
                "new",
                ChoosePassphrase,
                ui,
                lambda new: ui.run(lambda: change(new)),
                heading=ui.say("change.new"),
            )
        ]
    else:
        shown = [
            text.title(ui, ui.say("change.title")),
            text.body(ui, ui.say("change.text")),
            fields.field(
                ui,
                "passphrase-old",
                ui.say("change.old"),
                old,
                set_old,
                password=True,
                autofocus=True,
                on_submit=lambda: ui.run(check),
            ),
            keyed("check", Working, ui, "change-next", ui.say("new.next"), ui.say("unlock.busy"), check),
        ]
    return page.screen(ui, path, ui.say("passphrase.first"), shown)
