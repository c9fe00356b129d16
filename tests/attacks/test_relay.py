"""A hostile relay, and a member who works with it, against running cases (docs/attacks.md)."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from kring.cases.case import Case
from kring.sharing import codec
from kring.sharing.author import Author, invite
from kring.sharing.device import new_device
from kring.sharing.envelope import parse_envelope
from kring.sharing.membership import REVOKED
from kring.sharing.records import Join, encode_payload, parse_record
from kring.sync.messages import Events, Log, ServerFrame
from tests.attacks.crook import Crook, CrookedAir
from tests.attacks.hand import ENVELOPES, change
from tests.simulation.world import Device, World
from tests.support.mallory import Mallory
from tests.unit.cases.people import BOTH, add, names, own_case, pair
from tests.unit.cases.test_rotation import equal, place

ANNA, BAS, CARLA = range(3)


class Ring:
    """Anna's case with Bas, who means harm, and Carla; the relay can say what it likes to Anna and Carla."""

    def __init__(self, world: World) -> None:
        self.world, self.crook = world, Crook(1)

    @classmethod
    async def of(cls, world: World) -> Ring:
        self = cls(world)
        anna, bas, carla = [await self.device(name) for name in ("Anna", "Bas", "Carla")]
        self.anna = await own_case(anna)
        await world.synced(self.anna)
        self.bas, self.carla = await self.shared(bas), await self.shared(carla)
        await add(self.anna, "Oma")
        await world.until(lambda: "Oma" in names(self.bas) & names(self.carla))
        await world.synced(self.anna, self.bas, self.carla)
        self.mallory = Mallory(self.bas, "mensen")
        return self

    async def device(self, name: str) -> Device:
        return await self.world.device(
            name, air=CrookedAir(self.world.station, self.world.noise, self.crook, name)
        )

    async def shared(self, device: Device) -> Case:
        case = await self.world.share(self.anna, device, BOTH)
        await self.world.until(lambda: BOTH.keys() <= case.documents.keys())
        return case

    def say(self, who: int, frame: ServerFrame) -> None:
        air = self.world.devices[who].air
        assert isinstance(air, CrookedAir)
        assert air.say(frame)

    def tell(self, who: int, wire: bytes) -> None:
        self.say(who, Events(self.mallory.document.id, 0, (wire,)))

    async def remove(self) -> None:
        """Take Bas out, for good."""
        await self.anna.remove(self.bas.member)
        await self.world.until(lambda: all(each.name != "Bas" for each in self.carla.members))
        await self.world.synced(self.anna, self.carla)

    async def lower(self) -> None:
        """Let Bas read from now on, and no more."""
        await self.anna.change_rights(self.bas.member, dict.fromkeys(BOTH, "lezen"), 0)
        await self.world.until(
            lambda: (
                next(each for each in self.carla.members if each.name == "Bas").rights["mensen"] == "lezen"
            )
        )

    async def lose(self) -> None:
        """Shut out the device that Bas does harm with."""
        device, log = self.mallory.engine.keys.id, self.carla._engine.ledger
        await self.anna.remove_device(device.hex())
        await self.world.until(lambda: log.membership.devices[device].state == REVOKED)


@pytest.mark.parametrize(("instead", "next_one"), [("junk", False), ("bent", False), ("repeat", True)])
async def test_P7_SYN_30_what_a_relay_swapped_for_something_else_comes_once_it_is_asked_again(
    world: World, instead: str, next_one: bool
) -> None:
    """The number of envelopes is right, so nothing skips; of a repeat only the next of the chain tells."""
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.synced(case, shared)
    engine, mensen = shared._engine, place(case)
    before = [data for _, data in engine.store.envelopes.after(engine.number, mensen, 0)]
    world.devices[BAS].air.fall()
    await add(case, "Ida")
    await world.until(lambda: not case.status.unsent)
    swapped = 0

    def swap(frame: ServerFrame) -> ServerFrame:
        nonlocal swapped
        if not isinstance(frame, Events) or not frame.envelopes or frame.document != mensen:
            return frame
        swapped += 1
        [wire] = frame.envelopes
        other = {"junk": b"junk", "bent": wire[:-1] + bytes([wire[-1] ^ 1]), "repeat": before[-1]}[instead]
        return Events(frame.document, frame.cursor, (other,))

    world.station.tamper = swap
    world.devices[BAS].air.rise()
    shared.wake()
    await world.until(lambda: swapped)
    await world.run(100)
    assert "Ida" not in names(shared)
    world.station.tamper = lambda frame: frame
    if next_one:
        await add(case, "Mo")
        await world.until(lambda: not case.status.unsent)
    await world.station.restart()
    await world.until(lambda: names(shared) == names(case))
    await world.synced(case, shared)


