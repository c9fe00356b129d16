"""Support between two people: four letters to tap, in each direction, giving always first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from kring.domain.tie import SUPPORT_KINDS
from kring.ui.components import text
from kring.ui.components.buttons import marked
from kring.ui.context import Ui


def support_choice(
    ui: Ui,
    name: str,
    question: str,
    on: Sequence[str],
    toggle: Callable[[str, bool], Any],
    *,
    giving: bool,
    enabled: bool = True,
) -> ft.Control:
    """One question and its four letters. `toggle(kind, now on)`."""
    p = ui.look.palette
    return ft.Column(
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            ft.Row(
                spacing=10,
                vertical_alignment=ft.CrossAxisAlignment.START,
                controls=[
                    ft.Icon(
                        ft.Icons.ARROW_FORWARD if giving else ft.Icons.ARROW_BACK,
                        color=p.gives if giving else p.receives,
                        size=ui.look.icon(24),
                    ),
                    text.body(ui, question, bold=True, expand=True),
                ],
            ),
            ft.ResponsiveRow(
                spacing=8,
                run_spacing=8,
                controls=[
                    _tile(ui, f"{name}-{kind}", kind, kind in on, toggle, giving, enabled)
                    for kind in SUPPORT_KINDS
                ],
            ),
        ],
    )


def _tile(
    ui: Ui,
    name: str,
    kind: str,
    on: bool,
    toggle: Callable[[str, bool], Any],
    giving: bool,
    enabled: bool,
) -> ft.Control:
    p = ui.look.palette
    strong, soft, ink = (
        (p.gives, p.primary_soft, p.on_primary_soft) if giving else (p.receives, p.calm_soft, p.on_calm_soft)
    )
    tile = marked(
        name,
        ft.Semantics(
            checked=on,
            label=ui.say(f"support.{kind}"),
            content=ft.OutlinedButton(
                disabled=not enabled,
                on_click=lambda _: toggle(kind, not on),
                style=ft.ButtonStyle(
                    bgcolor=soft if on else p.card,
                    side=ft.BorderSide(2 if on else 1, strong if on else p.edge),
                    shape=ft.RoundedRectangleBorder(radius=14),
                    padding=ft.Padding.symmetric(horizontal=9, vertical=11),
                    alignment=ft.Alignment.CENTER_LEFT,
                ),
                content=ft.Row(
                    spacing=8,
                    controls=[
                        letter_token(ui, kind, on, giving, 28),
                        ft.Text(
                            ui.say(f"support.{kind}.short"),
                            size=ui.look.size(14.5),
                            color=ink if on else p.ink,
                            weight=ft.FontWeight.W_600 if on else None,
                            expand=True,
                        ),
                    ],
                ),
            ),
        ),
    )
    tile.col = {"xs": 12 if ui.look.scale > 1.25 else 6, "md": 6}
    return tile


def letter_token(ui: Ui, kind: str, on: bool, giving: bool, size: float) -> ft.Control:
    """The letter in a small circle: filled where it is given, outlined where it is received."""
    p = ui.look.palette
    strong, contrast = (p.gives, p.on_primary) if giving else (p.receives, p.on_calm)
    diameter = ui.look.icon(size)
    return ft.Container(
        width=diameter,
        height=diameter,
        border_radius=diameter / 2,
        alignment=ft.Alignment.CENTER,
        bgcolor=strong if on else None,
        border=ft.Border.all(1.5, strong if on else p.edge),
        content=ft.Text(
            kind,
            size=diameter * 0.5,
            weight=ft.FontWeight.W_700,
            color=contrast if on else p.ink_soft,
        ),
    )


def support_words(ui: Ui, kinds: Sequence[str]) -> str:
    """ "emotional, company": for sentences and screen readers."""
    return ", ".join(ui.say(f"support.{kind}").lower() for kind in kinds)


def support_line(ui: Ui, gives: Sequence[str], receives: Sequence[str]) -> ft.Control | None:
    """Both directions in one line of small letters, for a list; None where nothing was said."""
    if not gives and not receives:
        return None
    parts: list[ft.Control] = []
    for kinds, giving in ((gives, True), (receives, False)):
        if kinds:
            parts.append(
                ft.Row(
                    tight=True,
                    spacing=3,
                    controls=[
                        ft.Icon(
                            ft.Icons.ARROW_FORWARD if giving else ft.Icons.ARROW_BACK,
                            size=ui.look.icon(15),
                            color=ui.look.palette.gives if giving else ui.look.palette.receives,
                        ),
                        *(letter_token(ui, kind, True, giving, 20) for kind in kinds),
                    ],
                )
            )
    return ft.Row(parts, spacing=10, wrap=True, run_spacing=4)
