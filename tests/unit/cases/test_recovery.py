"""A recovery sheet on an empty phone: everything back, the lost phone shut out (P11, P12)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kring.cases.case import Case
from kring.cases.recovering import Recovering
from kring.errors import BadInput, LinkBroken
from kring.sharing.recovery import decode_sheet, encode_sheet
from kring.sync.messages import Log, LogOk, ServerFrame
from tests.simulation.world import Device, World
from tests.unit.cases.people import add, names, own_case, pair, reopened

ANNA, BAS = range(2)


async def begin(world: World, device: Device, sheet: str) -> Recovering:
    """The sheet scanned on this phone, and everything taken in."""
    case = await device.running.recover([sheet])
    recovery = device.running.recovery(case)
    assert recovery is not None
    await world.until(lambda: recovery.progress.step in ("choosing", "failed"))
    return recovery


async def through(world: World, device: Device, case: str) -> Case:
    """What the recovery comes to."""
    await world.until(lambda: device.running.recovery(case) is None)
    return await device.running.open_case(case)


async def recovered(world: World, device: Device, sheet: str) -> Case:
    """All of it, with all other devices taken for lost."""
    recovery = await begin(world, device, sheet)
    await recovery.choose([each.id for each in recovery.progress.devices])
    case = await through(world, device, decode_sheet(sheet).case.hex())
    await world.synced(case)
    return case


def active(case: Case) -> list[str]:
    """Of the reader's own: how many devices, and how many sheets."""
    engine = case._engine
    own = engine.ledger.membership.active_devices_of(engine.member)
    return sorted("paper" if each.paper else "device" for each in own)


async def lose(device: Device) -> None:
    """Its storage stays as it is, and somebody may start it again."""
    await device.crash()


async def test_P11_CAS_32_the_sheet_restores_every_document_on_an_empty_phone(world: World) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    await add(shared, "Ida")
    await world.synced(case, shared)
    await world.until(lambda: names(case) == {"Cor", "Ida"})
    sheet = await case.recovery_sheet()
    views = {kind: handle.view for kind, handle in case.documents.items()}
    owner, kinds = case.member, set(case.documents)
    await lose(world.devices[ANNA])
    phone = await world.device("Anna's nieuwe telefoon")
    again = await recovered(world, phone, sheet.qr)
    await world.until(lambda: {kind: handle.view for kind, handle in again.documents.items()} == views)
    assert "prive" in kinds == set(again.documents)
    assert again.member == owner
    assert again.kind == "own"
    assert again.title == "Kring"
    assert [each.name for each in again.members] == ["Anna", "Bas"]
    assert active(again) == ["device", "paper"]
    await add(again, "Daarna")
    await world.until(lambda: "Daarna" in names(shared))
    await add(shared, "Terug")
    await world.until(lambda: "Terug" in names(again))


async def test_P11_the_lost_phone_reads_and_writes_nothing_any_more(world: World) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.synced(case, shared)
    sheet = await case.recovery_sheet()
    lost = world.devices[ANNA]
    await lose(lost)
    phone = await world.device("Anna's nieuwe telefoon")
    again = await recovered(world, phone, sheet.qr)
    await add(again, "Na het verlies")
    await world.synced(again, shared)
    thief = await (await lost.start()).open_case(case.id)
    await add(thief, "Door de dief")
    await world.until(lambda: thief.status.sync == "unable")
    assert "Na het verlies" not in names(thief)
    assert "Door de dief" not in names(again) | names(shared)
    await world.until(lambda: again._engine.ledger.membership.owed() == [])
    ring, membership = thief._engine.keyring, again._engine.ledger.membership
    for document in membership.documents:
        assert ring.secret(document, membership.last_epoch(document)) is None


