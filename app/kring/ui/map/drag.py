"""A drag under way: state of the screen only, told to the few components that move with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import flet as ft

from kring.phases.netwerkatlas.relatiekaart.geometry import Layout
from kring.phases.netwerkatlas.relatiekaart.layout import moved
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView
from kring.ui.context import Ui
from kring.ui.hooks import use_value
from kring.ui.map.frame import Frame
from kring.ui.map.ties import shapes_of


@dataclass(eq=False)
class Drag:
    """Where the person who is held stands now, in map units."""

    person: str = ""
    x: float = 0.0
    y: float = 0.0
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def move(self, person: str, x: float, y: float) -> None:
        self.person, self.x, self.y = person, x, y
        for listener in list(self.listeners):
            listener()

    def end(self) -> None:
        self.move("", 0.0, 0.0)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


@ft.component
def Held(ui: Ui, frame: Frame, made: Layout, view: RelatiekaartView, drag: Drag) -> ft.Control:
    """The ties of the person who is held; the only part of the map, besides their circle, that redraws."""
    person, x, y = use_value(drag.subscribe, lambda: (drag.person, drag.x, drag.y), "held")
    routes = moved(made, view, person, x, y).routes if person in made.nodes else ()
    return frame.sheet(shapes_of(ui, frame.on_sheet, routes))
