"""What the geometry cannot know: where the edge of the screen is, and where the words of the rings fit."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, sin
from typing import Final

from kring.phases.netwerkatlas.relatiekaart.geometry import Box, Details, Layout, Node, RingShape
from kring.ui.map.frame import Frame

RING_WORDS: Final = (70.0, 15.0)
"""Width and height that the word of a ring takes, in pixels on the screen."""

SIDE: Final = 4.0
ABOVE: Final = 56.0
BELOW: Final = 66.0
"""Pixels of the map's box that words stay out of: its edges, and the buttons that float there."""

_ANGLES: Final = tuple(
    turn * pi / 12 for turn in (0, 12, 1, -1, 11, -11, 2, -2, 10, -10, 3, -3, 9, -9, 4, -4, 8, -8)
)
"""Where the word of a ring is tried, clockwise from the top."""

_POINTS: Final = 12
"""Of each tie, to see whether it runs through a word."""

_FEW: Final = 80
"""With more ties than this there is no place without one."""


def edge(frame: Frame, scale: float) -> Box | None:
    """The part of the map that is on the screen and under no button; None where the reader has zoomed in."""
    if scale > 1.05:
        return None
    x, y = frame.middle
    return Box(
        (SIDE - x) / frame.zoom,
        (ABOVE - y) / frame.zoom,
        (frame.width - SIDE - x) / frame.zoom,
        (frame.height - BELOW - y) / frame.zoom,
    )


def ring_words(
    details: Details, made: Layout, zoom: float, text_scale: float, within: Box | None = None
) -> tuple[tuple[RingShape, float, float], ...]:
    """(ring, x, y) of the words of those rings where there is room for them, in map units.

    A place that no tie runs through goes first; where a name or a person stands there is none.
    """
    taken = [_circle(node) for node in made.nodes.values()]
    taken += [label.box for label in details.labels]
    taken += [mark.box(zoom) for mark in details.marks]
    points = [route.point(at / _POINTS) for route in made.routes[:_FEW] for at in range(1, _POINTS)]
    half_x, half_y = (side * text_scale / zoom / 2 for side in RING_WORDS)
    found: list[tuple[RingShape, float, float]] = []
    for ring in made.rings:
        if ring.outer_y - ring.inner_y < 2 * half_y:
            continue
        free = [
            (x, y, box)
            for x, y, box in _places(ring, half_x, half_y, 4 / zoom)
            if (within is None or within.encloses(box)) and not any(box.overlaps(each) for each in taken)
        ]
        clear = (each for each in free if not any(each[2].holds(*point) for point in points))
        chosen = next(clear, free[0] if free else None)
        if chosen is not None:
            found.append((ring, chosen[0], chosen[1]))
            taken.append(chosen[2])
    return tuple(found)


def _places(ring: RingShape, half_x: float, half_y: float, gap: float) -> Iterator[tuple[float, float, Box]]:
    """Just inside the outer edge of the ring, so that the whole word lies in it."""
    for angle in _ANGLES:
        near_x, near_y = ring.outer_x - gap, ring.outer_y - gap
        x = near_x * sin(angle)
        y = -near_y * cos(angle)
        down = 1 if y < 0 else -1
        y += down * half_y
        while ((abs(x) + half_x) / near_x) ** 2 + ((abs(y) + half_y) / near_y) ** 2 > 1 and abs(y) > half_y:
            y += down * half_y / 4
        yield x, y, Box(x - half_x, y - half_y, x + half_x, y + half_y)


def _circle(node: Node) -> Box:
    return Box(node.x - node.radius, node.y - node.radius, node.x + node.radius, node.y + node.radius)
