"""How ties run: never over the client, and around whoever stands between the client and somebody."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import atan2, hypot, tau
from operator import itemgetter
from typing import Final

from kring.domain.ids import CLIENT
from kring.domain.tie import SupportKind
from kring.phases.netwerkatlas.relatiekaart.geometry import Node, Route, SupportMark
from kring.phases.netwerkatlas.relatiekaart.view_model import TieView

CLIENT_CLEARANCE: Final = 12.0
"""Least distance between a tie of two others and the client's circle, in map units."""

_CLEARANCE = 6.0  # between a tie of the client and the circle of somebody who stands between
_GENTLE = 0.08  # ties between others bow outward a little, so that they read as arcs and not as spokes
_WIDEST = 0.5  # a tie of the client bends around others by no more than this part of its length
_EDGE = 2.0
_SIDE = 5.0  # how far an arrow runs beside its tie
_ARROW = 9.0  # half the length of an arrow
_WINDOW = 0.4  # radians to either side in which somebody can stand between
_TO_CLIENT = (0.28, 0.18, 0.4, 0.5)  # where letters may stand on a tie of the client, out from the centre
_FROM_CLIENT = (0.72, 0.82, 0.6, 0.9)
_OUTWARD = (0.36, 0.28, 0.44, 0.2)
_BACK = (0.64, 0.72, 0.56, 0.8)

Compass = Sequence[tuple[float, str]]
"""(direction from the client, person), ascending."""


def compass(nodes: Mapping[str, Node]) -> tuple[tuple[float, str], ...]:
    return tuple(sorted((_direction(node), node.id) for node in nodes.values() if node.id != CLIENT))


def route(tie: TieView, nodes: Mapping[str, Node], directions: Compass) -> Route:
    """The way of one tie. Both people must be in `nodes`."""
    first, second = nodes[tie.first], nodes[tie.second]
    dx, dy = second.x - first.x, second.y - first.y
    length = hypot(dx, dy) or 1.0
    normal = (-dy / length, dx / length)
    if tie.with_client:
        outer = second if tie.first == CLIENT else first
        between = _between(first, second, outer, nodes, directions)
        bend = _free_bend(first, (dx / length, dy / length), length, between)
        bend = bend if abs(bend) <= _WIDEST * length else 0.0
    else:
        bend = _around_client(first, second, normal, length, nodes[CLIENT])
    control = ((first.x + second.x) / 2 + normal[0] * bend, (first.y + second.y) / 2 + normal[1] * bend)
    x1, y1 = _edge(first, control)
    x2, y2 = _edge(second, control)
    if not bend:
        control = (x1 + x2) / 2, (y1 + y2) / 2
    curve = Route(tie.id, tie.first, tie.second, tie.quality, x1, y1, *control, x2, y2)
    if not tie.first_gives and not tie.second_gives:
        return curve
    return Route(tie.id, tie.first, tie.second, tie.quality, x1, y1, *control, x2, y2, _marks(tie, curve))


def _direction(node: Node) -> float:
    return atan2(node.x, -node.y) % tau


def _between(
    first: Node, second: Node, outer: Node, nodes: Mapping[str, Node], directions: Compass
) -> Iterable[tuple[Node, float]]:
    """Those who stand nearer to the client than `outer`, in about the same direction."""
    middle = _direction(outer)
    reach = outer.x * outer.x + outer.y * outer.y
    for low, high in _windows(middle - _WINDOW, middle + _WINDOW):
        start, end = bisect_left(directions, (low, "")), bisect_right(directions, (high, "\U0010ffff"))
        for _, person in directions[start:end]:
            node = nodes[person]
            if node is first or node is second or node.id == outer.id:
                continue
            if node.x * node.x + node.y * node.y < reach:
                yield node, node.radius + _CLEARANCE


def _windows(low: float, high: float) -> tuple[tuple[float, float], ...]:
    if low < 0:
        return (0.0, high), (low + tau, tau)
    return ((low, tau), (0.0, high - tau)) if high > tau else ((low, high),)


