"""The lock, the passphrase, the passkey, leaving quickly and erasing, on screen (SAF-1 to SAF-12)."""

from __future__ import annotations

import flet as ft
import pytest

from kring.cases.shapes import CaseSummary
from tests.ui.harness import App, walk
from tests.ui.memory import PROOF, MemoryKring
from tests.ui.people import fill_example
from tests.ui.scenes import CASE, own

OLD, NEW = "mijn oude sleutelzin", "vier woorden die ik kies"


async def opened(kring: MemoryKring, route: str) -> App:
    kring.passphrase = OLD
    return await App.open(kring, route)


async def agree(app: App) -> None:
    switch = app.inside("erase-sure")
    app.session.apply_patch(switch._i, {"value": True})
    await app.event(switch, "change", True)


@pytest.mark.parametrize("minutes", [1, 5, 15, 0])
async def test_SAF_4_after_how_long_it_locks_is_chosen(kring: MemoryKring, minutes: int) -> None:
    app = await opened(kring, "/settings")
    assert kring.preferences.auto_lock == 5
    await app.tap(f"auto-lock-{minutes}")
    assert kring.preferences.auto_lock == minutes
    assert app.reads("Wie je toestel open in handen krijgt") is (minutes == 0)


async def test_SAF_7_SAF_8_the_settings_tell_how_to_leave_and_what_that_does_not_hide(
    kring: MemoryKring,
) -> None:
    app = await opened(kring, "/settings")
    for words in ("drie keer op Esc", "geschiedenis van je browser", "Kring stuurt nooit meldingen"):
        assert app.reads(words)
    visitor = await App.open(MemoryKring(fill_example, "new"), "/settings")
    assert visitor.reads("drie keer op Esc")
    assert not {"change-passphrase", "passkey", "lock-now", "auto-lock-5"} & visitor.names()


async def test_SAF_5_every_bar_keeps_room_for_the_button_of_the_page(kring: MemoryKring) -> None:
    await own(kring)
    for route in ("/", "/settings", f"/case/{CASE}", f"/case/{CASE}/sharing"):
        app = await opened(kring, route)
        (bar,) = [each for each in walk(app.top()) if isinstance(each, ft.AppBar)]
        last = (bar.actions or [])[-1]
        assert isinstance(last, ft.Container)
        assert (last.width or 0) >= 54


async def test_SAF_1_the_passphrase_changes_after_the_one_of_now(kring: MemoryKring) -> None:
    app = await opened(kring, "/settings")
    await app.tap("change-passphrase")
    app = await opened(kring, app.went[-1])
    await app.type("passphrase-old", "iets anders", leave=False)
    await app.tap("change-next")
    assert app.bars() == ["Deze sleutelzin klopt niet. Probeer het rustig nog een keer."]
    await app.type("passphrase-old", OLD, leave=False)
    await app.tap("change-next")
    assert app.reads("Kies een nieuwe sleutelzin")
    await app.type("passphrase-first", NEW, leave=False)
    await app.type("passphrase-second", NEW, leave=False)
    await app.tap("passphrase-done")
    assert kring.passphrase == NEW
    assert app.reads("De oude werkt niet meer.")
    assert app.reads("oude kopie")
    await app.tap("change-back")
    assert app.went[-1] == "/settings"


async def test_SAF_2_a_passkey_is_added_with_the_passphrase_and_taken_away(kring: MemoryKring) -> None:
    app = await opened(kring, "/settings")
    await app.tap("passkey")
    app = await opened(kring, app.went[-1])
    assert app.reads("wie dit toestel van het slot kan halen, kan dan ook Kring openen")
    await app.type("passkey-passphrase", "iets anders", leave=False)
    await app.tap("passkey-add")
    assert kring.vault.ways == "off"
    await app.type("passkey-passphrase", OLD, leave=False)
    await app.tap("passkey-add")
    assert kring.vault.ways == "on"
    assert app.reads("Dit staat aan.")
    assert not app.reads("lijst van je toestel")
    await app.tap("passkey-remove")
    assert kring.vault.ways == "off"
    assert app.reads("lijst van je toestel")


async def test_SAF_3_a_passkey_that_was_declined_or_cannot_be_leaves_the_passphrase(
    kring: MemoryKring,
) -> None:
    app = await opened(kring, "/settings/passkey")
    kring.vault.declines = True
    await app.type("passkey-passphrase", OLD, leave=False)
    await app.tap("passkey-add")
    assert app.bars() == ["Dat is niet gelukt. Er is niets veranderd: je sleutelzin werkt zoals eerst."]
    kring.vault.ways = "unavailable"
    app = await opened(kring, "/settings/passkey")
    assert app.reads("Dit toestel of deze browser kan dit niet.")
    assert "passkey-add" not in app.names()


async def test_SAF_12_a_circle_goes_only_after_a_yes_and_then_its_proof_is_there(kring: MemoryKring) -> None:
    await own(kring)
    app = await opened(kring, f"/case/{CASE}")
    items = [each for each in walk(app.marked("case-menu")) if isinstance(each, ft.PopupMenuItem)]
    (item,) = [each for each in items if each.content == "Wis deze kring"]
    await app.event(item, "click")
    app = await opened(kring, app.went[-1])
    assert app.reads("Dat kan niet ongedaan worden gemaakt.")
    assert app.reads("Gooi dat dan ook weg.")
    assert "erase-do" not in app.names()
    await agree(app)
    await app.tap("erase-do")
    assert kring.calls == [("erase", CASE)]
    assert app.reads("3 onderdelen, 128 opgeslagen stukjes en 5 sleutels")
    assert app.reads("Nog 1 mens heeft deze kring.")
    assert app.reads(PROOF)
    await app.tap("erase-home")
    assert app.went[-1] == "/"
    assert (await opened(kring, f"/erase/{CASE}")).reads("Deze kring staat niet op dit toestel.")


async def test_SAF_12_leaving_says_what_the_others_keep_and_a_waiting_join_can_go(kring: MemoryKring) -> None:
    case = await own(kring)
    case.kind = "shared"
    kring.joining = (CaseSummary("d1" * 32, "", "netwerklid", "joining", "123 456 789"),)
    app = await opened(kring, "/settings")
    assert app.reads("Verlaat “")
    await app.tap(f"erase-{'d1' * 32}")
    assert app.went[-1] == f"/erase/{'d1' * 32}"
    app = await opened(kring, f"/erase/{CASE}")
    assert app.reads("De anderen houden de kring")
    assert not app.reads("herstelblad")
    await agree(app)
    await app.tap("erase-do")
    app = await opened(kring, f"/erase/{'d1' * 32}")
    assert app.reads("Niet meer meedoen?")


async def test_SAF_12_a_damaged_circle_has_no_proof_and_says_so(kring: MemoryKring) -> None:
    await own(kring)
    object.__setattr__(kring.erasure, "proof", "")
    app = await opened(kring, f"/erase/{CASE}")
    await agree(app)
    await app.tap("erase-do")
    assert app.reads("Daarom kon er geen bewijs worden getekend.")
    assert "erase-copy" not in app.names()
