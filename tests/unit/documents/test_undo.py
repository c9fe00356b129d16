"""DOC-17, DOC-18, DOC-19: taking back one's own edits."""

from __future__ import annotations

from kring.documents.edit import Edit
from kring.documents.handle import Handle
from kring.platform.cpython.crdt import CpythonCrdt
from tests.unit.documents.people import assert_same, exchange, replicas
from tests.unit.documents.test_handle import NAME, NOTE, set_to, words


def add_person(edit: Edit) -> None:
    edit.create_map(("people", "p9"))
    edit.put(("people", "p9", "name"), "Buur")
    edit.create_text(("people", "p9", "note"), "aardig")


def test_DOC_17_undo_and_redo_are_new_changes_with_a_label() -> None:
    ann, bob = replicas([b"a", b"b"])
    assert not ann.handle.can_undo
    assert ann.handle.undo_label is None
    ann.handle.change("undo.rename", set_to(NAME, "Oma"))
    ann.handle.change("undo.describe", words(NOTE, "over oma"))
    assert (ann.handle.undo_label, ann.handle.redo_label) == ("undo.describe", None)
    ann.handle.undo()
    ann.handle.undo()
    assert (ann.name(), ann.note()) == ("naam p0", "over deze persoon")
    assert (ann.handle.can_undo, ann.handle.redo_label) == (False, "undo.rename")
    ann.handle.redo()
    ann.handle.redo()
    assert (ann.name(), ann.note()) == ("Oma", "over oma")
    assert len(ann.outbox) == 6
    exchange(ann, bob)
    assert_same(ann, bob)


def test_an_edit_after_an_undo_leaves_nothing_to_redo() -> None:
    [ann] = replicas([b"a"])
    ann.handle.change("x", set_to(NAME, "een"))
    ann.handle.undo()
    ann.handle.change("x", set_to(NAME, "twee"))
    assert not ann.handle.can_redo
    ann.handle.redo()
    assert ann.name() == "twee"


def test_a_new_document_cannot_be_undone_away() -> None:
    [ann] = replicas([b"a"])
    view = ann.handle.view
    ann.handle.undo()
    assert ann.handle.view is view


def test_DOC_17_others_edits_are_not_taken_back() -> None:
    ann, bob = replicas([b"a", b"b"])
    bob.handle.change("x", set_to(NAME, "van Bob"))
    exchange(ann, bob)
    ann.handle.undo()
    assert ann.name() == "van Bob"


def test_DOC_18_a_value_that_somebody_replaced_stays_theirs() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", set_to(NAME, "van Ann"))
    exchange(ann, bob)
    bob.handle.change("x", set_to(NAME, "van Bob"))
    exchange(ann, bob)
    ann.handle.undo()
    assert ann.name() == "van Bob"
    assert not ann.outbox


def test_DOC_18_undo_in_a_conflict_takes_away_only_ones_own_value() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", set_to(NAME, "van Ann"))
    bob.handle.change("x", set_to(NAME, "van Bob"))
    exchange(ann, bob)
    assert ann.handle.conflicts == {NAME: ("van Bob", "van Ann")}
    bob.handle.undo()
    exchange(ann, bob)
    assert bob.name() == "van Ann"
    assert ann.handle.conflicts == {}
    assert_same(ann, bob)


def test_DOC_18_what_others_typed_into_the_same_text_stays() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", words(NOTE, "over deze lieve oude persoon"))
    exchange(ann, bob)
    bob.handle.change("x", words(NOTE, "Dit is over deze lieve oude persoon, die 😀 is"))
    exchange(ann, bob)
    ann.handle.undo()
    assert ann.note() == "Dit is over deze persoon, die 😀 is"
    ann.handle.redo()
    assert ann.note() == "Dit is over deze lieve oude persoon, die 😀 is"
    exchange(ann, bob)
    assert_same(ann, bob)


def test_DOC_18_undo_of_a_cut_puts_the_words_back_between_what_others_typed() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", words(NOTE, "over persoon"))
    bob.handle.change("x", words(NOTE, "Iets over deze persoon!"))
    exchange(ann, bob)
    ann.handle.undo()
    assert ann.note() == "Iets over deze persoon!"


def test_DOC_18_a_map_that_others_have_written_in_is_not_taken_away() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", add_person)
    exchange(ann, bob)
    bob.handle.change("x", words(("people", "p9", "note"), "aardig en stil"))
    exchange(ann, bob)
    ann.handle.undo()
    assert ann.note("p9") == "aardig en stil"


def test_undo_of_a_new_map_takes_it_away_and_redo_makes_it_again() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", add_person)
    ann.handle.undo()
    assert "p9" not in ann.handle.view["people"]  # type: ignore[operator]
    ann.handle.redo()
    assert ann.handle.view["people"]["p9"] == {"name": "Buur", "note": "aardig"}  # type: ignore[index,call-overload]
    ann.handle.undo()
    assert "p9" not in ann.handle.view["people"]  # type: ignore[operator]
    exchange(ann, bob)
    assert_same(ann, bob)


def test_DOC_19_a_deleted_person_comes_back_whole_with_what_others_wrote_meanwhile() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", lambda edit: edit.delete(("people", "p0")))
    bob.handle.change("x", words(NOTE, "over deze lieve persoon"))
    bob.handle.change("x", set_to(("people", "p0", "birth"), "rond 1950"))
    exchange(ann, bob)
    ann.handle.undo()
    exchange(ann, bob)
    assert bob.handle.view["people"]["p0"] == {  # type: ignore[index,call-overload]
        "name": "naam p0", "note": "over deze lieve persoon", "birth": "rond 1950",
    }  # fmt: skip
    assert_same(ann, bob)


def test_DOC_19_edits_before_a_delete_can_still_be_undone_after_its_undo() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("1", set_to(NAME, "Oma"))
    ann.handle.change("2", words(NOTE, "over oma"))
    ann.handle.change("3", lambda edit: edit.delete(("people", "p0")))
    for _ in range(2):
        for _ in range(3):
            ann.handle.undo()
        assert (ann.name(), ann.note()) == ("naam p0", "over deze persoon")
        for _ in range(3):
            ann.handle.redo()
        assert "p0" not in ann.handle.view["people"]  # type: ignore[operator]
    exchange(ann, bob)
    assert_same(ann, bob)


def test_undo_of_several_puts_of_one_key_goes_back_step_by_step() -> None:
    [ann] = replicas([b"a"])
    for value in ("een", "twee", "drie"):
        ann.handle.change(value, set_to(NAME, value))
    seen = []
    for _ in range(3):
        ann.handle.undo()
        seen.append(ann.name())
    assert seen == ["twee", "een", "naam p0"]
    for _ in range(3):
        ann.handle.redo()
        seen.append(ann.name())
    assert seen[3:] == ["een", "twee", "drie"]


def test_a_new_session_has_nothing_to_undo() -> None:
    [ann] = replicas([b"a"])
    ann.handle.change("x", set_to(NAME, "Oma"))
    again = Handle.restore(CpythonCrdt(), ann.handle.snapshot(), b"z" * 16)
    assert not again.can_undo
