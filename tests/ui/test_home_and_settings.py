"""The first screen, the locks, and the settings of this device."""

from __future__ import annotations

import asyncio

import flet as ft

from kring.errors import StoreTaken
from tests.ui.harness import App
from tests.ui.memory import MemoryKring
from tests.ui.people import fill_example
from tests.ui.scenes import CASE, own, several


async def test_UI_22_an_example_opens_without_any_question() -> None:
    kring = MemoryKring(fill_example, "new")
    app = await App.open(kring)
    await app.tap("open-example")
    assert app.went == ["/case/" + "e0" * 32]
    await app.go(app.went[-1])
    await app.size()
    assert app.reads("Boef (de hond)")


async def test_UI_22_who_looks_around_comes_straight_to_the_example() -> None:
    app = await App.open(MemoryKring(fill_example, "new"), "/example")
    assert app.reads("Het voorbeeld wordt klaargezet…")
    assert app.went == ["/case/" + "e0" * 32]


async def test_UI_31_what_takes_a_while_says_so_and_is_done_once(kring: MemoryKring) -> None:
    kring.state = "taken"
    app = await App.open(kring)
    slow, calls = asyncio.Event(), []

    async def take_over() -> None:
        calls.append(1)
        await slow.wait()
        raise StoreTaken()

    object.__setattr__(kring, "take_over", take_over)
    app = await App.open(kring)
    await app.tap("take-over")
    assert app.reads("Het andere venster sluit…")
    assert app.inside("take-over").disabled
    slow.set()
    await app.settle()
    assert not app.inside("take-over").disabled
    assert (len(calls), len(app.bars())) == (1, 1)


async def test_UI_32_a_visitor_reads_that_nothing_is_kept() -> None:
    promise = "Je browser heeft beloofd dit te bewaren."
    app = await App.open(MemoryKring(state="new"), "/settings")
    assert app.reads("Er wordt niets bewaard")
    assert not app.reads(promise)
    app = await App.open(MemoryKring(), "/settings")
    assert app.reads(promise)
    assert app.reads("2,3 MB in gebruik, alles op slot.")


async def test_UI_32_the_example_of_a_visitor_does_not_say_that_it_is_saved() -> None:
    kring = MemoryKring(state="new")
    app = await App.open(kring, f"/case/{await kring.open_example()}")
    assert app.reads("Wordt niet bewaard")
    assert not app.reads("Opgeslagen")
    kring.set_state("open")
    await app.settle()
    assert app.reads("Opgeslagen")
    assert not app.reads("Wordt niet bewaard")


async def test_UI_22_my_own_circle_asks_a_name_and_then_a_passphrase() -> None:
    kring = MemoryKring(state="new")
    app = await App.open(kring, "/new")
    await app.tap("new-next")
    assert app.reads("Een naam of een bijnaam is genoeg.")
    await app.type("new-name", "Noor", leave=False)
    await app.tap("new-next")
    assert app.reads("Niemand kan je sleutelzin terugvinden of veranderen.")
    await app.type("passphrase-first", "kort", leave=False)
    await app.tap("passphrase-done")
    assert app.reads("Dit is makkelijk te raden.")
    await app.type("passphrase-first", "vier woorden die ik kies", leave=False)
    await app.type("passphrase-second", "vier woorden die ik koos", leave=False)
    await app.tap("passphrase-done")
    assert app.reads("De twee zijn niet hetzelfde.")
    assert not kring.calls
    await app.type("passphrase-second", "vier woorden die ik kies", leave=False)
    await app.tap("passphrase-done")
    assert kring.calls == [("create_case", "De kring van Noor", "Noor")]
    assert app.went == ["/case/" + "c1" * 32]


async def test_UI_56_the_recovery_sheet_is_offered_until_it_was_looked_at(kring: MemoryKring) -> None:
    (await own(kring)).sheet_waits = True
    app = await App.open(kring)
    await app.tap(f"sheet-{CASE}")
    assert app.went == [f"/case/{CASE}/recovery"]
    await app.go(app.went[-1])
    await app.tap("recovery-show")
    assert app.reads("Herstelblad van Kring")
    await app.go("/")
    assert f"sheet-{CASE}" not in app.names()


