"""A member with true keys, whose app was replaced, and a relay that helps her (docs/attacks.md)."""

from __future__ import annotations

import pytest

from kring.sync.messages import Log
from tests.attacks.crook import Crook, CrookedAir
from tests.attacks.hand import ENVELOPES, RECORDS, Speech
from tests.simulation.world import World
from tests.support.mallory import Mallory
from tests.unit.cases.people import BOTH, add, names, own_case, pair

ANNA, MALLORY = range(2)


@pytest.mark.parametrize("attack", ENVELOPES)
async def test_P3_P4_P8_an_envelope_made_by_hand_is_refused_for_its_reason(world: World, attack: str) -> None:
    case, shared = await pair(world)
    mallory, tried = Mallory(shared, "mensen"), ENVELOPES[attack]
    engine = case._engine
    for wire in await tried.make(mallory, case):
        await mallory.tell(case, wire)
    held = [each.reason for each in engine.store.held.all(engine.number)]
    assert held == ([tried.reason] if tried.reason else [])
    await add(case, "Ida")
    await world.until(lambda: not case.status.unsent)


@pytest.mark.parametrize("attack", RECORDS)
async def test_P4_P5_P9_a_record_that_breaks_a_rule_is_named_and_changes_nothing(
    world: World, attack: str
) -> None:
    """Its signature is true and the relay plays along: replay refuses it on each device by itself."""
    crook = Crook(1)
    anna = await world.device("Anna", air=CrookedAir(world.station, world.noise, crook, "Anna"))
    case = await own_case(anna)
    await world.synced(case)
    shared = await world.share(case, await world.device("Mallory"), BOTH)
    await world.until(lambda: BOTH.keys() <= shared.documents.keys())
    await world.synced(case, shared)
    speech, air = Speech(shared), anna.air
    assert isinstance(air, CrookedAir)
    before = case._engine.ledger.tail()
    named: list[str] = []
    case._engine.on_change(lambda: named.append(case._engine.refusal))
    record = await speech.record(await RECORDS[attack](speech))
    assert air.say(Log(record.position, (record.wire,), record.position + 1))
    await world.until(lambda: "relay_fork" in named)
    assert case._engine.ledger.tail() == before
    await world.synced(case)
    await add(case, "Ida")
    await world.until(lambda: "Ida" in names(shared))
