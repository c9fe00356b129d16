"""The frame of a screen: a calm bar at the top, one readable column, cards, gentle notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flet as ft

from kring.ui.components import text
from kring.ui.context import Ui
from kring.ui.theme import PAGE_WIDTH

FREE = 56
"""Pixels above a page that has no bar."""

EXIT = 54
"""Pixels at the end of every bar where the page itself shows the quick exit (app/pwa/web/away.js)."""
EXIT_IN_WORDS = 176
"""The same on a wide screen, where the exit has its words beside it."""


def screen(
    ui: Ui,
    route: str,
    title: str,
    controls: Sequence[ft.Control],
    *,
    actions: Sequence[ft.Control] = (),
    floating: ft.Control | None = None,
    bar: bool = True,
) -> ft.View:
    """A scrolling page. The back arrow comes by itself where there is something to go back to."""
    button: Any = floating
    return ft.View(
        route=route,
        bgcolor=ui.look.palette.paper,
        padding=0,
        appbar=app_bar(ui, title, actions) if bar else None,
        floating_action_button=button,
        controls=[
            ft.SafeArea(
                expand=True,
                content=ft.Column(
                    expand=True,
                    scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    controls=[in_the_middle(ui, column(ui, controls, top=10 if bar else FREE))],
                ),
            )
        ],
    )


def in_the_middle(ui: Ui, shown: ft.Control) -> ft.Control:
    """On a wide screen, one readable column in its middle."""
    return ft.Row([shown], alignment=ft.MainAxisAlignment.CENTER) if ui.wide else shown


def column(ui: Ui, controls: Sequence[ft.Control], *, top: float = 10) -> ft.Control:
    return ft.Container(
        width=None if not ui.wide else PAGE_WIDTH,
        padding=ft.Padding.only(left=18, top=top, right=18, bottom=96),
        content=ft.Column(
            spacing=16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, controls=list(controls)
        ),
    )


def app_bar(ui: Ui, title: str, actions: Sequence[ft.Control] = ()) -> ft.AppBar:
    p = ui.look.palette
    return ft.AppBar(
        title=ft.Text(
            title,
            size=min(ui.look.size(20), 22),
            weight=ft.FontWeight.W_600,
            color=p.ink,
            style=ft.TextStyle(height=1.15),
            max_lines=2,
            no_wrap=False,
            overflow=ft.TextOverflow.ELLIPSIS,
        ),
        bgcolor=p.paper,
        color=p.ink,
        elevation=0,
        elevation_on_scroll=0,
        center_title=False,
        title_spacing=6,
        toolbar_height=64,
        actions=[*actions, ft.Container(width=EXIT_IN_WORDS if ui.wide else EXIT)],
    )


def card(
    ui: Ui, controls: Sequence[ft.Control], *, ground: str = "", spacing: float = 10, padding: float = 16
) -> ft.Container:
    p = ui.look.palette
    return ft.Container(
        bgcolor=ground or p.card,
        border_radius=20,
        border=ft.Border.all(1, p.line) if not ground else None,
        padding=padding,
        content=ft.Column(
            spacing=spacing, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, controls=list(controls)
        ),
    )


def note(ui: Ui, words: str, *, icon: ft.IconData = ft.Icons.LIGHTBULB_OUTLINE) -> ft.Container:
    """Something that is good to know."""
    p = ui.look.palette
    return _banner(ui, words, icon, p.calm_soft, p.on_calm_soft)


def caution(ui: Ui, words: str, *, icon: ft.IconData = ft.Icons.INFO_OUTLINE) -> ft.Container:
    """Something to think about first."""
    p = ui.look.palette
    return _banner(ui, words, icon, p.honey_soft, p.on_honey_soft)


def trouble(ui: Ui, words: str) -> ft.Control:
    """Something went wrong; said aloud at once by a screen reader."""
    p = ui.look.palette
    return ft.Semantics(
        live_region=True,
        content=_banner(ui, words, ft.Icons.ERROR_OUTLINE, p.alarm_soft, p.on_alarm_soft),
    )


def _banner(ui: Ui, words: str, icon: ft.IconData, ground: str, ink: str) -> ft.Container:
    return ft.Container(
        bgcolor=ground,
        border_radius=16,
        padding=14,
        content=ft.Row(
            spacing=12,
            vertical_alignment=ft.CrossAxisAlignment.START,
            controls=[
                ft.Icon(icon, size=ui.look.icon(22), color=ink),
                text.body(ui, words, color=ink, expand=True),
            ],
        ),
    )


def waiting(ui: Ui, words: str) -> ft.Control:
    return ft.Container(
        padding=40,
        alignment=ft.Alignment.CENTER,
        content=ft.Column(
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            controls=[
                ft.ProgressRing(color=ui.look.palette.primary, semantics_label=words),
                text.body(ui, words, align=ft.TextAlign.CENTER),
            ],
        ),
    )
