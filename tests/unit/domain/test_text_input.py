"""What people type."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.domain.text_input import clean_emoji, clean_line, clean_name, clean_text, is_visible
from kring.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Fatima \t Yılmaz\n", "Fatima Yılmaz"),
        ("e\u0301lan", "élan"),
        ("مريم عبد", "مريم عبد"),
        ("👩‍👩‍👧‍👦 thuis", "👩‍👩‍👧‍👦 thuis"),
        ("a\u202eb\u2066c\u2069", "abc"),
        ("a\u0000b\u0007c", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ufeffJan", "Jan"),
        ("O'Brien-d’Avis", "O'Brien-d’Avis"),
    ],
)
def test_TXT_1_a_name_in_any_script_is_kept_and_what_hides_is_not(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", " \n ", "\u200d\u200d", "\u202e", "\u0301", "\u0000"])
def test_TXT_2_a_name_that_shows_nothing_is_refused(typed):
    assert not is_visible(typed)
    with pytest.raises(BadInput) as caught:
        clean_name(typed)
    assert caught.value.details == {"field": "name", "reason": "empty"}


def test_TXT_3_500_characters_are_kept_and_501_refused_never_cut():
    assert len(clean_name("ß" * 500)) == 500
    with pytest.raises(BadInput) as caught:
        clean_name("ß" * 501)
    assert caught.value.details["limit"] == 500


def test_half_a_character_is_refused():
    for clean in (clean_name, lambda text: clean_text(text, field="note")):
        with pytest.raises(BadInput) as caught:
            clean("a\udc00b")
        assert caught.value.details["reason"] == "unreadable"


def test_a_text_keeps_its_lines():
    assert clean_text("a\r\nb\rc\u2028d\te \u202e", field="note") == "a\nb\nc\nd\te "


def test_an_emoji_is_no_letter():
    assert clean_emoji(" 👨‍👩‍👦 ") == "👨‍👩‍👦"
    assert clean_emoji("1️⃣") == "1️⃣"
    assert clean_emoji("") == ""
    for typed in ("A", "a👍", "🎉" * 17):
        with pytest.raises(BadInput):
            clean_emoji(typed)


@given(st.text(alphabet=st.characters()))
def test_cleaning_gives_safe_text_or_a_clear_refusal_and_is_stable(typed):
    try:
        line = clean_line(typed, field="x")
    except BadInput:
        return
    assert clean_line(line, field="x") == line
    assert unicodedata.is_normalized("NFC", line)
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in line)
    line.encode()
