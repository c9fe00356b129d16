"""What the owner can read of what happened, and nobody else (CAS-60)."""

from __future__ import annotations

import asyncio

import pytest

from kring.cases.case import Case
from kring.cases.happenings import REWRITTEN, VISIT_MS
from kring.errors import NotAllowed
from kring.exchange.table import as_csv
from kring.sharing.access import FIRST, LOGIN, Entry, encode_entry
from sync_server.log_store import AppendAccess
from tests.simulation.world import World
from tests.unit.cases.people import BOTH, add, names, own_case, pair, reopened


async def fetch(world: World, case: Case) -> None:
    task = asyncio.create_task(case.refresh_happenings())
    await world.until(task.done)
    await task


def told(case: Case) -> set[tuple[str, str, str, str]]:
    return {(each.what, each.name, each.about_name, each.kind) for each in case.happenings}


async def test_CAS_60_the_owner_reads_who_came_changed_and_was_let_in(world: World) -> None:
    case, bas = await pair(world)
    await add(bas, "Oma")
    await world.until(lambda: "Oma" in names(case))
    await world.synced(case, bas)
    await fetch(world, case)

    seen = told(case)
    assert ("changed", "Bas", "", "mensen") in seen
    assert ("read", "Bas", "", "mensen") in seen
    assert ("granted", "Anna", "Bas", "") in seen
    assert not [each for each in case.happenings if each.name == "Anna" and each.what == "read"]
    assert list(case.happenings) == sorted(case.happenings, key=lambda each: -each.time)
    assert bas.happenings == ()
    await fetch(world, bas)
    assert bas.happenings == ()


async def test_CAS_60_it_is_kept_and_goes_on_after_a_restart(world: World) -> None:
    case, bas = await pair(world)
    await fetch(world, case)
    before = told(case)
    again = await reopened(world.devices[0], case)
    assert told(again) == before
    await add(bas, "Opa")
    await world.until(lambda: "Opa" in names(again))
    await fetch(world, again)
    assert ("changed", "Bas", "", "mensen") in told(again)


async def test_P7_CAS_60_a_relay_that_rewrites_who_came_is_named(world: World) -> None:
    case, _ = await pair(world)
    await fetch(world, case)
    before = case.happenings
    engine, store = case._engine, world.station.relay.store
    length, _ = await store.access_end(engine.case)
    false = encode_entry(Entry(1, LOGIN, engine.keys.id, b"", 1), FIRST)
    await store.commit([AppendAccess(engine.case, length, (false,))])
    await fetch(world, case)
    assert case.status.code == REWRITTEN
    assert case.happenings == before


def test_P12_CAS_60_a_name_is_no_formula_in_a_spreadsheet() -> None:
    assert "'=1+1" in as_csv(["wie"], [["=1+1"]])


async def test_CAS_71_who_came_for_an_organisation_is_told_with_it_and_so_is_who_only_came(
    world: World,
) -> None:
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await own_case(anna)
    await world.synced(case)
    invitation = await case.invite("Bas", "professional", BOTH, 7, "  Jeugdhulp   Noord ")
    await bas.running.join(invitation.link, "Bas")
    await world.until(lambda: case.requests)
    case = await reopened(anna, case)
    await world.synced(case)
    await case.confirm(case.requests[0].id)
    await world.until(lambda: bas.running.cases[0].kind == "shared")
    shared = await bas.running.open_case(case.id)
    await world.until(lambda: [each.organisation for each in shared.members] == ["", "Jeugdhulp Noord"])
    await world.synced(case, shared)
    await fetch(world, case)

    assert "link_opened" in {each.what for each in case.happenings}
    assert ("opened", "Bas", "", "") in told(case)
    assert not [each for each in case.happenings if each.what == "opened" and each.name == "Anna"]
    assert {each.organisation for each in case.happenings if each.name == "Bas"} == {"Jeugdhulp Noord"}

    await case.name_organisation(shared.member, "Zuid")
    await world.until(lambda: shared.members[1].organisation == "Zuid")
    assert shared.happenings == ()
    with pytest.raises(NotAllowed):
        await shared.name_organisation(shared.member, "Elders")


async def test_CAS_71_who_loses_the_connection_all_the_time_was_there_once(world: World) -> None:
    case, bas = await pair(world)
    air = world.devices[1].air
    for _ in range(5):
        world.clock.advance(70)
        air.fall()
        await world.run()
        air.rise()
        bas.wake()
        await world.synced(bas)
        await fetch(world, case)
    world.clock.advance(VISIT_MS / 1000)
    air.fall()
    await world.run()
    air.rise()
    bas.wake()
    await world.synced(case, bas)
    await fetch(world, case)
    came = [each for each in case.happenings if each.what == "opened" and each.name == "Bas"]
    assert len(came) == 2


async def test_REL_51_who_was_taken_out_and_comes_back_is_turned_away_and_the_owner_reads_it(
    world: World,
) -> None:
    case, bas = await pair(world)
    air = world.devices[1].air
    air.fall()
    await case.remove(bas.member)
    await world.until(lambda: len(case.members) == 1)
    await fetch(world, case)
    assert not [each for each in case.happenings if each.what == "refused"]
    air.rise()
    bas.wake()
    await world.until(lambda: bas.status.sync == "unable")
    await fetch(world, case)
    assert {each.member for each in case.happenings if each.what == "refused"} == {bas.member}
