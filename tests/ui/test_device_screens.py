"""Screens of devices, of the recovery sheet in both directions, and of handing over (UI-50 to UI-54)."""

from __future__ import annotations

from dataclasses import replace

from kring.cases.shapes import Device, DeviceRequest, RecoveryProgress
from tests.ui.harness import App
from tests.ui.memory import LINK, PLACE, RECOVERED, RELAY, SHEET, MemoryCase, MemoryKring, MemoryRecovery
from tests.ui.scenes import CASE, of_member, own, shared

PHONE = Device("f1" * 16, "", 1_780_000_000_000, "00" * 16)
TABLET = Device("f3" * 16, "Tablet", 1_785_000_000_000, "00" * 16)


async def opened(route: str = "/devices") -> tuple[App, MemoryCase]:
    kring = MemoryKring()
    case = await own(kring)
    return await App.open(kring, f"/case/{CASE}{route}"), case


async def test_UI_50_a_new_device_is_named_linked_compared_and_let_in() -> None:
    app, case = await opened()
    await app.type("device-name", "Tablet")
    await app.tap("device-add")
    assert case.calls[-1] == ("add_device", "Tablet")
    assert LINK in " ".join(app.texts(app.top()))
    case.device_requests = (DeviceRequest("f6" * 16, "Tablet", "402 918 375"),)
    case.changed()
    await app.settle()
    assert "402 918 375" in app.texts(app.top())
    await app.tap("confirm-" + "f6" * 16)
    assert case.calls[-1] == ("confirm_device", "f6" * 16)
    assert "Tablet" in app.texts(app.top())


async def test_UI_50_a_device_that_shows_another_code_is_sent_away() -> None:
    app, case = await opened()
    case.device_requests = (DeviceRequest("f6" * 16, "Tablet", "402 918 375"),)
    case.changed()
    await app.settle()
    await app.tap("decline-" + "f6" * 16)
    assert case.calls[-1] == ("decline_device", "f6" * 16)


async def test_UI_51_a_lost_device_is_removed_after_a_second_tap_that_says_what_it_means() -> None:
    app, case = await opened()
    case.devices, case.offline = (*case.devices, TABLET), True
    case.changed()
    await app.settle()
    assert "lost-" + case.devices[0].id not in app.names()
    await app.tap("lost-" + TABLET.id)
    assert not case.calls
    await app.tap("keep-" + TABLET.id)
    await app.tap("lost-" + TABLET.id)
    await app.tap("remove-" + TABLET.id)
    assert case.calls == [("remove_device", TABLET.id)]
    assert any("verbinding" in words for words in app.texts(app.top()))


async def test_UI_52_the_three_for_the_shares_are_chosen_by_the_person_alone() -> None:
    app, case = await opened("/recovery")
    await app.tap("recovery-shares")
    await app.tap("shares-make")
    assert case.calls == [("recovery_shares", ("", "", ""))]
    for index, name in enumerate(("Bas", "Cor", "Els"), start=1):
        await app.type(f"share-{index}", name)
    await app.tap("shares-make")
    assert case.calls[-1] == ("recovery_shares", ("Bas", "Cor", "Els"))
    said = " ".join(app.texts(app.top()))
    assert all(name in said for name in ("Voor Bas", "Voor Cor", "Voor Els"))
    assert case.title not in said


async def test_UI_52_the_sheet_has_all_that_must_be_typed_without_a_camera() -> None:
    app, _ = await opened("/recovery")
    await app.tap("recovery-show")
    said = app.texts(app.top())
    for index, group in enumerate(PLACE.split(), start=10):
        assert f"{index}. {group}" in said
    assert any(RELAY in words for words in said)


async def test_UI_53_a_scanned_sheet_leads_through_to_the_new_one() -> None:
    kring = MemoryKring(state="new")
    kring.link = SHEET.partition("/#")[2].join(("#", ""))
    app = await App.open(kring, "/recover")
    await app.tap("recover-next")
    await app.type("passphrase-first", "zeven eenden dansen op het ijs")
    await app.type("passphrase-second", "zeven eenden dansen op het ijs")
    await app.tap("passphrase-done")
    assert kring.calls[-1][0] == "recover"
    assert kring.recovering is not None
    kring.recovering.progress = RecoveryProgress("choosing", "Kring", (PHONE, TABLET))
    kring.recovering.changed()
    await app.settle()
    await app.tap("lost-" + TABLET.id)
    await app.tap("recover-go")
    assert kring.recovering.chosen == (PHONE.id,)
    kring.recovered(MemoryCase(RECOVERED, "Kring", "Noor", "own"))
    await app.settle()
    await app.tap("recover-sheet")
    assert app.went[-1] == f"/case/{RECOVERED}/recovery"


async def test_UI_53_what_was_mistyped_is_told_before_anything_is_asked() -> None:
    kring = MemoryKring(state="new")
    app = await App.open(kring, "/recover")
    await app.type("recover-code", "ABCD EFGH")
    await app.tap("recover-next")
    assert any("negen groepen" in words for words in app.texts(app.top()))
    assert not kring.calls


async def test_UI_53_a_log_that_does_not_fit_the_sheet_is_named_and_left() -> None:
    kring = MemoryKring()
    kring.recovering = MemoryRecovery(RecoveryProgress("reading"))
    app = await App.open(kring, "/recover")
    kring.recovering.move("failed", "sheet_mismatch")
    await app.settle()
    assert any("laat iets anders zien" in words for words in app.texts(app.top()))
    await app.tap("recover-again")
    assert kring.calls == [("give_up", RECOVERED)]
    assert "recover-next" in app.names()


async def test_UI_54_a_case_goes_over_only_once_the_name_is_typed() -> None:
    kring = MemoryKring()
    route = await of_member("Sanne")(kring, "nl")
    app = await App.open(kring, route)
    case = kring.opened[CASE]
    await app.tap("transfer")
    assert app.went[-1] == f"{route}/transfer"
    await app.go(app.went[-1])
    await app.tap("transfer-do")
    assert not case.calls
    await app.type("transfer-name", " sanne ")
    await app.tap("transfer-do")
    assert case.calls == [("transfer", "b1" * 16)]


async def test_UI_54_who_is_not_the_owner_sees_no_way_to_hand_over() -> None:
    kring = MemoryKring()
    await shared(kring, "nl")
    case = kring.opened[CASE]
    case.members = tuple(replace(each, owner=each.name == "Sanne") for each in case.members)
    app = await App.open(kring, await _again(case))
    assert "transfer-do" not in app.names()


async def _again(case: MemoryCase) -> str:
    return f"/case/{case.id}/sharing/member/{case.members[2].id}/transfer"


async def test_UI_20_a_link_for_another_device_says_so_while_it_waits() -> None:
    kring = MemoryKring()
    app = await App.open(kring, LINK.partition("#")[2])
    await app.type("join-name", "Noor")
    await app.tap("join-next")
    kring.joining = tuple(replace(each, device=True) for each in kring.joining)
    kring.changed()
    await app.settle()
    assert "Dit wordt een extra toestel van jou" in app.texts(app.top())
