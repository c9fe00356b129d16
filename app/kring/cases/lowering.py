"""What is said in the log to take a right, or all of them, from a member (docs/protocol.md, Removing)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from kring.cases.cutting import cut_of, stepped_back
from kring.cases.engine import Engine
from kring.cases.speaking import Nothing
from kring.errors import ChainMoved
from kring.sharing.author import Author
from kring.sharing.membership import REMOVED, Membership
from kring.sharing.records import Freeze, Revoke

TRIES: Final = 4
"""How often somebody may write while a cut is being made, before they are held still."""


async def freeze(engine: Engine, author: Author, member: bytes) -> None:
    """Raises Nothing where nothing of theirs is active."""
    devices = tuple(sorted(each.id for each in author.membership.active_devices_of(member)))
    if not devices:
        raise Nothing
    await author.say(Freeze(member, devices), engine.ports.clock.now())


async def revoke(
    engine: Engine, author: Author, member: bytes, keep: Mapping[bytes, int], *, still: bool, back: int = 0
) -> None:
    """With the cut. `still`: only while a FREEZE holds them; ChainMoved where it was lifted.

    `back`: end each chain so many envelopes before where it ends here.
    """
    membership = author.membership
    if membership.members[member].state == REMOVED:
        raise Nothing
    if still and any(membership.active_devices_of(member)):
        raise ChainMoved("a freeze was lifted meanwhile")
    devices = [each.id for each in membership.devices_of(member)]
    earlier = stepped_back(membership, back, partial(engine.store.envelopes.at, engine.number))
    cut = cut_of(membership, engine.documents, member, devices, keep, earlier)
    await author.say(Revoke(member, dict(keep), cut), engine.ports.clock.now())


def granted(membership: Membership, member: bytes) -> dict[bytes, int]:
    """What the member may do, by document."""
    return {each: right for (name, each), right in membership.granted.items() if name == member and right}
