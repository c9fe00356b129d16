"""Rules of the log about rights: GRANT, ASK, ranks, and the end of a member's access."""

from __future__ import annotations

from kring.sharing import author, rights
from kring.sharing.records import BOX, Ask, Freeze, Grant, Revoke
from tests.unit.sharing.refusing import refused
from tests.unit.sharing.world import LATER, NOW, Person, World

BEHEREN, BIJDRAGEN, LEZEN, NONE = rights.BEHEREN, rights.BIJDRAGEN, rights.LEZEN, rights.NONE
BOXED = bytes(BOX)


async def give(world: World, by: Person, to: Person, given: dict[bytes, int], until: int = 0) -> None:
    await world.take(await author.grant(world.author(by), by.ring, to.member, given, until, NOW))


async def test_SHR_7_only_who_may_share_grants_and_only_the_owner_gives_beheren(world: World) -> None:
    contributor, manager = await world.granted(), await world.granted({world.mensen: BEHEREN})
    waiting, other = await world.joined(), world.documents["prive"]
    for by, given in (
        (contributor, {world.mensen: LEZEN}),
        (manager, {other: LEZEN}),
        (manager, {world.mensen: LEZEN, other: LEZEN}),
    ):
        assert "no right" in await refused(world, by, Grant(waiting.member, given, 0, {}))
    assert "beheren" in await refused(world, manager, Grant(waiting.member, {world.mensen: BEHEREN}, 0, {}))
    assert "no such document" in await refused(
        world, world.owner, Grant(waiting.member, {bytes(16): LEZEN}, 0, {})
    )
    assert "gives something" in await refused(world, world.owner, Grant(waiting.member, {}, 0, {}))
    assert "no such member" in await refused(
        world, world.owner, Grant(bytes(16), {world.mensen: LEZEN}, 0, {})
    )
    guest = await world.granted({world.mensen: BIJDRAGEN}, giver=manager)
    assert world.membership.right_at(guest.keys.id, world.mensen, world.membership.length) == BIJDRAGEN
    await give(world, world.owner, guest, {world.mensen: BEHEREN})
    assert world.membership.right_at(guest.keys.id, world.mensen, world.membership.length) == BEHEREN


async def test_SHR_7_nobody_grants_to_themself_or_to_the_owner(world: World) -> None:
    manager = await world.granted({world.mensen: BEHEREN})
    for target in (manager.member, world.owner.member):
        assert "themself" in await refused(world, manager, Grant(target, {world.mensen: LEZEN}, 0, {}))
    own = Grant(world.owner.member, {world.mensen: LEZEN}, 0, {})
    assert "themself" in await refused(world, world.owner, own)


async def test_SHR_7_P4_rights_are_raised_by_grant_and_never_lowered(world: World) -> None:
    person = await world.granted({world.mensen: LEZEN})
    await give(world, world.owner, person, {world.mensen: BIJDRAGEN})
    assert world.membership.right_at(person.keys.id, world.mensen, world.membership.length) == BIJDRAGEN
    assert world.membership.right_at(person.keys.id, world.mensen, world.membership.length - 1) == LEZEN
    lower = Grant(person.member, {world.mensen: LEZEN}, 0, {world.mensen: {person.keys.id: BOXED}})
    assert "lowers" in await refused(world, world.owner, lower)


async def test_SHR_7_equals_cannot_remove_each_other_and_nobody_the_owner(world: World) -> None:
    one, two = await world.granted({world.mensen: BEHEREN}), await world.granted({world.mensen: BEHEREN})
    low = await world.granted({world.mensen: BIJDRAGEN})
    wider = await world.granted({world.mensen: BIJDRAGEN, world.documents["prive"]: LEZEN})
    for by, whom in ((one, two), (two, one), (low, one), (one, wider)):
        assert "not this member's" in await refused(world, by, Freeze(whom.member, (whom.keys.id,)))
        for keep in ({}, {world.mensen: LEZEN}):
            cut = world.cut(whom, {}, keep)
            assert "not this member's" in await refused(world, by, Revoke(whom.member, keep, cut))
    for whom in (one, low):
        assert "not this member's" in await refused(world, whom, Freeze(whom.member, (whom.keys.id,)))
        assert "not this member's" in await refused(world, whom, Revoke(whom.member, {}, world.cut(whom, {})))
    for by in (one, low, world.owner):
        freeze = Freeze(world.owner.member, tuple(sorted((world.owner.keys.id, world.paper.keys.id))))
        assert "not this member's" in await refused(world, by, freeze)
        revoke = Revoke(world.owner.member, {}, world.cut(world.owner, {}))
        assert "not this member's" in await refused(world, by, revoke)
    await world.revoke(low, {}, by=one)
    assert not world.membership.devices[low.keys.id].active


