"""DOC-20, DOC-21: commands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from kring.documents.bus import Bus, Context
from kring.documents.handle import Handle
from kring.errors import BadInput
from kring.platform.cpython.crdt import CpythonCrdt
from kring.platform.memory.clock import MemoryClock, SeededRandom


@dataclass(frozen=True)
class Put:
    kinds: tuple[str, ...]
    value: int


@dataclass(frozen=True)
class Slow:
    value: int


@dataclass(frozen=True)
class Broken:
    pass


def put(context: Context, command: Put) -> None:
    for at, kind in enumerate(command.kinds):
        value = command.value if kind not in command.kinds[at + 1 :] else -1
        context.documents[kind].change("put", lambda edit, value=value: edit.put(("n",), value))


def broken(context: Context, command: Broken) -> None:
    put(context, Put(("one",), 99))
    raise BadInput("no")


@pytest.fixture
def handles() -> dict[str, Handle]:
    return {
        kind: Handle.create(CpythonCrdt(), kind, b"a" * 16, lambda edit: edit.put(("n",), 0))
        for kind in ("one", "two", "three")
    }


@pytest.fixture
def bus(handles: dict[str, Handle]) -> Bus:
    bus = Bus(Context(handles, SeededRandom(1), MemoryClock()))
    bus.register(Put, put)
    bus.register(Broken, broken)
    return bus


def numbers(handles: dict[str, Handle]) -> list[object]:
    return [handle.view["n"] for handle in handles.values()]


async def test_DOC_20_a_command_is_one_undo_step_in_every_document(
    bus: Bus, handles: dict[str, Handle]
) -> None:
    assert not bus.can_undo
    await bus.undo()
    await bus.redo()
    await bus.dispatch(Put(("one", "two"), 1))
    await bus.dispatch(Put(("two", "three"), 2))
    await bus.dispatch(Put(("one",), 1))
    assert numbers(handles) == [1, 2, 2]
    assert (bus.undo_label, bus.redo_label) == ("put", None)
    await bus.undo()
    assert numbers(handles) == [1, 1, 0]
    await bus.undo()
    assert numbers(handles) == [0, 0, 0]
    assert (bus.can_undo, bus.can_redo, bus.redo_label) == (False, True, "put")
    await bus.redo()
    await bus.redo()
    assert numbers(handles) == [1, 2, 2]
    await bus.undo()
    await bus.dispatch(Put(("three",), 5))
    assert not bus.can_redo
    assert numbers(handles) == [1, 1, 5]


async def test_DOC_20_a_command_that_changes_a_document_twice_is_one_step_too(
    bus: Bus, handles: dict[str, Handle]
) -> None:
    await bus.dispatch(Put(("one", "one", "two"), 1))
    handles["one"].change("x", lambda edit: edit.put(("n",), 2))
    handles["one"].undo()
    await bus.dispatch(Put(("one",), 3))
    await bus.undo()
    await bus.undo()
    assert numbers(handles) == [0, 0, 0]
    await bus.redo()
    assert numbers(handles) == [1, 1, 0]


async def test_DOC_21_commands_run_one_at_a_time_in_order(bus: Bus, handles: dict[str, Handle]) -> None:
    running: list[str] = []

    async def slow(context: Context, command: Slow) -> None:
        running.append(f"start {command.value}")
        for _ in range(3):
            await asyncio.sleep(0)
        put(context, Put(("one",), command.value))
        running.append(f"end {command.value}")

    bus.register(Slow, slow)
    await asyncio.gather(*(bus.dispatch(Slow(value)) for value in range(1, 4)))
    assert running == ["start 1", "end 1", "start 2", "end 2", "start 3", "end 3"]
    assert handles["one"].view["n"] == 3


async def test_DOC_21_a_command_that_raises_does_not_stop_the_next(
    bus: Bus, handles: dict[str, Handle]
) -> None:
    with pytest.raises(BadInput):
        await bus.dispatch(Broken())
    assert handles["one"].view["n"] == 99
    await bus.dispatch(Put(("two",), 1))
    await bus.undo()
    await bus.undo()
    assert numbers(handles) == [0, 0, 0]


async def test_a_command_without_a_handler_is_refused(bus: Bus) -> None:
    with pytest.raises(BadInput):
        await bus.dispatch(object())


def test_a_command_has_one_handler(bus: Bus) -> None:
    with pytest.raises(ValueError, match="Put"):
        bus.register(Put, put)
