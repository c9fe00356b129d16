"""What every Crdt adapter must do. Plain asserts, so that the same cases run inside a browser too.

Run `CASES` as `for name, case in CASES: case(crdt)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kring.documents.change import DELETE, MAKE_MAP, MAKE_TEXT, SET, Op, decode_change
from kring.documents.change_encoder import encode_change
from kring.documents.crdt import ROOT, Crdt, CrdtDocument, Scalar
from kring.documents.opid import ROOT_ID, OpId, opid_text
from kring.errors import DocumentError

Case = Callable[[Crdt], None]
ANN, BOB = b"\x0a" * 16, b"\x0b" * 16


def put(opid: OpId, key: str, value: Scalar, obj: OpId = ROOT_ID, pred: tuple[OpId, ...] = ()) -> Op:
    return Op(opid, obj, key, False, SET, value, pred)


def make(opid: OpId, key: str, action: int, obj: OpId = ROOT_ID) -> Op:
    return Op(opid, obj, key, False, action, None, ())


def typed(first: OpId, text: OpId, words: str, after: OpId = ROOT_ID) -> list[Op]:
    """One insert a character, each after the one before."""
    ops: list[Op] = []
    for index, character in enumerate(words):
        ops.append(Op((first[0] + index, first[1]), text, after, True, SET, character, ()))
        after = ops[-1].id
    return ops


def change_of(actor: bytes, seq: int, deps: Sequence[bytes], *ops: Op) -> tuple[bytes, bytes]:
    """(chunk, hash)."""
    chunk = encode_change(actor, seq, deps, ops)
    return chunk, decode_change(chunk).hash


def add(document: CrdtDocument, actor: bytes, seq: int, *ops: Op) -> bytes:
    """Apply a change on top of the document's heads; its hash."""
    chunk, change_hash = change_of(actor, seq, document.heads(), *ops)
    document.apply([chunk], [change_hash])
    return change_hash


def refuses(work: Callable[[], object]) -> None:
    try:
        work()
    except DocumentError:
        return
    raise AssertionError("DocumentError was expected")


def everything(crdt: Crdt) -> tuple[CrdtDocument, OpId, OpId]:
    """A document with each kind of value: itself, its map and its text."""
    document = crdt.new()
    people, note = (1, ANN), (2, ANN)
    values: list[Scalar] = [
        "héé 😀", "", 0, -1, 2**53, -(2**53), 0.0, -0.5, 1.0, 1e300, True, False, None, b"\x00\xff", b"",
    ]  # fmt: skip
    fields = [put((3 + index, ANN), f"v{index:02}", value, people) for index, value in enumerate(values)]
    words = typed((3 + len(values), ANN), note, "Opa 👴🏽 en\nik")
    add(
        document,
        ANN,
        1,
        make(people, "people", MAKE_MAP),
        make(note, "note", MAKE_TEXT, people),
        *fields,
        *words,
    )
    return document, people, note


def a_new_document_is_empty(crdt: Crdt) -> None:
    document = crdt.new()
    assert document.heads() == ()
    assert document.dump() == []
    assert document.changes() == []


def every_kind_of_value_comes_back(crdt: Crdt) -> None:
    document, people, note = everything(crdt)
    found = {(entry.obj, entry.key): entry for entry in document.dump()}
    assert found[ROOT, "people"].kind == "map"
    assert found[opid_text(people), "note"].value == "Opa 👴🏽 en\nik"
    assert found[opid_text(people), "note"].op == opid_text(note)
    values = [found[opid_text(people), f"v{index:02}"].value for index in range(15)]
    assert [repr(value) for value in values] == [
        "'héé 😀'", "''", "0", "-1", str(2**53), str(-(2**53)), "0.0", "-0.5", "1.0", "1e+300",
        "True", "False", "None", repr(b"\x00\xff"), "b''",
    ]  # fmt: skip


def a_dump_names_the_operations(crdt: Crdt) -> None:
    document, people, _ = everything(crdt)
    ops = {entry.key: entry.op for entry in document.dump() if entry.kind == "scalar"}
    assert ops["v00"] == opid_text((3, ANN))
    assert ops["v14"] == opid_text((17, ANN))
    inner = document.dump(opid_text(people))
    assert {entry.key for entry in inner} == {*ops, "note"}


def the_later_operation_wins(crdt: Crdt) -> None:
    document = crdt.new()
    base = add(document, ANN, 1, put((1, ANN), "name", "first"))
    one, one_hash = change_of(ANN, 2, [base], put((2, ANN), "name", "Ann's", pred=((1, ANN),)))
    two, two_hash = change_of(BOB, 1, [base], put((2, BOB), "name", "Bob's", pred=((1, ANN),)))
    document.apply([one, two], [one_hash, two_hash])
    assert document.heads() == tuple(sorted([one_hash, two_hash]))
    [entry] = document.dump()
    assert (entry.op, entry.value) == (opid_text((2, BOB)), "Bob's")


def words_typed_at_once_are_all_kept(crdt: Crdt) -> None:
    document = crdt.new()
    note = (1, ANN)
    base = add(document, ANN, 1, make(note, "note", MAKE_TEXT), *typed((2, ANN), note, "een twee"))
    last = (9, ANN)
    one, one_hash = change_of(ANN, 2, [base], *typed((10, ANN), note, " drie", last))
    gone = Op((10, BOB), note, (2, ANN), False, DELETE, None, ((2, ANN),))
    two, two_hash = change_of(BOB, 1, [base], gone, *typed((11, BOB), note, "E", (2, ANN)))
    words = document.apply([one, two], [one_hash, two_hash], [opid_text(note)])
    assert words == ["Een twee drie"]
    assert document.text(opid_text(note)) == "Een twee drie"