async def test_SHR_7_a_manager_cannot_remove_who_only_waits_for_the_owner(world: World) -> None:
    manager, waiting = await world.granted({world.mensen: BEHEREN}), await world.joined()
    assert "not this member's" in await refused(world, manager, Freeze(waiting.member, (waiting.keys.id,)))
    assert "not this member's" in await refused(world, manager, Revoke(waiting.member, {}, {}))
    await world.revoke(waiting, {})
    assert world.membership.members[waiting.member].state == "removed"


async def test_SHR_42_until_is_for_the_clock_of_the_relay_and_not_for_replay(world: World) -> None:
    person = await world.joined()
    await give(world, world.owner, person, {world.mensen: BIJDRAGEN}, LATER)
    membership, device = world.membership, person.keys.id
    assert membership.right_now(device, world.mensen, LATER - 1) == BIJDRAGEN
    assert membership.right_now(device, world.mensen, LATER) == NONE
    assert membership.right_at(device, world.mensen, membership.length) == BIJDRAGEN
    assert membership.right_now(bytes(16), world.mensen, NOW) == NONE


async def test_SHR_42_only_the_owner_moves_the_end_of_somebodys_access(world: World) -> None:
    """Renewal is asked of the client: a manager of one document could else keep a professional in all."""
    manager, person = await world.granted({world.mensen: BEHEREN}), await world.joined()
    given = {world.mensen: LEZEN}
    await give(world, manager, person, given, LATER)
    for until in (0, LATER - 1, LATER + 1):
        body = Grant(person.member, given, until, {world.mensen: {person.keys.id: BOXED}})
        assert "only the owner" in await refused(world, manager, body)
    await give(world, manager, person, {world.mensen: BIJDRAGEN}, LATER)
    for until in (LATER + 1, LATER - 1, 0):
        await give(world, world.owner, person, {world.mensen: BIJDRAGEN}, until)
        assert world.membership.members[person.member].until == until


async def test_SHR_42_who_has_an_end_asks_for_later_and_the_owner_answers(world: World) -> None:
    manager, person = await world.granted({world.mensen: BEHEREN}), await world.joined()
    endless = await world.granted()
    given = {world.mensen: BIJDRAGEN}
    await give(world, manager, person, given, LATER)
    for by, until in ((person, LATER), (person, 0), (endless, LATER), (world.owner, LATER)):
        assert "only for longer" in await refused(world, by, Ask(until))
    before = world.membership
    await world.say(person, Ask(LATER + 5))
    after = world.membership
    assert after.members[person.member].asked == LATER + 5
    assert after.members[person.member].until == LATER
    assert after.rights == before.rights
    await give(world, manager, person, given, LATER)
    assert world.membership.members[person.member].asked == LATER + 5
    await give(world, world.owner, person, given, LATER + 5)
    assert world.membership.members[person.member].asked == 0
    assert world.membership.members[person.member].until == LATER + 5


async def test_SHR_9_wraps_of_a_grant_are_for_exactly_the_devices_and_documents(world: World) -> None:
    person = await world.joined()
    mine, theirs = world.owner.keys.id, person.keys.id
    offer = {world.mensen: BIJDRAGEN}
    wrong: list[dict[bytes, dict[bytes, bytes]]] = [
        {},
        {world.mensen: {}},
        {world.mensen: {mine: BOXED}},
        {world.mensen: {mine: BOXED, theirs: BOXED}},
        {world.mensen: {theirs: BOXED}, world.documents["prive"]: {theirs: BOXED}},
    ]
    for wraps in wrong:
        assert "exactly" in await refused(world, world.owner, Grant(person.member, offer, 0, wraps))
    await give(world, world.owner, person, offer)
    await world.update(person)
    second, frozen = await world.second_device(person), await world.second_device(person)
    waiting = await world.own_device(person)
    await world.say(person, Freeze(person.member, (frozen.keys.id,)))
    await world.rotate(world.owner, world.mensen)
    right = {theirs, second.keys.id}
    for devices in (right | {frozen.keys.id}, right | {waiting.keys.id}, {theirs}):
        wraps = {world.mensen: dict.fromkeys(devices, BOXED)}
        assert "exactly" in await refused(world, world.owner, Grant(person.member, offer, 0, wraps))
    await give(world, world.owner, person, offer)
    await world.update(person, second)
