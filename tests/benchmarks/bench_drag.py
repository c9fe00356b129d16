"""What one step of a drag costs as the map grows: from the event's bytes to the bytes of the patch.

All of Flet and of the screens runs as in the app, with a connection that packs what it sends; processor
time. The two maps take turns, step by step, so that a busy machine slows both alike.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from typing import Any

import msgpack
from flet.controls.base_control import BaseControl
from flet.messaging.protocol import Message, configure_encode_object_for_msgpack

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.relatiekaart.commands import SetTieQuality
from tests.benchmarks.report import record, versions
from tests.ui.harness import App, Recorder
from tests.ui.memory import MemoryKring
from tests.ui.people import fill
from tests.ui.scenes import CASE, own

PEOPLE = (10, 150)
TIES_EACH = 2
"""Ties with others, for each person: 300 among 150 people."""

HELD = 10
STEPS = 30
TURNS = 200
"""Of the loop, after which a step would have been answered."""

SPOT = {"x": 8.0, "y": 8.0}
PACK = configure_encode_object_for_msgpack(BaseControl)


class Packing(Recorder):
    """A connection up to the wire."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def send_message(self, message: Message) -> None:
        self.bytes += len(msgpack.packb([message.action, message.body], default=PACK))


class Dragged:
    """One map, of which people are dragged one after the other."""

    def __init__(self, app: App, ids: list[str]) -> None:
        self.app, self.ids = app, ids
        self.node: Any = None
        self.taken: list[float] = []
        self.bytes: list[int] = []

    @classmethod
    async def open(cls, people: int) -> Dragged:
        kring = MemoryKring()
        case = await own(kring)
        ids = await fill(case, people, ties=0)
        for index, person in enumerate(ids):
            await case.dispatch(SetTieQuality(CLIENT, person, "sterk"))
            for step in range(1, TIES_EACH + 1):
                other = ids[(index + step * 3) % people]
                await case.dispatch(SetTieQuality(person, other, ("sterk", "gespannen")[step % 2]))
        app = await App.open(kring, f"/case/{CASE}", connection=Packing)
        await app.size()
        return cls(app, ids)

    async def take(self, index: int) -> None:
        self.node = self.app.node(self.ids[index])
        await self.app.event(self.node, "pan_start", {"k": "touch", "l": SPOT, "g": SPOT})
        for _ in range(3):
            await self.step(1.0, 1.0)
        self.taken, self.bytes = self.taken[:-3], self.bytes[:-3]

    async def step(self, x: float, y: float) -> None:
        """One event, until nothing is left to do."""
        connection: Any = self.app.connection
        delta = {"x": x, "y": y}
        wire = msgpack.packb({"l": SPOT, "g": SPOT, "ld": delta, "gd": delta})
        before = connection.bytes
        idle = len(asyncio.all_tasks())
        start = time.process_time_ns()
        await self.app.session.dispatch_event(self.node._i, "pan_update", msgpack.unpackb(wire))
        for _ in range(TURNS):
            await asyncio.sleep(0)
            if connection.bytes > before and len(asyncio.all_tasks()) <= idle:
                break
        else:
            raise AssertionError("a step of the drag sent nothing")
        self.taken.append((time.process_time_ns() - start) / 1e6)
        self.bytes.append(connection.bytes - before)

    async def drop(self) -> None:
        still = {"x": 0.0, "y": 0.0}
        await self.app.event(self.node, "pan_end", {"l": SPOT, "g": SPOT, "v": still})


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def measure() -> None:
    maps = [await Dragged.open(people) for people in PEOPLE]
    gc.collect()
    gc.freeze()
    for index in range(HELD):
        for each in maps:
            await each.take(index)
        for step in range(STEPS):
            for each in maps:
                await each.step(3.0 if step % 10 < 5 else -3.0, 2.0)
        for each in maps:
            await each.drop()
    few, many = (p95(each.taken) for each in maps)
    small, large = (statistics.median(each.bytes) for each in maps)
    how = (
        f"p95 of {HELD * STEPS} steps each, event bytes to patch bytes on CPython, processor time: "
        f"150 people and 300 ties {many:.2f} ms ({large:.0f} bytes), "
        f"10 people {few:.2f} ms ({small:.0f} bytes)"
    )
    record("pwa.drag_ms_p95", many / few, "ratio", how, versions("flet", "msgpack"))


def main() -> None:
    asyncio.run(measure())


if __name__ == "__main__":
    main()
