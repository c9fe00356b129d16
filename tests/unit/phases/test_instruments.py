"""What every instrument must bring, so that a new one is a folder and a line."""

from __future__ import annotations

import dataclasses
import typing

import pytest

from kring.documents.handle import Handle
from kring.i18n.catalogue import load
from kring.phases import HANDLERS, INSTRUMENTS, SCHEMAS, STARTS
from kring.phases.meedenkbijeenkomst.besluiten.commands import BesluitenCommand
from kring.phases.netwerkatlas.mensen.commands import MensenCommand
from kring.phases.netwerkatlas.relatiekaart.commands import RelatiekaartCommand
from kring.platform.cpython.crdt import CpythonCrdt


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda each: each.name)
def test_an_instrument_brings_words_routes_handlers_and_documents(instrument):
    assert load("nl", [instrument.strings]).keys() > load("nl", []).keys()
    assert instrument.routes or instrument.later
    kinds = instrument.kinds.keys() | instrument.later.keys()
    assert kinds == {schema.kind for schema in instrument.schemas}
    for command in instrument.handlers:
        assert command.__dataclass_params__.frozen
        assert command.undo_label.startswith("undo.")


def test_no_two_instruments_share_a_name_a_route_a_kind_or_a_command():
    for what in ("routes", "kinds", "later", "handlers"):
        everything = [each for instrument in INSTRUMENTS for each in getattr(instrument, what)]
        assert len(everything) == len(set(everything)), what
    assert len({each.name for each in INSTRUMENTS}) == len(INSTRUMENTS)


def test_every_command_has_a_handler():
    rooms = (MensenCommand, RelatiekaartCommand, BesluitenCommand)
    commands = {command for room in rooms for command in typing.get_args(room)}
    assert commands == HANDLERS.keys()
    assert all(dataclasses.is_dataclass(command) for command in commands)


@pytest.mark.parametrize("kind", STARTS)
def test_a_document_begins_with_its_kind_and_no_person_but_the_client(kind):
    handle = Handle.create(
        CpythonCrdt(), kind, b"a" * 16, lambda edit: STARTS[kind](edit, "Noor"), SCHEMAS[kind]
    )
    assert handle.view["kind"] == kind
    assert handle.view["schema"] == 1
    assert set(handle.view.get("people", {})) <= {"klant"}
    assert not handle.can_undo
