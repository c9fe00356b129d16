"""The map as geometry: deterministic, nobody overlaps, names fit, ties keep off the client."""

from __future__ import annotations

import random as seeded
from itertools import combinations
from math import hypot, tau

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kring.domain.ids import CLIENT
from kring.domain.person import GROUPS
from kring.domain.tie import SUPPORT_KINDS, tie_id
from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.phases.netwerkatlas.relatiekaart.geometry import Box, Layout
from kring.phases.netwerkatlas.relatiekaart.labelling import WIDEST, details, rough_width, shortened
from kring.phases.netwerkatlas.relatiekaart.layout import layout, moved, person_at, place_at
from kring.phases.netwerkatlas.relatiekaart.view_model import PlacedView, RelatiekaartView, TieView

NAMES = (
    "Fatima Yılmaz-van den Heuvel tot Leeuwenberg",
    "Jan",
    "مريم عبد الرحمن",
    "Bartholomeus",
    "Опа Сергей",
    "👩‍👧 tante Ria",
    "x" * 500,
    "Ngozi O.",
)


def network(count: int, ties: int, seed: int = 1, fixed: float = 0.25, rings: tuple[int, ...] = (1, 2, 3)):
    dice = seeded.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    people = [
        PersonView("".join(dice.choices(letters, k=16)), dice.choice(NAMES), groups=(dice.choice(GROUPS),))
        for _ in range(count)
    ]
    placed = [
        PlacedView(person, dice.choice(rings), dice.random() * tau if dice.random() < fixed else None)
        for person in people
    ]
    pairs = {tie_id(CLIENT, person.id) for person in people[:ties]}
    while len(pairs) < ties and count > 1:
        pairs.add(tie_id(*(person.id for person in dice.sample(people, 2))))
    made = [
        TieView(
            pair,
            *pair.split("~"),
            None,
            tuple(k for k in SUPPORT_KINDS if dice.random() < 0.4),
            tuple(k for k in SUPPORT_KINDS if dice.random() < 0.4),
        )
        for pair in sorted(pairs)
    ]
    return RelatiekaartView(PersonView(CLIENT, "Samira"), tuple(placed), ties=tuple(made))


def circles(made: Layout) -> list[Box]:
    return [
        Box(node.x - node.radius, node.y - node.radius, node.x + node.radius, node.y + node.radius)
        for node in made.nodes.values()
    ]


def closest(made: Layout) -> float:
    return min(
        (hypot(a.x - b.x, a.y - b.y) - a.radius - b.radius for a, b in combinations(made.nodes.values(), 2)),
        default=9.0,
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rings", [(1, 2, 3), (1,), (3, 3, 1)])
def test_MAP_4_nobody_overlaps_at_60_people(seed, rings):
    made = layout(network(60, 120, seed, fixed=seed / 12, rings=rings))
    assert len(made.nodes) == 61
    assert closest(made) > 0
    assert closest(layout(network(60, 0, seed, rings=rings), 1.0, 1.4)) > 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.one_of(st.none(), st.floats(0, 7), st.just(1.0)), st.sampled_from(GROUPS)
        ),
        max_size=80,
    )
)
def test_MAP_4_nobody_overlaps_wherever_people_were_put(where):
    placed = tuple(
        PlacedView(PersonView(f"{index:016d}", "A", groups=(group,)), ring, angle)
        for index, (ring, angle, group) in enumerate(where)
    )
    view = RelatiekaartView(PersonView(CLIENT, "S"), placed)
    made = layout(view)
    assert made.nodes.keys() == {CLIENT, *(each.id for each in placed)}
    assert closest(made) > 0


def test_MAP_5_the_same_map_gives_the_same_drawing_whatever_the_order():
    view = network(40, 80)
    again = RelatiekaartView(view.client, tuple(reversed(view.people)), ties=view.ties)
    assert layout(view) == layout(view)
    assert layout(view).nodes == layout(again).nodes


