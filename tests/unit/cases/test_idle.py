"""The auto-lock (SAF-4), by a clock that a test moves."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from kring.cases.idle import Idle
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.platform.memory.clock import MemoryClock
from tests.simulation.world import Device, World
from tests.unit.cases.people import names, own_case


class SleepyClock(MemoryClock):
    def slept(self, seconds: float) -> None:
        """The whole device slept: time went by, and no timer ran."""
        self._now += seconds * 1000


class Locks:
    def __init__(self) -> None:
        self.clock, self.count = SleepyClock(), 0
        self.idle = Idle(self.clock, self.lock)

    async def lock(self) -> None:
        self.count += 1
        self.idle.watch(0)

    async def after(self, seconds: float) -> int:
        """How often it has locked once so many seconds have passed."""
        self.clock.advance(seconds)
        await self.turns()
        return self.count

    async def turns(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def locks() -> Locks:
    return Locks()


async def test_SAF_4_locks_once_after_the_last_sign_of_a_person(locks: Locks) -> None:
    locks.idle.watch(5)
    assert await locks.after(299) == 0
    locks.idle.touch()
    assert await locks.after(299) == 0
    assert await locks.after(1) == 1
    assert await locks.after(3600) == 1
    assert locks.clock.sleepers() == 0


async def test_SAF_4_never_is_never_and_another_choice_counts_from_then(locks: Locks) -> None:
    locks.idle.watch(0)
    assert await locks.after(100_000) == 0
    locks.idle.watch(15)
    assert await locks.after(600) == 0
    locks.idle.watch(1)
    assert await locks.after(59) == 0
    assert await locks.after(1) == 1


async def test_SAF_4_a_device_that_slept_looks_again_when_it_wakes(locks: Locks) -> None:
    locks.idle.watch(5)
    await locks.turns()
    locks.clock.slept(301)
    await locks.turns()
    assert locks.count == 0
    locks.idle.check()
    assert await locks.after(0) == 1
    locks.idle.check()
    assert await locks.after(1000) == 1


def prefers(device: Device) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    ports = replace(device.running.ports, prefer=lambda name, value: told.append((name, value)))
    device.running.ports = ports
    return told


async def test_SAF_4_what_was_not_saved_yet_is_saved_and_then_all_is_locked(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    kring, told = anna.running, prefers(anna)
    kring.lock_when_idle()
    await kring.set_preferences(replace(kring.preferences, auto_lock=1))
    assert ("lock", "1") in told
    await world.run()
    world.clock.advance(50)
    kring.touched()
    world.clock.advance(50)
    await world.run()
    assert kring.state == "open"
    await case.dispatch(AddPerson(case.new_person_id(), "Cor"))
    assert case.status.sync == "saving"
    world.clock.advance(11)
    await world.until(lambda: kring.state == "locked")
    assert kring.cases == ()
    assert told[-1] == ("lock", "0")
    await kring.unlock("geheim")
    assert names(await kring.open_case(kring.cases[0].id)) == {"Cor"}
    assert kring.preferences.auto_lock == 1
    assert told[-1] == ("lock", "1")


async def test_SAF_4_five_minutes_unless_chosen_and_only_where_people_are_told_of(world: World) -> None:
    anna = await world.device("Anna")
    kring = anna.running
    assert kring.preferences.auto_lock == 5
    world.clock.advance(3600)
    await world.run()
    assert kring.state == "open"
    kring.lock_when_idle()
    await kring.set_preferences(kring.preferences)
    await world.run()
    world.clock.advance(3600)
    kring.wake()
    await world.until(lambda: kring.state == "locked")
