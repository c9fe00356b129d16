"""What happened, and the case through another's eyes."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import Any

from kring.cases.shapes import CaseStatus, Professional
from kring.cases.viewing import Seen
from kring.phases.netwerkatlas.mensen.commands import MarkMogelijk
from kring.ui.screens.account import table
from tests.ui.harness import App
from tests.ui.memory import MemoryKring
from tests.ui.scenes import CASE, comparing, find, happened, lasting, over, seen_by, shared
from tests.ui.serve import words

KARIM, WILHELMINA = "b3" * 16, "b2" * 16


async def test_UI_60_what_happened_is_told_in_sentences_and_filtered(kring: MemoryKring) -> None:
    app = await App.open(kring, await happened(kring, "nl"))
    assert app.reads("Sanne veranderde de mensen.")
    assert app.reads("Karim haalde de relatiekaart op.")
    assert app.reads("Noor gaf Karim toegang.")
    await app.tap("happening-refused")
    assert app.reads("Karim vroeg iets wat niet mocht.")
    assert not app.reads("Sanne veranderde de mensen.")
    await app.tap("happening-people")
    assert app.reads("Noor maakte een uitnodiging.")
    assert not app.reads("Karim vroeg iets wat niet mocht.")
    await app.tap(f"happening-who-{KARIM}")
    assert app.reads("Karim vroeg om mee te kijken.")
    assert not app.reads("Noor maakte een uitnodiging.")


async def test_UI_60_only_the_owner_is_led_there(kring: MemoryKring) -> None:
    app = await App.open(kring, await shared(kring, "nl"))
    assert "happenings" in app.names()


async def test_UI_61_seen_as_a_reader_shows_only_what_they_may_read_and_changes_nothing(
    kring: MemoryKring,
) -> None:
    app = await App.open(kring, await seen_by("Wilhelmina")(kring, "nl"))
    await app.size()
    case = Seen(kring.opened[CASE], WILHELMINA)
    assert set(case.documents) == {"mensen"}
    assert not case.may_edit("mensen")
    assert app.reads("Zo ziet Wilhelmina van den Broek-Oosterhuis het")
    assert not {"add-person", "sharing", "case-menu", "undo"} & set(app.names())
    await app.tap("as-stop")
    assert app.went == [f"/case/{CASE}/sharing/member/{WILHELMINA}"]


async def test_UI_61_who_reads_nothing_any_more_sees_nothing(kring: MemoryKring) -> None:
    app = await App.open(kring, await seen_by("Karim")(kring, "nl"))
    case = Seen(kring.opened[CASE], KARIM)
    kring.opened[CASE].alter(KARIM, rights={})
    await app.settle()
    assert not case.documents
    assert app.reads("Karim ziet hier niets.")


async def test_UI_70_a_person_says_who_can_see_them_by_the_rights_of_where_they_stand(
    kring: MemoryKring,
) -> None:
    await shared(kring, "nl")
    case = kring.opened[CASE]
    address = f"/case/{CASE}/person/{find(case, 'Sanne')}"
    app = await App.open(kring, address)
    wilhelmina = "Wilhelmina van den Broek-Oosterhuis"
    assert app.reads(f"Alleen jij, Sanne en {wilhelmina} zien deze persoon.")
    case.alter("b1" * 16, rights={"relatiekaart": "lezen"})
    await app.settle()
    assert app.reads(f"Alleen jij en {wilhelmina} zien deze persoon.")
    case.alter(WILHELMINA, over=True)
    await app.settle()
    assert app.reads("Alleen jij ziet deze persoon.")
    await case.dispatch(MarkMogelijk(find(case, "Sanne")))
    await app.settle()
    assert not app.reads("deze persoon.")
    assert app.reads("van jou alleen")


async def test_UI_70_with_borrowed_eyes_the_sentence_is_the_members_own(kring: MemoryKring) -> None:
    await shared(kring, "nl")
    person = find(kring.opened[CASE], "Sanne")
    app = await App.open(kring, f"/case/{CASE}~{WILHELMINA}/person/{person}")
    assert app.reads("Alleen jij, Noor en Sanne zien deze persoon.")


async def test_UI_71_for_which_organisation_somebody_comes_is_asked_and_told(kring: MemoryKring) -> None:
    await shared(kring, "nl")
    app = await App.open(kring, f"/case/{CASE}/sharing/invite")
    case = kring.opened[CASE]
    await app.type("invite-name", "Karim")
    assert "invite-organisation" not in app.names()
    await app.tap("invite-role-professional")
    await app.type("invite-organisation", "Jeugdhulp Noord")
    await app.tap("invite-make")
    assert case.calls[-1][-1] == "Jeugdhulp Noord"

    app = await App.open(kring, f"/case/{CASE}/sharing")
    assert "professional · Jeugdhulp Noord" in app.texts()
    app = await App.open(kring, f"/case/{CASE}/sharing/member/{KARIM}")
    await app.type("member-organisation", "Jeugdhulp Zuid")
    assert case.calls[-1] == ("name_organisation", KARIM, "Jeugdhulp Zuid")
    app = await App.open(kring, f"/case/{CASE}/sharing/member/{WILHELMINA}")
    assert "member-organisation" not in app.names()


async def test_UI_71_a_role_without_an_organisation_makes_an_invite_without_one(kring: MemoryKring) -> None:
    await shared(kring, "nl")
    app = await App.open(kring, f"/case/{CASE}/sharing/invite")
    await app.type("invite-name", "Karim")
    await app.tap("invite-role-professional")
    await app.type("invite-organisation", "Jeugdhulp Noord")
    await app.tap("invite-role-netwerklid")
    await app.tap("invite-make")
    assert "Jeugdhulp Noord" not in kring.opened[CASE].calls[-1]


async def test_UI_60_who_had_it_open_is_told_with_role_and_organisation(kring: MemoryKring) -> None:
    app = await App.open(kring, await happened(kring, "nl"))
    await app.tap("happening-read")
    assert app.reads("Karim had deze kring open.")
    assert app.reads("professional · Jeugdhulp Noord")


async def test_UI_72_a_start_is_told_or_typed_and_a_code_says_what_it_means(
    kring: MemoryKring,
) -> None:
    app = await App.open(kring, await comparing()(kring, "nl"))
    case = kring.opened[CASE]
    sanne = "b1" * 16
    assert app.reads("4821")
    assert case.compare_code(sanne, "4821") in app.texts()
    await app.tap("compare-same")
    assert app.reads("Sanne en jij zien nu hetzelfde")
    await app.tap("compare-different")
    assert not app.reads("zien nu hetzelfde")
    assert app.reads("nog niet bij is")
    assert app.reads("wie de server beheert")

    await app.tap("compare-way-theirs")
    assert "compare-code" not in app.names()
    assert not app.reads("nog niet bij is")
    await app.type("compare-typed", "12")
    assert "compare-code" not in app.names()
    await app.type("compare-typed", "1234")
    assert case.compare_code(sanne, "1234") in app.texts()
    await app.tap(f"compare-who-{KARIM}")
    assert case.compare_code(KARIM, "4821") in app.texts()


async def test_UI_72_out_of_step_there_is_no_code_until_all_is_up_to_date(kring: MemoryKring) -> None:
    app = await App.open(kring, await comparing("waiting")(kring, "nl"))
    assert "compare-code" not in app.names()
    assert app.reads("Eerst moet alles hier bijgewerkt zijn.")
    case = kring.opened[CASE]
    case.status = CaseStatus("synced")
    case.changed()
    await app.settle()
    assert "compare-code" in app.names()


async def test_UI_72_it_is_reached_by_everybody_who_shares_a_circle(kring: MemoryKring) -> None:
    app = await App.open(kring, await lasting(kring, "nl"))
    await app.tap("compare")
    assert app.went == [f"/case/{CASE}/sharing/compare"]
    kring.opened[CASE].members = tuple(each for each in kring.opened[CASE].members if each.you)
    app = await App.open(kring, f"/case/{CASE}/sharing")
    assert "compare" not in app.names()
    app = await App.open(kring, f"/case/{CASE}/sharing/compare")
    assert app.reads("Er is nog niemand om dit mee te doen.")


async def test_UI_73_a_professional_makes_an_account_and_what_they_typed_is_there_again(
    kring: MemoryKring,
) -> None:
    app = await App.open(kring, await lasting(kring, "nl"))
    await app.tap("account")
    assert app.went == [f"/case/{CASE}/sharing/account"]
    app = await App.open(kring, f"/case/{CASE}/sharing/account")
    case = kring.opened[CASE]
    await app.type("account-organisation", "Jeugdhulp Noord")
    await app.tap("account-make")
    assert "account-save" not in app.names()
    assert app.reads(words("nl")("error.bad_input.empty"))
    await app.type("account-name", "K. de Wit")
    await app.tap("account-make")
    assert case.calls == [("account", Professional("Jeugdhulp Noord", "K. de Wit", ""))]
    assert app.reads("Klaar: 3 regels, getekend door dit toestel.")
    assert {"account-save", "account-table"} <= app.names()
    assert app.reads("Niemand anders in de kring ziet dat.")
    await app.type("account-registration", "SKJ 1234")
    assert "account-save" not in app.names()
    app = await App.open(kring, f"/case/{CASE}/sharing/account")
    assert {"Jeugdhulp Noord", "K. de Wit"} <= set(app.texts())


async def test_UI_73_nobody_else_is_led_there_and_it_outlasts_the_access(kring: MemoryKring) -> None:
    app = await App.open(kring, await shared(kring, "nl"))
    assert "account" not in app.names()
    app = await App.open(kring, f"/case/{CASE}/sharing/account")
    assert "account-make" not in app.names()
    app = await App.open(kring, await over(kring, "nl"))
    assert "account" in app.names()
    app = await App.open(kring, f"/case/{CASE}/sharing/account")
    assert "account-make" in app.names()


async def test_UI_73_the_list_to_read_has_who_for_whom_and_where_on_every_row(kring: MemoryKring) -> None:
    await lasting(kring, "nl")
    made = (await kring.opened[CASE].account(Professional("=Org", "K. de Wit", "SKJ 1"))).account
    ui: Any = SimpleNamespace(say=words("nl"))
    header, *rows = list(csv.reader(io.StringIO(table(ui, made))))
    assert len(header) == len(rows[0]) == 14
    assert [row[1] for row in rows] == ["toegang gekregen", "geopend", "veranderd"]
    assert {tuple(row[7:12]) for row in rows} == {("K. de Wit", "SKJ 1", "professional", "'=Org", CASE)}
    assert rows[0][6] == "15 januari 2027"


async def test_CAS_73_looking_at_a_case_is_noted_but_not_with_borrowed_eyes(
    kring: MemoryKring,
) -> None:
    await lasting(kring, "nl")
    case = kring.opened[CASE]
    await App.open(kring, f"/case/{CASE}~{KARIM}")
    assert case.looks == 0
    await App.open(kring, f"/case/{CASE}")
    assert case.looks == 1
    await over(kring, "nl")
    kring.opened[CASE].looks = 0
    await App.open(kring, f"/case/{CASE}")
    assert kring.opened[CASE].looks == 1


async def test_UI_60_without_a_connection_it_says_that_something_may_be_missing(kring: MemoryKring) -> None:
    address = await happened(kring, "nl")
    kring.opened[CASE].offline = True
    app = await App.open(kring, address)
    assert app.reads("Geen verbinding")
    assert app.reads("Sanne veranderde de mensen.")
    kring.opened[CASE].offline = False
    app = await App.open(kring, address)
    assert not app.reads("Geen verbinding")