async def test_P11_CAS_34_the_old_sheets_are_retired_and_the_new_one_works(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await world.synced(case)
    first = await case.recovery_sheet()
    await anna.crash()
    case = await (await anna.start()).open_case(case.id)
    await world.synced(case)
    second = await case.recovery_sheet()
    assert first.words != second.words
    await lose(anna)
    phone = await world.device("Telefoon 2")
    again = await recovered(world, phone, second.qr)
    new = await again.recovery_sheet()
    for old in (first, second):
        other = await world.device(f"Dief {old.words[0]}")
        failed = await begin(world, other, old.qr)
        assert (failed.progress.step, failed.progress.code) == ("failed", "sheet_unknown")
        await other.running.give_up(case.id)
        assert other.running.cases == ()
    last = await world.device("Telefoon 3")
    assert names(await recovered(world, last, new.qr)) == set()


async def test_P11_what_was_written_after_the_printing_comes_along(world: World) -> None:
    """The paper says where the log was when it was printed, and nothing of what there is to read."""
    case, shared = await pair(world)
    sheet = await case.recovery_sheet()
    for number in range(5):
        await add(case, f"Later {number}")
        await add(shared, f"Van Bas {number}")
    await world.synced(case, shared)
    await lose(world.devices[ANNA])
    again = await recovered(world, await world.device("Nieuw"), sheet.qr)
    assert len(names(again)) == 10


async def test_P11_a_member_who_is_not_the_owner_has_a_sheet_too(world: World) -> None:
    case, shared = await pair(world)
    await add(shared, "Ida")
    await world.synced(case, shared)
    sheet = await shared.recovery_sheet()
    await lose(world.devices[BAS])
    again = await recovered(world, await world.device("Bas' nieuwe"), sheet.qr)
    assert (names(again), again.kind, "prive" in again.documents) == ({"Ida"}, "shared", False)
    assert again.member == shared.member
    await add(again, "Cor")
    await world.until(lambda: names(case) == {"Ida", "Cor"})


async def test_P11_SHR_18_the_code_can_be_typed_with_the_place_and_the_relay(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await add(case, "Cor")
    await world.synced(case)
    sheet = await case.recovery_sheet()
    await lose(anna)
    phone = await world.device("Nieuw")
    typed, place = "-".join(sheet.words).lower(), " ".join(sheet.place)
    for wrong in (typed[:-1] + ("2" if typed[-1] != "2" else "3"), typed[:-1], "x"):
        with pytest.raises(LinkBroken):
            await phone.running.recover([wrong], place, sheet.relay)
    with pytest.raises(LinkBroken):
        await phone.running.recover([typed], place.replace(place[0], "Z" if place[0] != "Z" else "Y", 1))
    assert phone.running.cases == ()
    name = await phone.running.recover([typed], place, sheet.relay.removeprefix("https://"))
    recovery = phone.running.recovery(name)
    assert recovery is not None
    await world.until(lambda: recovery.progress.step == "choosing")
    await recovery.choose([each.id for each in recovery.progress.devices])
    assert names(await through(world, phone, name)) == {"Cor"}


@pytest.mark.parametrize("chosen", [(0, 1), (0, 2), (2, 1)])
async def test_P11_any_two_of_three_shares_restore(world: World, chosen: tuple[int, int]) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await add(case, "Cor")
    await world.synced(case)
    sheet = await case.recovery_sheet()
    shares = await case.recovery_shares(["Bas", "Carla", "Dirk"])
    assert [each.person for each in shares] == ["Bas", "Carla", "Dirk"]
    await lose(anna)
    phone = await world.device("Nieuw")
    with pytest.raises(LinkBroken):
        await phone.running.recover([shares[0].qr])
    with pytest.raises(LinkBroken):
        await phone.running.recover([shares[0].qr, shares[0].qr])
    first, second = (shares[each] for each in chosen)
    name = await phone.running.recover([first.qr, " ".join(second.words)])
    recovery = phone.running.recovery(name)
    assert recovery is not None
    await world.until(lambda: recovery.progress.step == "choosing")
    await recovery.choose([each.id for each in recovery.progress.devices])
    again = await through(world, phone, name)
    assert names(again) == {"Cor"}
    assert (await again.recovery_sheet()).words != sheet.words


async def test_P12_shares_are_for_three_people(world: World) -> None:
    case = await own_case(await world.device("Anna"))
    await world.synced(case)
    for people in (["Bas"], ["Bas", "Carla"], ["Bas", "bas", "Carla"], ["Bas", "", "Carla"]):
        with pytest.raises(BadInput):
            await case.recovery_shares(people)


async def test_P7_CAS_33_a_log_shorter_than_the_sheet_says_is_refused_and_named(world: World) -> None:
    case, shared = await pair(world)
    sheet = decode_sheet((await case.recovery_sheet()).qr)
    await world.synced(case, shared)
    await lose(world.devices[ANNA])
    later = encode_sheet("https://kring.example", replace(sheet, position=sheet.position + 3))
    failed = await begin(world, await world.device("Nieuw"), later)
    assert (failed.progress.step, failed.progress.code) == ("failed", "sheet_mismatch")


async def test_P7_another_log_than_the_sheet_says_is_refused_and_named(world: World) -> None:
    case, shared = await pair(world)
    sheet = decode_sheet((await case.recovery_sheet()).qr)
    await world.synced(case, shared)
    await lose(world.devices[ANNA])
    other = encode_sheet("https://kring.example", replace(sheet, head=b"\7" * 32))
    failed = await begin(world, await world.device("Nieuw"), other)
    assert (failed.progress.step, failed.progress.code) == ("failed", "sheet_mismatch")
    with pytest.raises(BadInput):
        await failed.choose([])


async def test_P7_a_relay_that_was_rolled_back_is_named_by_the_sheet(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case, shared = await pair(world)
    backup = tmp_path_factory.mktemp("backup") / "relay"
    await world.station.copy(backup)
    await world.synced(case, shared)
    await case.invite("Carla", "netwerklid", {"mensen": "lezen"}, 7)
    sheet = await case.recovery_sheet()
    for device in list(world.devices):
        await lose(device)
    await world.station.roll_back(backup)
    failed = await begin(world, await world.device("Nieuw"), sheet.qr)
    assert (failed.progress.step, failed.progress.code) == ("failed", "sheet_mismatch")


async def test_P11_only_the_devices_chosen_are_shut_out(world: World) -> None:
    case, shared = await pair(world)
    await world.synced(case, shared)
    sheet = await case.recovery_sheet()
    phone = await world.device("Nieuw")
    recovery = await begin(world, phone, sheet.qr)
    assert [each.paper for each in recovery.progress.devices] == [False]
    await recovery.choose([])
    again = await through(world, phone, case.id)
    await world.synced(again, case, shared)
    assert active(again) == ["device", "device", "paper"]
    await add(case, "Van de eerste")
    await add(again, "Van de tweede")
    await world.until(lambda: names(case) == names(again) == names(shared) and len(names(case)) == 2)


async def test_P11_two_phones_that_use_one_sheet_at_once_leave_one_that_goes_on(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await add(case, "Cor")
    await world.synced(case)
    sheet = await case.recovery_sheet()
    await lose(anna)
    phones = [await world.device("Een"), await world.device("Twee")]
    both = [await begin(world, phone, sheet.qr) for phone in phones]
    for recovery in both:
        await recovery.choose([each.id for each in recovery.progress.devices if not each.paper])
    await world.until(lambda: sorted(each.progress.step for each in both) == ["done", "failed"])
    assert {each.progress.code for each in both} == {"", "sheet_unknown"}


@pytest.mark.parametrize("writes", range(1, 10))
async def test_P11_P6_a_crash_at_any_step_is_taken_up_again(world: World, writes: int) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.synced(case, shared)
    sheet = await case.recovery_sheet()
    await lose(world.devices[ANNA])
    phone = await world.device("Nieuw")
    recovery = await begin(world, phone, sheet.qr)
    durable, left = phone.file.durable, writes

    async def dying() -> None:
        nonlocal left
        left -= 1
        phone.file.full = left < 0
        await durable()

    phone.file.durable = dying  # type: ignore[method-assign]
    await recovery.choose([each.id for each in recovery.progress.devices])
    await world.until(
        lambda: (
            phone.file.full
            or (phone.running.recovery(case.id) is None and shared._engine.ledger.membership.owed() == [])
        )
    )
    await world.run(100)
    await phone.crash()
    phone.file.full = False
    phone.file.durable = durable  # type: ignore[method-assign]
    await phone.start()
    again = await through(world, phone, case.id)
    await world.synced(again)
    assert names(again) == {"Cor"}
    await add(again, "Daarna")
    await world.until(lambda: names(shared) == {"Cor", "Daarna"})
    assert active(again) == ["device", "paper"]


async def test_P11_P6_an_answer_that_was_lost_is_found_out_after_a_crash(world: World) -> None:
    """RECOVER has been said, so the paper can log in no more; and the phone does not know yet."""
    anna = await world.device("Anna")
    case = await own_case(anna)
    await add(case, "Cor")
    await world.synced(case)
    sheet = await case.recovery_sheet()
    await lose(anna)
    phone = await world.device("Nieuw")
    recovery = await begin(world, phone, sheet.qr)
    relay = world.station.relay
    length = recovery._engine.ledger.membership.length

    def silent(frame: ServerFrame) -> ServerFrame | None:
        done = isinstance(frame, LogOk) and frame.length == length + 2
        return None if done or (isinstance(frame, Log) and frame.length == length + 2) else frame

    world.station.tamper = silent
    await recovery.choose([each.id for each in recovery.progress.devices])
    await world.run(500)
    assert relay.cases.peek(bytes.fromhex(case.id)).membership.length == length + 2  # type: ignore[union-attr]
    await phone.crash()
    world.station.tamper = lambda frame: frame
    await phone.start()
    again = await through(world, phone, case.id)
    await world.synced(again)
    assert names(again) == {"Cor"}


async def test_P11_without_a_connection_it_waits_and_goes_on(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await world.synced(case)
    sheet = await case.recovery_sheet()
    await lose(anna)
    phone = await world.device("Nieuw")
    phone.air.fall()
    name = await phone.running.recover([sheet.qr])
    recovery = phone.running.recovery(name)
    assert recovery is not None
    await world.run(100)
    assert recovery.progress.step == "reaching"
    await phone.crash()
    await phone.start()
    recovery = phone.running.recovery(name)
    assert recovery is not None
    phone.air.rise()
    phone.running.wake()
    await world.until(lambda: recovery.progress.step == "choosing")
    phone.air.fall()
    await recovery.choose([each.id for each in recovery.progress.devices])
    await world.run(100)
    assert recovery.progress.step == "working"
    with pytest.raises(BadInput):
        await phone.running.open_case(name)
    phone.air.rise()
    phone.running.wake()
    assert (await through(world, phone, name)).title == "Kring"


async def test_P12_a_case_that_is_here_is_not_restored_over(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await world.synced(case)
    sheet = await case.recovery_sheet()
    with pytest.raises(BadInput):
        await anna.running.recover([sheet.qr])
    assert [each.kind for each in anna.running.cases] == ["own"]


async def test_UI_56_the_sheet_waits_until_it_was_looked_at_and_for_its_owner_alone(world: World) -> None:
    case, _ = await pair(world)

    def waits() -> list[bool]:
        return [each.running.cases[0].sheet_waits for each in world.devices[:2]]

    assert waits() == [True, False]
    case = await reopened(world.devices[ANNA], case)
    assert waits() == [True, False]
    await case.recovery_sheet()
    assert waits() == [False, False]
    await reopened(world.devices[ANNA], case)
    assert waits() == [False, False]


async def test_UI_56_a_list_that_is_drawn_while_it_is_locked_does_no_harm(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await own_case(await world.device("Anna"))
    kring = world.devices[ANNA].running
    store = kring._store
    assert store is not None
    close, drawn = store.close, []

    async def closing() -> None:
        drawn.append(kring.cases)
        await close()

    monkeypatch.setattr(store, "close", closing)
    await kring.lock()
    assert [len(each) for each in drawn] == [1]
