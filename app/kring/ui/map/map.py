"""The relatiekaart as a picture that can be pinched, panned, tapped, and rearranged by dragging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flet as ft

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.mensen.model import PRIVE
from kring.phases.netwerkatlas.relatiekaart.commands import PlacePerson
from kring.phases.netwerkatlas.relatiekaart.geometry import Details, Layout
from kring.phases.netwerkatlas.relatiekaart.labelling import details
from kring.phases.netwerkatlas.relatiekaart.layout import layout, place_at
from kring.phases.netwerkatlas.relatiekaart.model import RELATIEKAART
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView
from kring.ui import addresses
from kring.ui.components import buttons
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.map.details import AllDetails
from kring.ui.map.drag import Drag, Held
from kring.ui.map.fitting import edge
from kring.ui.map.frame import Frame, detail_scale, frame_for, stretches
from kring.ui.map.node import MemoNode
from kring.ui.map.place import FRICTION, FURTHEST, NEAREST, Place
from kring.ui.map.rings import Rings
from kring.ui.map.ties import all_ties
from kring.ui.reactive import Box, keyed, use_box, use_state

ZOOM_STEP = 1.5

LONG_PRESS = 600
"""Milliseconds after which letting go of a circle shows that person's ties and opens nothing."""


class MapActions:
    """The intents of the map. One for the life of the map; what changes is set by each render."""

    def __init__(self) -> None:
        self.ui: Ui
        self.case: Case
        self.made: Any = None
        self.drag = Drag()
        self.set_held: Any = None
        self.set_focus: Any = None
        self.pressed: tuple[str, int] | None = None

    def press(self, person: str) -> None:
        self.pressed = person, self.ui.now()

    def tap(self, person: str) -> None:
        """Open this person; after a long press, look at their ties instead."""
        pressed, self.pressed = self.pressed, None
        if pressed is not None and pressed[0] == person and self.ui.now() - pressed[1] >= LONG_PRESS:
            self.set_focus(person)
        else:
            self.ui.go(addresses.person_route(self.case.id, person))

    def look(self, person: str, on: bool) -> None:
        """A mouse comes or goes."""
        if not self.drag.person:
            self.set_focus(lambda now: person if on else "" if now == person else now)

    def hold(self, person: str, x: float, y: float) -> None:
        self.drag.person, self.drag.x, self.drag.y = person, x, y
        self.set_held(person)

    def move(self, person: str, x: float, y: float) -> None:
        self.drag.move(person, x, y)

    def drop(self, person: str, x: float, y: float) -> None:
        """One command for the whole gesture; the map shows the old place again if it is refused."""
        ring, angle = place_at(self.made, x, y)

        async def place() -> None:
            try:
                await self.case.dispatch(PlacePerson(person, ring, angle))
            finally:
                self.set_held("")

        self.ui.run(place)


@ft.component
def RelatiekaartMap(ui: Ui, case: Case, view: RelatiekaartView) -> ft.Control:
    size, set_size = use_state((0.0, 0.0))
    return ft.Container(
        expand=True,
        on_size_change=lambda event: set_size((event.width, event.height)),
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
        content=keyed("drawn", _Drawn, ui, case, view, size) if min(size) > 0 else None,
    )


