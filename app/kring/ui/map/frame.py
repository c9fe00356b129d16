"""From map units to the pixels of the canvas: the client in the middle, everybody in sight at first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import Final

import flet.canvas as cv

from kring.phases.netwerkatlas.relatiekaart.geometry import Layout, Route
from kring.ui.map.lines import Curve

MARGIN_X: Final = 34.0
MARGIN_TOP: Final = 62.0
MARGIN_BOTTOM: Final = 88.0
"""Pixels kept free around the people: for names, and above and below for the buttons that float there."""

LARGEST: Final = 1.7
"""A map of one or two people is drawn no larger than this."""

STRETCHES: Final = ((4, 1.15), (12, 1.35), (24, 1.55), (10_000, 1.75))
"""A tall screen makes the rings ovals: up to so many people, up to so much."""

SPARE: Final = 80.0
"""Pixels of the sheet beyond the last ring: for names and for the map's middle being off the screen's."""

STEP: Final = 1.2
"""Names are laid out anew when the zoom has changed by this factor."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`zoom`: pixels of the canvas for one map unit, before anybody pinches.

    What is drawn beyond the first view (the outer rings of a small map) needs a sheet that is larger than
    it: by `spare_x` to the left and right, and `spare_y` above and below.
    """

    width: float
    height: float
    zoom: float
    spare_x: float = 0.0
    spare_y: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0

    @property
    def middle(self) -> tuple[float, float]:
        y = (self.height - MARGIN_BOTTOM + MARGIN_TOP) / 2
        return self.width / 2 + self.shift_x, y + self.shift_y

    @property
    def on_sheet(self) -> Frame:
        """The same map in the coordinates of the larger sheet."""
        return replace(self, shift_x=self.spare_x, shift_y=self.spare_y)

    def sheet(self, shapes: list[cv.Shape]) -> cv.Canvas:
        """The larger sheet, in its place behind the first view. Shapes are those of `on_sheet`."""
        return cv.Canvas(
            shapes=shapes,
            left=-self.spare_x,
            top=-self.spare_y,
            width=self.width + 2 * self.spare_x,
            height=self.height + 2 * self.spare_y,
        )

    def x(self, x: float) -> float:
        return self.middle[0] + x * self.zoom

    def y(self, y: float) -> float:
        return self.middle[1] + y * self.zoom

    def curve(self, route: Route) -> Curve:
        return Curve(
            self.x(route.x1),
            self.y(route.y1),
            self.x(route.control_x),
            self.y(route.control_y),
            self.x(route.x2),
            self.y(route.y2),
        )


def stretches(width: float, height: float, people: int) -> tuple[float, float]:
    """For `layout`: how much wider than high, and higher than wide, the rings may be."""
    most = next(stretch for limit, stretch in STRETCHES if people <= limit)
    free = max(1.0, height - MARGIN_TOP - MARGIN_BOTTOM)
    across = max(1.0, width - 2 * MARGIN_X)
    return min(most, max(1.0, across / free)), min(most, max(1.0, free / across))


def frame_for(made: Layout, width: float, height: float) -> Frame:
    """Everybody in sight; with few people also the ring that they stand on, and a bit more."""
    people = made.people_bounds
    half_x = max(-people.left, people.right, made.rings[0].outer_x)
    half_y = max(-people.top, people.bottom, made.rings[0].outer_y)
    across, free = max(1.0, width - 2 * MARGIN_X), max(1.0, height - MARGIN_TOP - MARGIN_BOTTOM)
    zoom = min(across / (2 * half_x), free / (2 * half_y), LARGEST)
    return Frame(
        width,
        height,
        zoom,
        spare_x=max(0.0, made.bounds.right * zoom - width / 2) + SPARE,
        spare_y=max(0.0, made.bounds.bottom * zoom - height / 2) + SPARE,
    )


def detail_scale(scale: float) -> float:
    """`scale` in steps, so that a small pinch lays out no names."""
    return float(STEP ** round(log(max(scale, 0.01)) / log(STEP)))
