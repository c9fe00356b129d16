"""Words on screen in the few sizes that there are. All grow with the reader's text size."""

from __future__ import annotations

import flet as ft

from kring.ui.context import Ui


def title(ui: Ui, words: str, *, level: int = 1) -> ft.Control:
    """A heading, known as one to a screen reader."""
    points = {1: 28.0, 2: 20.0, 3: 17.0}[level]
    weight = ft.FontWeight.W_700 if level == 1 else ft.FontWeight.W_600
    return ft.Semantics(
        header=True,
        heading_level=level,
        content=ft.Text(
            words, size=ui.look.size(points), weight=weight, color=ui.look.palette.ink, no_wrap=False
        ),
    )


def body(
    ui: Ui,
    words: str,
    *,
    color: str = "",
    bold: bool = False,
    lines: int | None = None,
    align: ft.TextAlign | None = None,
    expand: bool = False,
) -> ft.Text:
    return ft.Text(
        words,
        size=ui.look.size(16),
        color=color or ui.look.palette.ink,
        weight=ft.FontWeight.W_600 if bold else None,
        max_lines=lines,
        overflow=ft.TextOverflow.ELLIPSIS if lines else ft.TextOverflow.CLIP,
        text_align=align or ft.TextAlign.START,
        expand=expand,
    )


def small(
    ui: Ui,
    words: str,
    *,
    color: str = "",
    lines: int | None = None,
    bold: bool = False,
    align: ft.TextAlign | None = None,
    expand: bool = False,
) -> ft.Text:
    return ft.Text(
        words,
        size=ui.look.size(14),
        color=color or ui.look.palette.ink_soft,
        weight=ft.FontWeight.W_600 if bold else None,
        max_lines=lines,
        overflow=ft.TextOverflow.ELLIPSIS if lines else ft.TextOverflow.CLIP,
        text_align=align or ft.TextAlign.START,
        expand=expand,
    )
