"""Which document is the one of its kind, whatever stands at the roots (CAS-61)."""

from __future__ import annotations

from typing import Any

import pytest

from kring.cases.document import CaseDocument
from kring.cases.kinds import current, follower, latest, shown_heads
from kring.documents.handle import Handle
from kring.platform.cpython.crdt import CpythonCrdt
from kring.sharing.gate import Gate

A, B, C, D = (bytes([each]) * 16 for each in range(1, 5))


def document(name: bytes, kind: str = "mensen", **root: Any) -> CaseDocument:
    handle = Handle(CpythonCrdt(), kind, name)
    for key, value in root.items():
        handle.lay(lambda edit, key=key, value=value: edit.put((key,), value))
    return CaseDocument(name, Gate(name), handle)


def chosen(*documents: CaseDocument, hidden: tuple[bytes, ...] = ()) -> bytes | None:
    """The same in whatever order they are asked for."""
    found = {
        getattr(current(order, "mensen", lambda each: each not in hidden), "id", None)
        for order in (documents, documents[::-1])
    }
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("documents", "wanted"),
    [
        ([], None),
        ([document(A)], A),
        ([document(A), document(B, follows=A)], B),
        ([document(A), document(B, follows=A), document(C, follows=B)], C),
        ([document(A), document(C, follows=B)], C),  # the one between cannot be read here
        ([document(A), document(B, follows=A), document(C, follows=A)], B),  # two at once: the same for all
        ([document(A, follows=A)], A),
        ([document(A, follows=B), document(B, follows=A)], A),
        ([document(A, follows=C), document(B, follows=A), document(C, follows=B)], A),
        ([document(A), document(B, follows="nonsense"), document(C, follows=D)], C),
        ([document(A), document(B, "relatiekaart", follows=A)], A),  # another kind takes no place
        ([document(A), document(B, "", follows=A)], A),  # not whole yet
    ],
)
def test_CAS_61_there_is_one_document_of_a_kind_and_all_choose_the_same(
    documents: list[CaseDocument], wanted: bytes | None
) -> None:
    assert chosen(*documents) == wanted


def test_CAS_61_one_that_may_be_read_goes_before_one_that_may_not() -> None:
    assert chosen(document(A), document(C, follows=B), hidden=(C,)) == A


def test_CAS_61_a_chain_is_followed_to_its_end_and_a_circle_ends() -> None:
    chain = [document(A), document(B, follows=A), document(C, follows=B)]
    assert latest(chain, chain[0]).id == C
    assert follower(chain, chain[2]) is None
    circle = [document(A, follows=B), document(B, follows=A)]
    assert latest(circle, circle[0]).id == B


def test_CAS_63_heads_that_make_no_sense_are_none() -> None:
    assert shown_heads(document(A, shows=A * 4)) == (A * 2, A * 2)
    assert shown_heads(document(A, shows=A)) == ()
    assert shown_heads(document(A, shows="words")) == ()
    assert shown_heads(document(A)) == ()
