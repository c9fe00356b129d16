"""Choose a passphrase: what it is for, how strong it is, and that nobody can give it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.ui.components import buttons, fields, page, text
from kring.ui.context import Ui
from kring.ui.reactive import use_box, use_state

LEAST_STRENGTH = 3
"""Of 0 to 4: what is below is asked again. It is the only lock on the store."""


@ft.component
def ChoosePassphrase(ui: Ui, chosen: Callable[[str], Any], heading: str = "") -> ft.Control:
    """Calls `chosen(passphrase)` once it is strong and typed twice alike. Words and their count are free."""
    first, set_first = use_state("")
    second, set_second = use_state("")
    tried, set_tried = use_state(False)
    strength, set_strength = use_state(0)
    typed = use_box(str)
    weak = strength < LEAST_STRENGTH
    differs = first != second

    async def rate(words: str) -> int:
        found = await ui.kring.strength(words) if words else 0
        if typed.current == words:  # and not something typed since
            set_strength(found)
        return found

    def write(words: str) -> None:
        typed.current = words
        set_first(words)
        ui.run(lambda: rate(words))

    async def check() -> None:
        if await rate(first) >= LEAST_STRENGTH and not differs:
            chosen(first)

    def submit(*_: object) -> None:
        set_tried(True)
        ui.run(check)

    return ft.Column(
        spacing=16,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.title(ui, heading or ui.say("passphrase.title")),
            text.body(ui, ui.say("passphrase.text")),
            fields.field(
                ui,
                "passphrase-first",
                ui.say("passphrase.first"),
                first,
                write,
                password=True,
                helper=ui.say("passphrase.hint"),
                error=ui.say("passphrase.weak") if tried and weak else "",
            ),
            _meter(ui, strength, bool(first)),
            fields.field(
                ui,
                "passphrase-second",
                ui.say("passphrase.second"),
                second,
                set_second,
                password=True,
                error=ui.say("passphrase.differs") if tried and not weak and differs else "",
                on_submit=submit,
            ),
            page.caution(ui, ui.say("passphrase.nobody"), icon=ft.Icons.KEY_OUTLINED),
            buttons.primary(ui, "passphrase-done", ui.say("passphrase.done"), submit),
        ],
    )


def _meter(ui: Ui, strength: int, typed: bool) -> ft.Control:
    p = ui.look.palette
    color = p.calm if strength >= LEAST_STRENGTH else p.tie_tense
    words = ui.say(f"passphrase.strength.{strength}") if typed else ui.say("passphrase.strength.none")
    return ft.Semantics(
        identifier="passphrase-strength",
        live_region=True,
        content=ft.Column(
            spacing=6,
            controls=[
                ft.Row(
                    spacing=4,
                    controls=[
                        ft.Container(
                            height=8,
                            expand=True,
                            border_radius=4,
                            bgcolor=color if typed and step <= strength else p.line,
                        )
                        for step in range(5)
                    ],
                ),
                text.small(ui, words),
            ],
        ),
    )
