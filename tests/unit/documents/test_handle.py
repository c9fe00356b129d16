"""A document in use: edits, views, conflicts, receiving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from kring.documents.change import MAX_OPS, SET, DecodedChange, Op, decode_change
from kring.documents.change_encoder import encode_change
from kring.documents.crdt import Crdt, CrdtDocument
from kring.documents.edit import MAX_BYTES, Edit
from kring.documents.handle import Handle
from kring.documents.opid import ROOT_ID
from kring.documents.trial import Trial
from kring.documents.vetting import ACCEPT
from kring.documents.waiting import MOST, MOST_BYTES
from kring.errors import BadInput, DocumentError
from kring.platform.cpython.crdt import CpythonCrdt
from tests.unit.documents.people import KIND, Replica, all_changes, assert_same, exchange, replicas

NAME = ("people", "p0", "name")
NOTE = ("people", "p0", "note")


def set_to(path: tuple[str, ...], value: Any) -> Callable[[Edit], None]:
    return lambda edit: edit.put(path, value)


def words(path: tuple[str, ...], text: str) -> Callable[[Edit], None]:
    return lambda edit: edit.set_text(path, text)


def test_an_edit_shows_and_is_handed_on_as_one_change() -> None:
    [ann] = replicas([b"a"])

    def edit(to: Edit) -> None:
        to.create_map(("people", "p2"))
        to.put(("people", "p2", "name"), "Opa")
        to.create_text(("people", "p2", "note"), "doof 🦻")
        to.set_text(("people", "p2", "note"), "hoort slecht 🦻")
        to.put(("people", "p2", "deceased"), True)
        to.delete(("people", "p1"))

    ann.handle.change("label", edit)
    assert len(ann.outbox) == 1
    assert ann.handle.view["people"] == {
        "p0": {"name": "naam p0", "note": "over deze persoon"},
        "p2": {"name": "Opa", "note": "hoort slecht 🦻", "deceased": True},
    }
    bob = Handle(CpythonCrdt(), KIND, b"b" * 16)
    assert not bob.receive(all_changes(ann.handle)).refused
    assert_same(ann.handle, bob)


def test_what_is_put_and_taken_away_in_one_edit_is_gone() -> None:
    [ann] = replicas([b"a"])

    def edit(to: Edit) -> None:
        to.create_map(("people", "p2"))
        to.put(("people", "p2", "name"), "even")
        to.put(("people", "p2", "name"), "toch niet")
        to.delete(("people", "p2"))
        to.create_map(("people", "p2"))
        to.put(NAME, "eerst")
        to.delete(NAME)
        to.delete(NAME)

    ann.handle.change("label", edit)
    assert ann.handle.view["people"] == {
        "p0": {"note": "over deze persoon"}, "p1": {"name": "naam p1", "note": "over deze persoon"}, "p2": {},
    }  # fmt: skip
    assert Handle.restore(CpythonCrdt(), ann.handle.snapshot(), b"r" * 16).view == ann.handle.view


def test_DOC_14_what_is_there_already_is_not_written_again() -> None:
    [ann] = replicas([b"a"])
    ann.handle.change("x", set_to(("people", "p0", "n"), 1))
    ann.take()
    ann.handle.change("x", set_to(("people", "p0", "n"), 1))
    ann.handle.change("x", words(NOTE, "over deze persoon"))
    ann.handle.change("x", lambda edit: edit.delete(("people", "nobody")))
    assert not ann.outbox
    assert ann.handle.edits == 1
    ann.handle.change("x", set_to(("people", "p0", "n"), True))
    ann.handle.change("x", set_to(("people", "p0", "n"), 1.0))
    assert len(ann.outbox) == 2
    assert repr(ann.handle.view["people"]["p0"]["n"]) == "1.0"  # type: ignore[index,call-overload]


def test_DOC_11_a_view_stays_as_it_was_and_shares_what_did_not_change() -> None:
    ann, bob = replicas([b"a", b"b"])
    before: Mapping[str, Any] = ann.handle.view
    ann.handle.change("x", set_to(NAME, "Oma"))
    bob.handle.change("x", words(("people", "p0", "note"), "over oma"))
    exchange(ann, bob)
    after: Mapping[str, Any] = ann.handle.view
    assert before["people"]["p0"] == {"name": "naam p0", "note": "over deze persoon"}
    assert after["people"]["p0"] == {"name": "Oma", "note": "over oma"}
    assert after["people"]["p1"] is before["people"]["p1"]
    conflicts = ann.handle.conflicts
    ann.handle.receive(all_changes(bob.handle))
    assert ann.handle.view is after
    assert ann.handle.conflicts is conflicts


def test_subscribers_hear_of_what_changed_and_of_nothing_else() -> None:
    ann, bob = replicas([b"a", b"b"])
    heard: list[str] = []
    end = ann.handle.subscribe(lambda: heard.append("ann"))
    bob.handle.subscribe(lambda: heard.append("bob"))
    ann.handle.change("x", set_to(NAME, "Oma"))
    assert heard == ["ann"]
    ann.handle.change("x", set_to(NAME, "Oma"))
    chunks = ann.take()
    bob.handle.receive(chunks)
    bob.handle.receive(chunks)
    assert heard == ["ann", "bob"]
    end()
    end()
    ann.handle.undo()
    assert heard == ["ann", "bob"]


def fails(edit: Edit) -> None:
    edit.put(NAME, "half")
    edit.set_text(NOTE, "half")
    raise BadInput("changed my mind")


BAD_EDITS: dict[str, tuple[Callable[[Edit], None], type[Exception]]] = {
    "raises": (fails, BadInput),
    "no such map": (set_to(("people", "nobody", "name"), "x"), DocumentError),
    "value as a map": (set_to((*NAME, "first"), "x"), DocumentError),
    "empty path": (set_to((), "x"), DocumentError),
    "DOC-15 over a map": (set_to(("people", "p0"), "x"), DocumentError),
    "DOC-15 over a text": (set_to(NOTE, "x"), DocumentError),
    "map over a map": (lambda edit: edit.create_map(("people", "p0")), DocumentError),
    "text over a value": (lambda edit: edit.create_text(NAME), DocumentError),
    "words in a value": (words(NAME, "x"), DocumentError),
    "words nowhere": (words(("people", "p0", "more"), "x"), DocumentError),
    "integer too large": (set_to(NAME, 2**53 + 1), BadInput),
    "infinite": (set_to(NAME, float("inf")), BadInput),
    "a list": (set_to(NAME, []), BadInput),
    "half a character": (set_to(NAME, "\ud83d"), BadInput),
    "half a character in a text": (words(NOTE, "\ud83d"), BadInput),
    "long key": (set_to(("people", "p0", "k" * 1001), 1), BadInput),
    "long value": (set_to(NAME, "x" * MAX_BYTES), BadInput),
    "long text": (words(NOTE, "x" * (MAX_OPS + 100)), BadInput),
    "long text in bytes": (words(NOTE, "€" * (MAX_BYTES // 3)), BadInput),
}


@pytest.mark.parametrize(("edit", "error"), BAD_EDITS.values(), ids=BAD_EDITS)
def test_DOC_13_an_edit_that_cannot_be_made_changes_nothing(
    edit: Callable[[Edit], None], error: type[Exception]
) -> None:
    [ann] = replicas([b"a"])
    view, heads = ann.handle.view, ann.handle.heads
    with pytest.raises(error):
        ann.handle.change("x", edit)
    assert ann.handle.view is view
    assert ann.handle.heads == heads
    assert not ann.outbox
    assert not ann.handle.can_undo
    ann.handle.change("x", set_to(NAME, "goed"))
    assert ann.name() == "goed"


def test_a_text_of_a_whole_story_fits_in_one_edit() -> None:
    ann, bob = replicas([b"a", b"b"])
    story = "Vroeger, bij oma aan de keukentafel… 😀\n" * 900
    ann.handle.change("x", words(NOTE, story))
    exchange(ann, bob)
    assert bob.note() == story
    bob.handle.change("x", words(NOTE, ""))
    exchange(ann, bob)
    assert ann.note() == ""
    assert_same(ann, bob)


def test_DOC_12_values_set_at_once_are_all_told_and_the_next_put_settles_it() -> None:
    ann, bob, cees = replicas([b"a", b"b", b"c"])
    ann.handle.change("x", set_to(NAME, "Oma Riet"))
    bob.handle.change("x", set_to(NAME, "Riet"))
    cees.handle.change("x", set_to(NAME, "Riet"))
    exchange(ann, bob, cees)
    assert ann.handle.conflicts == {NAME: ("Riet", "Oma Riet")}
    assert_same(ann, bob, cees)
    bob.handle.change("x", set_to(NAME, "Riet"))
    exchange(ann, bob, cees)
    assert ann.handle.conflicts == {}
    assert ann.name() == "Riet"
    assert_same(ann, bob, cees)


def test_DOC_12_equal_values_of_different_kinds_differ() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", set_to(NAME, 1))
    bob.handle.change("x", set_to(NAME, True))
    exchange(ann, bob)
    assert [repr(value) for value in ann.handle.conflicts[NAME]] == ["True", "1"]


def test_DOC_12_equal_values_are_no_conflict_and_a_delete_gives_way() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", set_to(NAME, "Riet"))
    bob.handle.change("x", set_to(NAME, "Riet"))
    exchange(ann, bob)
    assert ann.handle.conflicts == {}
    ann.handle.change("x", lambda edit: edit.delete(NAME))
    bob.handle.change("x", set_to(NAME, "Oma"))
    exchange(ann, bob)
    assert ann.name() == "Oma"
    assert ann.handle.conflicts == {}
    assert_same(ann, bob)


def test_DOC_12_a_conflict_in_what_is_deleted_is_not_told() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", set_to(NAME, "een"))
    bob.handle.change("x", set_to(NAME, "twee"))
    exchange(ann, bob)
    ann.handle.change("x", lambda edit: edit.delete(("people", "p0")))
    assert ann.handle.conflicts == {}


def test_what_lost_to_another_is_shown_when_the_other_goes() -> None:
    ann, bob, cees = replicas([b"a", b"b", b"c"])

    def born(edit: Edit, name: str) -> None:
        edit.create_map(("people", "p9"))
        edit.put(("people", "p9", "name"), name)
        edit.create_text(("people", "p9", "note"), name)

    ann.handle.change("x", lambda edit: born(edit, "van Ann"))
    bob.handle.change("x", lambda edit: born(edit, "van Bob"))
    bob_only = Replica(Handle.restore(CpythonCrdt(), bob.handle.snapshot(), b"d" * 16))
    exchange(ann, bob, cees)
    later = Handle.restore(CpythonCrdt(), cees.handle.snapshot(), b"e" * 16)
    assert cees.name("p9") == "van Bob"
    bob_only.handle.change("x", lambda edit: edit.delete(("people", "p9")))
    chunks = bob_only.take()
    for handle in (ann.handle, bob.handle, cees.handle, later):
        assert not handle.receive(chunks).refused
    assert later.view["people"]["p9"] == {"name": "van Ann", "note": "van Ann"}  # type: ignore[index,call-overload]
    assert_same(ann, bob, cees, later)


def test_changes_in_any_order_and_again_come_out_the_same() -> None:
    ann, bob = replicas([b"a", b"b"])
    for index in range(20):
        ann.handle.change("x", set_to(("people", "p0", "n"), index))
    chunks = ann.take()
    receipt = bob.handle.receive(chunks[:0:-1])
    assert (receipt.applied, receipt.waiting) == ((), 19)
    assert not bob.handle.receive(chunks[5:9]).applied
    receipt = bob.handle.receive([chunks[0], chunks[0]])
    assert (len(receipt.applied), receipt.waiting) == (20, 0)
    assert_same(ann, bob)


def test_decoded_changes_may_be_given_as_they_are() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", set_to(NAME, "Oma"))
    assert len(bob.handle.receive([decode_change(chunk) for chunk in ann.take()]).applied) == 1
    assert_same(ann, bob)


def test_DOC_6_what_is_refused_is_told_and_the_rest_comes_in() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("x", set_to(NAME, "Oma"))
    [good] = ann.take()
    deps = bob.handle.heads
    start = bob.handle.vetting.max_op + 1
    nonsense = b"\x85\x6f\x4a\x83nonsense"
    huge = encode_change(b"h" * 16, 1, deps, [Op((2**31, b"h" * 16), ROOT_ID, "k", False, SET, 1, ())])
    wrong = encode_change(
        b"w" * 16, 1, deps, [Op((start, b"w" * 16), (2, b"a" * 16), "k", False, SET, 1, ((1, b"a" * 16),))]
    )
    receipt = bob.handle.receive([nonsense, huge, wrong, good])
    assert [each.chunk for each in receipt.applied] == [good]
    assert [each.chunk for each in receipt.refused] == [nonsense, huge, wrong]
    assert [each.reason for each in receipt.refused][1:] == ["wrong_start_op", "wrong_object"]
    assert_same(ann, bob)


def test_DOC_5_what_refers_to_what_is_not_there_waits_for_it() -> None:
    ann, bob = replicas([b"a", b"b"])
    cees = b"c" * 16
    deps, start = bob.handle.heads, bob.handle.vetting.max_op + 1
    ann.handle.change("x", set_to(("people", "p0", "n"), 1))
    [chunk] = ann.take()
    [op] = decode_change(chunk).ops
    free = Op((start, cees), ROOT_ID, "k", False, SET, 2, ())
    later = encode_change(cees, 1, deps, [free, Op((start + 1, cees), op.obj, "n", False, SET, 2, (op.id,))])
    assert bob.handle.receive([later]).waiting == 1
    assert bob.handle.receive([later]).waiting == 1
    receipt = bob.handle.receive([chunk])
    assert (len(receipt.applied), receipt.waiting) == (2, 0)
    assert not ann.handle.receive([later]).refused
    assert_same(ann, bob)


def test_P8_only_so_many_changes_wait() -> None:
    [bob] = replicas([b"b"])
    flood = [
        encode_change(
            bytes([n % 256, n // 256]) * 8,
            1,
            [bytes([7]) * 32],
            [Op((1, bytes([n % 256, n // 256]) * 8), ROOT_ID, "k", False, SET, n, ())],
        )
        for n in range(MOST + 10)
    ]
    receipt = bob.handle.receive(flood)
    assert receipt.waiting == MOST
    assert {each.reason for each in receipt.refused} == {"too_many_waiting"}
    bob.handle.change("x", set_to(NAME, "nog steeds"))
    assert bob.name() == "nog steeds"


def test_P8_very_many_heads_do_not_keep_anybody_from_editing() -> None:
    ann, bob = replicas([b"a", b"b"])
    deps, start = ann.handle.heads, ann.handle.vetting.max_op + 1
    flood = []
    for n in range(1200):
        actor = n.to_bytes(16)
        flood.append(encode_change(actor, 1, deps, [Op((start, actor), ROOT_ID, f"k{n}", False, SET, n, ())]))
    ann.handle.change("x", set_to(NAME, "eerst"))
    for each in (ann, bob):
        assert len(each.handle.receive(flood).applied) == 1200
    for value in ("een", "twee", "drie", "vier"):
        ann.handle.change("x", set_to(NAME, value))
    ann.handle.change("x", lambda edit: edit.delete(("k3",)))
    exchange(ann, bob)
    assert len(ann.handle.heads) == 1
    assert bob.name() == "vier"
    assert_same(ann, bob, Handle.restore(CpythonCrdt(), ann.handle.snapshot(), b"z" * 16))


def test_P8_what_waits_is_bounded_in_bytes() -> None:
    [bob] = replicas([b"b"])
    refused = 0
    for n in range(180):
        actor = n.to_bytes(16)
        op = Op((1, actor), ROOT_ID, "k", False, SET, bytes(200_000), ())
        refused += len(bob.handle.receive([encode_change(actor, 1, [bytes([7]) * 32], [op])]).refused)
    assert refused == 180 - MOST_BYTES // 200_150


class _Panicking:
    """rc1, which fails on every change that holds a certain word."""

    def __init__(self, document: CrdtDocument, word: bytes) -> None:
        self._document = document
        self._word = word

    def apply(self, changes: Sequence[bytes], heads: Sequence[bytes], texts: Sequence[str] = ()) -> list[str]:
        if any(self._word in chunk for chunk in changes):
            raise DocumentError("the engine panicked")
        return self._document.apply(changes, heads, texts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._document, name)


class _PanickingCrdt(CpythonCrdt):
    def new(self) -> CrdtDocument:
        return _Panicking(super().new(), b"paniek")


def test_DOC_8_an_engine_that_panics_costs_only_the_change_that_it_panicked_on() -> None:
    crdt: Crdt = _PanickingCrdt()
    ann, bob, cees = replicas([b"a", b"b", b"c"], [CpythonCrdt(), crdt, CpythonCrdt()])
    ann.handle.change("x", set_to(NAME, "paniek"))
    cees.handle.change("x", set_to(NAME, "rustig"))
    cees.handle.change("x", words(NOTE, "rustige woorden"))
    [bad], good = ann.take(), cees.take()
    receipt = bob.handle.receive([good[0], bad, good[1]])
    assert [each.chunk for each in receipt.applied] == good
    assert [(each.chunk, each.reason) for each in receipt.refused] == [(bad, "engine: the engine panicked")]
    assert (bob.name(), bob.note()) == ("rustig", "rustige woorden")
    assert bob.handle.conflicts == {}
    with pytest.raises(DocumentError):
        bob.handle.change("x", set_to(NAME, "weer paniek"))
    bob.handle.change("x", set_to(NAME, "kalm"))
    assert bob.name() == "kalm"
    cees.handle.receive(bob.take())
    assert_same(bob, cees)


def tried(handle: Handle, chunks: Sequence[bytes]) -> tuple[list[DecodedChange], Trial]:
    """Changes that a trial on `handle` has admitted."""
    trial, changes = handle.trial(), [decode_change(chunk) for chunk in chunks]
    for change in changes:
        assert trial.check(change, change.actor) == ACCEPT
        trial.admit(change)
    return changes, trial


def test_what_a_trial_admitted_comes_in_whole() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("", set_to(NAME, "Ann"))
    ann.handle.change("", words(NOTE, "over Ann"))
    heard: list[None] = []
    bob.handle.subscribe(lambda: heard.append(None))
    changes, trial = tried(bob.handle, ann.take())
    assert bob.handle.take(changes, trial).applied == tuple(changes)
    assert_same(ann, bob)
    assert len(heard) == 1
    bob.handle.change("", words(NOTE, "over Ann en Bob"))
    assert not ann.handle.receive(bob.take()).refused
    assert_same(ann, bob)


def test_a_trial_of_the_document_as_it_was_takes_nothing_away() -> None:
    ann, bob = replicas([b"a", b"b"])
    ann.handle.change("", set_to(NAME, "Ann"))
    changes, trial = tried(bob.handle, ann.take())
    bob.handle.change("", words(NOTE, "van Bob"))
    assert bob.handle.take(changes, trial).applied == tuple(changes)
    assert not ann.handle.receive(bob.take()).refused
    assert_same(ann, bob)
    assert bob.note() == "van Bob"


def test_DOC_8_of_what_a_trial_admitted_the_engine_may_refuse_one() -> None:
    ann, bob = replicas([b"a", b"b"], [CpythonCrdt(), _PanickingCrdt()])
    ann.handle.change("", set_to(NAME, "Ann"))
    ann.handle.change("", set_to(("people", "p1", "name"), "paniek"))
    changes, trial = tried(bob.handle, ann.take())
    receipt = bob.handle.take(changes, trial)
    assert receipt.applied == (changes[0],)
    assert [refused.chunk for refused in receipt.refused] == [changes[1].chunk]
    assert bob.name() == "Ann"
