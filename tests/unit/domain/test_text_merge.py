"""A text typed in by one person while it changed under their hands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.domain.text_merge import merge_text


@pytest.mark.parametrize(
    ("before", "after", "current", "merged"),
    [
        ("a", "ab", "a", "ab"),
        ("een twee", "een twee drie", "nul een twee", "nul een twee drie"),
        ("een twee drie", "een drie", "een twee drie vier", "een drie vier"),
        ("", "mijn", "jouw", "jouwmijn"),
        ("same", "new", "new", "new"),
        ("kept", "kept", "other", "other"),
        ("rood huis", "groen huis", "rood kasteel", "groen kasteel"),
        ("weg hier", "", "weg hier blijft", " blijft"),
    ],
)
def test_both_edits_come_through(before, after, current, merged):
    assert merge_text(before, after, current) == merged


letters = st.text(alphabet="abc d", max_size=12)


@st.composite
def edited(draw, typed: str) -> tuple[str, str]:
    """A text, and the same with letters of `typed` put in anywhere and some of its own taken away."""
    before = draw(letters)
    after = ""
    for character in before:
        after += draw(st.text(alphabet=typed, max_size=2)) + ("" if draw(st.booleans()) else character)
    return before, after + draw(st.text(alphabet=typed, max_size=2))


@given(edited("XY"), st.data())
def test_MEN_4_nothing_that_either_typed_is_lost(mine, data):
    before, after = mine
    current = before
    for place in sorted(data.draw(st.lists(st.integers(0, len(before)), max_size=4)), reverse=True):
        current = current[:place] + data.draw(st.sampled_from(["P", "QQ", "P Q"])) + current[place:]
    merged = merge_text(before, after, current)
    for letter in "XYPQ":
        assert merged.count(letter) == after.count(letter) + current.count(letter)


@given(letters, letters)
def test_without_another_edit_it_is_what_was_typed(before, after):
    assert merge_text(before, after, before) == after
    assert merge_text(before, before, after) == after
