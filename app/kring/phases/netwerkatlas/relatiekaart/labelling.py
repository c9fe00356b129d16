"""Which names and support letters there is room for at a zoom, where they stand, and how names are shortened.

Text keeps its size on the screen, so zooming in makes room. Whoever is nearest to the client comes first.
What is not shown here stands inside the circle (initials or emoji) and in the list.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from kring.domain.person import initials
from kring.phases.netwerkatlas.relatiekaart.geometry import (
    Box,
    Details,
    Label,
    Layout,
    Node,
    Route,
    SupportMark,
)
from kring.phases.netwerkatlas.relatiekaart.routing import mark_at, mark_places
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView

Measure = Callable[[str], float]
"""Width of a label's text, in pixels on the screen."""

LABEL_HEIGHT: Final = 18.0
"""Pixels on the screen."""

WIDEST: Final = 112.0
"""Pixels on the screen; a longer name is shortened."""

_SIZE = 13.0
_GAP = 3.0
_PADDING = 3.0
_WIDE = frozenset("WF")
_NARROW = frozenset("iljtf.,'’!:;|I()[] ")


def rough_width(text: str) -> float:
    """Width at 13 pixels, on the generous side, for where no font can be asked."""
    width = 0.0
    for character in text:
        if unicodedata.combining(character) or character in "\u200d\ufe0f\u200e\u200f":
            continue
        if unicodedata.east_asian_width(character) in _WIDE or ord(character) > 0x1F000:
            width += 1.25
        elif character in _NARROW:
            width += 0.4
        elif character.isupper() or character in "mwMW@—":
            width += 0.85
        else:
            width += 0.62
    return width * _SIZE


def details(
    made: Layout,
    view: RelatiekaartView,
    zoom: float,
    measure: Measure = rough_width,
    within: Box | None = None,
) -> Details:
    """Names first, then letters: the ties of the client before those between others.

    `within`: the part of the map that is on the screen; a name is placed so that it is not cut off there.
    """
    crowd = _Crowd(80.0 / min(zoom, 1.0))
    for node in made.nodes.values():
        crowd.add(Box(node.x - node.radius, node.y - node.radius, node.x + node.radius, node.y + node.radius))
    labels: list[Label] = []
    for person in (view.client, *(placed.person for placed in view.people)):
        label = _label(made.nodes[person.id], person.name, zoom, measure, crowd, within)
        if label is not None:
            crowd.add(label.box)
            labels.append(label)
    routes = sorted(made.routes, key=lambda each: made.nodes[each.first].ring * made.nodes[each.second].ring)
    marks = [mark for route in routes for mark in _letters(route, zoom, crowd)]
    return Details(tuple(labels), tuple(marks))


def shortened(name: str, measure: Measure = rough_width) -> Iterator[str]:
    """The name as it may stand beside a circle, from whole to shortest; nothing for an empty name."""
    words = name.split()
    if not words:
        return
    forms = [" ".join(words)]
    first = words[0].strip(",;:") or words[0]
    if len(words) > 1:
        initial = "" if words[-1][0].islower() else initials(words[-1])
        forms += [f"{first} {initial}."] if initial else []
        forms.append(first)
    fitting = [form for form in forms if measure(form) <= WIDEST]
    yield from dict.fromkeys(fitting)
    widths = (WIDEST / 2,) if fitting else (WIDEST, WIDEST / 2)
    if not fitting or len(fitting[-1]) > 8:
        cuts = (_cut(first, measure, width) for width in widths)
        yield from (cut for cut in cuts if cut)


def _cut(word: str, measure: Measure, width: float) -> str:
    """The longest beginning that fits with an ellipsis, never in the middle of a joined character."""
    best = ""
    for end in range(1, len(word) + 1):
        if end < len(word) and (_joins(word[end]) or word[end - 1] == "\u200d"):
            continue
        form = word[:end] + "…"
        if measure(form) > width:
            break
        best = form
    return best


def _joins(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in "\u200d\ufe0f" or "🏻" <= character <= "🏿"


def _label(
    node: Node, name: str, zoom: float, measure: Measure, crowd: _Crowd, within: Box | None
) -> Label | None:
    whole = " ".join(name.split())
    for text in shortened(name, measure):
        width, height = (measure(text) + 2 * _PADDING) / zoom, LABEL_HEIGHT / zoom
        for box in _beside(node, width, height, _GAP / zoom):
            if (within is None or within.encloses(box)) and not crowd.meets(box):
                return Label(node.id, text, box, text != whole)
    return None


def _letters(route: Route, zoom: float, crowd: _Crowd) -> Iterator[SupportMark]:
    """The letters of both directions, or of none: half of it would tell another story."""
    shown: list[SupportMark] = []
    for mark in route.marks:
        places = (mark_at(route, mark.giver, mark.kinds, t) for t in mark_places(route, mark.giver))
        free = (
            each
            for each in places
            if not crowd.meets(each.box(zoom))
            and not any(each.box(zoom).overlaps(other.box(zoom)) for other in shown)
        )
        found = next(free, None)
        if found is None:
            return
        shown.append(found)
    for mark in shown:
        crowd.add(mark.box(zoom))
        yield mark


def _beside(node: Node, width: float, height: float, gap: float) -> Iterator[Box]:
    """Below, above, to the right, to the left, then below and above to one side."""
    x, y, reach = node.x, node.y, node.radius + gap
    yield Box(x - width / 2, y + reach, x + width / 2, y + reach + height)
    yield Box(x - width / 2, y - reach - height, x + width / 2, y - reach)
    yield Box(x + reach, y - height / 2, x + reach + width, y + height / 2)
    yield Box(x - reach - width, y - height / 2, x - reach, y + height / 2)
    for top in (y + reach, y - reach - height):
        yield Box(x - node.radius, top, x - node.radius + width, top + height)
        yield Box(x + node.radius - width, top, x + node.radius, top + height)


class _Crowd:
    """What stands on the map already, in squares, so that only neighbours are compared."""

    def __init__(self, square: float) -> None:
        self._square = square
        self._boxes: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        for square in self._squares(box):
            self._boxes.setdefault(square, []).append(box)

    def meets(self, box: Box) -> bool:
        return any(
            box.overlaps(other) for square in self._squares(box) for other in self._boxes.get(square, ())
        )

    def _squares(self, box: Box) -> Iterator[tuple[int, int]]:
        size = self._square
        for column in range(int(box.left // size), int(box.right // size) + 1):
            for row in range(int(box.top // size), int(box.bottom // size) + 1):
                yield column, row
