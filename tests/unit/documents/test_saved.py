"""DOC-26, P8: how much a saved document would become, told before an engine sees it."""

from __future__ import annotations

import random
import tracemalloc
import zlib

import pytest

from kring.documents.columns import write_leb, write_uleb
from kring.documents.handle import Handle
from kring.documents.saved import MOST_INFLATED, MOST_VALUES, measure
from kring.errors import ProtocolError
from tests.simulation.engines import PlatformCrdt

ACTION, DEFLATED, VALUES = 0x42, 0x08, 0x57


def zlib_bomb(size: int = 8 * MOST_INFLATED) -> bytes:
    """A few bytes that inflate to very many."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(bytes(size)) + deflater.flush()


def bomb(column: int, raw: bytes) -> bytes:
    """A saved document with this one column of operations."""
    body = bytearray()
    write_uleb(body, 1)
    write_uleb(body, 16)
    body += b"a" * 16
    for number in (0, 0, 1):
        write_uleb(body, number)
    write_uleb(body, column)
    write_uleb(body, len(raw))
    body += raw
    out = bytearray(b"\x85\x6f\x4a\x83" + bytes(4) + b"\x00")
    write_uleb(out, len(body))
    return bytes(out + body)


def saved(edits: int) -> bytes:
    handle = Handle.create(PlatformCrdt(), "mensen", b"a" * 16, lambda edit: edit.create_map(("people",)))
    for number in range(edits):
        _put(handle, number)
    return handle.saved()


def _put(handle: Handle, number: int) -> None:
    handle.change("x", lambda edit: edit.put(("people", f"p{number}"), "x" * 200))


def test_DOC_26_an_honest_document_is_measured() -> None:
    for edits in (0, 1, 300):
        measured = measure(saved(edits))
        assert measured.changes == edits + 1
        assert measured.operations >= edits + 3


def test_P8_a_column_that_inflates_without_end_is_refused_before_it_does() -> None:
    data = bomb(VALUES | DEFLATED, zlib_bomb())
    tracemalloc.start()
    with pytest.raises(ProtocolError):
        measure(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * MOST_INFLATED


@pytest.mark.parametrize("length", [MOST_VALUES + 1, 2**40, 2**62])
def test_P8_a_short_run_that_stands_for_millions_is_refused(length: int) -> None:
    raw = bytearray()
    write_leb(raw, length)
    write_uleb(raw, 1)
    with pytest.raises(ProtocolError):
        measure(bomb(ACTION, bytes(raw)))
    nulls = bytearray()
    write_leb(nulls, 0)
    write_uleb(nulls, length)
    with pytest.raises(ProtocolError):
        measure(bomb(ACTION, bytes(nulls)))


def test_P8_whatever_is_damaged_raises_nothing_else() -> None:
    whole, chance = saved(40), random.Random(1)
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(9, len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(9, len(data)) :]
        try:
            measure(bytes(data))
        except ProtocolError:
            continue
