"""The grounds of the map: three soft bands, closest warmest."""

from __future__ import annotations

import flet as ft
import flet.canvas as cv

from kring.phases.netwerkatlas.relatiekaart.geometry import Layout
from kring.phases.netwerkatlas.relatiekaart.layout import place_at
from kring.ui.context import Ui
from kring.ui.hooks import use_value
from kring.ui.map.drag import Drag
from kring.ui.map.frame import Frame
from kring.ui.map.lines import stroke
from kring.ui.reactive import memo


@ft.component
def RingsLayer(ui: Ui, frame: Frame, made: Layout, drag: Drag) -> ft.Control:
    """Lights up the ring over which somebody is being dragged."""
    target = use_value(
        drag.subscribe, lambda: place_at(made, drag.x, drag.y)[0] if drag.person else 0, "rings"
    )
    rings = made.rings
    p = ui.look.palette
    shapes: list[cv.Shape] = []
    sheet = frame.on_sheet
    for ring in reversed(rings):
        ground = p.primary_soft if ring.ring == target else p.rings[ring.ring - 1]
        shapes.append(_oval(sheet, ring.outer_x, ring.outer_y, ft.Paint(color=ground)))
        shapes.append(
            _oval(sheet, ring.outer_x, ring.outer_y, stroke(p.ring_line, 2 if ring.ring == target else 1))
        )
    return frame.sheet(shapes)


def _oval(frame: Frame, half_x: float, half_y: float, paint: ft.Paint) -> cv.Shape:
    return cv.Oval(
        frame.x(-half_x),
        frame.y(-half_y),
        2 * half_x * frame.zoom,
        2 * half_y * frame.zoom,
        paint=paint,
    )


Rings = memo(RingsLayer)