def positions_count_code_points(crdt: Crdt) -> None:
    document = crdt.new()
    note = (1, ANN)
    add(document, ANN, 1, make(note, "note", MAKE_TEXT), *typed((2, ANN), note, "a😀b👩‍👧c"))
    assert len(document.text(opid_text(note))) == 7
    assert document.elements(opid_text(note), 0, 7) == [opid_text((at, ANN)) for at in range(2, 9)]
    assert document.elements(opid_text(note), 2, 4) == [opid_text((4, ANN)), opid_text((5, ANN))]
    assert document.elements(opid_text(note), 3, 3) == []
    refuses(lambda: document.elements(opid_text(note), 6, 8))


def a_deleted_object_can_still_be_read(crdt: Crdt) -> None:
    document, people, note = everything(crdt)
    add(document, ANN, 2, Op((100, ANN), ROOT_ID, "people", False, DELETE, None, (people,)))
    assert document.dump() == []
    assert document.text(opid_text(note)) == "Opa 👴🏽 en\nik"


def saving_and_loading_keeps_all(crdt: Crdt) -> None:
    document, _, _ = everything(crdt)
    again = crdt.load(document.save())
    assert again.heads() == document.heads()
    assert again.dump() == document.dump()
    assert again.changes() == document.changes()


def what_comes_after_a_save_is_not_lost_when_the_engine_is_put_back(crdt: Crdt) -> None:
    document, _, _ = everything(crdt)
    document.save()
    last = add(document, ANN, 2, put((100, ANN), "more", 1))
    before = document.dump()
    orphan, orphan_hash = change_of(BOB, 1, [b"\x07" * 32], put((1, BOB), "x", 1))
    refuses(lambda: document.apply([orphan], [last, orphan_hash]))
    assert document.dump() == before
    assert document.heads() == (last,)
    add(document, ANN, 3, put((101, ANN), "still", 2))
    assert {entry.key for entry in document.dump() if entry.obj == ROOT} == {"people", "more", "still"}


def a_repeated_change_does_nothing(crdt: Crdt) -> None:
    document, _, _ = everything(crdt)
    heads, dump = document.heads(), document.dump()
    document.apply(document.changes(), heads)
    assert (document.heads(), document.dump()) == (heads, dump)


def changes_come_out_as_they_went_in(crdt: Crdt) -> None:
    document = crdt.new()
    first, first_hash = change_of(ANN, 1, [], put((1, ANN), "a", 1))
    second, second_hash = change_of(BOB, 1, [first_hash], put((2, BOB), "a", 2, pred=((1, ANN),)))
    document.apply([first, second], [second_hash])
    assert document.changes() == [first, second]


def the_history_names_each_change_after_what_it_builds_on(crdt: Crdt) -> None:
    document = crdt.new()
    assert document.history() == []
    base = add(document, ANN, 1, put((1, ANN), "a", 1), put((2, ANN), "b", 1))
    one, one_hash = change_of(ANN, 2, [base], put((3, ANN), "a", 2, pred=((1, ANN),)))
    two, two_hash = change_of(BOB, 1, [base], put((3, BOB), "a", 3, pred=((1, ANN),)))
    document.apply([one, two], [one_hash, two_hash])
    last = add(document, BOB, 2, put((4, BOB), "c", 1))
    both = tuple(sorted([one_hash, two_hash]))
    history = document.history()
    assert (history[0], history[-1]) == ((base, 2, ()), (last, 4, both))
    assert sorted(history[1:3]) == sorted([(one_hash, 3, (base,)), (two_hash, 3, (base,))])


def a_large_change_stays_itself(crdt: Crdt) -> None:
    document = crdt.new()
    note = (1, ANN)
    chunk, change_hash = change_of(
        ANN, 1, [], make(note, "note", MAKE_TEXT), *typed((2, ANN), note, "Zo wás het. 😀" * 1500)
    )
    document.apply([chunk], [change_hash])
    again = crdt.load(document.save())
    assert again.heads() == (change_hash,)
    assert again.changes() == [chunk]


def bytes_that_are_no_document_are_refused(crdt: Crdt) -> None:
    saved = everything(crdt)[0].save()
    for data in (b"", b"nonsense", saved[:-1], saved[:20], saved[:60] + bytes([saved[60] ^ 1]) + saved[61:]):
        refuses(lambda data=data: crdt.load(data))  # type: ignore[misc]


def a_change_that_the_engine_dislikes_is_refused_whole(crdt: Crdt) -> None:
    document, _, _ = everything(crdt)
    heads, dump = document.heads(), document.dump()
    good, good_hash = change_of(BOB, 1, heads, put((100, BOB), "good", 1))
    bad, bad_hash = change_of(BOB, 2, [good_hash], put((101, BOB), "bad", 1))
    refuses(lambda: document.apply([good, bad[:-1] + bytes([bad[-1] ^ 1])], [bad_hash]))
    assert (document.heads(), document.dump()) == (heads, dump)
    document.apply([good], [good_hash])
    assert document.heads() == (good_hash,)


CASES: list[tuple[str, Case]] = [
    (case.__name__, case)
    for case in (
        a_new_document_is_empty,
        every_kind_of_value_comes_back,
        a_dump_names_the_operations,
        the_later_operation_wins,
        words_typed_at_once_are_all_kept,
        positions_count_code_points,
        a_deleted_object_can_still_be_read,
        saving_and_loading_keeps_all,
        what_comes_after_a_save_is_not_lost_when_the_engine_is_put_back,
        a_repeated_change_does_nothing,
        changes_come_out_as_they_went_in,
        the_history_names_each_change_after_what_it_builds_on,
        a_large_change_stays_itself,
        bytes_that_are_no_document_are_refused,
        a_change_that_the_engine_dislikes_is_refused_whole,
    )
]
