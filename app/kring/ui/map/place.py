"""Where the reader has pinched and panned to, as far as the events tell."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, log
from typing import Final

NEAREST: Final = 6.0
FURTHEST: Final = 0.5
"""How far the map can be pinched in and out."""

FRICTION: Final = 1e-8
"""How soon a map that was flung comes to rest."""

_FLING: Final = 50.0  # below this many pixels a second nothing moves on


@dataclass
class Place:
    """The screen shows canvas point p at p * scale + (x, y)."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    _from: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    _now: tuple[float, float, float] = (0.0, 0.0, 1.0)

    def start(self, focal_x: float, focal_y: float) -> None:
        self._from = (focal_x, focal_y, self.x, self.y)
        self._now = (focal_x, focal_y, 1.0)

    def update(self, focal_x: float, focal_y: float, scale: float) -> None:
        """`scale` since the start of this gesture."""
        self._now = (focal_x, focal_y, scale)

    def end(self, velocity_x: float, velocity_y: float) -> None:
        focal_x, focal_y, x, y = self._from
        now_x, now_y, factor = self._now
        factor = self._possible(factor)
        self.x, self.y = now_x - (focal_x - x) * factor, now_y - (focal_y - y) * factor
        self.scale *= factor
        if hypot(velocity_x, velocity_y) >= _FLING:
            rest = -log(FRICTION)
            self.x, self.y = self.x + velocity_x / rest, self.y + velocity_y / rest

    def zoom(self, factor: float, middle_x: float, middle_y: float) -> tuple[float, float, float]:
        """About a point of the screen: (dx, dy) to pan by after, in canvas pixels, and the real factor."""
        factor = self._possible(factor)
        shift_x, shift_y = (middle_x - self.x) * (1 - factor), (middle_y - self.y) * (1 - factor)
        self.scale *= factor
        self.x, self.y = self.x + shift_x, self.y + shift_y
        return shift_x / self.scale, shift_y / self.scale, factor

    def reset(self) -> None:
        self.scale, self.x, self.y = 1.0, 0.0, 0.0

    def _possible(self, factor: float) -> float:
        return min(NEAREST, max(FURTHEST, self.scale * factor)) / self.scale
