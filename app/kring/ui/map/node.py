"""One person on the map: a circle that can be tapped, and dragged where this reader may change the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import flet as ft

from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.phases.netwerkatlas.relatiekaart.geometry import Node
from kring.phases.netwerkatlas.relatiekaart.view_model import PlacedView
from kring.ui.components.groups import group_word, style
from kring.ui.components.portrait import portrait
from kring.ui.components.support import support_words
from kring.ui.components.tie_mark import quality_word
from kring.ui.context import Ui
from kring.ui.map.frame import Frame
from kring.ui.reactive import Box, memo, use_box, use_state

SPACE = 52.0
"""Map units that are never shared by two circles: a touch area may be as wide."""

DRAG_INTERVAL = 16
"""Milliseconds between drag events: one for each frame of the screen."""


class Actions(Protocol):
    """What the map does for its nodes; one object for the life of the map, so that memo holds."""

    def press(self, person: str) -> None: ...
    def tap(self, person: str) -> None: ...
    def look(self, person: str, on: bool) -> None: ...
    def hold(self, person: str, x: float, y: float) -> None: ...
    def move(self, person: str, x: float, y: float) -> None: ...
    def drop(self, person: str, x: float, y: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Badge:
    icon: ft.IconData
    ground: str
    ink: str


@ft.component
def PersonNode(
    ui: Ui,
    frame: Frame,
    person: PersonView,
    node: Node,
    placed: PlacedView | None,
    held: bool,
    movable: bool,
    actions: Actions,
) -> ft.Control:
    offset, set_offset = use_state((0.0, 0.0))
    live: Box[Any] = use_box(lambda: (0.0, 0.0))
    if not held and live.current != (0.0, 0.0) and offset == live.current:
        live.current = offset = (0.0, 0.0)
        set_offset((0.0, 0.0))
    size = 2 * node.radius * frame.zoom
    area = max(size, min(48.0, SPACE * frame.zoom))

    circle = ft.use_memo(
        lambda: _circle(ui, person, placed, size, area, held), [ui, person, placed, size, area, held]
    )

    def here() -> tuple[float, float]:
        return node.x + live.current[0] / frame.zoom, node.y + live.current[1] / frame.zoom

    def start(_: object) -> None:
        live.current = (0.0, 0.0)
        actions.hold(person.id, node.x, node.y)

    def move(event: Any) -> None:
        delta = event.local_delta
        if delta is None:
            return
        live.current = (live.current[0] + delta.x, live.current[1] + delta.y)
        set_offset(live.current)
        actions.move(person.id, *here())

    def end(_: object) -> None:
        actions.drop(person.id, *here())

    return ft.GestureDetector(
        left=frame.x(node.x) - area / 2 + offset[0],
        top=frame.y(node.y) - area / 2 + offset[1],
        width=area,
        height=area,
        exclude_from_semantics=True,
        mouse_cursor=ft.MouseCursor.GRAB if movable else ft.MouseCursor.CLICK,
        drag_interval=DRAG_INTERVAL,
        on_tap_down=lambda _: actions.press(person.id),
        on_tap=lambda _: actions.tap(person.id),
        on_enter=lambda _: actions.look(person.id, True),
        on_exit=lambda _: actions.look(person.id, False),
        on_pan_start=start if movable else None,
        on_pan_update=move if movable else None,
        on_pan_end=end if movable else None,
        content=ft.Semantics(
            label=spoken(ui, person, placed),
            identifier=f"node-{person.id}",
            button=True,
            exclude_semantics=True,
            on_tap=lambda _: actions.tap(person.id),
            content=circle,
        ),
    )


MemoNode = memo(PersonNode)


def _circle(
    ui: Ui, person: PersonView, placed: PlacedView | None, size: float, area: float, held: bool
) -> ft.Control:
    drawn = portrait(ui, person, size)
    if held:
        drawn.shadow = ft.BoxShadow(blur_radius=14, color="#55000000", offset=ft.Offset(0, 4))
    badges = _badges(ui, person, placed) if size >= 20 else []
    if not badges:
        return ft.Container(width=area, height=area, alignment=ft.Alignment.CENTER, content=drawn)
    side = max(10.0, size * 0.4)
    edge = (area - size) / 2 - side * 0.18
    far = area - side - edge
    corners = ((far, far), (far, edge), (edge, edge))
    return ft.Stack(
        width=area,
        height=area,
        alignment=ft.Alignment.CENTER,
        clip_behavior=ft.ClipBehavior.NONE,
        controls=[
            drawn,
            *(_badge(badge, side, corner) for badge, corner in zip(badges, corners, strict=False)),
        ],
    )


def _badges(ui: Ui, person: PersonView, placed: PlacedView | None) -> list[Badge]:
    p = ui.look.palette
    if person.is_client:
        badges = []
    else:
        found = style(person.main_group)
        badges = [Badge(found.icon, found.ground(ui), found.color(ui))]
    clashes = len(person.clashes) + (len(placed.clashes) if placed else 0)
    if placed and placed.tie:
        clashes += len(placed.tie.clashes)
    if clashes:
        badges.append(Badge(ft.Icons.PRIORITY_HIGH, p.honey_soft, p.on_honey_soft))
    if person.private:
        badges.append(Badge(ft.Icons.VISIBILITY_OFF, p.card, p.ink_soft))
    if person.deceased:
        badges.append(Badge(ft.Icons.LOCAL_FLORIST, p.card, p.ink_soft))
    return badges


def _badge(badge: Badge, side: float, corner: tuple[float, float]) -> ft.Control:
    return ft.Container(
        width=side,
        height=side,
        border_radius=side / 2,
        bgcolor=badge.ground,
        border=ft.Border.all(1, badge.ink),
        alignment=ft.Alignment.CENTER,
        content=ft.Icon(badge.icon, size=side * 0.68, color=badge.ink),
        left=corner[0],
        top=corner[1],
    )


def spoken(ui: Ui, person: PersonView, placed: PlacedView | None) -> str:
    """All that the circle shows, as one sentence for a screen reader."""
    parts = [person.name or ui.say("person.nameless")]
    if person.is_client:
        return ui.say("map.you", name=parts[0])
    parts += [group_word(ui, group) for group in person.groups]
    if person.deceased:
        parts.append(ui.say("person.deceased"))
    if person.role != "speelt":
        parts.append(ui.say(f"person_role.{person.role}"))
    if placed is not None:
        parts.append(ui.say(f"ring.{placed.ring}"))
        if placed.tie and placed.tie.quality:
            parts.append(quality_word(ui, placed.tie.quality))
        if placed.client_gives:
            parts.append(ui.say("map.you_give", what=support_words(ui, placed.client_gives)))
        if placed.client_receives:
            parts.append(ui.say("map.you_get", what=support_words(ui, placed.client_receives)))
    return ", ".join(parts)