@ft.component
def _Drawn(ui: Ui, case: Case, view: RelatiekaartView, size: tuple[float, float]) -> ft.Control:
    scale, set_scale = use_state(1.0)
    held, set_held = use_state("")
    focus, set_focus = use_state("")
    viewer: Box[Any] = use_box(lambda: ft.Ref())
    place = use_box(Place).current
    actions = use_box(MapActions).current
    made = ft.use_memo(lambda: layout(view, *stretches(*size, len(view.people))), [view, size])
    frame = ft.use_memo(lambda: frame_for(made, *size), [made, size])
    shown = detail_scale(scale)

    def lettered(drawn: Layout) -> Details:
        return details(drawn, view, frame.zoom * shown / ui.look.scale, within=edge(frame, shown))

    around = ft.use_memo(lambda: lettered(made), [made, frame, shown, ui.look.scale])
    told = ft.use_memo(lambda: lettered(_of(made, focus)) if focus else around, [around, focus])
    actions.ui, actions.case, actions.made = ui, case, made

    def hold(person: str) -> None:
        set_held(person)
        if not person:
            actions.drag.end()

    actions.set_held, actions.set_focus = hold, set_focus

    def pinch_ended(event: Any) -> None:
        place.end(event.velocity.x, event.velocity.y)
        set_scale(place.scale)

    async def zoom(factor: float) -> None:
        dx, dy, real = place.zoom(factor, frame.width / 2, frame.height / 2)
        await viewer.current.current.zoom(real)
        await viewer.current.current.pan(dx, dy)
        set_scale(place.scale)

    async def fit() -> None:
        place.reset()
        await viewer.current.current.reset(ft.Duration(milliseconds=250))
        set_scale(1.0)

    placed = {person.id: person for person in view.people}

    def named(person: str) -> str:
        found = placed[person].person if person in placed else view.client
        return found.name or ui.say("person.nameless")

    nodes = [
        keyed(
            person,
            MemoNode,
            ui,
            frame,
            placed[person].person if person in placed else view.client,
            node,
            placed.get(person),
            person == held,
            person != CLIENT and case.may_edit(PRIVE if placed[person].person.private else RELATIEKAART),
            actions,
        )
        for person, node in made.nodes.items()
    ]
    width, height = size
    return ft.Stack(
        expand=True,
        controls=[
            ft.InteractiveViewer(
                ref=viewer.current,
                width=width,
                height=height,
                min_scale=FURTHEST,
                max_scale=NEAREST,
                boundary_margin=ft.Margin.symmetric(horizontal=width, vertical=height),
                interaction_end_friction_coefficient=FRICTION,
                interaction_update_interval=50,
                on_interaction_start=lambda event: place.start(
                    event.local_focal_point.x, event.local_focal_point.y
                ),
                on_interaction_update=lambda event: place.update(
                    event.local_focal_point.x, event.local_focal_point.y, event.scale
                ),
                on_interaction_end=pinch_ended,
                content=ft.Stack(
                    width=width,
                    height=height,
                    clip_behavior=ft.ClipBehavior.NONE,
                    controls=[
                        keyed("rings", Rings, ui, frame, made, actions.drag),
                        *([_ground(frame, lambda: set_focus(""))] if focus else []),
                        *all_ties(ui, frame, made.routes, held, focus),
                        *([keyed("held", Held, ui, frame, made, view, actions.drag)] if held else []),
                        keyed("details", AllDetails, ui, frame, made, told, shown, held, focus, named(focus)),
                        *nodes,
                    ],
                ),
            ),
            _zoom_buttons(ui, zoom, fit),
        ],
    )


def _of(made: Layout, person: str) -> Layout:
    """With the ties of one person only: their letters have the room of all."""
    return replace(made, routes=tuple(each for each in made.routes if person in (each.first, each.second)))


def _ground(frame: Frame, let_go: Callable[[], None]) -> ft.Control:
    """A tap beside everybody looks at the whole again."""
    return ft.GestureDetector(
        left=0,
        top=0,
        width=frame.width,
        height=frame.height,
        exclude_from_semantics=True,
        on_tap=lambda _: let_go(),
    )


def _zoom_buttons(ui: Ui, zoom: Any, fit: Any) -> ft.Control:
    p = ui.look.palette
    return ft.Container(
        right=10,
        top=4,
        bgcolor=p.card,
        border_radius=26,
        border=ft.Border.all(1, p.line),
        content=ft.Row(
            spacing=0,
            tight=True,
            controls=[
                buttons.icon(
                    ui,
                    "zoom-out",
                    ft.Icons.REMOVE,
                    ui.say("map.zoom_out"),
                    lambda _: ui.run(lambda: zoom(1 / ZOOM_STEP)),
                    steady=True,
                ),
                buttons.icon(
                    ui, "zoom-fit", ft.Icons.FIT_SCREEN, ui.say("map.fit"), lambda _: ui.run(fit), steady=True
                ),
                buttons.icon(
                    ui,
                    "zoom-in",
                    ft.Icons.ADD,
                    ui.say("map.zoom_in"),
                    lambda _: ui.run(lambda: zoom(ZOOM_STEP)),
                    steady=True,
                ),
            ],
        ),
    )