async def test_P7_SYN_30_a_hole_is_asked_for_again_also_where_a_cut_undid_something(world: World) -> None:
    ring = await Ring.of(world)
    late = await ring.mallory.forge(change(ring.mallory))
    ring.tell(CARLA, late)
    await ring.remove()
    await world.until(lambda: equal(ring.anna, ring.carla))
    assert [each.reason for each in ring.carla._engine.quarantined()] == ["cut"]
    seen = [
        data
        for _, data in ring.carla._engine.store.envelopes.after(
            ring.carla._engine.number, place(ring.anna), 0
        )
    ]
    ring.crook.seen = seen[:1]
    ring.crook.arm("Carla", "swap")
    await add(ring.anna, "Ida")
    await world.until(lambda: ring.crook.done["swap"])
    await add(ring.anna, "Mo")
    await world.run(200)
    assert {"Ida", "Mo"} & names(ring.carla) == set()
    await world.station.restart()
    await world.until(lambda: equal(ring.anna, ring.carla))
    await world.synced(ring.anna, ring.carla)


async def test_P5_P8_SHR_12_what_names_a_time_to_come_is_past_the_cut_all_the_same(world: World) -> None:
    """Else it would wait for ever, and the device say for ever that the relay keeps something back."""
    ring = await Ring.of(world)
    [wire] = await ENVELOPES["position that is not there"].make(ring.mallory, ring.anna)
    ring.tell(CARLA, wire)
    await world.until(lambda: ring.carla._engine.documents[place(ring.anna)].waiting)
    await ring.remove()
    assert [each.reason for each in ring.carla._engine.quarantined()] == ["cut"]
    await world.station.restart()
    await world.synced(ring.anna, ring.carla)


@pytest.mark.parametrize("kind", ["mensen", "relatiekaart"])
async def test_P5_a_removed_member_and_the_relay_back_date_to_everybody_and_to_who_comes_later(
    world: World, kind: str
) -> None:
    ring = await Ring.of(world)
    mallory = Mallory(ring.bas, kind)
    inside = ring.bas._engine.ledger.membership
    await ring.remove()
    dora = await ring.shared(await ring.device("Dora"))
    await world.synced(ring.anna, ring.carla, dora)
    before = {name: ring.anna.documents[name].heads for name in BOTH}
    for position in range(inside.length - 3, inside.length + 1):
        wire = await mallory.forge(
            change(mallory), at=inside, log_position=position, log_head=inside.head_at(position)
        )
        for who in (ANNA, CARLA, 3):
            ring.say(who, Events(mallory.document.id, 0, (wire,)))
    await world.run(300)
    for case in (ring.anna, ring.carla, dora):
        assert {each.reason for each in case._engine.quarantined()} == {"cut"}
        assert {name: case.documents[name].heads for name in BOTH} == before
    await add(dora, "Ida")
    await world.until(lambda: "Ida" in names(ring.anna) & names(ring.carla))


async def test_P7_a_member_and_the_relay_fork_the_log_and_who_was_deceived_is_told(world: World) -> None:
    """Two records with true signatures for one place: each phone has one, and the first meeting shows it."""
    ring = await Ring.of(world)
    engine = ring.bas._engine
    speaking = Author(engine.ports.crypto, engine.keys, engine.ledger.membership)
    other, _ = await invite(speaking, "", {}, engine.ports.clock.now() + 1000, "https://relay.example", 1)
    ring.say(CARLA, Log(other.position, (other.wire,), other.position + 1))
    await world.until(lambda: ring.carla._engine.ledger.membership.length == other.position + 1)
    await ring.anna.invite("Dora", "netwerklid", BOTH, 7)
    await world.until(lambda: ring.carla.status.code in ("relay_fork", "relay_rollback"))
    await add(ring.anna, "Ida")
    await add(ring.carla, "Van Carla zelf")
    await world.until(lambda: "Ida" in names(ring.bas))
    await world.run(500)
    assert ring.carla.status.sync == "problem"
    assert names(ring.carla) == {"Oma", "Van Carla zelf"}
    assert names(ring.anna) == {"Oma", "Ida"}


