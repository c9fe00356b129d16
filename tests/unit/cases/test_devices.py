"""Several devices of one person, lost ones, and a case that is handed over (P5, P6, P7, P10, P12)."""

from __future__ import annotations

from typing import Any

import pytest

from kring.cases.case import Case
from kring.errors import BadInput, NetworkError, NotAllowed
from kring.phases.netwerkatlas.mensen.commands import RenamePerson
from kring.sharing.author import Author
from kring.sharing.records import DeviceConfirm
from tests.simulation.world import Device, World
from tests.unit.cases.people import BOTH, add, names, own_case, pair, reopened

ANNA, BAS = range(2)


async def asked(world: World, case: Case, other: Device) -> str:
    """A link made here and opened there; the new device waits."""
    link = await case.add_device("Tablet")
    name = await other.running.join(link.link, "Wie dan ook")
    await world.until(lambda: case.device_requests)
    return name


async def second(world: World, case: Case, name: str = "Tablet van Anna") -> Case:
    """The same person's case on another device, in step."""
    device = await world.device(name)
    await asked(world, case, device)
    await case.confirm_device(case.device_requests[0].id)
    await world.until(lambda: device.running.cases[0].kind != "joining")
    opened = await device.running.open_case(case.id)
    await world.until(lambda: case.documents.keys() == opened.documents.keys())
    await world.synced(case, opened)
    return opened


def same(*cases: Case) -> bool:
    return len({case.documents["mensen"].heads for case in cases}) == 1


def own(case: Case) -> list[tuple[str, bool, bool]]:
    """(name, here, leaving) of the reader's own devices, papers apart."""
    return [(each.name, each.here, each.leaving) for each in case.devices if each.yours and not each.paper]


async def test_P6_another_device_gets_all_that_its_person_may_read(world: World) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    tablet = await second(world, case)
    assert "prive" in tablet.documents
    assert (tablet.kind, tablet.title, tablet.member) == ("own", "Kring", case.member)
    assert [(each.name, each.you) for each in tablet.members] == [("Anna", True), ("Bas", False)]
    await add(tablet, "Ida")
    await add(shared, "Jan")
    await world.until(lambda: names(case) == names(tablet) == names(shared) == {"Cor", "Ida", "Jan"})
    assert own(case) == [("", True, False), ("Tablet", False, False)]
    assert [here for _, here, _ in own(tablet)] == [True, False]
    assert all(each.added for each in case.devices)


async def test_P6_a_member_adds_a_device_with_no_more_than_their_own_right(world: World) -> None:
    case, shared = await pair(world, {"mensen": "lezen", "relatiekaart": "bijdragen"})
    tablet = await second(world, shared)
    assert set(tablet.documents) == set(shared.documents)
    assert not tablet.may_edit("mensen")
    assert tablet.may_edit("relatiekaart")
    assert tablet.kind == "shared"
    assert len(case.members) == 2


async def test_P10_CAS_30_a_device_that_waits_reads_nothing_and_sees_the_same_code(world: World) -> None:
    anna, tablet = await world.device("Anna"), await world.device("Tablet")
    case = await own_case(anna)
    await add(case, "Cor")
    await world.synced(case)
    name = await asked(world, case, tablet)
    waiting = tablet.running.cases[0]
    assert (waiting.kind, waiting.device, waiting.title) == ("joining", True, "")
    assert case.device_requests[0].code == waiting.code
    assert case.device_requests[0].name == "Tablet"
    assert case.requests == ()
    with pytest.raises(BadInput):
        await tablet.running.open_case(name)
    store = tablet.running._opened()
    assert store.envelopes.last_of_each_chain(1) == []
    assert "epochs" not in await store.keys.all(1)


async def test_P10_a_device_that_was_sent_away_stays_outside(world: World) -> None:
    anna, tablet = await world.device("Anna"), await world.device("Tablet")
    case = await own_case(anna)
    await world.synced(case)
    await asked(world, case, tablet)
    request = case.device_requests[0].id
    await case.decline_device(request)
    assert case.device_requests == ()
    with pytest.raises(BadInput):
        await case.confirm_device(request)
    await world.run(200)
    assert tablet.running.cases[0].kind == "joining"
    assert len(own(case)) == 1


