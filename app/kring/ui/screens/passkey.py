"""Let the device's own fingerprint, face or code open Kring too, or no longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import flet as ft

from kring.store.vault import PasskeyState
from kring.ui.components import fields, page, text
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.reactive import keyed, none_of, use_state


@dataclass(frozen=True)
class Found:
    """What the vault answered."""

    way: PasskeyState


@ft.component
def PasskeyScreen() -> ft.View:
    ui = use_ui()
    path = ft.use_view_path()
    state, set_state = use_state(none_of(Found))
    taken_away, set_taken_away = use_state(False)

    async def ask() -> None:
        set_state(Found(await ui.kring.vault.passkey()))

    async def remove() -> None:
        await ui.kring.vault.remove_passkey()
        set_taken_away(True)
        await ask()
        ui.tell(ui.say("passkey.removed"))

    async def added() -> None:
        set_taken_away(False)
        await ask()
        ui.tell(ui.say("passkey.added"))

    ft.use_effect(lambda: ui.run(ask), [])
    ways: dict[PasskeyState, list[ft.Control]] = {
        "on": [
            page.note(ui, ui.say("passkey.on"), icon=ft.Icons.CHECK_CIRCLE_OUTLINE),
            keyed(
                "remove",
                Working,
                ui,
                "passkey-remove",
                ui.say("passkey.remove"),
                ui.say("passkey.removing"),
                remove,
                ft.Icons.CLOSE,
            ),
        ],
        "off": [keyed("add", Add, ui, added)],
        "unavailable": [page.note(ui, ui.say("passkey.unavailable"))],
    }
    return page.screen(
        ui,
        path,
        ui.say("passkey.title"),
        [
            text.title(ui, ui.say("settings.passkey")),
            text.body(ui, ui.say("passkey.text")),
            page.caution(ui, ui.say("passkey.caution")),
            *([page.note(ui, ui.say("passkey.left"))] if taken_away else []),
            *(ways[state.way] if state is not None else []),
        ],
    )


@ft.component
def Add(ui: Ui, added: Callable[[], Awaitable[None]]) -> ft.Control:
    typed, set_typed = use_state("")

    async def add() -> None:
        await ui.kring.vault.add_passkey(typed)
        await added()

    return ft.Column(
        spacing=16,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.body(ui, ui.say("passkey.first")),
            fields.field(ui, "passkey-passphrase", ui.say("passkey.field"), typed, set_typed, password=True),
            keyed(
                "turn-on",
                Working,
                ui,
                "passkey-add",
                ui.say("passkey.add"),
                ui.say("passkey.busy"),
                add,
                ft.Icons.FINGERPRINT,
            ),
        ],
    )
