"""Small choices: one of a few, some of many, yes or no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from kring.ui.components import text
from kring.ui.components.buttons import marked
from kring.ui.context import Ui
from kring.ui.theme import TOUCH


def chip(
    ui: Ui,
    name: str,
    words: str,
    on: bool,
    toggle: Callable[[bool], Any],
    *,
    icon: ft.IconData | None = None,
    color: str = "",
    ground: str = "",
    enabled: bool = True,
) -> ft.Control:
    p = ui.look.palette
    shown = ft.Icons.CHECK if on else icon
    return marked(
        name,
        ft.Semantics(
            checked=on,
            content=ft.OutlinedButton(
                disabled=not enabled,
                on_click=lambda _: toggle(not on),
                style=ft.ButtonStyle(
                    bgcolor=(ground or p.primary_soft) if on else p.card,
                    side=ft.BorderSide(2 if on else 1, (color or p.primary) if on else p.edge),
                    shape=ft.RoundedRectangleBorder(radius=14),
                    padding=ft.Padding.symmetric(horizontal=12, vertical=12),
                ),
                content=ft.Row(
                    tight=True,
                    spacing=7,
                    controls=[
                        *([_sign(ui, shown, color)] if shown else []),
                        ft.Text(
                            words,
                            size=ui.look.size(15),
                            color=(color or p.on_primary_soft) if on else p.ink,
                            weight=ft.FontWeight.W_600 if on else None,
                            expand=True,
                            expand_loose=True,
                        ),
                    ],
                ),
            ),
        ),
    )


def _sign(ui: Ui, icon: ft.IconData, color: str) -> ft.Control:
    return ft.Icon(icon, size=ui.look.icon(18), color=color or ui.look.palette.ink)


def chips(controls: Sequence[ft.Control]) -> ft.Control:
    return ft.Row(list(controls), wrap=True, spacing=8, run_spacing=8)


def one_of(
    ui: Ui,
    name: str,
    options: Sequence[tuple[str, str]],
    chosen: str,
    choose: Callable[[str], Any],
    enabled: bool = True,
) -> ft.Control:
    """Pairs of value and words; `choose(value)`. Wraps to more lines where the words are long."""

    def option(value: str, words: str) -> ft.Control:
        return chip(ui, f"{name}-{value}", words, value == chosen, lambda _: choose(value), enabled=enabled)

    return chips([option(value, words) for value, words in options])


def switch(
    ui: Ui, name: str, words: str, on: bool, toggle: Callable[[bool], Any], enabled: bool = True
) -> ft.Control:
    return ft.Row(
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[
            text.body(ui, words, expand=True),
            marked(
                name,
                ft.Semantics(
                    label=words,
                    content=ft.Container(
                        height=TOUCH,
                        alignment=ft.Alignment.CENTER,
                        content=ft.Switch(
                            value=on,
                            disabled=not enabled,
                            on_change=lambda event: toggle(bool(event.control.value)),
                        ),
                    ),
                ),
            ),
        ],
    )
