"""A case on one device, with the real documents and the real engine of this platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kring.documents.bus import Bus, Context
from kring.documents.handle import Handle
from kring.domain.ids import new_person_id
from kring.phases import HANDLERS, SCHEMAS, STARTS
from kring.phases.netwerkatlas.mensen import view_model as mensen
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.phases.netwerkatlas.relatiekaart import view_model as kaart
from kring.platform.cpython.crdt import CpythonCrdt
from kring.platform.memory.clock import MemoryClock, SeededRandom


class Device:
    """Handles and bus of one member; `sent` holds every own change by kind."""

    def __init__(self, handles: dict[str, Handle], random: SeededRandom) -> None:
        self.handles = handles
        self.random = random
        self.context = Context(handles, random, MemoryClock())
        self.bus = Bus(self.context)
        for command, handler in HANDLERS.items():
            self.bus.register(command, handler)
        self.sent: dict[str, list[bytes]] = {kind: [] for kind in handles}
        for kind, handle in handles.items():
            handle.on_local = self.sent[kind].append

    @classmethod
    def owner(cls, seed: int | str = 1, name: str = "Noor") -> Device:
        crdt, random = CpythonCrdt(), SeededRandom(seed)
        handles: dict[str, Handle] = {}
        for kind, start in STARTS.items():

            def first(edit: Any, start: Callable[[Any, str], None] = start) -> None:
                start(edit, name)

            handles[kind] = Handle.create(crdt, kind, random.bytes(16), first, SCHEMAS[kind])
        return cls(handles, random)

    def guest(self, seed: int | str, *kinds: str) -> Device:
        """A second device that has what this one has now, of these kinds only."""
        crdt, random = CpythonCrdt(), SeededRandom(seed)
        handles = {
            kind: Handle.restore(crdt, self.handles[kind].snapshot(), random.bytes(16), SCHEMAS[kind])
            for kind in kinds
        }
        return Device(handles, random)

    def run(self, command: object) -> None:
        HANDLERS[type(command)](self.context, command)

    def add(self, name: str, **more: Any) -> str:
        person = new_person_id(self.random)
        self.run(AddPerson(person, name, **more))
        return person

    @property
    def views(self) -> dict[str, Any]:
        return {kind: handle.view for kind, handle in self.handles.items()}

    @property
    def conflicts(self) -> dict[str, Any]:
        return {kind: handle.conflicts for kind, handle in self.handles.items()}

    def mensen(self, previous: mensen.MensenView | None = None) -> mensen.MensenView:
        return mensen.project(self.views, self.conflicts, previous)

    def kaart(self, previous: kaart.RelatiekaartView | None = None) -> kaart.RelatiekaartView:
        return kaart.project(self.mensen(), self.views, self.conflicts, previous)


def exchange(*devices: Device) -> None:
    """Everybody gets everything that the others made of the documents they share."""
    for device in devices:
        for other in devices:
            if other is device:
                continue
            for kind, handle in device.handles.items():
                if kind in other.handles:
                    receipt = handle.receive(other.sent[kind])
                    assert not receipt.refused
    for device in devices:
        for kind, handle in device.handles.items():
            assert all(
                other.handles[kind].heads == handle.heads for other in devices if kind in other.handles
            )


@pytest.fixture
def owner() -> Device:
    return Device.owner()


@pytest.fixture
def swap() -> Callable[..., None]:
    return exchange


@pytest.fixture
def new_owner() -> Callable[..., Device]:
    return Device.owner