async def test_P10_a_relay_that_puts_its_own_key_in_a_join_is_named_and_nobody_is_asked_for(
    world: World,
) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await world.synced(case)
    thief = await new_device(case._engine.ports.crypto)

    def swap(frame: ServerFrame) -> ServerFrame:
        if not isinstance(frame, Log):
            return frame
        return dataclasses.replace(frame, records=tuple(map(swapped, frame.records)))

    def swapped(wire: bytes) -> bytes:
        record = parse_record(wire)
        if not isinstance(record.body, Join):
            return wire
        body = dataclasses.replace(record.body, kem=thief.kem.public)
        payload = encode_payload(
            record.case, record.position, record.previous, record.author, record.time, body
        )
        return codec.encode([payload, record.signature])

    world.station.tamper = swap
    invitation = await case.invite("Bas", "netwerklid", BOTH, 7)
    bas = await world.device("Bas")
    named: list[str] = []
    case._engine.on_change(lambda: named.append(case._engine.refusal))
    await bas.running.join(invitation.link, "Bas")
    await world.until(lambda: "relay_fork" in named)
    assert case.requests == ()
    world.station.tamper = lambda frame: frame
    await world.station.restart()
    await world.until(lambda: case.requests)
    assert case.requests[0].code == bas.running.cases[0].code


async def test_P4_a_reader_and_the_relay_together_change_nothing(world: World) -> None:
    ring = await Ring.of(world)
    lena = await ring.world.share(ring.anna, await ring.device("Lena"), {"mensen": "lezen"})
    await world.until(lambda: "mensen" in lena.documents)
    reader = Mallory(lena, "mensen")
    before = ring.anna.documents["mensen"].heads
    wire = await reader.forge(change(reader))
    for who in (ANNA, BAS, CARLA):
        ring.tell(who, wire)
    await world.run(200)
    for case in (ring.anna, ring.bas, ring.carla):
        assert [each.reason for each in case._engine.quarantined()] == ["right"]
        assert case.documents["mensen"].heads == before
    assert parse_envelope(wire).header.device == lena._engine.keys.id


async def test_P7_two_pasts_under_one_number_end_with_the_removal_of_who_made_them(world: World) -> None:
    """Anna has what the relay keeps; Carla was shown the other."""
    ring = await Ring.of(world)
    kept, other = await ENVELOPES["fork"].make(ring.mallory, ring.anna)
    air = world.devices[BAS].air
    assert isinstance(air, CrookedAir)
    ring.crook.arm("Carla", "hold")
    ring.tell(CARLA, other)
    air.put(kept)
    await world.until(lambda: parse_envelope(kept).hash in _let_in(ring.anna))
    assert parse_envelope(other).hash in _let_in(ring.carla)
    await world.station.restart()
    await world.until(lambda: "fork" in [each.reason for each in ring.carla._engine.quarantined()])
    await ring.remove()
    await world.until(lambda: equal(ring.anna, ring.carla))
    assert parse_envelope(kept).hash in _let_in(ring.carla)


@pytest.mark.parametrize("way", [Ring.remove, Ring.lower, Ring.lose])
@pytest.mark.parametrize("shown", ["one more", "another past"])
async def test_P5_P7_CAS_80_what_only_the_owner_was_shown_does_not_keep_a_member_in(
    world: World, shown: str, way: Callable[[Ring], Awaitable[None]]
) -> None:
    """Else the relay refuses each cut that she can make, and nobody can use what she writes upon it."""
    ring = await Ring.of(world)
    await add(ring.bas, "Van Bas")
    await world.until(lambda: "Van Bas" in names(ring.anna) & names(ring.carla))
    kept, other = await ENVELOPES["fork"].make(ring.mallory, ring.anna)
    ring.tell(ANNA, other)
    if shown == "another past":
        ring.crook.arm("Anna", "hold")
        air = world.devices[BAS].air
        assert isinstance(air, CrookedAir)
        air.put(kept)
        await world.until(lambda: parse_envelope(kept).hash in _let_in(ring.carla))
    await add(ring.anna, "Erop gebouwd")
    await way(ring)
    await world.until(lambda: any(each.adoptable for each in ring.anna.quarantine))
    while late := next((each for each in ring.anna.quarantine if each.adoptable), None):
        await ring.anna.adopt(late.id)
    await world.until(lambda: equal(ring.anna, ring.carla))
    assert {"Van Bas", "Erop gebouwd"} <= {each.get("name") for each in _people(ring.carla)}


def _people(case: Case) -> list[dict[str, object]]:
    return list(case.documents["mensen"].view["people"].values())  # type: ignore[union-attr,arg-type]


def _let_in(case: Case) -> set[bytes]:
    return {last.hash for last in case._engine.documents[place(case)].gate.frontier.values()}