@pytest.mark.parametrize("count", [11, 25, 59])
def test_MAP_6_one_more_person_hardly_moves_the_others(count):
    shifts = []
    for seed in range(10):
        view = network(count, 0, seed)
        fewer = RelatiekaartView(view.client, view.people[:-1])
        before, after = layout(fewer).nodes, layout(view).nodes
        shifts += [hypot(after[each].x - before[each].x, after[each].y - before[each].y) for each in before]
    shifts.sort()
    assert shifts[len(shifts) // 2] < 2
    assert shifts[int(len(shifts) * 0.8)] < 60


def test_a_chosen_angle_is_kept():
    people = [PlacedView(PersonView(f"{index:016d}", "A"), 2, None) for index in range(9)]
    chosen = PlacedView(PersonView("z" * 16, "Z"), 2, 2.0)
    node = layout(RelatiekaartView(PersonView(CLIENT, "S"), (*people, chosen))).nodes["z" * 16]
    assert node.fixed
    assert node.angle == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("count", [1, 12, 60])
@pytest.mark.parametrize("zoom", [0.35, 0.6, 1.0, 1.6, 3.0])
def test_MAP_7_no_name_overlaps_another_or_a_circle(count, zoom):
    for seed in range(4):
        view = network(count, count * 2, seed)
        made = layout(view, 1.0, 1.2)
        shown = details(made, view, zoom)
        boxes = [label.box for label in shown.labels] + [mark.box(zoom) for mark in shown.marks]
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
        assert not any(box.overlaps(circle) for box in boxes for circle in circles(made))


@pytest.mark.parametrize(("count", "least"), [(1, 2), (12, 13), (60, 25)])
def test_MAP_8_names_can_be_read_at_360_wide(count, least):
    """The whole network in 360 x 560 pixels: everybody's name with 12 people, and the nearest with 60."""
    for seed in range(5):
        view = network(count, count, seed)
        made = layout(view, 1.0, 1.4)
        zoom = min(1.5, 360 / made.people_bounds.width, 560 / made.people_bounds.height)
        labels = details(made, view, zoom).labels
        assert len(labels) >= least
        assert labels[0].id == CLIENT
        assert 22 * 2 * zoom >= 20, "initials inside the circle stay legible"


def test_MAP_8_no_name_is_cut_off_by_the_edge_of_the_screen():
    view = network(30, 30)
    made = layout(view, 1.0, 1.3)
    zoom = 360 / made.people_bounds.width
    screen = Box(-180 / zoom, -320 / zoom, 180 / zoom, 320 / zoom)
    labels = details(made, view, zoom, within=screen).labels
    assert len(labels) > 15
    assert all(screen.encloses(label.box) for label in labels)
    assert not all(screen.encloses(label.box) for label in details(made, view, zoom).labels)


def test_zooming_in_shows_everybody_by_name():
    view = network(60, 120)
    assert len(details(layout(view), view, 3.0).labels) == 61


def test_MAP_9_ties_between_others_keep_off_the_client():
    for seed in range(8):
        view = network(40, 120, seed)
        made = layout(view)
        for route in made.routes:
            if CLIENT in (route.first, route.second):
                continue
            nearest = min(hypot(*route.point(step / 60)) for step in range(61))
            assert nearest > made.nodes[CLIENT].radius + 8


def test_MAP_20_ties_of_the_client_bend_around_who_stands_between():
    under = straight = 0
    for seed in range(6):
        view = network(20, 20, seed)
        made = layout(view)
        for route in made.routes:
            ends = {made.nodes[route.first], made.nodes[route.second]}
            others = [node for node in made.nodes.values() if node not in ends]
            steps = [step / 40 for step in range(41)]
            under += any(
                hypot(route.point(t)[0] - node.x, route.point(t)[1] - node.y) < node.radius - 1
                for node in others
                for t in steps
            )
            straight += any(
                hypot(
                    route.x1 + (route.x2 - route.x1) * t - node.x,
                    route.y1 + (route.y2 - route.y1) * t - node.y,
                )
                < node.radius - 1
                for node in others
                for t in steps
            )
    assert straight > 15, "straight lines would run under many"
    assert under <= straight / 3


def test_MAP_10_the_two_directions_have_an_arrow_each_to_the_receiver():
    view = network(30, 60)
    made = layout(view)
    ties = {tie.id: tie for tie in view.ties}
    assert any(len(route.marks) == 2 for route in made.routes)
    for route in made.routes:
        given = {mark.giver: mark.kinds for mark in route.marks}
        tie = ties[route.tie]
        assert given == {each: tie.given_by(each) for each in (tie.first, tie.second) if tie.given_by(each)}
        for mark in route.marks:
            goal = made.nodes[mark.receiver]
            tail = hypot(mark.tail_x - goal.x, mark.tail_y - goal.y)
            assert hypot(mark.tip_x - goal.x, mark.tip_y - goal.y) < tail


def test_MAP_11_what_can_be_tapped_is_at_least_44_pixels():
    made = layout(network(60, 0))
    for zoom in (0.4, 1.0, 2.0):
        for node in made.nodes.values():
            box = node.touch_box(zoom)
            assert min(box.width, box.height) * zoom >= 44 - 1e-9
            assert person_at(made, node.x, node.y, zoom) == node.id
    assert person_at(made, 9999, 9999, 1.0) is None


def test_MAP_12_a_drag_touches_only_that_person_and_their_ties():
    view = network(60, 120)
    made = layout(view)
    person = view.people[7].id
    held = moved(made, view, person, 40.0, -90.0)
    assert (held.node.x, held.node.y) == (40.0, -90.0)
    assert {route.tie for route in held.routes} == {tie.id for tie in view.ties_of(person)}
    node = made.nodes[person]
    same = moved(made, view, person, node.x, node.y)
    assert same.routes == tuple(route for route in made.routes if person in (route.first, route.second))
    assert moved(made, view, CLIENT, 40.0, 40.0).node == made.nodes[CLIENT]


def test_where_somebody_is_dropped_is_where_they_stand():
    view = network(20, 0, fixed=0)
    for stretch in (1.0, 1.3):
        made = layout(view, 1.0, stretch)
        for node in made.nodes.values():
            if node.id != CLIENT:
                ring, angle = place_at(made, node.x, node.y)
                assert ring == node.ring
                assert angle == pytest.approx(node.angle)
        assert place_at(made, 0.0, -1.0) == (1, 0.0)
        assert place_at(made, 9999.0, 0.0)[0] == 3


def test_the_drawing_of_one_person_and_of_none():
    alone = layout(RelatiekaartView(PersonView(CLIENT, "S")))
    assert list(alone.nodes) == [CLIENT]
    assert alone.sectors == ()
    assert len(alone.rings) == 3
    one = network(1, 1)
    assert layout(one).people_bounds.width < 360


def test_names_are_shortened_without_breaking_characters():
    assert list(shortened("Fatima Yılmaz"))[:3] == ["Fatima Yılmaz", "Fatima Y.", "Fatima"]
    assert list(shortened("")) == []
    assert list(shortened("Peter, de dirigent")) == ["Peter"]
    cut = next(shortened("👩‍👧" * 60))
    assert cut.endswith("👩‍👧…")
    for name in NAMES:
        forms = list(shortened(name))
        assert forms
        assert all(rough_width(form) <= WIDEST for form in forms)
