"""The shape of the relatiekaart in a document. All flat keys, since two people may make the same tie at once.

`places`: "<person>/ring" int 1 (closest) to 3, "<person>/angle" float in radians (absent: automatic).
`ties`: "<a>~<b>/quality", and "<a>~<b>/steun/<E|M|G|A>/<giver>": true, with a < b.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, tau
from typing import Any, Final

from kring.documents.trees import Tree
from kring.domain.tie import SUPPORT_KINDS, SupportKind, pair_of
from kring.phases.netwerkatlas.mensen.model import MENSEN, PEOPLE, mapping_at
from kring.phases.netwerkatlas.mensen.model import PLACES as PLACES
from kring.phases.netwerkatlas.mensen.model import TIES as TIES

RELATIEKAART: Final = "relatiekaart"
RING: Final = "ring"
ANGLE: Final = "angle"
QUALITY: Final = "quality"
SUPPORT: Final = "steun"

RINGS: Final = (1, 2, 3)
"""Closeness: 1 is closest to the client."""


def place_key(person: str, field: str) -> str:
    return f"{person}/{field}"


def quality_key(tie: str) -> str:
    return f"{tie}/{QUALITY}"


def support_key(tie: str, kind: str, giver: str) -> str:
    return f"{tie}/{SUPPORT}/{kind}/{giver}"


_YES: Final = (True,)  # by equality, as two maps are compared, so that 1 and true are never told apart


@dataclass(frozen=True, slots=True)
class TieFields:
    """What one document says about one tie. `quality` is the raw word, maybe a newer version's."""

    quality: str | None
    first_gives: tuple[SupportKind, ...]
    second_gives: tuple[SupportKind, ...]


def ring_of(value: object) -> int | None:
    """A ring that can be drawn: what lies further out is drawn on the outermost one."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        return None
    return min(value, RINGS[-1])


def angle_of(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        angle = float(value)
    except OverflowError:
        return None
    return angle % tau if isfinite(angle) else None


def tie_of(key: str) -> str:
    """The tie or person that a flat key is about."""
    return key.partition("/")[0]


def read_tie(ties: Mapping[str, Any], tie: str) -> TieFields | None:
    """What is said about one tie; None where nothing is, or nothing that this version knows."""
    pair = pair_of(tie)
    if pair is None:
        return None
    quality = ties.get(quality_key(tie))
    given = [
        tuple(kind for kind in SUPPORT_KINDS if ties.get(support_key(tie, kind, giver)) in _YES)
        for giver in pair
    ]
    if not isinstance(quality, str):
        quality = None
    if quality is None and not any(given):
        return None
    return TieFields(quality, *given)


def keys_of(person: str, places: Mapping[str, Any], ties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(map, key) of everything on the map that is about this person: places first, then ties."""
    yield from ((PLACES, key) for key in places if key.startswith(f"{person}/"))
    for key in ties:
        pair = pair_of(tie_of(key))
        if pair is not None and person in pair:
            yield TIES, key


def of_people(tree: Tree, views: Mapping[str, Mapping[str, Any]]) -> Tree:
    """Without places and ties of whoever is not in the register, as far as that can be read here: so what
    crossed a removal, or a hiding, tells of nobody."""
    if MENSEN not in views:
        return tree
    people = mapping_at(views[MENSEN], PEOPLE).keys()
    kept = dict(tree)
    for part in (PLACES, TIES):
        inside = tree.get(part)
        if isinstance(inside, Mapping):
            kept[part] = {key: value for key, value in inside.items() if _about(key) <= people}
    return kept


def _about(key: str) -> set[str]:
    """The people that a flat key is about."""
    named = tie_of(key)
    pair = pair_of(named)
    return {named} if pair is None else set(pair)


def start(edit: Any, client_name: str) -> None:
    """The first change of a new `relatiekaart` document: an empty map."""
    edit.create_map((PLACES,))
    edit.create_map((TIES,))
