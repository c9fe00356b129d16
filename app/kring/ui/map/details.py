"""Names and support letters, as many as this zoom has room for; they keep their size on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import hypot

import flet as ft
import flet.canvas as cv

from kring.domain.ids import CLIENT
from kring.i18n.translator import isolated
from kring.phases.netwerkatlas.relatiekaart.geometry import Details, Label, Layout, Node, SupportMark
from kring.ui.context import Ui
from kring.ui.map.fitting import edge, ring_words
from kring.ui.map.frame import Frame
from kring.ui.map.lines import arrow
from kring.ui.reactive import memo

NAME = 13.0
LETTERS = 11.0
RING_WORD = 11.0
HALO = 5.5
"""Pixels of ground around each letter, so that no line runs through it."""

LONGEST = 18
"""Characters of the name of who is looked at."""

NEAR = 1.4
"""From this zoom on, support between two others has its letters too; before, only of who is looked at."""


@ft.component
def DetailsLayer(
    ui: Ui,
    frame: Frame,
    made: Layout,
    details: Details,
    scale: float,
    without: str,
    focus: str,
    name: str,
) -> ft.Control:
    """`scale`: how far the map is pinched; `without`: who is dragged; `focus`: who is looked at, or "", and
    their `name`, which always shows.
    """
    shapes: list[cv.Shape] = []
    sheet = frame.on_sheet

    def told(mark: SupportMark) -> bool:
        ends = (mark.giver, mark.receiver)
        if without:
            return False
        return focus in ends if focus else CLIENT in ends or scale >= NEAR

    for ring, x, y in ring_words(details, made, frame.zoom * scale, ui.look.scale, edge(frame, scale)):
        shapes += _ring_word(ui, sheet, ring.ring, x, y, scale)
    lettered = {(mark.giver, mark.receiver) for mark in details.marks}
    for route in made.routes:
        for mark in route.marks:
            if (mark.giver, mark.receiver) not in lettered and told(mark):
                shapes += _arrow_only(ui, sheet, mark)
    for mark in details.marks:
        if told(mark):
            shapes += _letters(ui, sheet, mark, scale)
    for label in details.labels:
        if label.id != without:
            shapes += _name(ui, sheet, label, scale)
    if focus in made.nodes and all(label.id != focus for label in details.labels):
        shapes += _name_below(ui, sheet, made.nodes[focus], name, scale)
    return frame.sheet(shapes)


AllDetails = memo(DetailsLayer)


def _colors(ui: Ui, mark: SupportMark) -> tuple[str, str]:
    """Ground and ink: what the client gives, what the client gets, and what others share."""
    p = ui.look.palette
    if mark.giver == CLIENT:
        return p.gives, p.on_primary
    if mark.receiver == CLIENT:
        return p.receives, p.on_calm
    return p.ink_soft, p.paper


def _name(ui: Ui, frame: Frame, label: Label, scale: float) -> Iterator[cv.Shape]:
    box = label.box
    weight = ft.FontWeight.W_700 if label.id == CLIENT else ft.FontWeight.W_500
    x, y = frame.x((box.left + box.right) / 2), frame.y((box.top + box.bottom) / 2)
    style = ft.TextStyle(size=NAME * ui.look.scale / scale, color=ui.look.palette.ink, weight=weight)
    yield from _haloed(ui, x, y, isolated(label.text), style, ui.look.palette.paper, scale)


def _name_below(ui: Ui, frame: Frame, node: Node, name: str, scale: float) -> Iterator[cv.Shape]:
    """Over whatever is there: it is why somebody points here."""
    size = NAME * ui.look.scale / scale
    short = name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…"
    style = ft.TextStyle(size=size, color=ui.look.palette.ink, weight=ft.FontWeight.W_600)
    y = frame.y(node.y + node.radius) + size * 0.8
    yield from _haloed(ui, frame.x(node.x), y, isolated(short), style, ui.look.palette.paper, scale)


def _ring_word(ui: Ui, frame: Frame, ring: int, x: float, y: float, scale: float) -> Iterator[cv.Shape]:
    p = ui.look.palette
    style = ft.TextStyle(size=RING_WORD * ui.look.scale / scale, color=p.ink_soft, italic=True)
    yield from _haloed(ui, frame.x(x), frame.y(y), ui.say(f"ring.{ring}"), style, p.rings[ring - 1], scale)


def _haloed(
    ui: Ui, x: float, y: float, words: str, style: ft.TextStyle, ground: str, scale: float
) -> Iterator[cv.Shape]:
    """Words with ground around every letter: lines end before them and do not cross them out."""
    around = ft.Paint(
        color=ground,
        stroke_width=HALO * ui.look.scale / scale,
        style=ft.PaintingStyle.STROKE,
        stroke_join=ft.StrokeJoin.ROUND,
    )
    under = replace(style, color=None, foreground=around)
    for each in (under, style):
        yield cv.Text(x, y, words, style=each, alignment=ft.Alignment.CENTER, max_lines=1)


def _arrow_only(ui: Ui, frame: Frame, mark: SupportMark) -> Iterable[cv.Shape]:
    ground, _ = _colors(ui, mark)
    return arrow(
        ground,
        (frame.x(mark.tail_x), frame.y(mark.tail_y)),
        (frame.x(mark.tip_x), frame.y(mark.tip_y)),
        max(1.1, 1.8 * frame.zoom),
    )


def _letters(ui: Ui, frame: Frame, mark: SupportMark, scale: float) -> Iterable[cv.Shape]:
    """A small label with the letters, and an arrow through it that comes out at both ends."""
    ground, ink = _colors(ui, mark)
    box = mark.box(frame.zoom * scale / ui.look.scale)
    half_x, half_y = box.width / 2 * frame.zoom, box.height / 2 * frame.zoom
    x, y = frame.x(mark.x), frame.y(mark.y)
    dx, dy = mark.tip_x - mark.tail_x, mark.tip_y - mark.tail_y
    length = hypot(dx, dy) or 1.0
    ux, uy = dx / length, dy / length
    out = min(half_x / (abs(ux) or 1e-9), half_y / (abs(uy) or 1e-9))
    pixel = ui.look.scale / scale
    shapes = arrow(
        ground,
        (x - ux * (out + 4 * pixel), y - uy * (out + 4 * pixel)),
        (x + ux * (out + 8 * pixel), y + uy * (out + 8 * pixel)),
        2.2 * pixel,
    )
    shapes.append(
        cv.Rect(
            x - half_x,
            y - half_y,
            2 * half_x,
            2 * half_y,
            border_radius=half_y,
            paint=ft.Paint(color=ground),
        )
    )
    shapes.append(
        cv.Text(
            x,
            y,
            "".join(mark.kinds),
            style=ft.TextStyle(size=LETTERS * pixel, color=ink, weight=ft.FontWeight.W_700),
            alignment=ft.Alignment.CENTER,
            max_lines=1,
        )
    )
    return shapes