def _free_bend(
    first: Node, along: tuple[float, float], length: float, obstacles: Iterable[tuple[Node, float]]
) -> float:
    """The least offset of the control point with which the curve misses every obstacle.

    Where the curve is at `t` of its way, it lies 2t(1-t) of that offset beside the straight line.
    """
    taken: list[tuple[float, float]] = []
    for node, clearance in obstacles:
        rx, ry = node.x - first.x, node.y - first.y
        t = (rx * along[0] + ry * along[1]) / length
        if 0.05 < t < 0.95:
            beside = ry * along[0] - rx * along[1]
            lever = 2 * t * (1 - t)
            taken.append(((beside - clearance) / lever, (beside + clearance) / lever))
    below = above = 0.0
    for low, high in sorted(taken):
        if low < above and high > above:
            above = high
    for low, high in sorted(taken, key=itemgetter(1), reverse=True):
        if high > below and low < below:
            below = low
    return above if above <= -below else below


def _around_client(
    first: Node, second: Node, normal: tuple[float, float], length: float, client: Node
) -> float:
    middle = (first.x + second.x) / 2 - client.x, (first.y + second.y) / 2 - client.y
    beside = middle[0] * normal[0] + middle[1] * normal[1]
    side = 1.0 if beside >= 0 else -1.0
    bend = side * _GENTLE * length
    clearance = client.radius + CLIENT_CLEARANCE
    if not _runs_near(first, second, normal, bend, client, clearance):
        return bend
    bend = side * max(abs(bend), 2 * clearance - abs(beside))
    for _ in range(24):
        if not _runs_near(first, second, normal, bend, client, clearance):
            break
        bend *= 1.2
    return bend


def _runs_near(
    first: Node, second: Node, normal: tuple[float, float], bend: float, client: Node, clearance: float
) -> bool:
    mx = (first.x + second.x) / 2 + normal[0] * bend
    my = (first.y + second.y) / 2 + normal[1] * bend
    if _segment_distance(first, second, client) > clearance + abs(bend) / 2:
        return False
    for step in range(1, 24):
        t = step / 24
        a, b, c = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
        x = a * first.x + b * mx + c * second.x - client.x
        y = a * first.y + b * my + c * second.y - client.y
        if x * x + y * y < clearance * clearance:
            return True
    return False


def _segment_distance(first: Node, second: Node, point: Node) -> float:
    dx, dy = second.x - first.x, second.y - first.y
    square = dx * dx + dy * dy
    t = 0.0 if not square else ((point.x - first.x) * dx + (point.y - first.y) * dy) / square
    t = min(1.0, max(0.0, t))
    return hypot(first.x + t * dx - point.x, first.y + t * dy - point.y)


def _edge(node: Node, towards: tuple[float, float]) -> tuple[float, float]:
    dx, dy = towards[0] - node.x, towards[1] - node.y
    length = hypot(dx, dy) or 1.0
    reach = node.radius + _EDGE
    return node.x + dx / length * reach, node.y + dy / length * reach


def _marks(tie: TieView, curve: Route) -> tuple[SupportMark, ...]:
    """One for each direction in which something is given, on the two sides of the tie."""
    return tuple(
        mark_at(curve, giver, kinds, mark_places(curve, giver)[0])
        for giver, kinds in ((tie.first, tie.first_gives), (tie.second, tie.second_gives))
        if kinds
    )


def mark_places(curve: Route, giver: str) -> tuple[float, ...]:
    """Where on the tie the letters of this direction may stand, the best place first."""
    if CLIENT not in (curve.first, curve.second):
        return _OUTWARD if giver == curve.first else _BACK
    outward = _FROM_CLIENT if giver == CLIENT else _TO_CLIENT
    return outward if curve.first == CLIENT else tuple(1 - t for t in outward)


def mark_at(curve: Route, giver: str, kinds: tuple[SupportKind, ...], t: float) -> SupportMark:
    x, y = curve.point(t)
    ahead, behind = curve.point(min(1.0, t + 0.02)), curve.point(max(0.0, t - 0.02))
    ux, uy = ahead[0] - behind[0], ahead[1] - behind[1]
    length = (hypot(ux, uy) or 1.0) * (1.0 if giver == curve.first else -1.0)
    ux, uy = ux / length, uy / length
    x, y = x - uy * _SIDE, y + ux * _SIDE
    receiver = curve.second if giver == curve.first else curve.first
    tail, tip = (x - ux * _ARROW, y - uy * _ARROW), (x + ux * _ARROW, y + uy * _ARROW)
    return SupportMark(giver, receiver, kinds, x, y, *tail, *tip)
