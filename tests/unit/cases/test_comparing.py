"""Two people learn by one code whether the relay shows both the same (CAS-72)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kring.cases.case import Case
from kring.errors import BadInput, NotAllowed
from tests.simulation.air import Station
from tests.simulation.world import World
from tests.unit.cases.people import BOTH, add, names, pair, reopened

START = "0472"


def codes(one: Case, other: Case, start: str = START) -> tuple[str, str]:
    return one.compare_code(other.member, start), other.compare_code(one.member, start)


async def test_CAS_72_both_see_the_same_digits_whoever_began_and_after_every_edit(world: World) -> None:
    case, bas = await pair(world)
    cor = await world.share(case, await world.device("Cor"), {"mensen": "lezen"})
    seen = set()
    for name in ("Oma", "Opa"):
        await add(bas, name)
        await world.until(lambda name=name: all(name in names(each) for each in (case, bas, cor)))
        await world.synced(case, bas, cor)
        for one, other in ((case, bas), (bas, cor), (cor, case)):
            mine, theirs = codes(one, other)
            assert mine == theirs != ""
            seen.add(mine)
    start = case.draw_start()
    assert len(start) == 4
    assert codes(case, bas, start)[0] == codes(case, bas, start)[1]
    assert codes(case, bas, start) != codes(case, bas)
    assert len(seen) >= 4


async def test_P7_CAS_72_a_relay_that_forks_two_people_is_found_by_the_code(
    world: World, tmp_path: Path
) -> None:
    """Each is told that all is well, and each sees the own edits: only the codes tell."""
    case, bas = await pair(world)
    air = world.devices[1].air
    air.fall()
    await world.run()
    await world.station.copy(tmp_path / "fork")
    fork = Station(tmp_path / "fork", world.clock, 7)
    air._station = fork
    air.rise()
    case.wake()
    bas.wake()
    await world.synced(case, bas)
    assert len(set(codes(case, bas))) == 1

    await add(case, "Wat Bas niet te zien krijgt")
    await world.synced(case)
    assert "" not in codes(case, bas)
    assert len(set(codes(case, bas))) == 2
    await add(bas, "Wat Anna niet te zien krijgt")
    await world.synced(case, bas)
    assert len(set(codes(case, bas))) == 2
    await fork.stop()


async def test_P7_CAS_72_a_relay_that_keeps_a_removal_back_is_found_by_the_code(
    world: World, tmp_path: Path
) -> None:
    case, bas = await pair(world)
    cor = await world.share(case, await world.device("Cor"), BOTH)
    await world.synced(case, bas, cor)
    air = world.devices[1].air
    air.fall()
    await world.run()
    await world.station.copy(tmp_path / "fork")
    fork = Station(tmp_path / "fork", world.clock, 7)
    air._station = fork
    air.rise()
    bas.wake()
    case.wake()
    await world.synced(case, bas)
    await case.remove(cor.member)
    await world.until(lambda: cor.member not in {each.id for each in case.members})
    await world.synced(case, bas)
    assert cor.member in {each.id for each in bas.members}
    assert len(set(codes(case, bas))) == 2
    await fork.stop()


async def test_CAS_72_out_of_step_there_is_no_code_and_odd_questions_are_refused(world: World) -> None:
    case, bas = await pair(world)
    for start in ("", "12", "12345", "12a4", "-123", "１２３４", " 123"):
        with pytest.raises(BadInput):
            case.compare_code(bas.member, start)
    for member in (case.member, "ab" * 16):
        with pytest.raises(NotAllowed):
            case.compare_code(member, START)
    world.devices[0].air.fall()
    await world.run()
    await add(case, "Oma")
    assert case.compare_code(bas.member, START) == ""
    again = await reopened(world.devices[0], case)
    assert again.compare_code(bas.member, START) == ""
    world.devices[0].air.rise()
    again.wake()
    await world.until(lambda: "Oma" in names(bas))
    await world.synced(again, bas)
    assert len(set(codes(again, bas))) == 1
