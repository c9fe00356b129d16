"""A small drawn circle of people: the sign of the app, and the picture on an empty first screen."""

from __future__ import annotations

from math import cos, pi, sin

import flet as ft
import flet.canvas as cv

from kring.ui.components.groups import STYLES
from kring.ui.context import Ui

_AROUND = (("gezin", 0.36, -0.4), ("vrienden", 0.36, 1.7), ("buren", 0.36, 3.6))
_FURTHER = (
    ("familie", 0.78, -1.2),
    ("werk-school", 0.78, 0.35),
    ("vereniging-geloof", 0.78, 1.15),
    ("vrijwilliger", 0.78, 2.5),
    ("professional", 0.78, 4.3),
)


def emblem(ui: Ui, size: float) -> ft.Control:
    p = ui.look.palette
    middle = size / 2
    shapes: list[cv.Shape] = [
        cv.Circle(middle, middle, middle * r, paint=ft.Paint(color=color))
        for r, color in ((1.0, p.rings[1]), (0.56, p.rings[0]))
    ]
    shapes += [
        cv.Circle(
            middle,
            middle,
            middle * r,
            paint=ft.Paint(color=p.ring_line, stroke_width=1.2, style=ft.PaintingStyle.STROKE),
        )
        for r in (0.36, 0.78)
    ]
    for _, distance, angle in (*_AROUND, *_FURTHER):
        x, y = middle + middle * distance * cos(angle), middle + middle * distance * sin(angle)
        shapes.append(cv.Line(middle, middle, x, y, paint=ft.Paint(color=p.ring_line, stroke_width=2)))
    for group, distance, angle in (*_AROUND, *_FURTHER):
        x, y = middle + middle * distance * cos(angle), middle + middle * distance * sin(angle)
        radius = size * (0.062 if distance < 0.5 else 0.05)
        shapes.append(cv.Circle(x, y, radius, paint=ft.Paint(color=STYLES[group].ground(ui))))
        shapes.append(
            cv.Circle(
                x,
                y,
                radius,
                paint=ft.Paint(color=STYLES[group].color(ui), stroke_width=2, style=ft.PaintingStyle.STROKE),
            )
        )
    shapes.append(cv.Circle(middle, middle, size * 0.09, paint=ft.Paint(color=p.primary)))
    shapes.append(
        cv.Arc(
            middle - size * 0.04,
            middle - size * 0.045,
            size * 0.08,
            size * 0.07,
            0.15 * pi,
            0.7 * pi,
            paint=ft.Paint(
                color=p.on_primary,
                stroke_width=max(1.5, size * 0.012),
                style=ft.PaintingStyle.STROKE,
                stroke_cap=ft.StrokeCap.ROUND,
            ),
        )
    )
    return ft.Semantics(exclude_semantics=True, content=cv.Canvas(shapes=shapes, width=size, height=size))
