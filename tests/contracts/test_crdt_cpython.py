"""The Crdt contract on CPython."""

from __future__ import annotations

import pytest

from kring.platform.cpython.crdt import CpythonCrdt
from tests.contracts.crdt_suite import ANN, BOB, CASES, Case, add, change_of, everything, put, refuses


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_crdt(case: Case) -> None:
    case(CpythonCrdt())


def test_DOC_8_a_panic_is_a_document_error_and_leaves_the_document_as_it_was(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """rc1 panics on a map's key in a text; the browser's engine takes it."""
    document, _, note = everything(CpythonCrdt())
    document.save()
    heads = (add(document, ANN, 2, put((100, ANN), "more", 1)),)
    dump = document.dump()
    bad, bad_hash = change_of(BOB, 1, heads, put((101, BOB), "key", 1, note))
    for _ in range(2):
        refuses(lambda: document.apply([bad], [bad_hash]))
        assert (document.heads(), document.dump()) == (heads, dump)
    assert "panicked" in capfd.readouterr().err
    good = add(document, BOB, 1, put((101, BOB), "good", 1))
    assert CpythonCrdt().load(document.save()).heads() == (good,)
