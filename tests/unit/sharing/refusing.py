"""How a test says that a rule of the log refuses a record."""

from __future__ import annotations

import pytest

from kring.errors import ProtocolError
from kring.sharing.records import Body, sign_record
from kring.sharing.replay import extend
from tests.unit.sharing.world import NOW, Person, World


async def refused(world: World, person: Person, body: Body, *, time: int = NOW) -> str:
    """SHR-5: the record is refused, and the membership is as it was. Returns the rule."""
    before, kept = world.membership, world.membership.copy()
    record = await sign_record(
        world.crypto,
        person.keys,
        case=before.case,
        position=before.length,
        previous=before.head,
        time=time,
        body=body,
    )
    with pytest.raises(ProtocolError) as error:
        extend(before, [record])
    assert world.membership is before
    assert before == kept
    return str(error.value)
