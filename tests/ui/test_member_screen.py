"""One member: changing what they may do, taking them out, time, withdrawing, and what came too late."""

from __future__ import annotations

from dataclasses import replace

from kring.cases.shapes import CaseStatus
from tests.ui.harness import App
from tests.ui.memory import MemoryKring
from tests.ui.scenes import CASE, asked, decided, lasting, of_member, over, shared

SANNE, KARIM = "b1" * 16, "b3" * 16


async def test_UI_41_rights_are_changed_for_the_member_as_they_stood(kring: MemoryKring) -> None:
    app = await App.open(kring, await of_member("Karim")(kring, "nl"))
    case = kring.opened[CASE]
    await app.tap("right-mensen-lezen")
    assert app.reads("Karim kan dan de mensen en de relatiekaart lezen.")
    assert app.reads("tot 15 januari 2027, zoals nu")
    await app.tap("until-90")
    await app.tap("member-save")
    (call,) = case.calls
    assert call[:3] == ("change_rights", KARIM, {"mensen": "lezen", "relatiekaart": "lezen"})
    assert call[3] == app.now + 90 * 86_400_000
    assert call[4] == "3"
    assert app.went == [f"/case/{CASE}/sharing"]


async def test_UI_41_what_changed_meanwhile_is_looked_at_first(kring: MemoryKring) -> None:
    app = await App.open(kring, await of_member("Karim")(kring, "nl"))
    case = kring.opened[CASE]
    await app.tap("right-mensen-lezen")
    case.alter(KARIM, rights={"relatiekaart": "bijdragen"}, seen="4")
    await app.settle()
    assert app.reads("Er is intussen iets veranderd aan wat Karim mag.")
    assert "member-save" not in app.names()
    await app.tap("member-again")
    assert app.reads("Karim kan dan de relatiekaart lezen en veranderen.")
    await app.tap("member-save")
    assert case.calls[-1][2:] == ({"relatiekaart": "bijdragen"}, 1_800_000_000_000, "4")


async def test_UI_41_to_see_nothing_is_to_be_taken_out(kring: MemoryKring) -> None:
    app = await App.open(kring, await of_member("Karim")(kring, "nl"))
    await app.tap("right-relatiekaart-niets")
    assert "member-save" not in app.names()
    assert app.reads("Mag Karim niets meer zien?")


async def test_UI_42_taking_out_says_what_it_does_and_does_not_do_first(kring: MemoryKring) -> None:
    app = await App.open(kring, await of_member("Sanne")(kring, "nl"))
    case = kring.opened[CASE]
    await app.tap("remove")
    assert not case.calls
    assert app.reads("kan nog op dat toestel staan. Dat kun je niet terughalen.")
    await app.tap("remove-not")
    assert "remove-sure" not in app.names()
    await app.tap("remove")
    await app.tap("remove-sure")
    assert case.calls == [("remove", SANNE)]
    assert app.went == [f"/case/{CASE}/sharing"]


async def test_UI_42_without_a_connection_it_says_that_it_is_not_final(kring: MemoryKring) -> None:
    app = await App.open(kring, await of_member("Sanne")(kring, "nl"))
    case = kring.opened[CASE]
    case.offline = True
    await app.tap("remove")
    await app.tap("remove-sure")
    assert app.reads("Dit is nog niet definitief: het gebeurt zodra er verbinding is.")
    await app.tap(f"pending-not-{SANNE}")
    assert case.calls[-1] == ("take_back", SANNE)
    assert not app.reads("nog niet definitief")


async def test_UI_42_what_was_begun_cannot_be_called_off_by_a_tap(kring: MemoryKring) -> None:
    route = await decided(kring, "nl")
    kring.opened[CASE].alter(SANNE, frozen=True)
    app = await App.open(kring, route)
    assert app.reads("Sanne gaat eruit.")
    assert f"pending-not-{SANNE}" not in app.names()
    assert app.reads("Intussen is er iets anders veranderd. Kijk opnieuw, en kies dan.")


async def test_UI_41_who_may_not_change_a_member_finds_no_way_to(kring: MemoryKring) -> None:
    app = await App.open(kring, await lasting(kring, "nl"))
    assert not [name for name in app.names() if name.startswith("change-")]
    app = await App.open(kring, f"/case/{CASE}/sharing/member/{SANNE}")
    assert app.reads("Deze persoon hoort er niet meer bij.")
    assert "remove" not in app.names()


async def test_UI_43_the_owner_answers_who_asks_for_time(kring: MemoryKring) -> None:
    app = await App.open(kring, await asked(kring, "nl"))
    case = kring.opened[CASE]
    assert app.reads("Karim vraagt om langer mee te kijken")
    await app.tap(f"time-yes-{KARIM}")
    assert case.calls == [("extend", KARIM, 1_803_000_000_000)]
    case.alter(KARIM, asked=1_805_000_000_000)
    await app.settle()
    await app.tap(f"time-no-{KARIM}")
    assert case.calls[-1] == ("extend", KARIM, 1_803_000_000_000)
    assert not app.reads("Karim vraagt")


async def test_UI_43_who_has_an_end_sees_it_and_asks_for_longer(kring: MemoryKring) -> None:
    app = await App.open(kring, await lasting(kring, "nl"))
    case = kring.opened[CASE]
    assert app.reads("Je kunt meekijken tot 15 januari 2027.")
    await app.tap("ask-30")
    assert case.calls == [("ask_longer", 30)]
    assert app.reads("Je hebt gevraagd om mee te kijken tot 14 februari 2027.")
    assert "ask-30" not in app.names()


async def test_UI_43_once_it_is_over_nothing_of_the_case_shows(kring: MemoryKring) -> None:
    await over(kring, "nl")
    case = kring.opened[CASE]
    case.over = False
    app = await App.open(kring, f"/case/{CASE}")
    assert app.reads("De kring van Noor")
    case.over = True
    case.changed()
    await app.settle()
    assert app.reads("Je toegang is afgelopen")
    assert not app.reads("De kring van Noor")
    await app.tap("ask-90")
    assert case.calls == [("ask_longer", 90)]


async def test_UI_44_an_open_invite_can_be_taken_back(kring: MemoryKring) -> None:
    app = await App.open(kring, await asked(kring, "nl"))
    await app.tap("withdraw-" + "aa" * 16)
    assert kring.opened[CASE].calls == [("withdraw", "aa" * 16)]
    assert not app.reads("Ayşe is uitgenodigd")


async def test_UI_45_what_came_too_late_can_be_taken_over(kring: MemoryKring) -> None:
    app = await App.open(kring, await asked(kring, "nl"))
    case = kring.opened[CASE]
    assert app.reads("Piet schreef dit nog na het weghalen")
    assert app.reads("Dit zou erbij komen: Oom Jan en De buurvrouw.")
    assert app.reads("Er kwam 1 keer iets binnen dat niet klopt.")
    await app.tap("adopt-" + "e1" * 32)
    assert case.calls == [("adopt", "e1" * 32)]
    assert not app.reads("Piet schreef")


async def test_UI_46_who_is_not_served_reads_no_reason_and_hears_no_alarm(kring: MemoryKring) -> None:
    await shared(kring, "nl")
    case = kring.opened[CASE]
    case.members = tuple(replace(each, yours=False) for each in case.members)
    case.status = CaseStatus("unable", unsent=2)
    app = await App.open(kring, f"/case/{CASE}")
    assert "Kan nu niet bijwerken" in app.texts(app.marked("sync-state"))
    assert not app.marked("sync-state").live_region
