"""All ties as lines: the client's own, those between others behind them, and apart those of who is looked at.

A map of many people is calm at rest because ties between others are thin and of one quiet colour. Holding
somebody, or pointing at them, brings all their ties forward in their own colours and lets the rest step back.
"""

from __future__ import annotations

from collections.abc import Iterable

import flet as ft
import flet.canvas as cv

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.relatiekaart.geometry import Route
from kring.ui.context import Ui
from kring.ui.map.frame import Frame
from kring.ui.map.lines import tie_color, tie_shapes
from kring.ui.reactive import keyed, memo

OTHERS = 0.72
"""How much thinner ties between two others are than the client's own."""

REST = 0.55
"""The same, at rest."""

BACK = 0.22
"""How much is seen of all other ties while one person's are in front."""


def shapes_of(ui: Ui, frame: Frame, routes: Iterable[Route], at_rest: bool = False) -> list[cv.Shape]:
    """Ties of others first, so that the client's own lie on top. `at_rest`: those of others are quiet."""
    p = ui.look.palette
    ordered = sorted(routes, key=lambda route: CLIENT in (route.first, route.second))
    size = min(1.15, max(0.62, frame.zoom))
    shapes: list[cv.Shape] = []
    for route in ordered:
        others = CLIENT not in (route.first, route.second)
        rests = others and at_rest
        color = p.tie_rest if rests else tie_color(p, route.quality)
        weight = size * (REST if rests else OTHERS if others else 1.0)
        shapes += tie_shapes(color, route.quality, frame.curve(route), weight)
    return shapes


@ft.component
def TiesLayer(ui: Ui, frame: Frame, routes: tuple[Route, ...], without: str) -> ft.Control:
    """`without`: the person whose ties are drawn elsewhere for now, or ""."""
    kept = (route for route in routes if not without or without not in (route.first, route.second))
    return frame.sheet(shapes_of(ui, frame.on_sheet, kept, at_rest=True))


@ft.component
def FocusLayer(ui: Ui, frame: Frame, routes: tuple[Route, ...], person: str) -> ft.Control:
    """The ties of one person, all of them clear."""
    theirs = (route for route in routes if person in (route.first, route.second))
    return frame.sheet(shapes_of(ui, frame.on_sheet, theirs))


Ties = memo(TiesLayer)
Focus = memo(FocusLayer)


def all_ties(
    ui: Ui, frame: Frame, routes: tuple[Route, ...], held: str, focus: str
) -> tuple[ft.Control, ...]:
    """`held`: who is being dragged, whose ties are drawn elsewhere; `focus`: whose ties are looked at.

    Stepping back is one value of the layer, so that looking at somebody draws no other tie again.
    """
    layer = ft.Stack(
        left=0,
        top=0,
        width=frame.width,
        height=frame.height,
        clip_behavior=ft.ClipBehavior.NONE,
        opacity=BACK if focus or held else 1.0,
        controls=[keyed("all", Ties, ui, frame, routes, held)],
    )
    return (layer, keyed("focus", Focus, ui, frame, routes, focus)) if focus and not held else (layer,)
