"""The code by which two people tell whether they were shown the same."""

from __future__ import annotations

import pytest

from kring.sharing import rights
from kring.sharing.compare import STARTS, compare_code, shared_documents
from kring.sharing.records import Invite
from tests.unit.sharing.world import LATER, World


async def test_SHR_51_P7_the_code_is_of_what_both_may_read_and_hangs_on_log_edits_and_start(
    world: World,
) -> None:
    prive = world.documents["prive"]
    person = await world.granted({world.mensen: rights.LEZEN, prive: rights.LEZEN})
    other = await world.granted({world.mensen: rights.BIJDRAGEN})
    mine = world.owner.keys.id
    assert shared_documents(world.membership, mine, person.keys.id) == tuple(sorted((world.mensen, prive)))
    assert shared_documents(world.membership, other.keys.id, person.keys.id) == (world.mensen,)
    assert shared_documents(world.membership, mine, bytes(16)) == ()
    digest = world.owner.gate(world.mensen).digest()
    code = compare_code(world.membership, {world.mensen: digest}, 1234)
    assert [len(each) for each in code.split(" ")] == [3, 3, 3, 3]
    assert code.replace(" ", "").isdigit()
    assert compare_code(world.membership, {world.mensen: person.gate(world.mensen).digest()}, 1234) == code
    await world.write(world.owner)
    others = {
        compare_code(world.membership, {world.mensen: world.owner.gate(world.mensen).digest()}, 1234),
        compare_code(world.membership, {prive: digest}, 1234),
        compare_code(world.membership, {world.mensen: digest, prive: digest}, 1234),
        compare_code(world.membership, {world.mensen: digest}, 1235),
        compare_code(world.membership, {}, 1234),
    }
    await world.say(world.owner, Invite(bytes(32), "netwerklid", {}, LATER))
    others.add(compare_code(world.membership, {world.mensen: digest}, 1234))
    assert code not in others
    assert len(others) == 6
    both = [(prive, b"1" * 32), (world.mensen, digest)]
    orders = (dict(both), dict(reversed(both)))
    assert len({compare_code(world.membership, each, 0) for each in orders}) == 1


async def test_SHR_51_a_start_has_four_digits(world: World) -> None:
    for start in (-1, STARTS):
        with pytest.raises(ValueError, match="start"):
            compare_code(world.membership, {}, start)
    assert compare_code(world.membership, {}, 0) != compare_code(world.membership, {}, STARTS - 1)
