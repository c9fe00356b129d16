"""docs/protocol.cddl says what the code makes and reads: a second reader of the shapes, by another hand."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pycddl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kring.sharing import codec
from kring.sharing.deeds import EXPORTED, FIRST, OPENED, REFUSED, Deed, encode_deed
from kring.sharing.records import Body, Genesis
from tests.unit.sharing.bodies import IDS, STRATEGIES, unsigned

TEXT = (Path(__file__).parents[3] / "docs" / "protocol.cddl").read_text()
PAYLOAD = pycddl.Schema("start = payload\n" + TEXT)
KINDS = get_args(Body)


def payload_of(data: st.DataObject, number: int) -> list[codec.Value]:
    body = data.draw(STRATEGIES[number])
    record = unsigned(body, case=b"" if number == 0 else bytes(32), position=1, author=data.draw(IDS))
    PAYLOAD.validate_cbor(record.payload)
    parts = codec.decode(record.payload, 2**20)
    assert isinstance(parts, list)
    return parts


def refused(parts: list[codec.Value]) -> bool:
    try:
        PAYLOAD.validate_cbor(codec.encode(parts))
    except pycddl.ValidationError:
        return True
    return False


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_SHR_2_the_schema_has_the_fields_of_each_record(number: int) -> None:
    """The other way about, too: the engine lets fields pass that a map does not name."""
    line = re.search(rf"/? *\[1, {number}, .*, ([a-z-]+)\]", TEXT)
    assert line is not None
    shape = re.search(rf"(?ms)^{line[1]} = \{{(.*?)\}}$", TEXT)
    assert shape is not None
    assert set(re.findall(r"(\w+): ", shape[1])) == {each.name for each in fields(KINDS[number])}
    assert line[1].replace("-", "") == KINDS[number].__name__.lower()


@pytest.mark.parametrize("number", range(len(KINDS)))
@settings(max_examples=8)
@given(st.data())
def test_SHR_2_every_record_fits_the_schema_and_no_other_shape_does(number: int, data: st.DataObject) -> None:
    parts = payload_of(data, number)
    body = parts[7]
    assert isinstance(body, dict)
    name = data.draw(st.sampled_from(sorted(body)))
    assert refused([*parts[:7], {key: value for key, value in body.items() if key != name}])
    assert refused([*parts[:7], {**body, name: None}])
    assert refused([2, *parts[1:]])
    assert refused([1, len(KINDS), *parts[2:]])
    assert refused([*parts[:2], bytes(0 if KINDS[number] is not Genesis else 32), *parts[3:]])
    assert refused([*parts[:6], 2**53 + 1, body])
    assert refused(parts[:7])


def test_the_schema_reads_as_a_whole_by_its_first_rule() -> None:
    assert re.match(r"(?s)(;[^\n]*\n|\n)*record = ", TEXT)
    pycddl.Schema(TEXT)


def test_SHR_2_a_deed_fits_the_schema_and_no_other_shape_does() -> None:
    schema = pycddl.Schema("start = deed\n" + TEXT)
    for what in (OPENED, REFUSED, EXPORTED):
        schema.validate_cbor(encode_deed(Deed(1, 2**53, what, ("mensen", "")), FIRST))
    for odd in (Deed(0, 1, 1, ()), Deed(1, 1, 0, ()), Deed(1, 1, 4, ()), Deed(1, 1, 1, ("x" * 65,))):
        with pytest.raises(pycddl.ValidationError):
            schema.validate_cbor(encode_deed(odd, FIRST))
    with pytest.raises(pycddl.ValidationError):
        schema.validate_cbor(encode_deed(Deed(1, 1, 1, ()), b"short"))
