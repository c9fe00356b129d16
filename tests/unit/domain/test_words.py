"""Ids, ties, roles, rights, dates and initials."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.domain.ids import CLIENT, is_person_id, new_person_id
from kring.domain.person import initials
from kring.domain.rights import Right, right_named
from kring.domain.role import MemberRole
from kring.domain.tie import other_end, pair_of, support_kind, tie_id
from kring.domain.vague_date import vague_date
from kring.platform.memory.clock import SeededRandom


def test_ids_are_fresh_and_never_the_client():
    random = SeededRandom(1)
    made = {new_person_id(random) for _ in range(500)}
    assert len(made) == 500
    assert all(is_person_id(each) and each != CLIENT for each in made)
    assert is_person_id(CLIENT)
    for odd in ("", "klant ", "a~b", "A" * 16, "a/b", "x" * 17):
        assert not is_person_id(odd)


def test_MAP_2_a_tie_has_one_id_whichever_way_round():
    assert tie_id("b", "a") == tie_id("a", "b") == "a~b"
    assert pair_of("a~b") == ("a", "b")
    assert (other_end("a~b", "a"), other_end("a~b", "b")) == ("b", "a")
    for odd in ("b~a", "a~a", "ab", "~b", "a~", "a~b~c"):
        assert pair_of(odd) is None
    with pytest.raises(ValueError, match="two people"):
        tie_id("a", "a")
    with pytest.raises(ValueError, match="not in"):
        other_end("a~b", "c")


@pytest.mark.parametrize(
    ("word", "kind"),
    [("E", "E"), ("p", "M"), ("P", "M"), ("Gezelschap", "G"), (" gezelligheid ", "G"), ("advies", "A")],
)
def test_MAP_14_support_goes_by_the_names_used_elsewhere(word, kind):
    assert support_kind(word) == kind


def test_an_unknown_kind_of_support_is_none():
    assert support_kind("X") is None
    assert support_kind("") is None


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("1953", 1953, 1953),
        ("rond 1950", 1948, 1952),
        ("zomer 2009", 2009, 2009),
        ("2009-2012", 2009, 2012),
        ("jaren zestig", 1960, 1969),
        ("jaren '80", 1980, 1989),
        ("the 1970s", 1970, 1979),
        ("12-3-1980", 1980, 1980),
        ("rond groep 6", None, None),
        ("the 60", None, None),
        ("", None, None),
    ],
)
def test_MEN_12_a_vague_date_keeps_its_words_and_tells_what_it_can(words, first, last):
    date = vague_date(words)
    assert (date.words, date.first_year, date.last_year) == (words, first, last)
    assert date.exact_year == (first if first == last else None)


@given(st.text())
def test_a_vague_date_never_refuses(words):
    assert vague_date(words).words == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Fatima Yılmaz", "FY"),
        ("Jan", "J"),
        ("e\u0301lan vital", "E\u0301V"),
        ("Anne-Marie", "AM"),
        ("👩‍👧 Ria", "👩‍👧R"),
        ("(Oma)", ""),
        ("", ""),
        ("مريم", "م"),
    ],
)
def test_initials_take_whole_characters(name, letters):
    assert initials(name) == letters


@given(st.text())
def test_initials_of_anything(name):
    initials(name)


def test_rights_hold_the_ones_below_and_have_a_word():
    assert Right.BEHEREN > Right.BIJDRAGEN > Right.LEZEN
    assert [right.word for right in Right] == ["lezen", "bijdragen", "beheren"]
    assert right_named(" Lezen ") is Right.LEZEN
    assert right_named("alles") is None


def test_access_of_professionals_ends_by_default():
    assert [role.value for role in MemberRole if role.ends_by_default] == ["procesbegeleider", "professional"]
