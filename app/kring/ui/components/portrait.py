"""The circle that stands for a person, everywhere the same: emoji or initials in their group's colour."""

from __future__ import annotations

import flet as ft

from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.ui.components.groups import style
from kring.ui.context import Ui


def portrait(ui: Ui, person: PersonView, size: float) -> ft.Container:
    """`size` is the diameter. Someone who died has a quiet, thin edge; "mogelijk" a lighter one."""
    p = ui.look.palette
    look = style(person.main_group)
    ground = p.primary_soft if person.is_client else look.ground(ui)
    edge = p.primary if person.is_client else look.color(ui)
    mark = person.mark
    faded = person.deceased or person.role in ("speelde", "mogelijk")
    return ft.Container(
        width=size,
        height=size,
        border_radius=size / 2,
        bgcolor=p.card if faded else ground,
        border=ft.Border.all(3 if person.is_client else 2 if not faded else 1.2, edge),
        alignment=ft.Alignment.CENTER,
        content=_inside(ui, mark, bool(person.emoji), size, edge, person.is_client),
    )


def _inside(ui: Ui, mark: str, emoji: bool, size: float, color: str, client: bool) -> ft.Control:
    if not mark:
        return ft.Icon(ft.Icons.PERSON_OUTLINE, size=size * 0.55, color=color)
    points = size * (0.5 if emoji else 0.36 if len(mark) > 1 else 0.44)
    return ft.Text(
        mark,
        size=points,
        color=ui.look.palette.on_primary_soft if client else color,
        weight=None if emoji else ft.FontWeight.W_700,
        no_wrap=True,
        text_align=ft.TextAlign.CENTER,
    )
