"""What a document says as a whole, made again in another, and what was done to it done there."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kring.documents.change import MAX_OPS, operations
from kring.documents.handle import Handle
from kring.documents.trees import (
    Text,
    Tree,
    difference,
    has_past,
    taken_away,
    tree_of,
    value_at,
    with_value,
    write,
)
from kring.platform.cpython.crdt import CpythonCrdt

keys = st.sampled_from(["a", "b", "c", "d"])
words = st.text(max_size=6)
leaf = st.one_of(words, st.integers(-3, 3), st.booleans(), st.none(), st.floats(-2, 2), words.map(Text))
trees = st.recursive(leaf, lambda inner: st.dictionaries(keys, inner, max_size=4), max_leaves=12)
roots = st.dictionaries(keys, trees, max_size=4)


def handle_of(tree: Tree) -> tuple[Handle, list[bytes]]:
    handle, chunks = Handle(CpythonCrdt(), "kind", b"a" * 16), list[bytes]()
    handle.on_local = chunks.append
    write(handle, difference({}, tree))
    return handle, chunks


def exact(tree: Any) -> Any:
    """With the type of every value beside it: true, 1 and a text of the same words are three things."""
    if isinstance(tree, dict):
        return {key: exact(value) for key, value in tree.items()}
    return type(tree), tree


@settings(max_examples=60)
@given(roots)
def test_CAS_62_a_document_begins_with_all_that_another_shows_and_no_history(tree: Tree) -> None:
    handle, chunks = handle_of(tree)
    assert exact(tree_of(handle)) == exact(tree)
    assert not has_past(chunks)
    assert not handle.can_undo


@settings(max_examples=60)
@given(roots, roots)
def test_CAS_63_the_difference_of_two_leads_from_the_one_to_the_other(before: Tree, after: Tree) -> None:
    handle, _ = handle_of(before)
    write(handle, difference(before, after))
    assert exact(tree_of(handle)) == exact(after)


def test_CAS_63_what_was_done_is_done_beside_what_others_did() -> None:
    before: Tree = {"p": {"note": Text("een twee"), "name": "An", "born": 1}, "q": {"name": "Bo"}, "r": {}}
    after: Tree = {"p": {"note": Text("een twee drie"), "name": "Anna", "born": 1}, "q": {"name": "Bob"}}
    there: Tree = {
        "p": {"note": Text("nul een twee"), "name": "An", "born": 2},
        "s": {"name": "Nieuw"},
        "r": {},
    }
    handle, _ = handle_of(there)
    write(handle, difference(before, after, there))
    assert tree_of(handle) == {
        "p": {"note": "nul een twee drie", "name": "Anna", "born": 2},
        "s": {"name": "Nieuw"},
    }


def test_CAS_62_a_large_document_goes_into_changes_that_each_can_be_taken_in() -> None:
    text = "".join(chr(97 + each % 26) for each in range(60_000))
    tree: Tree = {"long": Text(text), "many": {f"k{each}": "waarde" * 20 for each in range(3_000)}}
    handle, chunks = handle_of(tree)
    assert tree_of(handle) == tree
    assert len(chunks) > 5
    assert all(operations(chunk) <= MAX_OPS for chunk in chunks)
    other = Handle(CpythonCrdt(), "kind", b"b" * 16)
    assert not other.receive(chunks).refused
    assert other.view == handle.view
    shorter: Tree = {**tree, "long": Text(text[:9] + text[50_000:])}
    write(handle, difference(tree, shorter))
    assert tree_of(handle) == shorter


def test_CAS_64_what_was_taken_away_and_what_was_only_changed_are_told_apart() -> None:
    handle, chunks = handle_of({"p": {"name": "An", "note": Text("woord")}})
    assert (has_past(chunks), taken_away(chunks)) == (False, False)
    handle.lay(lambda edit: edit.set_text(("p", "note"), "woor"))
    assert (has_past(chunks), taken_away(chunks)) == (True, False)
    handle.lay(lambda edit: edit.delete(("p", "name")))
    assert (has_past(chunks), taken_away(chunks)) == (True, True)


def test_a_value_is_found_put_and_left_out_by_its_path() -> None:
    tree: Tree = {"a": {"b": 1}}
    assert value_at(tree, ("a", "b")) == 1
    assert value_at(tree, ("a", "x", "y")) is None
    assert with_value(tree, ("a", "b"), None) == {"a": {}}
    assert with_value(tree, ("a", "c"), 2) == {"a": {"b": 1, "c": 2}}
    assert with_value(tree, ("x", "c"), 2) == tree
