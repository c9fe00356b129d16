"""Words, dates and numbers in two languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kring.errors import BadInput, KringError, StoreFull
from kring.i18n.catalogue import language_for, load
from kring.i18n.translator import Translator, isolated
from kring.phases import STRINGS

NL, EN = (Translator.of(language, STRINGS) for language in ("nl", "en"))


def test_dates_and_numbers_follow_the_language():
    day = date(2026, 11, 1)
    assert (NL.date(day), EN.date(day)) == ("1 november 2026", "1 November 2026")
    assert NL.moment(datetime(2026, 3, 4, 9, 5, tzinfo=UTC)) == "4 maart 2026, 09:05 uur"
    assert (NL.number(1234567), EN.number(1234567)) == ("1.234.567", "1,234,567")
    assert (NL.number(1234.5, 1), EN.number(1234.5, 1)) == ("1.234,5", "1,234.5")


def test_lists_and_plural_forms():
    assert [NL.list(each) for each in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A en B",
        "A, B en C",
    ]
    assert NL("summary.more", count=1) == "nog iemand"
    assert NL("summary.more", count=1200) == "nog 1.200 anderen"


def test_what_a_person_wrote_is_never_read_as_a_template():
    assert NL("summary.own.gives", names="{client} %s {0}") == "Jij helpt {client} %s {0}."


def test_TXT_12_a_sentence_that_ends_in_a_full_stop_of_a_name_has_one():
    assert NL("summary.own.gives", names="Fatima Y.") == "Jij helpt Fatima Y."
    assert NL("summary.own.gives", names="Fatima") == "Jij helpt Fatima."


def test_a_right_to_left_name_does_not_turn_the_sentence():
    assert isolated("Jan") == "Jan"
    assert NL("summary.own.gives", names="مريم") == "Jij helpt \u2068مريم\u2069."


def test_right_to_left_names_in_a_list_stay_in_its_order():
    mine, other = "\u2068مريم\u2069", "\u2068שרה\u2069"
    assert NL.list(["مريم", "שרה", "Jan"]) == f"{mine}, {other} en Jan"
    assert NL("summary.own.gives", names=NL.list(["مريم", "שרה"])) == f"Jij helpt {mine} en {other}."


def test_an_unknown_key_says_itself_and_an_own_word_stays():
    assert NL("no.such.key") == "no.such.key"
    assert not NL.has("no.such.key")
    assert NL.either("group", "buren") == "buren"
    assert EN.either("group", "buren") == "neighbours"
    assert EN.either("group", "lotgenoten") == "lotgenoten"


def test_TXT_5_an_error_is_said_by_its_reason_then_its_code():
    assert "500" in NL.error(BadInput(reason="too_long", limit=500))
    assert NL.error(BadInput(reason="unheard_of")) == NL("error.bad_input")
    assert NL.error(StoreFull()) == NL("error.store_full") == NL.error_code("store_full")

    class Odd(KringError):
        code = "odd"

    assert EN.error(Odd()) == EN("error.unknown") == EN.error_code("odd")


def test_languages_by_tag():
    assert [language_for(tag) for tag in ("nl-NL", "en_GB", "EN", "C", "", "fr")] == [
        "nl",
        "en",
        "en",
        "nl",
        "nl",
        "nl",
    ]


def test_two_packages_may_not_say_the_same_key(tmp_path, monkeypatch):
    package = tmp_path / "says_it_again"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "nl.json").write_text('{"list.last": "x"}')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match=r"list\.last"):
        load("nl", ["says_it_again"])
