"""Two people on the command line and a real server process: invited, joined, confirmed, merged, clashed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.canary import traces
from tests.support.server import Server
from tests.support.terminal import Person


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "server")
    made.start()
    yield made
    made.stop()


def test_two_people_share_a_map_over_a_real_server(server: Server, tmp_path: Path) -> None:
    """The whole way, with the server away while both write, and both values of a clash in the end."""
    anna, bas = (Person(name, tmp_path / name, server.origin) for name in ("Anna", "Bas"))
    anna.says("create", "De kring van Anna", "--name", "Anna")
    anna.says("person", "add", "Oma Truus", "--ring", "1", "--receives", "EG")
    assert "Oma Truus" in anna.says("map")

    link = anna.says("invite", "Bas").strip().splitlines()[-1]
    assert link.startswith(server.origin)
    code = re.search(r"\d{3} \d{3} \d{3}", bas.says("join", link, "--name", "Bas"))
    assert code
    assert "nog geen toestemming" in bas.says("--wait", "1", "sync")
    assert bas.says("map", fails=True)
    waiting = anna.says("requests")
    assert "Bas" in waiting
    assert code[0] in waiting
    anna.says("confirm", "Bas")
    bas.says("sync")
    assert "Oma Truus" in bas.says("map")
    assert "Anna" in bas.says("members")
    assert "Bas" in anna.says("members")

    server.stop()
    anna.says("person", "rename", "Oma Truus", "Oma Truus uit Hoorn")
    bas.says("person", "rename", "Oma Truus", "Oma Geertruida")
    anna.says("person", "add", "Buurman Cor", "--ring", "2")
    bas.says("person", "add", "Tante Ida", "--ring", "3")
    bas.says("tie", "ik", "Tante Ida", "--quality", "sterk", "--gives", "A")
    assert "verbinding" in anna.says("--wait", "2", "sync", fails=True)
    server.start()
    anna.says("sync")
    bas.says("sync")
    anna.says("sync")

    maps = [person.says("map") for person in (anna, bas)]
    for words in ("Oma Truus uit Hoorn", "Oma Geertruida", "Buurman Cor", "Tante Ida"):
        assert all(words in text for text in maps), words
    for person in (anna, bas):
        person.says("export", str(person.folder / "out"))
    one, other = (
        json.loads((person.folder / "out" / "mensen.json").read_text("utf-8")) for person in (anna, bas)
    )
    assert one == other
    assert {"Oma Truus uit Hoorn", "Oma Geertruida"} == set(one["conflicts"][0]["values"])
    assert not (bas.folder / "out" / "prive.json").exists()


def test_S4_who_is_hidden_and_who_was_removed_do_not_come_along(server: Server, tmp_path: Path) -> None:
    """MEN-13, CAS-64: hidden for all but the client, and left out of what a new reader gets."""
    anna, bas = (Person(name, tmp_path / name, server.origin) for name in ("Anna", "Bas"))
    anna.says("create", "De kring van Anna", "--name", "Anna")
    for name in ("Oma Truus", "Stille neef", "Oude vriend"):
        anna.says("person", "add", name, "--ring", "1")
    anna.says("person", "hide", "Stille neef")
    anna.says("person", "remove", "Oude vriend")
    assert "Stille neef" in anna.says("map")
    assert "verborgen: alleen jij ziet dit" in anna.says("map")
    link = anna.says("invite", "Bas").strip().splitlines()[-1]
    bas.says("join", link, "--name", "Bas")
    anna.says("confirm", "Bas")
    bas.says("sync")
    assert "Oma Truus" in bas.says("map")
    bas.says("export", str(bas.folder / "out"))
    given = b"".join(path.read_bytes() for path in sorted((bas.folder / "out").iterdir()))
    assert traces(given, "Oma Truus")
    assert not traces(given, "Stille neef")
    assert not traces(given, "Oude vriend")
    anna.says("person", "show", "Stille neef")
    anna.says("sync")
    bas.says("sync")
    assert "Stille neef" in bas.says("map")


def test_P9_what_is_said_in_privetijd_stays_there_until_it_is_presented(
    server: Server, tmp_path: Path
) -> None:
    anna, prof = (Person(name, tmp_path / name, server.origin) for name in ("Anna", "Prof"))
    anna.says("create", "De kring van Anna", "--name", "Anna")
    link = anna.says("invite", "Prof", "--role", "professional").strip().splitlines()[-1]
    prof.says("join", link, "--name", "Prof")
    anna.says("confirm", "Prof")
    assert "Er is nu geen" in anna.says("privetijd", "present", fails=True)
    anna.says("privetijd", "start")
    anna.says("privetijd", "write", "Tante past op")
    anna.says("privetijd", "write", "Moeder komt niet")
    anna.says("privetijd", "remove", "Moeder komt niet")
    anna.says("privetijd", "change", "Tante past op", "Tante past op dinsdag op")
    prof.says("sync")
    assert "Tante" not in prof.says("besluiten") + prof.says("privetijd", "list")
    anna.says("privetijd", "present")
    prof.says("sync")
    assert "Tante past op dinsdag op" in prof.says("besluiten")
    prof.says("export", str(prof.folder / "out"))
    given = b"".join(path.read_bytes() for path in sorted((prof.folder / "out").iterdir()))
    assert traces(given, "Tante past op dinsdag op")
    assert not traces(given, "Moeder komt niet")


def test_P12_bad_input_is_told_in_plain_words_and_harms_nothing(server: Server, tmp_path: Path) -> None:
    """P12: wrong passphrase, broken link, damaged store, unknown names: a sentence, and nothing changed."""
    anna = Person("Anna", tmp_path / "Anna", server.origin)
    anna.says("create", "Kring", "--name", "Anna")
    anna.says("person", "add", "👩‍👧 Åsa שלום", "--ring", "1")
    before = anna.says("map")
    assert "te lang" in anna.says("person", "add", "x" * 501, fails=True)
    assert anna.says("person", "add", "  \u200b ", fails=True)
    assert "link" in anna.says("join", "https://example.org/#/join/onzin", "--name", "Anna", fails=True)
    assert anna.says("person", "rename", "Niemand", "Iemand", fails=True)
    assert anna.says("--case", "zzz", "map", fails=True)

    passphrase = anna.environment["KRING_PASSPHRASE"]
    anna.environment["KRING_PASSPHRASE"] = "fout"
    assert "sleutelzin" in anna.says("map", fails=True)
    anna.environment["KRING_PASSPHRASE"] = passphrase
    assert anna.says("map") == before

    store = anna.folder / "kring.sqlite"
    whole = store.read_bytes()
    store.write_bytes(whole[:5000] + bytes(5000) + whole[10000:])
    assert "beschadigd" in anna.says("map", fails=True)
    store.write_bytes(whole)
    vault = anna.folder / "vault.json"
    vault.rename(anna.folder / "elsewhere")
    assert "beschadigd" in anna.says("map", fails=True)
    assert not vault.exists()
    (anna.folder / "elsewhere").rename(vault)
    assert anna.says("map") == before


def words_after(text: str, label: str) -> str:
    return next(line.partition(": ")[2] for line in text.splitlines() if line.startswith(label))


def test_P11_a_sheet_restores_a_case_and_so_do_two_of_its_shares(server: Server, tmp_path: Path) -> None:
    anna, new, last = (Person(name, tmp_path / name, server.origin) for name in ("Anna", "Nieuw", "Laatste"))
    anna.says("create", "De kring van Anna", "--name", "Anna")
    typed = anna.says("sheet")
    code, place, relay = (words_after(typed, label) for label in ("Code", "Plaats", "Adres"))
    assert "negen groepen" in new.says("recover", f"{code[:-1]}*", "--place", place, fails=True)
    assert "“De kring van Anna” is terug" in new.says("recover", code, "--place", place, "--at", relay)
    anna.says("--wait", "3", "sync", fails=True)
    said = new.says("sheet", "--shares", "Bas", "Cor", "Els")
    shares = [line for line in said.splitlines() if "#/share/" in line]
    assert "is terug" in last.says("recover", shares[2], shares[0])
    old = typed.strip().splitlines()[-1]
    assert "kent dit herstelblad niet" in Person("Vinder", tmp_path / "Vinder", server.origin).says(
        "recover", old, fails=True
    )


def test_CAS_30_a_second_device_is_let_in_and_a_lost_one_put_out(server: Server, tmp_path: Path) -> None:
    anna, tablet = (Person(name, tmp_path / name, server.origin) for name in ("Anna", "Tablet"))
    anna.says("create", "De kring van Anna", "--name", "Anna")
    link = anna.says("device", "add", "Tablet").strip().splitlines()[-1]
    code = re.search(r"\d{3} \d{3} \d{3}", tablet.says("join", link, "--name", "Anna"))
    assert code
    assert code[0] in anna.says("device", "list")
    anna.says("device", "confirm", "Tablet")
    tablet.says("sync")
    assert "van jou" in tablet.says("list")
    anna.says("device", "remove", "Tablet")
    assert "Tablet" not in anna.says("device", "list")


def test_P6_a_folder_that_was_copied_is_two_machines_and_neither_loses_a_word(
    server: Server, tmp_path: Path
) -> None:
    anna = Person("Anna", tmp_path / "Anna", server.origin)
    anna.says("create", "De kring van Anna", "--name", "Anna")
    anna.says("person", "add", "Oma Truus", "--ring", "1")
    anna.says("sync")
    copy = Person("Anna", tmp_path / "Kopie", server.origin)
    shutil.copytree(anna.folder, copy.folder)
    anna.says("person", "add", "Buurman Cor", "--ring", "2")
    copy.says("person", "add", "Tante Ida", "--ring", "3")
    anna.says("sync")
    copy.says("sync")
    anna.says("sync")
    maps = [person.says("map") for person in (anna, copy)]
    assert all(name in text for text in maps for name in ("Oma Truus", "Buurman Cor", "Tante Ida"))
    assert copy.says("device", "list").count("toestel") == 2


def test_CAS_72_CAS_73_a_professional_compares_a_code_and_shows_what_they_did(
    server: Server, tmp_path: Path
) -> None:
    anna, karim = (Person(name, tmp_path / name, server.origin) for name in ("Anna", "Karim"))
    anna.says("create", "De kring van Anna", "--name", "Anna")
    invited = anna.says("invite", "Karim", "--role", "professional", "--organisation", "Jeugdhulp Noord")
    karim.says("join", invited.strip().splitlines()[-1], "--name", "Karim")
    anna.says("confirm", "Karim")
    karim.says("sync")
    file, again = tmp_path / "eerst.json", tmp_path / "later.json"
    karim.says("account", str(file), "--organisation", "Jeugdhulp Noord", "--name", "K. de Wit")
    karim.says("person", "add", "Juf Marleen", "--ring", "3")
    karim.says("export", str(tmp_path / "uit"))

    said = karim.says("compare", "Anna")
    start, code = re.search(r"\b\d{4}\b", said), re.search(r"\d{3}( \d{3}){3}", said)
    assert start
    assert code
    assert code[0] in anna.says("compare", "Karim", "--start", start[0])
    assert "professional, Jeugdhulp Noord" in anna.says("members")

    karim.says("account", str(again))
    stranger = Person("Niemand", tmp_path / "Niemand", server.origin)
    said = stranger.says("verify", str(again), "--after", str(file))
    assert not stranger.folder.exists()
    for words in ("Jeugdhulp Noord · K. de Wit", "opened · kring mensen relatiekaart", "changed", "exported"):
        assert words in said, said
    assert re.search(r"granted · until \d{4}-\d\d-\d\d", said)
    for words in ("Juf", "Marleen", "Anna", "Karim"):
        assert words not in again.read_text("utf-8")
    assert "ophield" in stranger.says("verify", str(file), "--after", str(again), fails=True)
    again.write_text(again.read_text("utf-8").replace("K. de Wit", "J. Jansen"), "utf-8")
    assert stranger.says("verify", str(again), fails=True)


def test_the_program_that_is_installed_is_this_one(tmp_path: Path) -> None:
    """What the others call without its start."""
    program = Path(sys.executable).with_name("kring")
    environment = {**os.environ, "KRING_DATA": str(tmp_path), "KRING_PASSPHRASE": "niemand", "LC_ALL": "nl"}
    done = subprocess.run([program, "list"], env=environment, capture_output=True, check=True)
    assert done.stdout.decode() == "Er is hier nog niets.\n"
