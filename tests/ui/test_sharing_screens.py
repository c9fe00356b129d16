"""Who sees what, inviting, letting in, and joining."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kring.cases.shapes import CaseStatus, CaseSummary, JoinRequest
from kring.phases.netwerkatlas.mensen.commands import RenamePerson
from tests.ui.harness import App
from tests.ui.memory import JOIN_ROUTE, LINK, RELAY, MemoryKring
from tests.ui.people import fill
from tests.ui.scenes import CASE, at, own, shared


async def test_UI_18_who_sees_what_is_said_in_sentences_by_person_and_by_document(kring: MemoryKring) -> None:
    app = await App.open(kring, await shared(kring, "nl"))
    for sentence in (
        "Jij ziet en verandert alles. Alleen jij beslist wie er meekijkt.",
        "Sanne kan de mensen en de relatiekaart lezen en veranderen.",
        "Karim kan de relatiekaart lezen.",
        "Tot 15 januari 2027.",
        "Te zien voor jou, Sanne en Karim.",
    ):
        assert app.reads(sentence), sentence


async def test_UI_18_nobody_is_let_in_before_the_code_is_compared(kring: MemoryKring) -> None:
    app = await App.open(kring, await shared(kring, "nl"))
    case = kring.opened[CASE]
    assert app.reads("402 918 375")
    assert app.reads("Staat bij Ayşe dezelfde code?")
    await app.tap("confirm-" + "f1" * 16)
    assert case.calls == [("confirm", "f1" * 16)]
    assert app.reads("Ayşe kan de mensen en de relatiekaart lezen en veranderen.")


async def test_UI_18_a_request_can_be_declined(kring: MemoryKring) -> None:
    app = await App.open(kring, await shared(kring, "nl"))
    await app.tap("decline-" + "f1" * 16)
    assert kring.opened[CASE].calls == [("decline", "f1" * 16)]
    assert not app.reads("402 918 375")


async def test_UI_18_the_map_says_that_somebody_waits(kring: MemoryKring) -> None:
    case = await own(kring)
    app = await App.open(kring, f"/case/{CASE}")
    assert "requests" not in app.names()
    case.requests = (JoinRequest("f1" * 16, "Ayşe", "netwerklid", "402 918 375"),)
    case.changed()
    await app.settle()
    await app.tap("requests")
    assert app.went == [f"/case/{CASE}/sharing"]


async def test_UI_19_an_invite_says_who_what_and_how_long_before_there_is_a_link(kring: MemoryKring) -> None:
    await own(kring)
    app = await App.open(kring, f"/case/{CASE}/sharing/invite")
    case = kring.opened[CASE]
    await app.tap("invite-make")
    assert not case.calls
    await app.type("invite-name", "Sanne", leave=False)
    await app.tap("invite-role-professional")
    await app.tap("right-mensen-niets")
    await app.tap("right-relatiekaart-lezen")
    await app.tap("invite-days-30")
    assert app.reads("Sanne kan straks de relatiekaart lezen.")
    await app.tap("invite-make")
    assert case.calls == [("invite", "Sanne", "professional", {"relatiekaart": "lezen"}, 30)]
    assert app.reads(LINK)
    assert app.reads("QR-code met de uitnodiging voor Sanne")
    assert app.reads("Met de link alleen kan niemand iets lezen.")


async def test_UI_19_who_comes_for_an_organisation_is_first_offered_to_read(kring: MemoryKring) -> None:
    await own(kring)
    app = await App.open(kring, f"/case/{CASE}/sharing/invite")
    assert app.reads("kan straks de mensen en de relatiekaart lezen en veranderen.")
    await app.tap("invite-role-professional")
    assert app.reads("kan straks de mensen en de relatiekaart lezen.")
    await app.tap("right-mensen-bijdragen")
    await app.tap("invite-role-netwerklid")
    await app.tap("invite-role-professional")
    assert app.reads("kan straks de mensen lezen en veranderen en de relatiekaart lezen.")


@pytest.mark.parametrize(
    ("taken", "chosen", "history"),
    [("", "", True), ("mensen", "", False), ("mensen", "with", True), ("", "without", False)],
)
async def test_UI_63_what_stood_here_before_is_left_out_where_something_was_taken_away_or_chosen(
    kring: MemoryKring, taken: str, chosen: str, history: bool
) -> None:
    case = await own(kring)
    case.taken = frozenset([taken])
    app = await App.open(kring, f"/case/{CASE}/sharing/invite")
    await app.type("invite-name", "Sanne", leave=False)
    await app.settle()
    assert app.reads("Sanne ziet alleen wat er nu staat")
    if chosen:
        await app.tap(f"invite-history-{chosen}")
    await app.tap("invite-make")
    assert case.histories == [history]


async def test_UI_63_who_may_not_let_it_begin_anew_is_not_asked(kring: MemoryKring) -> None:
    case = await own(kring)
    case.members = tuple(replace(each, owner=False) for each in case.members)
    app = await App.open(kring, f"/case/{CASE}/sharing/invite")
    assert "invite-history-without" not in app.names()


async def test_UI_19_nothing_shared_makes_no_link(kring: MemoryKring) -> None:
    await own(kring)
    app = await App.open(kring, f"/case/{CASE}/sharing/invite")
    await app.type("invite-name", "Sanne", leave=False)
    await app.tap("right-mensen-niets")
    await app.tap("right-relatiekaart-niets")
    await app.tap("invite-make")
    assert not kring.opened[CASE].calls
    assert app.reads("Kies wat deze persoon mag zien.")


async def test_UI_19_the_example_is_never_shared(kring: MemoryKring) -> None:
    case = await kring.open_example()
    app = await App.open(kring, f"/case/{case}/sharing")
    assert "invite" not in app.names()
    assert app.reads("wordt nooit gedeeld")


async def test_UI_20_a_link_a_name_a_code_and_then_the_case(kring: MemoryKring) -> None:
    app = await App.open(kring, JOIN_ROUTE)
    await app.tap("join-next")
    assert not kring.calls
    await app.type("join-name", "Sanne", leave=False)
    await app.tap("join-next")
    assert kring.calls == [("join", LINK.removeprefix(f"{RELAY}/"), "Sanne")]
    assert app.reads("402 918 375")
    kring.joining = (CaseSummary("d1" * 32, "De kring van Noor", "netwerklid", "shared"),)
    kring.changed()
    await app.settle()
    await app.tap("join-open")
    assert app.went == ["/case/" + "d1" * 32]


async def test_UI_20_a_broken_link_is_said_and_nothing_is_asked(kring: MemoryKring) -> None:
    app = await App.open(kring, "/join")
    await app.type("join-link", "https://elsewhere.example", leave=False)
    await app.type("join-name", "Sanne", leave=False)
    await app.tap("join-next")
    assert not kring.calls
    assert app.reads("Deze link is niet compleet.")


async def test_UI_20_who_joins_first_chooses_a_passphrase(kring: MemoryKring) -> None:
    kring.state = "new"
    app = await App.open(kring, JOIN_ROUTE)
    await app.type("join-name", "Sanne", leave=False)
    await app.tap("join-next")
    assert not kring.calls
    await app.type("passphrase-first", "vier woorden die ik kies", leave=False)
    await app.type("passphrase-second", "vier woorden die ik kies", leave=False)
    await app.tap("passphrase-done")
    assert kring.passphrase == "vier woorden die ik kies"
    assert kring.calls == [("join", LINK.removeprefix(f"{RELAY}/"), "Sanne")]


async def test_UI_21_the_state_of_saving_is_quiet_and_true(kring: MemoryKring) -> None:
    app = await App.open(kring, await at()(kring, "nl"))
    case = kring.opened[CASE]
    for sync, words in (
        ("saving", "Bezig met opslaan…"),
        ("saved", "Opgeslagen"),
        ("waiting", "Opgeslagen, wacht op verbinding"),
        ("synced", "Opgeslagen en bijgewerkt"),
        ("store_full", "Nog niet opgeslagen: het toestel is vol"),
    ):
        case.status = CaseStatus(sync)  # type: ignore[arg-type]
        case.changed()
        await app.settle()
        assert words in app.texts(app.marked("sync-state"))
        assert bool(app.marked("sync-state").live_region) == (sync == "store_full")
    case.status = CaseStatus("problem", code="log_forked")
    case.changed()
    await app.settle()
    assert any("twee versies" in text for text in app.texts(app.marked("sync-state")))


async def test_UI_33_documents_that_arrive_later_show_and_are_followed(kring: MemoryKring) -> None:
    case = await own(kring)
    person = (await fill(case, 3))[0]
    all_of_them, case.documents = case.documents, {}
    app = await App.open(kring, f"/case/{CASE}")
    assert app.reads("De kring komt eraan…")
    case.documents = {"mensen": all_of_them["mensen"]}
    case.changed()
    await app.settle()
    await app.tap("way-list")
    assert app.reads("Nog niet op de kaart")
    case.documents = all_of_them
    case.changed()
    await app.settle()
    assert not app.reads("Nog niet op de kaart")
    await case.dispatch(RenamePerson(person, "Tante Jo"))
    await app.settle()
    assert app.reads("Tante Jo")


async def test_UI_33_a_right_that_was_taken_back_takes_its_buttons_along(kring: MemoryKring) -> None:
    case = await own(kring)
    await fill(case, 3)
    app = await App.open(kring, f"/case/{CASE}")
    assert "add-person" in app.names()
    case.read_only = frozenset({"mensen", "relatiekaart"})
    case.changed()
    await app.settle()
    assert "add-person" not in app.names()


async def test_UI_34_a_join_that_cannot_come_about_says_so_and_can_be_removed(kring: MemoryKring) -> None:
    kring.joining = (CaseSummary("d1" * 32, "", "netwerklid", "joining", "402 918 375", "invite_expired"),)
    app = await App.open(kring, "/")
    assert app.reads("Deze uitnodiging werkt niet meer")
    assert not app.reads("402 918 375")
    await app.tap("give-up-" + "d1" * 32)
    assert kring.calls == [("give_up", "d1" * 32)]
    assert not app.reads("Deze uitnodiging werkt niet meer")


async def test_UI_34_who_waits_for_a_join_reads_that_it_cannot_come_about(kring: MemoryKring) -> None:
    app = await App.open(kring, JOIN_ROUTE)
    await app.type("join-name", "Bas")
    await app.tap("join-next")
    assert app.reads("402 918 375")
    kring.joining = (replace(kring.joining[0], problem="invite_expired"),)
    kring.changed()
    await app.settle()
    assert app.reads("Deze uitnodiging werkt niet meer")
    assert not app.reads("402 918 375")
