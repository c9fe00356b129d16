"""Make my own circle: my name, and where this is the first thing kept here, a passphrase."""

from __future__ import annotations

from typing import Any

import flet as ft

from kring.ui import addresses
from kring.ui.components import buttons, fields, page, text
from kring.ui.components.passphrase import ChoosePassphrase
from kring.ui.context import use_ui
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_state


@ft.component
def NewCaseScreen() -> ft.View:
    ui = use_ui()
    state = use_value(ui.kring.subscribe, lambda: ui.kring.state, "state")
    name, set_name = use_state("")
    asking, set_asking = use_state(False)
    busy, set_busy = use_state(False)
    empty, set_empty = use_state(False)

    async def make(passphrase: str = "") -> None:
        if busy:
            return
        set_busy(True)
        try:
            if passphrase:
                await ui.kring.create_vault(passphrase)
            case = await ui.kring.create_case(ui.say("new.case_title", name=name.strip()), name)
        except BaseException:
            set_busy(False)
            raise
        # Busy until this screen is gone, so that no tap makes another.
        ui.go(addresses.case_route(case))

    def next_step(*_: object) -> None:
        if not name.strip():
            set_empty(True)
        elif state == "new":
            set_asking(True)
        else:
            ui.run(make)

    def chosen(passphrase: str) -> Any:
        ui.run(lambda: make(passphrase))

    if busy:
        shown: list[ft.Control] = [page.waiting(ui, ui.say("new.busy"))]
    elif asking:
        shown = [keyed("choose", ChoosePassphrase, ui, chosen)]
    else:
        shown = [
            text.title(ui, ui.say("new.title")),
            text.body(ui, ui.say("new.text")),
            fields.field(
                ui,
                "new-name",
                ui.say("new.name"),
                name,
                set_name,
                helper=ui.say("new.name.hint"),
                error=ui.say("error.bad_input.empty") if empty and not name.strip() else "",
                autofocus=True,
                capitalize=True,
                on_submit=next_step,
            ),
            buttons.primary(ui, "new-next", ui.say("new.next"), next_step),
            page.note(ui, ui.say("new.note"), icon=ft.Icons.LOCK_OUTLINE),
        ]
    return page.screen(ui, ft.use_view_path(), ui.say("new.bar"), shown)