async def test_P10_nobody_else_can_let_a_device_in_for_a_person(world: World) -> None:
    case, shared = await pair(world)
    tablet = await world.device("Tablet van Bas")
    await asked(world, shared, tablet)
    engine = case._engine
    await world.until(lambda: engine.ledger.membership.length == shared._engine.ledger.membership.length)
    waiting = next(each for each in engine.ledger.membership.devices.values() if each.state == "waiting")
    author = Author(engine.ports.crypto, engine.keys, engine.ledger.membership)
    with pytest.raises(Exception, match="only devices of their own"):
        await author.say(DeviceConfirm(waiting.id, {}), world.clock.now())
    assert case.device_requests == ()


async def test_P10_a_link_for_a_device_works_once_and_for_a_day(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await world.synced(case)
    link = await case.add_device("Tablet")
    assert case.device_link == link
    assert case.invitations == ()
    world.clock.advance(2 * 24 * 3600)
    assert case.device_link is None
    late = await world.device("Te laat")
    with pytest.raises(BadInput):
        await late.running.join(link.link, "Anna")
    await world.synced(case)
    link = await case.add_device("Tablet")
    first, other = await world.device("Een"), await world.device("Twee")
    await first.running.join(link.link, "Anna")
    with pytest.raises(BadInput):
        await other.running.join(link.link, "Anna")


async def test_P5_P6_CAS_31_a_lost_device_is_shut_out_and_what_it_sent_stays(world: World) -> None:
    case, shared = await pair(world)
    tablet = await second(world, case)
    await add(tablet, "Van de tablet")
    await world.until(lambda: same(case, tablet, shared))
    lost = world.devices[-1]
    lost.air.fall()
    await add(tablet, "Niet verstuurd")
    await case.remove_device(next(each.id for each in case.devices if each.name == "Tablet"))
    assert own(case) == [("", True, False)]
    await add(case, "Daarna")
    await world.until(lambda: names(shared) == names(case) == {"Van de tablet", "Daarna"})
    lost.air.rise()
    lost.running.wake()
    await world.until(lambda: tablet.status.sync == "unable")
    assert names(tablet) == {"Van de tablet", "Niet verstuurd"}
    membership = case._engine.ledger.membership
    for document in membership.documents:
        assert tablet._engine.keyring.secret(document, membership.last_epoch(document)) is None


async def test_P5_the_first_device_can_be_removed_by_the_second(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await add(case, "Cor")
    await world.synced(case)
    tablet = await second(world, case)
    first = next(each for each in tablet.devices if each.yours and not each.here and not each.paper)
    await tablet.remove_device(first.id)
    await world.until(lambda: case.status.sync == "unable")
    await add(tablet, "Ida")
    await world.synced(tablet)
    assert names(case) == {"Cor"}
    with pytest.raises(NotAllowed):
        await tablet.remove_device(next(each.id for each in tablet.devices if each.here))
    with pytest.raises(BadInput):
        await tablet.remove_device(first.id)


async def test_P5_the_owner_removes_a_members_lost_device_and_the_member_goes_on(world: World) -> None:
    case, shared = await pair(world)
    tablet = await second(world, shared, "Tablet van Bas")
    await world.until(lambda: sum(not each.yours and not each.paper for each in case.devices) == 2)
    lost = next(each for each in case.devices if each.id == tablet._engine.keys.id.hex())
    assert (lost.owner, lost.name, lost.yours) == ("Bas", "", False)
    await case.remove_device(lost.id)
    await add(case, "Na het verlies")
    await world.until(lambda: names(shared) == {"Na het verlies"})
    await add(shared, "Van Bas")
    await world.until(lambda: "Van Bas" in names(case))
    await world.until(lambda: tablet.status.sync == "unable")
    assert names(tablet) == set()
    with pytest.raises(NotAllowed):
        await shared.remove_device(next(each.id for each in case.devices if each.here))


async def test_P6_without_a_connection_it_is_not_final_and_goes_on_by_itself(world: World) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    tablet = await second(world, case)
    anna.air.fall()
    await add(tablet, "Onderweg")
    await case.remove_device(next(each.id for each in case.devices if each.name == "Tablet"))
    assert own(case) == [("", True, False), ("Tablet", False, True)]
    case = await reopened(anna, case)
    assert own(case) == [("", True, False), ("Tablet", False, True)]
    await world.until(lambda: names(shared) == {"Onderweg"})
    anna.air.rise()
    anna.running.wake()
    await world.until(lambda: own(case) == [("", True, False)])
    await world.until(lambda: same(case, shared) and case._engine.ledger.membership.owed() == [])
    assert names(case) == {"Onderweg"}


@pytest.mark.parametrize("writes", range(1, 7))
async def test_P6_a_crash_while_a_device_is_removed_is_taken_up_again(world: World, writes: int) -> None:
    case, shared = await pair(world)
    anna = world.devices[ANNA]
    tablet = await second(world, case)
    await add(tablet, "Onderweg")
    await world.until(lambda: same(case, tablet, shared))
    durable, left = anna.file.durable, writes

    async def dying() -> None:
        nonlocal left
        left -= 1
        anna.file.full = left < 0
        await durable()

    anna.file.durable = dying  # type: ignore[method-assign]
    await case.remove_device(next(each.id for each in case.devices if each.name == "Tablet"))
    await world.until(lambda: anna.file.full or own(case) == [("", True, False)])
    await anna.crash()
    anna.file.full = False
    anna.file.durable = durable  # type: ignore[method-assign]
    again = await (await anna.start()).open_case(case.id)
    await world.until(lambda: own(again) == [("", True, False)])
    await add(again, "Daarna")
    await world.until(lambda: names(shared) == {"Onderweg", "Daarna"} == names(again))


async def test_P5_an_old_sheet_can_be_removed_like_a_device(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await world.synced(case)
    sheet = await case.recovery_sheet()
    paper = next(each for each in case.devices if each.paper)
    await case.remove_device(paper.id)
    phone = await world.device("Vinder")
    recovery = phone.running.recovery(await phone.running.recover([sheet.qr]))
    assert recovery is not None
    await world.until(lambda: recovery.progress.code == "sheet_unknown")


async def test_P7_the_case_goes_over_into_other_hands(world: World) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.until(lambda: same(case, shared))
    bas = next(each for each in case.members if not each.you)
    await case.transfer(bas.id)
    await world.until(lambda: shared.kind == "own")
    await world.until(lambda: "prive" in shared.documents)
    assert case.kind == "shared"
    assert [each.owner for each in shared.members if each.you] == [True]
    assert {each.rights["mensen"] for each in case.members if each.you} == {"beheren"}
    with pytest.raises(NotAllowed):
        await case.transfer(bas.id)
    carla = await world.device("Carla")
    third = await world.share(shared, carla, BOTH)
    await world.until(lambda: BOTH.keys() <= third.documents.keys())
    await add(shared, "Van de nieuwe")
    await add(case, "Van de oude")
    await world.until(lambda: same(case, shared, third) and len(names(third)) == 3)
    person: Any = third.documents["mensen"].view["people"]
    cor = next(each for each, fields in person.items() if fields["name"] == "Cor")
    await third.dispatch(RenamePerson(cor, "Corrie"))
    await third.save()
    await world.until(lambda: "Corrie" in names(case) & names(shared))
    assert case.quarantine == shared.quarantine == ()
    await world.until(lambda: [each.name for each in third.members] == ["Bas", "Anna", "Carla"])


async def test_P12_CAS_35_a_case_is_handed_over_with_a_connection_only_and_to_a_member(world: World) -> None:
    case, shared = await pair(world)
    for nobody in ("", "00" * 16, case.member):
        with pytest.raises(BadInput):
            await case.transfer(nobody)
    with pytest.raises(NotAllowed):
        await shared.transfer(case.member)
    world.devices[ANNA].air.fall()
    await world.until(lambda: case.status.sync == "waiting")
    with pytest.raises(NetworkError):
        await case.transfer(shared.member)
    assert case.kind == "own"


async def test_P11_who_owns_it_now_can_restore_it_and_who_owned_it_restores_as_a_member(world: World) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.until(lambda: same(case, shared))
    sheets = await case.recovery_sheet(), await shared.recovery_sheet()
    await case.transfer(shared.member)
    await world.until(lambda: shared.kind == "own")
    await world.synced(case, shared)
    for device in list(world.devices):
        await device.crash()
    found = []
    for sheet, name in zip(sheets, ("Anna weer", "Bas weer"), strict=True):
        phone = await world.device(name)
        case_id = await phone.running.recover([sheet.qr])
        recovery = phone.running.recovery(case_id)
        assert recovery is not None
        await world.until(lambda recovery=recovery: recovery.progress.step == "choosing")
        await recovery.choose([each.id for each in recovery.progress.devices])
        await world.until(lambda phone=phone, case_id=case_id: phone.running.recovery(case_id) is None)
        found.append(await phone.running.open_case(case_id))
    assert [each.kind for each in found] == ["shared", "own"]
    assert all(names(each) == {"Cor"} and "prive" in each.documents for each in found)
