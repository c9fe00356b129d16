"""A join whose answer from the relay got lost (SYN-15)."""

from __future__ import annotations

import pytest

from kring.sync.messages import LogOk, ServerFrame
from tests.simulation.world import World
from tests.unit.cases.people import BOTH, own_case


@pytest.mark.parametrize("restarted", [False, True])
async def test_SYN_15_a_join_whose_answer_was_lost_goes_on_as_the_device(
    world: World, restarted: bool
) -> None:
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await own_case(anna)
    await world.synced(case)
    invitation = await case.invite("Bas", "netwerklid", BOTH, 7)

    def without_answer(frame: ServerFrame) -> ServerFrame | None:
        if isinstance(frame, LogOk):
            bas.air.fall()
        return frame

    world.station.tamper = without_answer
    name = await bas.running.join(invitation.link, "Bas")
    world.station.tamper = lambda frame: frame
    await world.until(lambda: case.requests)
    if restarted:
        await bas.crash()
        await bas.start()
    bas.air.rise()
    await world.run(200)
    assert [each.problem for each in bas.running.cases] == [""]
    await case.confirm(case.requests[0].id)
    await world.until(lambda: bas.running.cases[0].kind == "shared")
    shared = await bas.running.open_case(name)
    await world.until(lambda: [member.name for member in shared.members] == ["Anna", "Bas"])
