"""The relatiekaart as geometry: deterministic and pure, and cheap enough to make anew at every change."""

from __future__ import annotations

from math import atan2, cos, hypot, sin, tau

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.relatiekaart.geometry import Box, Layout, Move, Node, RingShape
from kring.phases.netwerkatlas.relatiekaart.placing import CLIENT_RADIUS, NODE_RADIUS, bands, sectors, spread
from kring.phases.netwerkatlas.relatiekaart.routing import compass, route
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView


def layout(view: RelatiekaartView, stretch_x: float = 1.0, stretch_y: float = 1.0) -> Layout:
    """Everybody on the map, and every tie between two who are.

    A stretch above 1 makes the rings ovals, for a screen that is higher or wider than it is wide or high;
    below 1 counts as 1, since circles would touch.
    """
    stretch_x, stretch_y = max(1.0, stretch_x), max(1.0, stretch_y)
    nodes = {CLIENT: Node(CLIENT, 0.0, 0.0, CLIENT_RADIUS, 0, 0.0)}
    directions = sectors(view.people)
    for person, distance, angle in spread(view.people, directions):
        x, y = stretch_x * distance * sin(angle), -stretch_y * distance * cos(angle)
        fixed = person.angle is not None
        nodes[person.id] = Node(person.id, x, y, NODE_RADIUS, person.ring, angle, fixed)
    rings = tuple(
        RingShape(
            band.ring,
            band.inner * stretch_x,
            band.inner * stretch_y,
            band.outer * stretch_x,
            band.outer * stretch_y,
        )
        for band in bands(view.people)
    )
    around = compass(nodes)
    routes = tuple(
        route(tie, nodes, around) for tie in view.ties if tie.first in nodes and tie.second in nodes
    )
    edge = rings[-1]
    bounds = Box(-edge.outer_x, -edge.outer_y, edge.outer_x, edge.outer_y)
    circles = _around(nodes)
    return Layout(nodes, routes, rings, directions, bounds, circles, stretch_x, stretch_y, around)


def moved(made: Layout, view: RelatiekaartView, person: str, x: float, y: float) -> Move:
    """One person held at (x, y) while they are dragged: their circle and their ties, nothing else.

    KeyError for somebody who is not on the map. The client stays in the middle.
    """
    node = made.nodes[person]
    if person != CLIENT:
        ring, angle = place_at(made, x, y)
        node = Node(person, x, y, node.radius, ring, angle, True)
    nodes = {**made.nodes, person: node}
    ties = (tie for tie in view.ties if person in (tie.first, tie.second))
    routes = (route(tie, nodes, made.compass) for tie in ties if tie.first in nodes and tie.second in nodes)
    return Move(node, tuple(routes))


def place_at(made: Layout, x: float, y: float) -> tuple[int, float]:
    """(ring, angle) of a point: within the first ring it is the first, beyond the last it is the last."""
    x, y = x / made.stretch_x, y / made.stretch_y
    distance = hypot(x, y)
    inside = (ring.ring for ring in made.rings if distance <= ring.outer_x / made.stretch_x)
    return next(inside, made.rings[-1].ring), atan2(x, -y) % tau


def person_at(made: Layout, x: float, y: float, zoom: float) -> str | None:
    """Who is meant by a tap at this point of the map: the nearest whose touch box holds it."""
    near = (node for node in made.nodes.values() if node.touch_box(zoom).holds(x, y))
    found = min(near, key=lambda node: (hypot(node.x - x, node.y - y), node.id), default=None)
    return found.id if found else None


def _around(nodes: dict[str, Node]) -> Box:
    each = nodes.values()
    return Box(
        min(node.x - node.radius for node in each),
        min(node.y - node.radius for node in each),
        max(node.x + node.radius for node in each),
        max(node.y + node.radius for node in each),
    )
