"""DOC-22: versions of a kind of document."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kring.documents.crdt import Plain
from kring.documents.edit import Edit
from kring.documents.handle import Handle
from kring.documents.schema import Schema
from kring.errors import DocumentError, DocumentNewer
from kring.platform.cpython.crdt import CpythonCrdt


def colour(edit: Edit, view: Mapping[str, Plain]) -> None:
    edit.put(("colour",), f"van {view['name']}")


def shape(edit: Edit, view: Mapping[str, Plain]) -> None:
    edit.put(("shape",), "rond")


ONE, TWO, THREE = Schema("kind"), Schema("kind", (colour,)), Schema("kind", (colour, shape))


def made(schema: Schema) -> Handle:
    return Handle.create(CpythonCrdt(), "kind", b"a" * 16, lambda edit: edit.put(("name",), "x"), schema)


def opened(handle: Handle, schema: Schema) -> Handle:
    return Handle.restore(CpythonCrdt(), handle.snapshot(), b"b" * 16, schema)


def test_DOC_22_an_older_document_is_lifted_by_its_steps_once() -> None:
    handle = opened(made(ONE), THREE)
    sent: list[bytes] = []
    handle.on_local = sent.append
    handle.upgrade()
    assert handle.view == {"kind": "kind", "schema": 3, "name": "x", "colour": "van x", "shape": "rond"}
    assert not handle.can_undo
    handle.upgrade()
    assert len(sent) == 1
    two = opened(made(TWO), THREE)
    two.upgrade()
    assert two.view["shape"] == "rond"
    assert "colour" not in two.view


def test_DOC_22_two_devices_may_lift_at_once() -> None:
    older = made(ONE)
    left, right = opened(older, THREE), Handle.restore(CpythonCrdt(), older.snapshot(), b"c" * 16, THREE)
    sent: dict[str, list[bytes]] = {"left": [], "right": []}
    left.on_local, right.on_local = sent["left"].append, sent["right"].append
    left.upgrade()
    right.upgrade()
    left.receive(sent["right"])
    right.receive(sent["left"])
    assert left.view == right.view
    assert left.conflicts == {}


def test_DOC_22_a_newer_document_is_kept_and_received_into_and_not_edited() -> None:
    newer = made(THREE)
    handle = opened(newer, TWO)
    with pytest.raises(DocumentNewer):
        handle.change("x", lambda edit: edit.put(("name",), "y"))
    with pytest.raises(DocumentNewer):
        handle.upgrade()
    sent: list[bytes] = []
    newer.on_local = sent.append
    newer.change("x", lambda edit: edit.put(("name",), "y"))
    assert not handle.receive(sent).refused
    assert handle.view["name"] == "y"
    assert opened(handle, THREE).view == newer.view


def test_a_document_of_another_kind_is_not_edited() -> None:
    handle = Handle.restore(CpythonCrdt(), made(ONE).snapshot(), b"b" * 16, Schema("other"))
    with pytest.raises(DocumentError):
        handle.change("x", lambda edit: edit.put(("name",), "y"))


@pytest.mark.parametrize(
    "view",
    [
        {"kind": "kind"},
        {"kind": "kind", "schema": "1"},
        {"schema": 1},
        {"kind": "kind", "schema": True},
        {"kind": "kind", "schema": 0},
    ],
)
def test_a_document_without_a_sound_version_is_refused(view: Mapping[str, Plain]) -> None:
    with pytest.raises(DocumentError):
        ONE.stored(view)


def test_a_document_of_which_nothing_has_come_has_no_version() -> None:
    assert ONE.stored({}) == 0
    Handle(CpythonCrdt(), "kind", b"a" * 16, THREE).upgrade()