async def test_UI_22_what_waits_shows_its_code_and_cannot_be_opened(kring: MemoryKring) -> None:
    app = await App.open(kring, await several(kring, "nl"))
    assert app.reads("402 918 375")
    await app.tap(f"case-{CASE}")
    assert app.went == [f"/case/{CASE}"]
    card = next(c for c in [app.marked("case-" + "d1" * 32).content] if isinstance(c, ft.Container))
    assert card.on_click is None


async def test_UI_23_a_wrong_passphrase_is_said_and_harms_nothing(kring: MemoryKring) -> None:
    kring.state, kring.passphrase = "locked", "goed"
    await own(kring)
    kring.state = "locked"
    app = await App.open(kring)
    assert not app.reads("De kring van Noor")
    await app.type("unlock-passphrase", "fout", leave=False)
    await app.tap("unlock")
    assert app.reads("klopt niet")
    await app.type("unlock-passphrase", "goed", leave=False)
    await app.tap("unlock")
    assert kring.calls == [("unlock", "fout"), ("unlock", "goed")]
    assert app.reads("De kring van Noor")


async def test_UI_23_locking_takes_everything_off_the_screen(kring: MemoryKring) -> None:
    await own(kring)
    app = await App.open(kring, "/settings")
    await app.tap("lock-now")
    assert app.reads("Welkom terug")
    assert not app.reads("Instellingen")


async def test_UI_24_another_tab_is_said_and_can_be_taken_over(kring: MemoryKring) -> None:
    kring.state = "taken"
    app = await App.open(kring)
    await app.tap("take-over")
    assert kring.calls == [("take_over",)]
    assert app.reads("Wie staan er om je heen?")


async def test_UI_25_language_light_and_size_change_at_once(kring: MemoryKring) -> None:
    app = await App.open(kring, "/settings")
    await app.tap("language-en")
    assert app.reads("Text size")
    await app.tap("theme-dark")
    assert app.page.theme_mode == ft.ThemeMode.DARK
    before = max(each.size for each in app.controls() if isinstance(each, ft.Text) and each.size)
    await app.tap("text-size-200")
    after = max(each.size for each in app.controls() if isinstance(each, ft.Text) and each.size)
    assert after > before
    assert kring.preferences.text_scale == 2.0


async def test_UI_25_the_example_can_be_thrown_away(kring: MemoryKring) -> None:
    await kring.open_example()
    app = await App.open(kring, "/settings")
    await app.tap("throw-away-example")
    assert kring.calls == [("throw_away_example",)]
    assert "throw-away-example" not in app.names()


async def test_UI_26_a_new_version_is_told_once(kring: MemoryKring) -> None:
    app = await App.open(kring)
    kring.update_ready = True
    kring.changed()
    await app.settle()
    kring.changed()
    await app.settle()
    assert [text for text in app.bars() if "nieuwe versie" in text] == app.bars()
    assert len(app.bars()) == 1


async def test_UI_37_a_bar_has_a_button_and_no_icon_with_a_tooltip(kring: MemoryKring) -> None:
    app = await App.open(kring)
    kring.update_ready = True
    kring.changed()
    await app.settle()
    bars = [each for each in app.page._dialogs.controls if isinstance(each, ft.SnackBar)]
    assert bars
    assert all(each.action is not None and not each.show_close_icon for each in bars)


async def test_UI_35_nothing_takes_the_keyboard_where_kring_opens(kring: MemoryKring) -> None:
    def taking(app: App) -> list[str]:
        return [
            str(each.label) for each in app.controls() if isinstance(each, ft.TextField) and each.autofocus
        ]

    await own(kring)
    for route in ("/new", "/join", "/join/AbC", f"/case/{CASE}/add", f"/case/{CASE}/sharing/invite"):
        app = await App.open(kring, route)
        assert any(isinstance(each, ft.TextField) for each in app.controls())
        assert taking(app) == [], route
    app = await App.open(MemoryKring())
    await app.tap("new-case")
    await app.go(app.went[-1])
    assert len(taking(app)) == 1
