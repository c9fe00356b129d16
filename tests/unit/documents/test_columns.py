"""DOC-1: numbers and columns have one encoding."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kring.documents import columns as c
from kring.errors import ProtocolError

SMALL = st.integers(0, 5)


@given(st.integers(0, 2**64 - 1))
def test_an_unsigned_number_comes_back(value: int) -> None:
    out = bytearray()
    c.write_uleb(out, value)
    assert c.read_uleb(bytes(out), 0, len(out)) == (value, len(out))


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_signed_number_comes_back(value: int) -> None:
    out = bytearray()
    c.write_leb(out, value)
    assert c.read_leb(bytes(out), 0, len(out)) == (value, len(out))


@given(st.binary(max_size=12))
def test_DOC_1_a_number_that_reads_is_written_the_same(data: bytes) -> None:
    for read, write in ((c.read_uleb, c.write_uleb), (c.read_leb, c.write_leb)):
        try:
            value, end = read(data, 0, len(data))
        except ProtocolError:
            continue
        out = bytearray()
        write(out, value)
        assert bytes(out) == data[:end]


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80\x00", b"\xff" * 10 + b"\x01", b"\xff" * 9 + b"\x02"])
def test_a_number_cut_off_too_long_or_padded_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        c.read_uleb(data, 0, len(data))


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"\x80\x00", b"\xff\x7f", b"\xff" * 10 + b"\x01", b"\x80" * 9 + b"\x3f"]
)
def test_a_signed_number_cut_off_too_long_or_padded_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        c.read_leb(data, 0, len(data))


@given(st.lists(st.none() | SMALL, max_size=40))
def test_runs_come_back(values: list[int | None]) -> None:
    raw = c.write_runs(values, c.write_uleb)
    assert c.read_runs(raw, (0, len(raw)), len(values), c.read_uleb) == values


@given(st.lists(st.none() | st.integers(0, 2**32), max_size=40))
def test_deltas_come_back(values: list[int | None]) -> None:
    raw = c.write_deltas(values)
    assert c.read_deltas(raw, (0, len(raw)), len(values)) == values


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_booleans_come_back(values: list[bool]) -> None:
    raw = c.write_booleans(values)
    assert c.read_booleans(raw, (0, len(raw)), len(values)) == values


@given(st.binary(max_size=10), st.integers(0, 12))
@example(b"\x00", 0)
def test_DOC_1_a_column_that_reads_is_written_the_same(raw: bytes, count: int) -> None:
    span = (0, len(raw))
    try:
        numbers = c.read_runs(raw, span, count, c.read_uleb)
    except ProtocolError:
        pass
    else:
        assert c.write_runs(numbers, c.write_uleb) == raw
    try:
        truths = c.read_booleans(raw, span, count)
    except ProtocolError:
        pass
    else:
        assert c.write_booleans(truths) == raw


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\x01\x05\x01\x06", "runs of one"),
        (b"\x02\x05\x7f\x05", "a run that goes on as a literal"),
        (b"\x7e\x05\x05\x7f\x06", "literals that should be a run"),
        (b"\x7f\x05\x02\x05", "a literal that goes on as a run"),
        (b"\x7f\x05\x7f\x06", "two literal runs in a row"),
        (b"\x00\x01\x00\x01\x7f\x05", "two runs of null in a row"),
        (b"\x00\x03", "nothing but nulls"),
        (b"\x02\x05\x00\x00", "an empty run"),
        (b"\x04\x05", "a run past the end"),
        (b"\x7c\x01\x02\x03\x04", "literals past the end"),
        (b"\x00\x04", "nulls past the end"),
        (b"\x02\x05", "too few values"),
    ],
)
def test_DOC_1_other_forms_of_a_column_are_refused(raw: bytes, why: str) -> None:
    with pytest.raises(ProtocolError):
        c.read_runs(raw, (0, len(raw)), 3, c.read_uleb)


def test_DOC_2_a_run_of_billions_is_refused_before_it_is_made() -> None:
    raw = bytearray()
    c.write_leb(raw, 2**40)
    raw.append(5)
    with pytest.raises(ProtocolError):
        c.read_runs(bytes(raw), (0, len(raw)), 50_000, c.read_uleb)
