"""The quality of a tie: a line of its own form, an icon and a word; never colour alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import flet as ft
import flet.canvas as cv

from kring.domain.tie import QUALITIES, Quality
from kring.ui.components import text
from kring.ui.components.buttons import marked
from kring.ui.context import Ui
from kring.ui.map.lines import straight, tie_color, tie_shapes
from kring.ui.theme import LARGE

ICONS: Final[dict[str, ft.IconData]] = {
    "sterk": ft.Icons.FAVORITE,
    "gewoon": ft.Icons.HORIZONTAL_RULE,
    "gespannen": ft.Icons.BOLT,
    "verbroken": ft.Icons.LINK_OFF,
}


def quality_word(ui: Ui, quality: Quality | None) -> str:
    return ui.say(f"quality.{quality}") if quality else ui.say("quality.none")


def sample(ui: Ui, quality: Quality | None) -> ft.Control:
    """The line as it stands on the map; shorter where large words need the room."""
    width = 64 if ui.look.scale <= LARGE else 38
    return cv.Canvas(
        width=width,
        height=24,
        shapes=tie_shapes(tie_color(ui.look.palette, quality), quality, straight(6, 12, width - 6, 12)),
    )


def quality_tag(ui: Ui, quality: Quality) -> ft.Control:
    color = tie_color(ui.look.palette, quality)
    return ft.Row(
        tight=True,
        spacing=5,
        controls=[
            ft.Icon(ICONS[quality], size=ui.look.icon(16), color=color),
            text.small(ui, quality_word(ui, quality), color=ui.look.palette.ink),
        ],
    )


def quality_choice(
    ui: Ui, name: str, chosen: Quality | None, choose: Callable[[Quality | None], Any], enabled: bool
) -> ft.Control:
    """All four qualities as rows with line, icon and word; tapping the chosen one takes it back."""
    return ft.Column(
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            _row(ui, f"{name}-{quality}", quality, quality == chosen, choose, enabled)
            for quality in QUALITIES
        ],
    )


def _row(
    ui: Ui,
    name: str,
    quality: Quality,
    on: bool,
    choose: Callable[[Quality | None], Any],
    enabled: bool,
) -> ft.Control:
    p = ui.look.palette
    return marked(
        name,
        ft.Semantics(
            checked=on,
            content=ft.OutlinedButton(
                disabled=not enabled,
                on_click=lambda _: choose(None if on else quality),
                style=ft.ButtonStyle(
                    bgcolor=p.primary_soft if on else p.card,
                    color=p.on_primary_soft if on else p.ink,
                    side=ft.BorderSide(2 if on else 1, p.primary if on else p.edge),
                    shape=ft.RoundedRectangleBorder(radius=14),
                    padding=ft.Padding.symmetric(horizontal=12, vertical=12),
                    alignment=ft.Alignment.CENTER_LEFT,
                ),
                content=ft.Row(
                    spacing=12,
                    controls=[
                        ft.Icon(ICONS[quality], size=ui.look.icon(22), color=tie_color(p, quality)),
                        ft.Text(
                            quality_word(ui, quality),
                            size=ui.look.size(16),
                            color=p.on_primary_soft if on else p.ink,
                            weight=ft.FontWeight.W_600 if on else None,
                            expand=True,
                        ),
                        sample(ui, quality),
                    ],
                ),
            ),
        ),
    )
