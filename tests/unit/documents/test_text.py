"""DOC-16: few splices, in code points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.documents.text import Splice, apply_splices, splices
from tests.unit.documents.people import assert_same, exchange, replicas
from tests.unit.documents.test_handle import NOTE, words

WORDS = st.lists(st.sampled_from(["oma", "en", " ", "opa", "😀", "\n", "é", "a"]), max_size=20).map("".join)


@given(WORDS, WORDS)
def test_the_splices_make_the_new_text(old: str, new: str) -> None:
    assert apply_splices(old, splices(old, new)) == new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("oma", "oma", []),
        ("", "oma", [Splice(0, 0, "oma")]),
        ("oma", "", [Splice(0, 3, "")]),
        ("ik zie oma", "ik zie oma 😀", [Splice(10, 0, " 😀")]),
        ("😀 oma", "😀 lieve oma", [Splice(2, 0, "lieve ")]),
        ("een twee drie", "Een twee vier", [Splice(0, 1, "E"), Splice(9, 4, "vier")]),
    ],
)
def test_DOC_16_only_what_differs_is_touched(old: str, new: str, expected: list[Splice]) -> None:
    assert splices(old, new) == expected


def test_a_text_rewritten_from_end_to_end_is_one_splice_and_takes_no_time() -> None:
    old, new = "a b " * 6_000, "b c " * 6_000
    assert len(splices(old, new)) == 1


def test_DOC_16_words_typed_at_once_by_two_are_all_kept() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", words(NOTE, "Even over deze lieve persoon"))
    bob.handle.change("x", words(NOTE, "over deze persoon, mijn buur"))
    exchange(ann, bob)
    assert ann.note() == "Even over deze lieve persoon, mijn buur"
    assert_same(ann, bob)
