"""The only file that knows Flet from inside: screens without Flutter, tapped by name, read as text."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Callable, Iterator
from typing import Any

import flet as ft
from flet.components.component import Component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page
from flet.messaging.connection import Connection
from flet.messaging.protocol import Message, MessageAction
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from kring.ui.app import show
from tests.ui.memory import MemoryKring
from tests.ui.serve import NOW, words

ROUNDS = 60
"""Turns of the loop in which everything that was set off has come to rest."""


class Recorder(Connection):
    """Instead of a browser: keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Message] = []
        self.loop = asyncio.get_running_loop()
        self.pubsubhub = PubSubHub()

    def send_message(self, message: Message) -> None:
        self.sent.append(message)


class App:
    """One visitor, from the first screen on."""

    def __init__(
        self,
        kring: MemoryKring,
        width: float = 360,
        height: float = 740,
        connection: Callable[[], Recorder] = Recorder,
    ) -> None:
        self.kring = kring
        self.connection = connection()
        self.session = Session(self.connection)
        self.page = self.session.page
        self.page.width, self.page.height = width, height
        self.page.platform_brightness = ft.Brightness.LIGHT
        self.now = NOW
        self.went: list[str] = []
        self.errors: list[str] = []

    @classmethod
    async def open(
        cls,
        kring: MemoryKring,
        route: str = "/",
        width: float = 360,
        height: float = 740,
        connection: Callable[[], Recorder] = Recorder,
    ) -> App:
        app = cls(kring, width, height, connection)
        _context_page.set(app.page)
        app.page.route = route
        object.__setattr__(app.page, "navigate", app._navigate)
        object.__setattr__(app.page, "error", app.errors.append)
        show(app.page, kring, words, lambda: app.now)
        app.session.get_page_patch()
        await app.settle()
        return app

    async def settle(self) -> None:
        for _ in range(ROUNDS):
            await asyncio.sleep(0)

    def _navigate(self, route: str, **_: Any) -> None:
        self.went.append(route)

    async def go(self, route: str) -> None:
        """What the browser does when the address changes."""
        self.page.route = route
        handler = self.page.on_route_change
        assert callable(handler)
        handler(ft.RouteChangeEvent(name="route_change", control=self.page, route=route))
        await self.settle()

    async def event(self, control: BaseControl, name: str, data: Any = None) -> None:
        await self.session.dispatch_event(control._i, name, data)
        await self.settle()

    async def tap(self, name: str) -> None:
        """Tap the control with this test id. It must be there and be able to be tapped."""
        target = self.inside(name)
        assert not target.disabled, f"{name} is disabled"
        if isinstance(target, ft.Switch):
            self.session.apply_patch(target._i, {"value": not target.value})
        await self.event(target, "select" if isinstance(target, ft.PopupMenuItem) else _event_of(target))

    async def type(self, name: str, text: str, *, leave: bool = True) -> None:
        """Type into the field with this test id, and leave it."""
        field = self.field(name)
        self.session.apply_patch(field._i, {"value": text})
        await self.event(field, "change", text)
        if leave:
            await self.event(self.field(name), "blur")

    async def type_ahead(self, name: str, text: str, chance: random.Random) -> None:
        """Type as a browser does, but faster than the screen keeps up: letters come while it is busy."""
        number, heard = self.field(name)._i, []
        for end in range(1, len(text) + 1):
            self.session.apply_patch(number, {"value": text[:end]})
            heard.append(asyncio.create_task(self.session.dispatch_event(number, "change", text[:end])))
            for _ in range(chance.choice((0, 0, 0, 1, 2, 5))):
                await asyncio.sleep(0)
        await asyncio.gather(*heard)
        await self.settle()

    async def at_once(self, *events: tuple[BaseControl, str, Any]) -> None:
        """What a busy phone hears in one go: a control, its event, and with "change" what was typed."""
        heard = []
        for control, name, data in events:
            if name == "change":
                self.session.apply_patch(control._i, {"value": data})
            heard.append(asyncio.create_task(self.session.dispatch_event(control._i, name, data)))
        await asyncio.gather(*heard)
        await self.settle()

    def field(self, name: str) -> ft.TextField:
        return next(each for each in walk(self.marked(name)) if isinstance(each, ft.TextField))

    async def size(self, width: float = 360, height: float = 560) -> None:
        """Lay out the map: tell its box how large it is."""
        box = next(
            each
            for each in self.controls()
            if isinstance(each, ft.Container) and each.on_size_change is not None
        )
        await self.event(box, "size_change", {"w": width, "h": height})

    async def drag(self, person: str, *steps: tuple[float, float]) -> None:
        """Take somebody's circle and move it by these pixels, one event a step, and let go."""
        node = self.node(person)
        spot = {"x": 10.0, "y": 10.0}
        await self.event(node, "pan_start", {"k": "touch", "l": spot, "g": spot})
        for x, y in steps:
            delta = {"x": x, "y": y}
            await self.event(
                self.node(person), "pan_update", {"l": spot, "g": spot, "ld": delta, "gd": delta}
            )
        still = {"x": 0.0, "y": 0.0}
        await self.event(self.node(person), "pan_end", {"l": spot, "g": spot, "v": still})

    def node(self, person: str) -> ft.GestureDetector:
        return next(
            each
            for each in self.controls()
            if isinstance(each, ft.GestureDetector)
            and isinstance(each.content, ft.Semantics)
            and each.content.identifier == f"node-{person}"
        )

    def controls(self) -> Iterator[BaseControl]:
        """Everything on the screen on top, and what lies over it."""
        yield from walk(self.top())
        yield from walk(self.page._dialogs)

    def views(self) -> list[BaseControl]:
        views = self.page.views
        return list(views) if isinstance(views, list) else [views]

    def top(self) -> ft.View:
        """The screen on top of the stack."""
        found = [each for view in self.views() for each in walk(view) if isinstance(each, ft.View)]
        return found[-1]

    def marked(self, name: str) -> ft.Semantics:
        for each in self.controls():
            if isinstance(each, ft.Semantics) and each.identifier == name:
                return each
        raise AssertionError(f"nothing is called {name}; there are {sorted(self.names())}")

    def names(self) -> set[str]:
        """The test ids of everything on screen."""
        return {
            each.identifier for each in self.controls() if isinstance(each, ft.Semantics) and each.identifier
        }

    def inside(self, name: str) -> Any:
        """The control that is tapped, within the one with this test id."""
        for each in walk(self.marked(name)):
            if _event_of(each):
                return each
        raise AssertionError(f"{name} holds nothing to tap")

    def holds_tap(self, name: str) -> bool:
        return any(_event_of(each) for each in walk(self.marked(name)))

    def texts(self, of: BaseControl | None = None) -> list[str]:
        """Every word on screen, in order; labels and tooltips too."""
        found: list[str] = []
        for each in walk(of) if of is not None else self.controls():
            for field in ("value", "label", "tooltip", "hint_text", "content", "title"):
                said = getattr(each, field, None)
                if isinstance(said, str) and said:
                    found.append(said)
            for shape in getattr(each, "shapes", None) or []:
                said = getattr(shape, "value", None)
                if isinstance(said, str):
                    found.append(said)
        return found

    def reads(self, words_shown: str) -> bool:
        return any(words_shown in each for each in self.texts())

    def bars(self) -> list[str]:
        """What the snack bars say, oldest first."""
        return [
            each.content.value
            for each in self.page._dialogs.controls
            if isinstance(each, ft.SnackBar) and isinstance(each.content, ft.Text)
        ]

    def patches(self) -> int:
        """How many patches were sent so far."""
        return sum(1 for message in self.connection.sent if message.action == MessageAction.PATCH_CONTROL)

    def patch_bodies(self) -> list[Any]:
        return [each.body for each in self.connection.sent if each.action == MessageAction.PATCH_CONTROL]

    def patch_texts(self, start: int) -> list[str]:
        """Every text in the patches from that one on."""
        return list(_texts([each.patch for each in self.patch_bodies()[start:]]))


def walk(control: Any) -> Iterator[BaseControl]:
    """The control and all that is drawn inside it, components opened."""
    if isinstance(control, Component):
        body = control._b
        for each in body if isinstance(body, list) else [body]:
            yield from walk(each)
    elif isinstance(control, BaseControl):
        yield control
        for field in dataclasses.fields(control):
            if field.metadata.get("skip") or field.name.startswith("_parent"):
                continue
            yield from walk(getattr(control, field.name, None))
    elif isinstance(control, (list, tuple)):
        for each in control:
            yield from walk(each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _event_of(control: BaseControl) -> str:
    for field, event in (("on_click", "click"), ("on_change", "change"), ("on_tap", "tap")):
        if getattr(control, field, None) is not None:
            return event
    return "click" if getattr(control, "action", None) is not None else ""
