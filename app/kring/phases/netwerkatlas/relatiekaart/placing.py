"""Where everybody stands: rings with rows, groups with sectors, and people spread so that nobody overlaps.

What one more person changes stays local. Ring sizes, sector widths and distances grow in steps, not with
every person, and people are pushed aside no further than needed (least squares, by pooling neighbours).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import pi, tau
from typing import Final

from kring.phases.netwerkatlas.mensen.view_model import group_order
from kring.phases.netwerkatlas.relatiekaart.geometry import Sector
from kring.phases.netwerkatlas.relatiekaart.model import RINGS
from kring.phases.netwerkatlas.relatiekaart.view_model import PlacedView

NODE_RADIUS: Final = 22.0
CLIENT_RADIUS: Final = 32.0

_SPACING = 58.0  # least distance between neighbours' centres along a row
_ROW = 52.0  # distance between rows of one ring: wider than a circle, so rows never touch
_FIRST = 106.0  # the first row of the first ring
_MARGIN = 8.0  # between a row's circles and the edge of their ring
_STEPS = (6, 9, 12, 16, 22, 30, 40, 54, 72, 96, 128, 172, 230, 310, 420, 560, 750, 1000)
_FIXED_WEIGHT = 10_000.0  # a chosen angle yields only to another chosen angle


@dataclass(slots=True)
class Band:
    """One ring: its edges, and its rows as distances from the centre."""

    ring: int
    inner: float
    outer: float
    rows: tuple[float, ...]


def bands(people: Sequence[PlacedView]) -> list[Band]:
    """Every ring, empty ones too: an empty ring is where somebody can be put."""
    made: list[Band] = []
    gap = 2 * (NODE_RADIUS + _MARGIN)
    edge = _FIRST - gap / 2
    for ring in RINGS:
        count = sum(1 for person in people if person.ring == ring)
        rows = [edge + gap / 2]
        while sum(map(_capacity, rows)) < count:
            rows.append(rows[-1] + _ROW)
        made.append(Band(ring, edge, rows[-1] + gap / 2, tuple(rows)))
        edge = made[-1].outer
    return made


def sectors(people: Iterable[PlacedView]) -> tuple[Sector, ...]:
    """Directions of the groups that are there, in their fixed order, the first one at the top."""
    counts: dict[str, int] = {}
    for person in people:
        counts[person.person.main_group] = counts.get(person.person.main_group, 0) + 1
    weights = [(group, _weight(counts[group])) for group in sorted(counts, key=group_order)]
    total = sum(weight for _, weight in weights)
    made: list[Sector] = []
    start = -weights[0][1] / total * pi if weights else 0.0
    for group, weight in weights:
        width = weight / total * tau
        made.append(Sector(group, start % tau, (start + width / 2) % tau, (start + width) % tau))
        start += width
    return tuple(made)


def spread(
    people: Sequence[PlacedView], directions: Sequence[Sector]
) -> list[tuple[PlacedView, float, float]]:
    """(person, distance, angle) for everybody."""
    middle = {sector.group: sector.middle for sector in directions}
    placed: list[tuple[PlacedView, float, float]] = []
    for band in bands(people):
        inside = [person for person in people if person.ring == band.ring]
        for distance, row in zip(band.rows, _rows(inside, band.rows), strict=True):
            wanted = [
                (middle[each.person.main_group], 1.0) if each.angle is None else (each.angle, _FIXED_WEIGHT)
                for each in row
            ]
            angles = _apart(wanted, tau / _room(len(row), distance), _SPACING / distance)
            placed += zip(row, [distance] * len(row), angles, strict=True)
    return placed


def _capacity(distance: float) -> int:
    return int(tau * distance / _SPACING)


def _room(count: int, distance: float) -> int:
    """For how many a row is laid out: the next step, so that one more person often changes nothing."""
    step = next((step for step in _STEPS if step >= count), count)
    return max(min(step, _capacity(distance)), count, 1)


def _weight(count: int) -> float:
    return next(
        (weight for limit, weight in ((2, 1.0), (6, 2.0), (14, 3.0), (30, 4.5)) if count <= limit), 6.0
    )


def _rows(people: list[PlacedView], rows: tuple[float, ...]) -> list[list[PlacedView]]:
    """Who stands in which row: by lot (of the id, so always the same), as far as there is room."""
    ordered = sorted(people, key=lambda each: each.id)
    if len(rows) == 1:
        return [ordered]
    free = [_capacity(distance) for distance in rows]
    slots = [row for row, capacity in enumerate(free) for _ in range(capacity)]
    made: list[list[PlacedView]] = [[] for _ in rows]
    for person in ordered:
        lot = int.from_bytes(blake2b(person.id.encode(), digest_size=4).digest(), "big")
        row = slots[lot % len(slots)]
        while not free[row]:
            row = (row + 1) % len(rows)
        free[row] -= 1
        made[row].append(person)
    return made


def _apart(wanted: Sequence[tuple[float, float]], pleasant: float, least: float) -> list[float]:
    """Angles near the wanted ones (angle, weight) and apart on a circle.

    People without a chosen angle keep `pleasant` distance; two chosen angles may come as close as `least`.
    """
    count = len(wanted)
    if count < 2:
        return [angle % tau for angle, _ in wanted]
    order = sorted(range(count), key=lambda index: wanted[index][0])
    first = _after_widest_gap([wanted[index][0] for index in order])
    order = order[first:] + order[:first]
    start = wanted[order[0]][0]
    goals = [(wanted[index][0] - start) % tau for index in order]
    weights = [wanted[index][1] for index in order]
    steps = [least if weights[at] > 1 and weights[(at + 1) % count] > 1 else pleasant for at in range(count)]
    offsets = [0.0]
    for step in steps[:-1]:
        offsets.append(offsets[-1] + step)
    free = _pooled([goal - offset for goal, offset in zip(goals, offsets, strict=True)], weights)
    slack = max(0.0, tau - offsets[-1] - steps[-1])
    if free[-1] - free[0] > slack:
        low = _window(free, weights, slack)
        free = [min(max(value, low), low + slack) for value in free]
    angles = [0.0] * count
    for place, index in enumerate(order):
        angles[index] = (start + free[place] + offsets[place]) % tau
    return angles


def _after_widest_gap(angles: list[float]) -> int:
    """Where to cut the circle open. `angles` ascend."""
    gaps = [angles[at] - angles[at - 1] for at in range(1, len(angles))]
    around = angles[0] + tau - angles[-1]
    return 0 if not gaps or around >= max(gaps) else gaps.index(max(gaps)) + 1


def _pooled(goals: list[float], weights: list[float]) -> list[float]:
    """The ascending values nearest to `goals` by least squares (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for goal, weight in zip(goals, weights, strict=True):
        pool = (goal, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            before = pools.pop()
            both = before[1] + pool[1]
            pool = ((before[0] * before[1] + pool[0] * pool[1]) / both, both, before[2] + pool[2])
        pools.append(pool)
    return [value for value, _, size in pools for _ in range(size)]


def _window(free: list[float], weights: list[float], slack: float) -> float:
    """The lower end of the stretch of `slack` that moves the least weight."""
    best, lowest = 0.0, float("inf")
    for low in (*free, *(value - slack for value in free)):
        cost = sum(
            weight * max(low - value, 0.0, value - low - slack)
            for value, weight in zip(free, weights, strict=True)
        )
        if cost < lowest:
            best, lowest = low, cost
    return best
