"""The map in small: the rings, everybody as a dot, and one person who stands out."""

from __future__ import annotations

from typing import Final

import flet as ft
import flet.canvas as cv

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.relatiekaart.geometry import Layout
from kring.ui.context import Ui

SIDE: Final = 132.0
DOT: Final = 3.5


def small_map(ui: Ui, made: Layout, person: str) -> ft.Control:
    """A picture beside words that say the same; a screen reader passes it by."""
    p = ui.look.palette
    middle, zoom = SIDE / 2, (SIDE - 4) / made.bounds.width
    shapes: list[cv.Shape] = []
    for ring in reversed(made.rings):
        half_x, half_y = ring.outer_x * zoom, ring.outer_y * zoom
        ground, edge = (
            ft.Paint(color=p.rings[ring.ring - 1]),
            ft.Paint(color=p.ring_line, style=ft.PaintingStyle.STROKE),
        )
        shapes += [
            cv.Oval(middle - half_x, middle - half_y, 2 * half_x, 2 * half_y, paint=paint)
            for paint in (ground, edge)
        ]
    for node in made.nodes.values():
        if node.id != person:
            color = p.primary if node.id == CLIENT else p.edge
            shapes.append(_dot(node.x * zoom, node.y * zoom, DOT, color))
    mine = made.nodes[person]
    shapes.append(_dot(mine.x * zoom, mine.y * zoom, 2.6 * DOT, p.card))
    shapes.append(_dot(mine.x * zoom, mine.y * zoom, 2 * DOT, p.calm))
    return ft.Semantics(exclude_semantics=True, content=cv.Canvas(width=SIDE, height=SIDE, shapes=shapes))


def _dot(x: float, y: float, radius: float, color: str) -> cv.Shape:
    return cv.Circle(SIDE / 2 + x, SIDE / 2 + y, radius, paint=ft.Paint(color=color))
