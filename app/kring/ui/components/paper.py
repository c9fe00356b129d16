"""What is printed: black on white whatever the look, so that it prints as it stands on screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import flet as ft

from kring.ui.components.qr import qr_code
from kring.ui.context import Ui
from kring.ui.theme import LARGE

INK: Final = "#1A1A1A"
SOFT: Final = "#4A4A4A"
QR: Final = 220


def sheet_of_paper(ui: Ui, controls: Sequence[ft.Control]) -> ft.Control:
    return ft.Container(
        bgcolor="#FFFFFF",
        border_radius=12,
        border=ft.Border.all(1, "#C8C8C8"),
        padding=20,
        content=ft.Column(list(controls), spacing=14, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
    )


def heading(ui: Ui, words: str) -> ft.Control:
    return ft.Text(words, size=ui.look.size(24), weight=ft.FontWeight.W_700, color=INK)


def line(ui: Ui, words: str, *, soft: bool = False, bold: bool = False) -> ft.Control:
    return ft.Text(
        words,
        size=ui.look.size(15 if soft else 17),
        color=SOFT if soft else INK,
        weight=ft.FontWeight.W_600 if bold else None,
        selectable=True,
    )


def code(content: str, label: str) -> ft.Control:
    return ft.Row([qr_code(content, QR, label)], alignment=ft.MainAxisAlignment.CENTER)


def numbered(ui: Ui, groups: Sequence[str], first: int = 1) -> ft.Control:
    """Words or groups of letters, each with its number, in two or three columns."""
    cells: list[ft.Control] = [
        ft.Container(
            col={"xs": 6 if ui.look.scale <= LARGE else 12, "sm": 4},
            padding=6,
            content=ft.Text(f"{index}. {group}", size=ui.look.size(17), color=INK, selectable=True),
        )
        for index, group in enumerate(groups, start=first)
    ]
    return ft.ResponsiveRow(cells, spacing=0, run_spacing=0)
