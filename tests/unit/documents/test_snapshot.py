"""DOC-23: a document at rest."""

from __future__ import annotations

import random

import cbor2
import pytest

from kring.documents.handle import Handle
from kring.documents.registers import Registers
from kring.documents.snapshot import NEWEST, VERSION, read_snapshot
from kring.errors import DocumentError, DocumentNewer
from kring.platform.cpython.crdt import CpythonCrdt
from tests.unit.documents.people import KIND, Replica, assert_same, exchange, replicas
from tests.unit.documents.test_handle import NAME, NOTE, set_to, words


def restored(handle: Handle, actor: bytes) -> Handle:
    return Handle.restore(CpythonCrdt(), handle.snapshot(), actor * 16)


def test_DOC_23_view_conflicts_and_what_waits_come_back() -> None:
    ann, bob, cees = replicas([b"a", b"b", b"c"])
    ann.handle.change("x", set_to(NAME, b"\x00"))
    bob.handle.change("x", set_to(NAME, 2.5))
    exchange(ann, bob, cees)
    ann.handle.change("1", words(NOTE, "eerst"))
    ann.handle.change("2", words(NOTE, "toen"))
    first, second = ann.take()
    cees.handle.receive([second])
    again = restored(cees.handle, b"d")
    assert_same(cees, again)
    assert again.conflicts == {NAME: (2.5, b"\x00")}
    receipt = again.receive([first])
    assert (len(receipt.applied), receipt.waiting) == (2, 0)
    assert_same(ann, again)


def test_an_empty_document_can_be_kept_too() -> None:
    [ann] = replicas([b"a"])
    empty = Handle(CpythonCrdt(), KIND, b"e" * 16)
    ann.handle.change("x", set_to(NAME, "Oma"))
    empty.receive(ann.outbox)
    again = restored(empty, b"f")
    assert again.view == {}
    again.receive(CpythonCrdt().load(ann.handle.saved()).changes())
    assert_same(ann, again)


def test_DOC_23_changes_on_what_is_older_than_the_snapshot_remembers_are_judged_the_same() -> None:
    ann, bob, away = replicas([b"a", b"b", b"c"])
    away.handle.change("x", words(NOTE, "van ver"))
    late = away.take()
    for index in range(NEWEST + 20):
        ann.handle.change("x", set_to(("people", "p1", f"n{index % 7}"), index))
    ann.handle.change("x", words(NOTE, "over deze lieve persoon"))
    exchange(ann, bob)
    again = restored(bob.handle, b"d")
    assert len(read_snapshot(bob.handle.snapshot()).known) == NEWEST
    for handle in (ann.handle, bob.handle, again):
        assert not handle.receive(late).refused
    assert_same(ann, bob, again)
    away.handle.change("x", set_to(NAME, "wrong"))
    replica = Replica(restored(again, b"f"))
    replica.handle.change("x", set_to(NAME, "goed"))
    assert not ann.handle.receive(replica.take()).refused
    assert_same(ann, replica)


def test_a_restored_document_takes_foreign_words_into_a_text_from_before() -> None:
    ann, bob = replicas([b"a", b"b"])
    again = restored(bob.handle, b"d")
    ann.handle.change("x", words(NOTE, "over deze deftige persoon"))
    ann.handle.change("x", words(NOTE, "over deze persoon"))
    for chunk in ann.take():
        assert not again.receive([chunk]).refused
    assert_same(ann, again)


@pytest.mark.parametrize("seed", range(30))
def test_P12_a_damaged_snapshot_is_refused_or_gives_the_same(seed: int) -> None:
    [ann] = replicas([b"a"])
    data = bytearray(ann.handle.snapshot())
    rnd = random.Random(seed)
    if seed % 3 == 0:
        del data[rnd.randrange(len(data)) :]
    else:
        data[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)
    try:
        handle = Handle.restore(CpythonCrdt(), bytes(data), b"z" * 16)
    except DocumentError:
        return
    assert handle.view == ann.handle.view


def test_a_snapshot_of_a_newer_kring_is_told_apart() -> None:
    with pytest.raises(DocumentNewer):
        Handle.restore(CpythonCrdt(), cbor2.dumps([VERSION + 1, "new"]), b"z" * 16)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        cbor2.dumps([]),
        cbor2.dumps([1, 2]),
        cbor2.dumps({}),
        cbor2.dumps([VERSION, "k", b"x", b"", [], b"", {}, []]),
    ],
)
def test_P12_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        Handle.restore(CpythonCrdt(), data, b"z" * 16)


@pytest.mark.parametrize(
    ("place", "damage"), [(2, 100), (5, 100), (6, {b"a" * 16: [1, 100]}), (7, [100])], ids=str
)
def test_P12_a_number_where_bytes_were_is_refused_and_not_taken_for_so_many_zeros(
    place: int, damage: object
) -> None:
    [ann] = replicas([b"a"])
    ann.handle.change("x", set_to(NAME, "Oma"))
    parts = cbor2.loads(ann.handle.snapshot())
    parts[place] = damage
    with pytest.raises(DocumentError):
        read_snapshot(cbor2.dumps(parts))


def test_DOC_12_a_conflict_inside_a_map_that_lost_is_told_once_that_map_is_shown() -> None:
    ann, bob, cees = replicas([b"a", b"b", b"c"])
    name = ("people", "p9", "name")
    for each in (ann, bob):
        each.handle.change("x", lambda edit: edit.create_map(("people", "p9")))
    early = ann.take()
    cees.handle.receive(early)
    remover = Replica(restored(bob.handle, b"r"))
    ann.handle.change("x", set_to(name, "een"))
    cees.handle.change("x", set_to(name, "twee"))
    bob.handle.receive(early)
    exchange(ann, bob, cees)
    assert ann.handle.view["people"]["p9"] == {}  # type: ignore[index,call-overload]
    again = restored(cees.handle, b"d")
    remover.handle.change("x", lambda edit: edit.delete(("people", "p9")))
    for handle in (ann.handle, again):
        handle.receive(remover.outbox)
        assert handle.conflicts == {name: ("twee", "een")}
    assert_same(ann, again)


def test_DOC_23_what_a_snapshot_says_is_shown_is_what_the_engine_shows() -> None:
    ann, bob = replicas([b"a", b"b"])
    for index, value in enumerate((True, None, -1, 2**53, 0.5, "", "woord 🦻", b"\x00")):
        ann.handle.change("x", set_to(("people", "p0", f"k{index}"), value))
    ann.handle.change("x", words(NOTE, "over Ann"))
    ann.handle.change("x", lambda edit: edit.delete(("people", "p1", "name")))
    bob.handle.change("x", lambda edit: edit.delete(("people", "p1")))
    exchange(ann, bob)
    snapshot = read_snapshot(ann.handle.snapshot())
    asked = Registers.read(CpythonCrdt().load(snapshot.saved), snapshot.clashes)
    told = Registers.read(CpythonCrdt().load(snapshot.saved), snapshot.clashes, snapshot.shown)
    assert told.view == asked.view == ann.handle.view
    assert told.nodes.keys() == asked.nodes.keys()
    assert dict(told.shown()) == dict(asked.shown())
