"""The geometry of a drawn relatiekaart: frozen values in map units, with the client's centre at (0, 0).

x runs right and y runs down. One map unit is one logical pixel at zoom 1. Angles are radians clockwise
from the top, as in the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kring.domain.tie import Quality, SupportKind

TOUCH: Final = 44.0
"""The least width and height of what can be tapped, in pixels on the screen."""

LETTER: Final = 9.0
"""Width kept for one support letter, in pixels on the screen."""

LETTER_HEIGHT: Final = 14.0
"""Height kept for a row of support letters, in pixels on the screen."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def encloses(self, other: Box) -> bool:
        return self.holds(other.left, other.top) and self.holds(other.right, other.bottom)

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Node:
    """A person as a circle. `ring` 0 is the client. `fixed`: somebody chose the angle."""

    id: str
    x: float
    y: float
    radius: float
    ring: int
    angle: float
    fixed: bool = False

    def touch_box(self, zoom: float) -> Box:
        """Where a tap means this person: never less than `TOUCH` pixels; the nearest centre wins."""
        half = max(self.radius, TOUCH / 2 / zoom)
        return Box(self.x - half, self.y - half, self.x + half, self.y + half)


@dataclass(frozen=True, slots=True)
class RingShape:
    """The band of one ring as two ellipses around the centre: half widths and half heights in map units."""

    ring: int
    inner_x: float
    inner_y: float
    outer_x: float
    outer_y: float


@dataclass(frozen=True, slots=True)
class Sector:
    """The direction of a group: where its people stand unless somebody chose another angle."""

    group: str
    start: float
    middle: float
    end: float


@dataclass(frozen=True, slots=True)
class SupportMark:
    """What `giver` gives `receiver`: letters around (`x`, `y`), and an arrow that points to the receiver.

    `kinds` stand from left to right and upright. The arrow runs from (`tail_x`, `tail_y`) to (`tip_x`,
    `tip_y`), beside the tie, the two directions on its two sides.
    """

    giver: str
    receiver: str
    kinds: tuple[SupportKind, ...]
    x: float
    y: float
    tail_x: float
    tail_y: float
    tip_x: float
    tip_y: float

    def box(self, zoom: float) -> Box:
        """Around the letters, which keep their size on the screen."""
        half_x, half_y = (LETTER * len(self.kinds) + 5) / 2 / zoom, LETTER_HEIGHT / 2 / zoom
        return Box(self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y)


@dataclass(frozen=True, slots=True)
class Route:
    """A tie as a quadratic curve between the edges of two circles; straight if the control is its middle."""

    tie: str
    first: str
    second: str
    quality: Quality | None
    x1: float
    y1: float
    control_x: float
    control_y: float
    x2: float
    y2: float
    marks: tuple[SupportMark, ...] = ()

    def point(self, t: float) -> tuple[float, float]:
        """On the curve, `t` from 0 at the first person to 1 at the second."""
        a, b, c = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
        return a * self.x1 + b * self.control_x + c * self.x2, a * self.y1 + b * self.control_y + c * self.y2

    @property
    def middle(self) -> tuple[float, float]:
        return self.point(0.5)


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside its circle. `text` may be shortened; `box` is in map units, for the zoom asked."""

    id: str
    text: str
    box: Box
    shortened: bool


@dataclass(frozen=True, slots=True)
class Details:
    """What there is room for at one zoom: nothing here overlaps anything else here, or a circle."""

    labels: tuple[Label, ...]
    marks: tuple[SupportMark, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole map. `nodes` by person id, the client first; `routes` in the order of the view's ties.

    `bounds` holds all rings, `people_bounds` only the circles: what to show first of a small network.
    """

    nodes: Mapping[str, Node]
    routes: tuple[Route, ...]
    rings: tuple[RingShape, ...]
    sectors: tuple[Sector, ...]
    bounds: Box
    people_bounds: Box
    stretch_x: float = 1.0
    stretch_y: float = 1.0
    compass: tuple[tuple[float, str], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Move:
    """What a drag of one person touches: their circle and the ties that end there."""

    node: Node
    routes: tuple[Route, ...]
