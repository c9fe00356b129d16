"""The drawn forms of a tie. Each quality has its own, so that it can be told without any colour."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import flet as ft
import flet.canvas as cv

from kring.domain.tie import Quality
from kring.ui.theme import Palette


@dataclass(frozen=True, slots=True)
class Curve:
    """A quadratic curve in canvas pixels; straight where the control is its middle."""

    x1: float
    y1: float
    cx: float
    cy: float
    x2: float
    y2: float

    def at(self, t: float) -> tuple[float, float]:
        a, b, c = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
        return a * self.x1 + b * self.cx + c * self.x2, a * self.y1 + b * self.cy + c * self.y2

    def normal(self, t: float) -> tuple[float, float]:
        """One pixel to the left of the way from first to second."""
        dx = 2 * (1 - t) * (self.cx - self.x1) + 2 * t * (self.x2 - self.cx)
        dy = 2 * (1 - t) * (self.cy - self.y1) + 2 * t * (self.y2 - self.cy)
        length = hypot(dx, dy) or 1.0
        return dy / length, -dx / length

    @property
    def length(self) -> float:
        """Between the chord and the way over the control: near enough for spacing."""
        chord = hypot(self.x2 - self.x1, self.y2 - self.y1)
        legs = hypot(self.cx - self.x1, self.cy - self.y1) + hypot(self.x2 - self.cx, self.y2 - self.cy)
        return (2 * chord + legs) / 3

    def beside(self, distance: float) -> Curve:
        """The same curve, so many pixels to the left."""
        starts, middle, ends = self.normal(0), self.normal(0.5), self.normal(1)
        return Curve(
            self.x1 + starts[0] * distance,
            self.y1 + starts[1] * distance,
            self.cx + middle[0] * distance,
            self.cy + middle[1] * distance,
            self.x2 + ends[0] * distance,
            self.y2 + ends[1] * distance,
        )


def straight(x1: float, y1: float, x2: float, y2: float) -> Curve:
    return Curve(x1, y1, (x1 + x2) / 2, (y1 + y2) / 2, x2, y2)


def tie_color(palette: Palette, quality: Quality | None) -> str:
    return {
        "sterk": palette.tie_strong,
        "gewoon": palette.tie_plain,
        "gespannen": palette.tie_tense,
        "verbroken": palette.tie_broken,
    }.get(quality or "", palette.tie_plain)


def tie_shapes(color: str, quality: Quality | None, curve: Curve, weight: float = 1.0) -> list[cv.Shape]:
    """Strong: two lines; ordinary: one; tense: a zigzag; broken: dashes with a cross in the middle; not
    said: thin dots. `weight` scales thickness and pattern."""
    if curve.length < 1:
        return []
    if quality == "sterk":
        paint = stroke(color, 2.2 * weight)
        return [_path(curve.beside(2.4 * weight), paint), _path(curve.beside(-2.4 * weight), paint)]
    if quality == "gespannen":
        return [cv.Path(elements=_zigzag(curve, weight), paint=stroke(color, 1.9 * weight))]
    if quality == "verbroken":
        return [
            _path(curve, stroke(color, 1.7 * weight, (7 * weight, 6 * weight))),
            *_cross(color, curve, weight),
        ]
    if quality == "gewoon":
        return [_path(curve, stroke(color, 1.9 * weight))]
    return [_path(curve, stroke(color, 1.4 * weight, (1.5 * weight, 5 * weight)))]


def stroke(color: str, width: float, dashes: tuple[float, float] | None = None) -> ft.Paint:
    return ft.Paint(
        color=color,
        stroke_width=width,
        style=ft.PaintingStyle.STROKE,
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_join=ft.StrokeJoin.ROUND,
        stroke_dash_pattern=list(dashes) if dashes else None,
    )


def _path(curve: Curve, paint: ft.Paint) -> cv.Path:
    return cv.Path(
        elements=[
            cv.Path.MoveTo(curve.x1, curve.y1),
            cv.Path.QuadraticTo(curve.cx, curve.cy, curve.x2, curve.y2),
        ],
        paint=paint,
    )


def _zigzag(curve: Curve, weight: float) -> list[cv.Path.PathElement]:
    step, height = 5.5 * weight, 3.6 * weight
    count = max(4, int(curve.length / step))
    elements: list[cv.Path.PathElement] = [cv.Path.MoveTo(curve.x1, curve.y1)]
    for index in range(1, count):
        t = index / count
        (x, y), (nx, ny) = curve.at(t), curve.normal(t)
        side = height if index % 2 else -height
        elements.append(cv.Path.LineTo(x + nx * side, y + ny * side))
    elements.append(cv.Path.LineTo(curve.x2, curve.y2))
    return elements


def _cross(color: str, curve: Curve, weight: float) -> list[cv.Shape]:
    (x, y), (nx, ny) = curve.at(0.5), curve.normal(0.5)
    arm = 5 * weight / (2**0.5)
    paint = stroke(color, 2.2 * weight)
    shapes: list[cv.Shape] = []
    for turn in (1.0, -1.0):
        dx, dy = arm * (nx - turn * ny), arm * (ny + turn * nx)
        shapes.append(cv.Line(x - dx, y - dy, x + dx, y + dy, paint=paint))
    return shapes


def arrow(color: str, tail: tuple[float, float], tip: tuple[float, float], width: float) -> list[cv.Shape]:
    """A shaft and a filled head whose point is at `tip`."""
    dx, dy = tip[0] - tail[0], tip[1] - tail[1]
    length = hypot(dx, dy) or 1.0
    ux, uy = dx / length, dy / length
    head = 3.4 * width
    base = tip[0] - ux * head, tip[1] - uy * head
    half = head * 0.62
    return [
        cv.Line(tail[0], tail[1], base[0], base[1], paint=stroke(color, width)),
        cv.Path(
            elements=[
                cv.Path.MoveTo(tip[0], tip[1]),
                cv.Path.LineTo(base[0] - uy * half, base[1] + ux * half),
                cv.Path.LineTo(base[0] + uy * half, base[1] - ux * half),
                cv.Path.Close(),
            ],
            paint=ft.Paint(color=color),
        ),
    ]
