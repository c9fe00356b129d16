"""One seeded run: five people, a thousand operations, a bad network, crashes; then the reckoning."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kring.cases.case import Case
from kring.domain.ids import CLIENT
from kring.errors import BadInput
from kring.phases.netwerkatlas.mensen.commands import (
    AddPerson,
    DescribePerson,
    RemovePerson,
    RenamePerson,
    SetPersonFields,
)
from kring.phases.netwerkatlas.relatiekaart.commands import PlacePerson, SetSupport, SetTieQuality
from tests.simulation.world import Device, World

PEOPLE = 5
OPERATIONS = 200
KINDS = ("mensen", "relatiekaart")
OFFER = dict.fromkeys(KINDS, "bijdragen")
QUALITIES = ("sterk", "gewoon", "gespannen", "verbroken")


@dataclass
class Tally:
    """What a run really did."""

    counts: Counter[str] = field(default_factory=Counter)
    heads: int = 0


class Storm:
    def __init__(self, folder: Path, seed: int, operations: int = OPERATIONS) -> None:
        self.random = random.Random(seed)
        self.world = World(folder, seed)
        self.people, self.operations = PEOPLE, operations
        self.tally = Tally()
        self.case = ""
        self.kept: dict[str, set[bytes]] = {kind: set() for kind in KINDS}
        """Heads right after an own edit that was saved: they must be there at the end."""
        self.fresh: dict[str, dict[str, set[bytes]]] = {}
        self.known: list[str] = []

    async def prepare(self) -> None:
        """Everybody in, in good weather."""
        world = self.world
        for number in range(self.people):
            await world.device(f"P{number}")
        owner = world.devices[0].running
        self.case = await owner.create_case("Kring", "P0")
        case = await owner.open_case(self.case)
        await world.synced(case)
        for device in world.devices[1:]:
            shared = await world.share(case, device, OFFER)
            await world.until(lambda shared=shared: set(KINDS) <= set(shared.documents))

    async def rage(self) -> None:
        """The operations, shuffled over the devices."""
        self.world.noise.loud = True
        turns = [device for device in self.world.devices for _ in range(self.operations)]
        self.random.shuffle(turns)
        for device in turns:
            await self._one(device)
            await self.world.run(self.random.choice((0, 0, 1, 4)))

    async def _one(self, device: Device) -> None:
        chance = self.random.random()
        if device.kring is None:
            await self._start(device)
        if chance < 0.03:
            self._weather(device)
        elif chance < 0.04:
            await self._crash(device)
        elif chance < 0.043:
            await self.world.station.restart()
            self.tally.counts["relay restarts"] += 1
        elif chance < 0.25:
            self.world.clock.advance(self.random.choice((0.05, 0.2, 0.5, 2.0)))
            await self.world.run(8)
        else:
            await self._edit(device)

    def _weather(self, device: Device) -> None:
        if device.air.up:
            device.air.fall()
            self.tally.counts["partitions"] += 1
        else:
            device.air.rise()
            device.running.wake()

    async def _start(self, device: Device) -> None:
        kring = await device.start()
        await kring.open_case(self.case)

    async def _crash(self, device: Device) -> None:
        lost = sum(len(heads) for heads in self.fresh.pop(device.name, {}).values())
        self.tally.counts["crashes"] += 1
        self.tally.counts["crashes with unsaved edits"] += lost > 0
        await device.crash()
        await self._start(device)

    async def _edit(self, device: Device) -> None:
        case = await device.running.open_case(self.case)
        fresh = self.fresh.setdefault(device.name, {})
        before = {kind: case.documents[kind].heads for kind in KINDS}
        try:
            await case.dispatch(self._command(case))
        except BadInput:
            self.tally.counts["edits of what was gone"] += 1
            return
        self.tally.counts["edits"] += 1
        for kind in KINDS:
            heads = case.documents[kind].heads
            if heads != before[kind]:
                fresh.setdefault(kind, set()).update(heads)
        if self.random.random() < 0.3:
            await case.save()
            self._keep(device)

    def _keep(self, device: Device) -> None:
        for kind, heads in self.fresh.pop(device.name, {}).items():
            self.kept[kind] |= heads

    def _command(self, case: Case) -> object:
        people = [each for each in case.documents["mensen"].view["people"] if each != CLIENT]  # type: ignore[union-attr]
        pick = self.random.random()
        if len(people) < 4 or (pick < 0.12 and len(people) < 40):
            return AddPerson(case.new_person_id(), f"Persoon {self.random.randrange(1000)}", ring=1)
        person = self.random.choice(people)
        word = f"woord{self.random.randrange(100)} "
        if pick < 0.35:
            return RenamePerson(person, word.title())
        if pick < 0.5:
            note = case.documents["mensen"].view["people"][person]["note"]  # type: ignore[index,call-overload]
            at = self.random.randrange(len(note) + 1)
            return DescribePerson(person, note, note[:at] + word + note[at + self.random.randrange(4) :])
        if pick < 0.6:
            return SetPersonFields(person, birth=word)
        if pick < 0.75:
            return PlacePerson(person, self.random.randint(1, 3))
        if pick < 0.87:
            return SetTieQuality(CLIENT, person, self.random.choice(QUALITIES))
        if pick < 0.98:
            return SetSupport(self.random.choice("EMGA"), CLIENT, person, self.random.random() < 0.7)
        return RemovePerson(person)

    async def calm(self) -> list[Case]:
        """Good weather again, everybody there, until everybody has everything."""
        self.world.noise.loud = False
        cases = []
        for device in self.world.devices:
            device.air.rise()
            if device.kring is None:
                await self._start(device)
            case = await device.running.open_case(self.case)
            await case.save()
            self._keep(device)
            device.running.wake()
            cases.append(case)
        await self.world.until(lambda: all(case.status.sync == "synced" for case in cases), 600)
        await self.world.until(
            lambda: len({case.documents[kind].heads for case in cases for kind in KINDS}) == 2
        )
        return cases

    def reckon(self, cases: list[Case]) -> Tally:
        """All equal, nothing lost."""
        for kind in KINDS:
            handles = [case.documents[kind] for case in cases]
            assert len({handle.heads for handle in handles}) == 1, f"{kind}: heads differ"
            assert all(handle.view == handles[0].view for handle in handles), f"{kind}: views differ"
            assert all(handle.conflicts == handles[0].conflicts for handle in handles), (
                f"{kind}: clashes differ"
            )
            for head in self.kept[kind]:
                assert head in handles[0].vetting, f"{kind}: a saved edit was lost"
            self.tally.counts["conflicts"] += len(handles[0].conflicts)
            self.tally.heads += len(self.kept[kind])
        for case in cases:
            assert not list(case.quarantine)
        self.tally.counts.update(self.world.noise.counts)
        return self.tally


async def storm(seed: int, operations: int = OPERATIONS) -> Tally:
    """Run one seed. AssertionError says what went wrong."""
    with tempfile.TemporaryDirectory(dir=_quick_folder()) as folder:
        run = Storm(Path(folder), seed, operations)
        await run.prepare()
        await run.rage()
        tally = run.reckon(await run.calm())
        await run.world.close()
        return tally


def _quick_folder() -> str | None:
    """Memory, where the machine has such a folder: the relay's disk is not what is tried here."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


def run_seed(seed: int) -> Tally:
    """For a process of its own."""
    return asyncio.run(storm(seed))


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(each, run_seed(int(each)))
