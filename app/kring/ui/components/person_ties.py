"""Where somebody stands and what is between two people: shared by the person screen and the tie screen."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, tau
from typing import Any

import flet as ft

from kring.domain.ids import CLIENT
from kring.domain.tie import Quality
from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.phases.netwerkatlas.relatiekaart.commands import (
    PlacePerson,
    SetSupport,
    SetTieQuality,
    TakeOffMap,
)
from kring.phases.netwerkatlas.relatiekaart.geometry import Layout
from kring.phases.netwerkatlas.relatiekaart.layout import layout
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView, TieView
from kring.ui import addresses
from kring.ui.components import buttons, choices, text
from kring.ui.components.actions import do
from kring.ui.components.portrait import portrait
from kring.ui.components.small_map import small_map
from kring.ui.components.support import support_choice, support_line
from kring.ui.components.tie_mark import quality_choice, quality_tag
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.reactive import use_state

OFF_MAP = "off"


STEP = pi / 12
"""How far one tap moves somebody around their ring: a twenty-fourth of the way."""


@ft.component
def Place(
    ui: Ui, case: Case, shown: RelatiekaartView, person: str, ring: int | None, editable: bool
) -> ft.Control:
    """All that a drag on the map can do: which ring, and where on it."""
    made = ft.use_memo(lambda: layout(shown), [shown])
    node, placed = made.nodes.get(person), shown.placed(person)

    def turn(by: float) -> None:
        if node is not None and placed is not None:
            # From what was chosen, not from where neighbours left room: so that they can be passed.
            start = node.angle if placed.angle is None else placed.angle
            do(ui, case, PlacePerson(person, node.ring, (start + by) % tau))

    def choose(value: str) -> None:
        if value == OFF_MAP:
            do(ui, case, TakeOffMap(person), told=ui.say("place.taken_off"))
        elif value != str(ring):
            do(ui, case, PlacePerson(person, int(value)))

    return ft.Column(
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.title(ui, ui.say("place.title"), level=2),
            choices.one_of(
                ui,
                "ring",
                [*((str(each), ui.say(f"ring.{each}")) for each in (1, 2, 3)), (OFF_MAP, ui.say("ring.off"))],
                str(ring) if ring else OFF_MAP,
                choose,
                editable,
            ),
            *([_turning(ui, made, person, turn if editable else None)] if node is not None else []),
        ],
    )


def _turning(ui: Ui, made: Layout, person: str, turn: Callable[[float], None] | None) -> ft.Control:
    """A small map with this person on it, between the two ways to go around."""
    ways = (
        ("turn-left", ft.Icons.ROTATE_LEFT, "place.turn_left", -STEP),
        ("turn-right", ft.Icons.ROTATE_RIGHT, "place.turn_right", STEP),
    )
    pressed = [
        buttons.icon(ui, name, icon, ui.say(words), lambda _, by=by: turn(by))
        for name, icon, words, by in ways
        if turn is not None
    ]
    row: list[ft.Control] = [*pressed[:1], small_map(ui, made, person), *pressed[1:]]
    return ft.Row(row, alignment=ft.MainAxisAlignment.CENTER, spacing=16)


@ft.component
def TieEditor(
    ui: Ui,
    case: Case,
    first: str,
    first_name: str,
    second: str,
    second_name: str,
    tie: TieView | None,
    editable: bool,
) -> ft.Control:
    """Both directions of support and the quality. With the client the questions say "you", giving first."""
    with_client = first == CLIENT
    names = {"first": first_name, "second": second_name, "name": second_name}
    about = "you" if with_client else "between"

    def toggle(giver: str, receiver: str, kind: str, on: bool) -> None:
        do(ui, case, SetSupport(kind, giver, receiver, on))

    def set_quality(quality: Quality | None) -> None:
        do(ui, case, SetTieQuality(first, second, quality))

    return ft.Column(
        spacing=18,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.title(ui, ui.say(f"tie.{about}.title", **names), level=2),
            support_choice(
                ui,
                "gives",
                ui.say("question.gives_person" if with_client else "tie.between.gives", **names),
                tie.given_by(first) if tie else (),
                lambda kind, on: toggle(first, second, kind, on),
                giving=True,
                enabled=editable,
            ),
            support_choice(
                ui,
                "receives",
                ui.say("question.receives_person" if with_client else "tie.between.receives", **names),
                tie.given_by(second) if tie else (),
                lambda kind, on: toggle(second, first, kind, on),
                giving=False,
                enabled=editable,
            ),
            text.body(ui, ui.say(f"tie.{about}.quality", **names), bold=True),
            quality_choice(ui, "quality", tie.quality if tie else None, set_quality, editable),
        ],
    )


@ft.component
def OtherTies(ui: Ui, case: Case, shown: RelatiekaartView, person: PersonView) -> ft.Control:
    """The ties of this person with others than the client, and the way to a new one."""
    adding, set_adding = use_state(False)
    people = {each.id: each for each in (*(placed.person for placed in shown.people), *shown.unplaced)}
    ties = [tie for tie in shown.ties_of(person.id) if not tie.with_client]
    tied = {tie.other(person.id) for tie in ties}
    free = [each for each in people.values() if each.id != person.id and each.id not in tied]

    def go(other: str) -> None:
        ui.go(addresses.tie_route(case.id, person.id, other))

    return ft.Column(
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.title(ui, ui.say("others.title", name=person.name), level=2),
            *(_tie_row(ui, tie, person.id, people[tie.other(person.id)], go) for tie in ties),
            *([text.small(ui, ui.say("others.none"))] if not ties else []),
            *(
                [
                    text.body(ui, ui.say("others.who", name=person.name), bold=True),
                    *(_person_row(ui, f"tie-new-{each.id}", each, go) for each in free),
                ]
                if adding
                else [
                    buttons.quiet(
                        ui,
                        "tie-add",
                        ui.say("others.add"),
                        lambda _: set_adding(True),
                        icon=ft.Icons.ADD_LINK,
                    )
                ]
                if free
                else []
            ),
        ],
    )


def _tie_row(ui: Ui, tie: TieView, person: str, other: PersonView, go: Callable[[str], Any]) -> ft.Control:
    extra: list[ft.Control] = []
    if tie.quality:
        extra.append(quality_tag(ui, tie.quality))
    line = support_line(ui, tie.given_by(person), tie.given_by(other.id))
    if line is not None:
        extra.append(line)
    return _person_row(ui, f"tie-{other.id}", other, go, extra)


def _person_row(
    ui: Ui, name: str, person: PersonView, go: Callable[[str], Any], extra: list[ft.Control] | None = None
) -> ft.Control:
    p = ui.look.palette
    return buttons.marked(
        name,
        ft.TextButton(
            on_click=lambda _: go(person.id),
            style=ft.ButtonStyle(
                padding=ft.Padding.symmetric(horizontal=8, vertical=8),
                shape=ft.RoundedRectangleBorder(radius=14),
                alignment=ft.Alignment.CENTER_LEFT,
            ),
            content=ft.Row(
                spacing=12,
                controls=[
                    portrait(ui, person, ui.look.icon(40)),
                    ft.Column(
                        [text.body(ui, person.name, lines=2), *(extra or [])],
                        spacing=2,
                        tight=True,
                        expand=True,
                    ),
                    ft.Icon(ft.Icons.CHEVRON_RIGHT, color=p.ink_soft),
                ],
            ),
        ),
    )
