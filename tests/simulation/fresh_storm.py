"""One seeded run in which documents begin anew again and again, while people write in bad weather and crash.

All that was said to be saved is a word of its own: at the end each stands once in the document of everybody.
A failing seed can be run again by itself: `python -m tests.simulation.fresh_storm SEED`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from kring.cases.case import Case
from kring.domain.ids import CLIENT
from kring.errors import BadInput, KringError, NotAllowed
from kring.phases.netwerkatlas.mensen.commands import AddPerson, DescribePerson, RemovePerson, SetPersonFields
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport
from tests.simulation.storm import KINDS, OFFER, Storm, Tally
from tests.simulation.world import Device
from tests.support.reading import readable

PEOPLE, OPERATIONS, BEGINNINGS = 4, 60, 6
SCRAP = "Weg-"


class FreshStorm(Storm):
    """`said`: words by what they are (a person's name, a word in a note), once they were saved."""

    def __init__(self, folder: Path, seed: int, operations: int = OPERATIONS) -> None:
        super().__init__(folder, seed, operations)
        self.people = PEOPLE
        self.said: set[str] = set()
        self.unsaved: dict[str, set[str]] = {}
        self.scrap: set[str] = set()
        self.tasks: dict[str, list[asyncio.Task[None]]] = {}
        self.count = 0

    async def _one(self, device: Device) -> None:
        owner = device is self.world.devices[0]
        begun = self.tally.counts["begun"]
        if owner and device.kring is not None and begun < BEGINNINGS and self.random.random() < 0.15:
            case = await device.running.open_case(self.case)
            task = asyncio.create_task(self._begin(case, self.random.choice(KINDS)))
            self.tasks.setdefault(device.name, []).append(task)
            self.tally.counts["begun"] += 1
            await self.world.run(self.random.randrange(40))
            if self.random.random() < 0.5:
                await self._crash(device)
        else:
            await super()._one(device)

    async def _begin(self, case: Case, kind: str) -> None:
        try:
            await case.begin_anew(kind)
        except KringError:
            self.tally.counts["refused"] += 1

    async def _crash(self, device: Device) -> None:
        for task in self.tasks.pop(device.name, []):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self.unsaved.pop(device.name, None)
        await super()._crash(device)

    async def _edit(self, device: Device) -> None:
        case = await device.running.open_case(self.case)
        word, command = self._saying(case)
        try:
            await case.dispatch(command)
        except (BadInput, NotAllowed) as error:
            self.tally.counts[f"not now: {error.code}"] += 1
            return
        self.tally.counts["edits"] += 1
        if word:
            self.unsaved.setdefault(device.name, set()).add(word)
        if self.random.random() < 0.5:
            await self._save(device, case)

    async def _save(self, device: Device, case: Case) -> None:
        """What cannot be saved now, for want of a right, stays open on the device."""
        try:
            await case.save()
        except NotAllowed:
            self.tally.counts["not saved yet"] += 1
            return
        self.said |= self.unsaved.pop(device.name, set())

    def _saying(self, case: Case) -> tuple[str, object]:
        people: Any = case.documents["mensen"].view["people"]
        others = sorted(each for each in people if each != CLIENT)
        self.count += 1
        word, pick = _word(self.count), self.random.random()
        if len(others) < 3 or pick < 0.2:
            return word, AddPerson(case.new_person_id(), word, ring=1)
        person = self.random.choice(others)
        if pick < 0.6:
            return word, self._noting(people, word)
        if pick < 0.7:
            return "", SetPersonFields(person, birth=word)
        if pick < 0.85:
            return "", SetSupport(self.random.choice("EMGA"), CLIENT, person, True)
        scrap = [each for each in others if str(people[each]["name"]).startswith(SCRAP)]
        if scrap and pick < 0.95:
            return "", RemovePerson(scrap[0])
        self.scrap.add(name := f"{SCRAP}{word}")
        return "", AddPerson(case.new_person_id(), name, ring=2)

    def _noting(self, people: Any, word: str) -> object:
        """A word more, between those that are there, with somebody who stays."""
        lasting = sorted(each for each in people if not str(people[each]["name"]).startswith(SCRAP))
        person = self.random.choice(lasting)
        note = str(people[person]["note"])
        words = note.split()
        words.insert(self.random.randrange(len(words) + 1), word)
        return DescribePerson(person, note, " ".join(words))

    async def calm(self) -> list[Case]:
        world = self.world
        world.noise.loud = False
        cases = []
        for device in world.devices:
            device.air.rise()
            if device.kring is None:
                await self._start(device)
            case = await device.running.open_case(self.case)
            device.running.wake()
            cases.append(case)
        await world.until(lambda: all(case.status.sync == "synced" for case in cases), 600)
        await world.until(lambda: not cases[0].beginning_anew, 600)
        await world.until(lambda: self._equal(cases), 600)
        for device, case in zip(world.devices, cases, strict=True):
            await self._save(device, case)
        assert not self.unsaved
        await world.until(lambda: self._equal(cases) and all(c.status.sync == "synced" for c in cases), 600)
        return cases

    def _equal(self, cases: list[Case]) -> bool:
        return all(len({_document(case, kind) for case in cases}) == 1 for kind in KINDS) and all(
            len({heads for heads in _heads(cases, name) if heads is not None}) <= 1
            for name in cases[0]._engine.documents
        )

    def reckon(self, cases: list[Case]) -> Tally:
        for case in cases:
            people: Any = case.documents["mensen"].view["people"]
            words = "\n".join(f"{each['name']}\n{each['note']}" for each in people.values())
            times = {word: words.count(word) for word in self.said}
            wrong = {word: count for word, count in times.items() if count != 1}
            assert not wrong, f"how often these stand there: {wrong}"
            assert not list(case.quarantine)
            assert not case.status.unsent
        self.tally.heads = len(self.said)
        self.tally.counts["documents"] = sum(
            each.handle is not None for each in cases[0]._engine.documents.values()
        )
        self.tally.counts.update(self.world.noise.counts)
        return self.tally

    async def let_in(self, owner: Case) -> None:
        """Somebody new, without the history: no byte of who was removed."""
        device = await self.world.device("Nieuw")
        device.air.served = []
        for kind in KINDS:
            await owner.begin_anew(kind)
        shared = await self.world.share(owner, device, OFFER)
        await self.world.until(lambda: set(KINDS) <= set(shared.documents))
        await self.world.until(lambda: self._equal([owner, shared]))
        heap = await readable(device, shared)
        people: Any = owner.documents["mensen"].view["people"]
        gone = self.scrap - {str(each["name"]) for each in people.values()}
        self.tally.counts["removed"] = len(gone)
        for name in gone:
            assert name.encode() not in heap, name


def _word(number: int) -> str:
    """Unlike every other at both ends: where it goes in and how a diff says so is then the same."""
    return f"{chr(0x4E00 + number)}{number}{chr(0x6E00 + number)}"


def _document(case: Case, kind: str) -> bytes:
    found = case._engine.document_of(kind)
    return found.id if found is not None else b""


def _heads(cases: list[Case], name: bytes) -> list[tuple[bytes, ...] | None]:
    """Of each case that may read this document; None where it has nothing of it."""
    found = (case._engine.documents.get(name) for case in cases)
    return [each.handle.heads if each is not None and each.handle is not None else None for each in found]


async def storm(seed: int) -> Tally:
    """Run one seed. AssertionError says what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        run = FreshStorm(Path(folder), seed)
        await run.prepare()
        await run.rage()
        cases = await run.calm()
        tally = run.reckon(cases)
        await run.let_in(cases[0])
        await run.world.close()
        return tally


def run_seed(seed: int) -> Tally:
    """For a process of its own."""
    return asyncio.run(storm(seed))


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(each, run_seed(int(each)))
