"""Three honest people, one who only reads, one who means harm, and a relay that works with them.

Anna owns the case, Bas has the browser's engine, Carla contributes; Lena may read the map and nothing else;
Mallory contributes, until she is taken out, and after that she and the relay go on trying.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from kring.cases.case import Case
from kring.documents.crdt import Crdt
from kring.errors import BadInput, KringError
from kring.phases.netwerkatlas.mensen.commands import AddPerson, DescribePerson, RenamePerson
from kring.phases.netwerkatlas.relatiekaart.commands import PlacePerson
from kring.sharing.envelope import open_many, parse_envelope
from kring.sync.messages import Events, Log
from tests.attacks.crook import ATTACKS, TO_WRITERS, Crook, CrookedAir
from tests.attacks.hand import ENVELOPES, RECORDS, Attack, Speech, change
from tests.simulation.world import Device, World
from tests.support.mallory import Mallory
from tests.unit.cases.people import BOTH, own_case

KINDS: Final = tuple(BOTH)
HONEST: Final = ("Anna", "Bas", "Carla")
EVERYBODY: Final = (*HONEST, "Lena", "Mallory")
SECRET: Final = "Geheimpje"
"""In the name of everyone on the map: never for Lena, and after her removal no more for Mallory."""
CRASH: Final = "a conversation failed"
"""What the runner says where something other than a KringError came up."""
BY_HAND: Final = (*ENVELOPES, *RECORDS, "reader")


class Siege:
    def __init__(self, folder: Path, seed: int, browser: Crdt) -> None:
        self.random = random.Random(f"siege-{seed}")
        self.world, self.crook, self.browser = World(folder, seed), Crook(seed), browser
        self.cases: dict[str, Case] = {}
        self.kept: set[str] = set()
        self.last = 0
        self.told: list[tuple[bytes, bytes]] = []
        self.epochs: dict[bytes, int] = {}
        self.number = 0
        self.crashes: list[BaseException] = []

    @classmethod
    async def begun(cls, folder: Path, seed: int, browser: Crdt) -> Siege:
        """Everybody in, while the relay is honest."""
        siege = cls(folder, seed, browser)
        asyncio.get_running_loop().set_exception_handler(siege._crashed)
        await siege._prepare()
        return siege

    async def _prepare(self) -> None:
        world = self.world
        for name in EVERYBODY:
            air = CrookedAir(world.station, world.noise, self.crook, name)
            await world.device(name, self.browser if name == "Bas" else None, air)
        case = self.cases["Anna"] = await own_case(self.device("Anna"))
        await world.synced(case)
        for name in EVERYBODY[1:]:
            offer = {"relatiekaart": "lezen"} if name == "Lena" else BOTH
            shared = self.cases[name] = await world.share(case, self.device(name), offer)
            await world.until(lambda offer=offer, shared=shared: offer.keys() <= shared.documents.keys())
        await self.edit("Anna")
        await world.synced(*self.cases.values())
        self.mallory = {kind: Mallory(self.cases["Mallory"], kind) for kind in KINDS}

    def device(self, name: str) -> Device:
        return self.world.devices[EVERYBODY.index(name)]

    def air(self, name: str) -> CrookedAir:
        air = self.device(name).air
        assert isinstance(air, CrookedAir)
        return air

    async def edit(self, name: str) -> None:
        """One honest edit, saved: from then on it may never be lost."""
        case = self.cases[name]
        self.number += 1
        person, called = case.new_person_id(), f"{SECRET} {self.number}"
        await case.dispatch(AddPerson(person, called, ring=1))
        await case.dispatch(PlacePerson(person, self.random.randint(1, 3)))
        if self.random.random() < 0.4:
            await case.dispatch(DescribePerson(person, "", f"{SECRET} " * self.random.randint(1, 9)))
        await case.save()
        self.kept.add(called)

    async def change(self, name: str) -> None:
        """Of what somebody else has made, so that clashes come about."""
        case = self.cases[name]
        people = [each for each in case.documents["mensen"].view["people"] if each != "klant"]  # type: ignore[union-attr]
        person = self.random.choice(people)
        called = case.documents["mensen"].view["people"][person].get("name", "")  # type: ignore[index,call-overload,union-attr]
        with suppress(BadInput):
            await case.dispatch(RenamePerson(person, f"{called}+"))
            await case.save()

    async def pass_time(self, seconds: float) -> None:
        await self.world.run(20)
        self.world.clock.advance(seconds)
        await self.world.run(20)

    async def crash(self, name: str) -> None:
        device = self.device(name)
        await device.crash()
        await device.start()
        self.cases[name] = await device.running.open_case(self.cases[name].id)

    async def weather(self, name: str) -> None:
        air = self.air(name)
        if air.up:
            air.fall()
        else:
            air.rise()
            self.device(name).running.wake()

    async def release(self, name: str) -> None:
        for frame in self.crook.release(name):
            self.air(name).say(frame)

    async def everything(self) -> None:
        """Each attack in its turn, before and after Mallory is out: so that none of them is ever left out."""
        for attack in ATTACKS:
            await self.cheat("Bas" if attack in TO_WRITERS else "Carla", [attack])
        for _ in range(2):
            for number, attack in enumerate(BY_HAND):
                await self.world.until(lambda: self._online("Carla") and self._online("Lena"))
                await self.by_hand(attack, KINDS[number % 2], ["Carla", "Lena"])
            await self.release("Carla")
            await self.pass_time(1.0)
            await self.remove()

    async def cheat(self, phone: str, attacks: Sequence[str]) -> None:
        """The relay is to do this to a phone as soon as it can, and there is something to do it to."""
        for attack in attacks:
            self.crook.arm(phone, attack)
        for name in (phone, "Anna"):
            if name in HONEST:
                await self.edit(name)
                await self.pass_time(0.5)

    async def by_hand(self, attack: str, kind: str, victims: Sequence[str]) -> None:
        """What Mallory makes, told to `victims` by the relay: they may each hear another thing."""
        if attack in RECORDS:
            heard = await self._by_record(attack, victims)
        elif attack == "reader":
            reader = Mallory(self.cases["Lena"], "relatiekaart")
            wire = await reader.forge(change(reader))
            heard = [self._tell(reader.document.id, victim, wire) for victim in victims]
        else:
            heard = await self._by_envelope(ENVELOPES[attack], self.mallory[kind], victims)
        self.crook.done[attack] += any(heard)
        self.crook.done["after removal"] += any(heard) and self.removed
        await self.world.run(10)

    def _tell(self, document: bytes, victim: str, wire: bytes) -> bool:
        self.told.append((document, wire))
        return self.air(victim).say(Events(document, 0, (wire,)))

    async def _by_envelope(self, tried: Attack, mallory: Mallory, victims: Sequence[str]) -> list[bool]:
        wires = await tried.make(mallory, self.cases["Anna"])
        self.air("Mallory").put(wires[0])
        await self.world.run(5)
        heard = []
        for number, victim in enumerate(victims):
            heard.append(self._tell(mallory.document.id, victim, wires[(number + 1) % len(wires)]))
        if not self.removed and not tried.seen:
            mallory.count(wires[0])
        return heard

    async def _by_record(self, attack: str, victims: Sequence[str]) -> list[bool]:
        """With a true signature, in the place of the next record."""
        speech = Speech(self.cases["Mallory"])
        if attack in ("extra wrap", "missing wrap") and self.removed:
            return []  # she holds no secret any more that an honest epoch could be made of
        record = await speech.record(await RECORDS[attack](speech))
        frame = Log(record.position, (record.wire,), record.position + 1)
        return [self.air(victim).say(frame) for victim in victims]

    def _crashed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if context["message"] == CRASH:
            self.crashes.append(context["exception"])

    @property
    def removed(self) -> bool:
        """Whether the owner's device knows Mallory as gone."""
        return all(each.name != "Mallory" for each in self.cases["Anna"].members)

    async def remove(self) -> None:
        """The owner takes Mallory out. Where the relay lies about it, that is told, and she tries again."""
        case = self.cases["Anna"]
        with suppress(KringError):
            for each in [each for each in case.members if each.name == "Mallory"]:
                await case.remove(each.id)

    async def heal(self) -> None:
        """The relay comes clean, everybody is there, Mallory is out, and each says one thing more.

        To come clean is to tell everybody what was told to some, so that the owner can take it over.
        """
        world = self.world
        self.crook.come_clean()
        for name in EVERYBODY:
            self.air(name).rise()
            self.device(name).running.wake()
        await world.station.restart()
        await world.until(lambda: all(self._sent(name) for name in HONEST), 600)
        await self.remove()
        await world.until(lambda: self.removed, 600)
        membership = self.cases["Anna"]._engine.ledger.membership
        self.epochs = {each: membership.last_epoch(each) for each in membership.documents}
        self.last = self.number
        for name in HONEST:
            await self.edit(name)
        for document, wire in self.told:
            for name in (*HONEST, "Lena"):
                self.air(name).say(Events(document, 0, (wire,)))
        for _ in range(9):
            await world.run(100)
            adopted = [await self._adopt(each.id) for each in self.cases["Anna"].quarantine]
            if not any(adopted):
                break
        await world.station.restart()
        await self._in_step()
        await world.until(lambda: all(self._equal(kind) for kind in KINDS), 600)

    async def _adopt(self, entry: str) -> bool:
        try:
            await self.cases["Anna"].adopt(entry)
        except KringError:
            return False
        return True

    def _online(self, name: str) -> bool:
        return self.cases[name]._engine.link == "online"

    def _sent(self, name: str) -> bool:
        return self._online(name) and not self.cases[name].status.unsent

    async def _in_step(self) -> None:
        honest = [self.cases[name] for name in (*HONEST, "Lena")]
        try:
            await self.world.until(lambda: all(case.status.sync == "synced" for case in honest), 600)
        except AssertionError as error:
            raise AssertionError(str([case.status for case in honest])) from error

    def _equal(self, kind: str) -> bool:
        readers = [name for name in (*HONEST, "Lena") if name != "Lena" or kind == "relatiekaart"]
        return len({self.cases[name].documents[kind].heads for name in readers}) == 1

    async def reckon(self) -> None:
        """All equal, nothing lost, nothing read that may not be, and nothing that nobody foresaw."""
        assert self.crashes == []
        anna = self.cases["Anna"]
        for kind in KINDS:
            handles = [self.cases[name].documents[kind] for name in HONEST]
            assert all(each.view == handles[0].view for each in handles)
            assert all(each.conflicts == handles[0].conflicts for each in handles)
        people = anna.documents["mensen"].view["people"].values()  # type: ignore[union-attr]
        there = {str(each.get("name", "")).rstrip("+") for each in people}  # type: ignore[union-attr]
        assert self.kept <= there, f"lost: {self.kept - there}"
        assert "mensen" not in self.cases["Lena"].documents
        assert SECRET not in str([handle.view for handle in self.cases["Lena"].documents.values()])
        late = {f"{SECRET} {number}" for number in range(self.last + 1, self.number + 1)}
        assert len(late & self.kept) == len(HONEST)
        view = str(self.cases["Mallory"]._engine.by_kind["mensen"].view)
        assert not [each for each in late if f"'{each}'" in view]
        await self._no_key()

    async def _no_key(self) -> None:
        """Of all that the relay ever handed out, Lena opens nothing but the map, Mallory nothing late."""
        anna = self.cases["Anna"]._engine
        shared = {self._id("relatiekaart"), self._id("kring"), self._id("mensen")}
        stored = [data for name in shared for _, data in anna.store.envelopes.after(anna.number, name, 0)]
        for name in ("Lena", "Mallory"):
            engine = self.cases[name]._engine
            for each in map(parse_envelope, stored):
                tries = [(each, secret) for secret in engine.keyring.secrets.values()]
                opened = [plain for plain in await open_many(engine.ports.crypto, tries) if plain is not None]
                if name == "Lena":
                    assert not opened or each.header.document != self._id("mensen")
                elif each.header.epoch >= self.epochs[each.header.document]:
                    assert not opened

    def _id(self, kind: str) -> bytes:
        document = self.cases["Anna"]._engine.document_of(kind)
        assert document is not None
        return document.id

    async def close(self) -> None:
        await self.world.close()
