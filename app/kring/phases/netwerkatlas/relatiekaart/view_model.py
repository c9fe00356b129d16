"""The relatiekaart as a screen, a list or a text shows it: frozen values and their pure projection.

`project` never raises, whatever a document made elsewhere holds, and keeps what did not change as the
same object, so that a screen redraws only what did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kring.domain.ids import CLIENT
from kring.domain.tie import QUALITIES, Quality, SupportKind, pair_of
from kring.phases.netwerkatlas.mensen.model import PRIVE, Clashing, mapping_at
from kring.phases.netwerkatlas.mensen.view_model import (
    Clash,
    Conflicts,
    GroupView,
    MensenView,
    PersonView,
    Views,
)
from kring.phases.netwerkatlas.relatiekaart import model
from kring.phases.netwerkatlas.relatiekaart.model import PLACES, RELATIEKAART, TIES, TieFields


@dataclass(frozen=True, slots=True)
class TieView:
    """What is between two people, `first` < `second`. Support kinds always in the order E, M, G, A.

    `quality` None: not said, or a word that a newer version knows. `private`: one of the two is a
    "mogelijk" person, so the tie is in no document that others can read.
    """

    id: str
    first: str
    second: str
    quality: Quality | None = None
    first_gives: tuple[SupportKind, ...] = ()
    second_gives: tuple[SupportKind, ...] = ()
    private: bool = False
    clashes: tuple[Clash, ...] = ()

    @property
    def with_client(self) -> bool:
        return CLIENT in (self.first, self.second)

    def given_by(self, person: str) -> tuple[SupportKind, ...]:
        """The support that goes from `person` to the other; nothing for someone not in this tie."""
        if person == self.first:
            return self.first_gives
        return self.second_gives if person == self.second else ()

    def other(self, person: str) -> str:
        return self.second if person == self.first else self.first


@dataclass(frozen=True, slots=True)
class PlacedView:
    """A person on the map. `ring` 1 is closest; `angle` in radians clockwise from the top, None: automatic.

    `tie`: what is between this person and the client, if anything was said about it.
    """

    person: PersonView
    ring: int
    angle: float | None = None
    tie: TieView | None = None
    clashes: tuple[Clash, ...] = ()

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def client_gives(self) -> tuple[SupportKind, ...]:
        return self.tie.given_by(CLIENT) if self.tie else ()

    @property
    def client_receives(self) -> tuple[SupportKind, ...]:
        return self.tie.given_by(self.person.id) if self.tie else ()


@dataclass(frozen=True, slots=True)
class _Sources:
    """What a view was made from. Parts that are the same objects need not be read again."""

    mensen: MensenView
    places: tuple[Mapping[str, Any], Mapping[str, Any]]
    ties: tuple[Mapping[str, Any], Mapping[str, Any]]
    conflicts: tuple[Clashing | None, Clashing | None]

    def same(self, other: _Sources) -> bool:
        return self.mensen is other.mensen and all(
            a is b
            for mine, theirs in (
                (self.places, other.places),
                (self.ties, other.ties),
                (self.conflicts, other.conflicts),
            )
            for a, b in zip(mine, theirs, strict=True)
        )


@dataclass(frozen=True, slots=True)
class RelatiekaartView:
    """`people` are on the map (nearest ring first, then by name), `unplaced` are not.

    `ties` is all that is said about two people who can be seen here, on the map or not.
    `private`: the ids of those whom only the client sees here.
    """

    client: PersonView
    people: tuple[PlacedView, ...] = ()
    unplaced: tuple[PersonView, ...] = ()
    ties: tuple[TieView, ...] = ()
    groups: tuple[GroupView, ...] = ()
    private: frozenset[str] = frozenset()
    clashes: int = 0
    sources: _Sources | None = field(default=None, compare=False, repr=False)

    def placed(self, person: str) -> PlacedView | None:
        return next((each for each in self.people if each.id == person), None)

    def ties_of(self, person: str) -> tuple[TieView, ...]:
        return tuple(tie for tie in self.ties if person in (tie.first, tie.second))

    def tie(self, tie: str) -> TieView | None:
        return next((each for each in self.ties if each.id == tie), None)


def project(
    mensen: MensenView, views: Views, conflicts: Conflicts, previous: RelatiekaartView | None = None
) -> RelatiekaartView:
    """The map of the people in `mensen`, from `relatiekaart` and `prive` as far as this member may read them.

    Places and ties of people who are not in the register (removed meanwhile, or not readable here) are
    left out, without a trace.
    """
    sources = _sources(mensen, views, conflicts)
    if previous and previous.sources and previous.sources.same(sources):
        return previous
    found = _clashes(conflicts)
    ties = _ties(sources, found, previous)
    with_client = {tie.other(CLIENT): tie for tie in ties if tie.with_client}
    placed, unplaced = _places(sources, found, with_client, previous)
    made = RelatiekaartView(
        client=mensen.client,
        people=placed,
        unplaced=unplaced,
        ties=ties,
        groups=mensen.groups,
        private=frozenset(person.id for person in mensen.people if person.private),
        clashes=sum(len(each.clashes) for each in placed) + sum(len(tie.clashes) for tie in ties),
        sources=sources,
    )
    return previous if previous == made else made


def _sources(mensen: MensenView, views: Views, conflicts: Conflicts) -> _Sources:
    shared, private = views.get(RELATIEKAART), views.get(PRIVE)
    return _Sources(
        mensen,
        (mapping_at(shared, PLACES), mapping_at(private, PLACES)),
        (mapping_at(shared, TIES), mapping_at(private, TIES)),
        (conflicts.get(RELATIEKAART), conflicts.get(PRIVE)),
    )


def _clashes(conflicts: Conflicts) -> dict[str, list[Clash]]:
    """By person or tie id: the part of the flat key before the first slash."""
    found: dict[str, list[Clash]] = {}
    for kind in (RELATIEKAART, PRIVE):
        clashing: Clashing = conflicts.get(kind) or {}
        for path, values in sorted(clashing.items()):
            if len(path) != 2 or path[0] not in (PLACES, TIES):
                continue
            about, _, rest = path[1].partition("/")
            kept = tuple(value for value in values if isinstance(value, (str, int, float, bool)))
            if len(kept) > 1 and rest in (model.RING, model.QUALITY):
                found.setdefault(about, []).append(Clash(kind, path, rest, kept))
    return found


def _ties(
    sources: _Sources, clashes: Mapping[str, list[Clash]], previous: RelatiekaartView | None
) -> tuple[TieView, ...]:
    people = {sources.mensen.client.id, *(person.id for person in sources.mensen.people)}
    known = {tie.id: tie for tie in previous.ties} if previous else {}
    before = previous.sources if previous else None
    if before is not None and people == {
        before.mensen.client.id,
        *(each.id for each in before.mensen.people),
    }:
        again = _changed(before.ties[0], sources.ties[0]) | _changed(before.ties[1], sources.ties[1])
        again |= {tie.id for tie in known.values() if tie.clashes != tuple(clashes.get(tie.id, ()))}
        made = {tie: view for tie, view in known.items() if tie not in again}
        if not again and previous is not None:
            return previous.ties
    else:
        again, made = {model.tie_of(key) for ties in sources.ties for key in ties}, {}
    for tie in again:
        pair = pair_of(tie)
        if pair is None or pair[0] not in people or pair[1] not in people:
            continue
        for ties, private in zip(sources.ties, (False, True), strict=True):
            fields = model.read_tie(ties, tie)
            if fields is not None:
                view = _tie(tie, pair, fields, private, tuple(clashes.get(tie, ())))
                made[tie] = known[tie] if known.get(tie) == view else view
                break
    return tuple(made[tie] for tie in sorted(made))


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """The ties about which something else is said than before."""
    if before is now:
        return set()
    try:
        keys = {key for key, _ in before.items() ^ now.items()}
    except TypeError:  # something stands there that is no single value
        keys = {*before, *now}
    return {model.tie_of(key) for key in keys}


def _tie(
    tie: str, pair: tuple[str, str], fields: TieFields, private: bool, clashes: tuple[Clash, ...]
) -> TieView:
    quality = next((each for each in QUALITIES if each == fields.quality), None)
    return TieView(tie, *pair, quality, fields.first_gives, fields.second_gives, private, clashes)


def _places(
    sources: _Sources,
    clashes: Mapping[str, list[Clash]],
    with_client: Mapping[str, TieView],
    previous: RelatiekaartView | None,
) -> tuple[tuple[PlacedView, ...], tuple[PersonView, ...]]:
    known = {each.id: each for each in previous.people} if previous else {}
    before = previous.sources.places if previous and previous.sources else ({}, {})
    unchanged = tuple(a is b for a, b in zip(before, sources.places, strict=True))
    placed: list[PlacedView] = []
    unplaced: list[PersonView] = []
    for person in sources.mensen.people:
        found, tie, last = tuple(clashes.get(person.id, ())), with_client.get(person.id), known.get(person.id)
        if last and unchanged[person.private] and _still(last, person, tie, found):
            placed.append(last)
            continue
        places = sources.places[person.private]
        ring = model.ring_of(places.get(model.place_key(person.id, model.RING)))
        if ring is None:
            unplaced.append(person)
            continue
        angle = model.angle_of(places.get(model.place_key(person.id, model.ANGLE)))
        made = PlacedView(person, ring, angle, tie, found)
        placed.append(last if last == made else made)
    placed.sort(key=lambda each: (each.ring, each.person.name.casefold(), each.id))
    return tuple(placed), tuple(unplaced)


def _still(last: PlacedView, person: PersonView, tie: TieView | None, clashes: tuple[Clash, ...]) -> bool:
    return last.person is person and last.tie is tie and last.clashes == clashes
