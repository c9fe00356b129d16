"""Choose the picture that stands for a person: an emoji, or the letters of the name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import flet as ft

from kring.ui.components import text
from kring.ui.components.buttons import marked, quiet
from kring.ui.context import Ui

_FACES = (
    "👩 👨 🧑 👧 👦 🧒 👶 👵 👴 🧓 👩🏽 👨🏽 🧑🏽 👧🏽 👦🏽 👵🏽 👴🏽 👩🏿 👨🏿 🧑🏿 👧🏿 👦🏿 👵🏿 👴🏿 "
    "🧕 👳 👱 👩‍🦰 👨‍🦰 👩‍🦱 👨‍🦱 👩‍🦳 👨‍🦳 🧔 👩‍🦽 👨‍🦯"
)
_THINGS = "🐶 🐱 🐴 🐦 🌻 🌳 ⭐ 🌙 ☀️ ❤️ 🏠 ⚽ 🎵 🎨 📚 🍲 ☕ 🚲 🛠️ 🩺 🎓 ⛪ 🕌 🕍 🛕 🧶 🎣 🧩 🌈 🕯️"
FACES: Final = tuple(_FACES.split())
THINGS: Final = tuple(_THINGS.split())


@ft.component
def EmojiPicker(ui: Ui, chosen: str, choose: Callable[[str], Any], close: Callable[[], Any]) -> ft.Control:
    ft.use_dialog(
        ft.BottomSheet(
            on_dismiss=lambda _: close(),
            scrollable=True,
            show_drag_handle=True,
            bgcolor=ui.look.palette.card,
            content=ft.Container(
                padding=ft.Padding.only(left=16, right=16, bottom=24),
                content=ft.Column(
                    tight=True,
                    scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    controls=[
                        text.title(ui, ui.say("emoji.title"), level=2),
                        _grid(ui, FACES, chosen, choose),
                        _grid(ui, THINGS, chosen, choose),
                        quiet(
                            ui,
                            "emoji-none",
                            ui.say("emoji.none"),
                            lambda _: choose(""),
                            icon=ft.Icons.ABC,
                        ),
                    ],
                ),
            ),
        )
    )
    return ft.Container(width=0, height=0)


def _grid(ui: Ui, emoji: Sequence[str], chosen: str, choose: Callable[[str], Any]) -> ft.Control:
    return ft.Row(
        wrap=True,
        alignment=ft.MainAxisAlignment.CENTER,
        spacing=4,
        run_spacing=4,
        controls=[
            marked(
                f"emoji-{each}",
                ft.TextButton(
                    content=ft.Text(each, size=28),
                    width=52,
                    height=52,
                    on_click=lambda _, each=each: choose(each),
                    style=ft.ButtonStyle(
                        padding=0,
                        bgcolor=ui.look.palette.primary_soft if each == chosen else None,
                        shape=ft.RoundedRectangleBorder(radius=14),
                    ),
                ),
            )
            for each in emoji
        ],
    )
