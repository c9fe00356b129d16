"""SHR-2: one encoding for a value, and nothing else is read."""

from __future__ import annotations

import io

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import ProtocolError
from kring.sharing.codec import MAX_DEPTH, Value, decode, encode


def depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0


SCALARS = st.one_of(
    st.integers(0, 2**64 - 1), st.binary(max_size=70), st.text(max_size=70), st.booleans(), st.none()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=30),
        st.dictionaries(st.text(max_size=300), inner, max_size=8),
        st.dictionaries(st.binary(max_size=300), inner, max_size=8),
    ),
    max_leaves=20,
).filter(lambda value: depth(value) <= MAX_DEPTH)
BIG = 1 << 20


@given(VALUES)
def test_SHR_2_what_is_encoded_is_read_back_and_is_what_cbor2_reads(value: Value) -> None:
    data = encode(value)
    assert decode(data, BIG) == value
    assert cbor2.loads(data) == value


@given(VALUES, st.data())
def test_SHR_2_any_bytes_that_are_read_encode_to_themselves(value: Value, data: st.DataObject) -> None:
    mutated = bytearray(cbor2.dumps(value))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at] = data.draw(st.integers(0, 255))
    try:
        read = decode(bytes(mutated), BIG)
    except ProtocolError:
        return
    assert encode(read) == mutated


@given(st.binary(max_size=200))
def test_P8_random_bytes_give_a_value_or_a_protocol_error(data: bytes) -> None:
    try:
        read = decode(data, BIG)
    except ProtocolError:
        return
    assert encode(read) == data


def test_SHR_2_keys_sort_bytewise_on_their_encodings() -> None:
    keys = ["", "a", "b", "aa", "z" * 23, "a" * 24, "b" * 255, "a" * 256]
    shuffled = {key: n for n, key in enumerate(sorted(keys))}
    read = decode(encode(shuffled), BIG)
    assert isinstance(read, dict)
    assert list(read) == sorted(keys, key=cbor2.dumps) == keys


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("nothing", ""),
        ("long form of 0", "1800"),
        ("long form of 23", "1817"),
        ("long form of 255", "1900ff"),
        ("long form of 65535", "1a0000ffff"),
        ("long form of 2^32-1", "1b00000000ffffffff"),
        ("long length", "580161"),
        ("negative", "20"),
        ("negative of four bytes", "3a00000000"),
        ("half float", "f93c00"),
        ("double", "fb3ff0000000000000"),
        ("tag: date", "c074323031332d30332d32315432303a30343a30305a"),
        ("tag: big number", "c249010000000000000000"),
        ("tag: regular expression", "d82367286129282b292b"),
        ("tag: shared reference", "d81c81d81d00"),
        ("undefined", "f7"),
        ("simple value", "f818"),
        ("break", "ff"),
        ("indefinite bytes", "5f4101ff"),
        ("indefinite text", "7f6161ff"),
        ("indefinite array", "9f01ff"),
        ("indefinite map", "bf616101ff"),
        ("reserved length", "1c"),
        ("two values", "0000"),
        ("cut short", "8201"),
        ("cut inside a length", "1901"),
        ("bytes cut short", "4261"),
        ("text that is not UTF-8", "61ff"),
        ("text with a surrogate", "63eda080"),
        ("keys out of order", "a2616201616102"),
        ("key twice", "a2616101616102"),
        ("longer key first", "a262616101616202"),
        ("integer key", "a10001"),
        ("array key", "a18001"),
        ("keys of two kinds", "a2416101616101"),
        ("map without its value", "a16161"),
        ("array that claims 2^64-1 items", "9bffffffffffffffff"),
        ("map that claims 2^63 pairs", "bb8000000000000000"),
        ("bytes that claim 2^64-1", "5bffffffffffffffff"),
    ],
)
def test_SHR_2_refuses(why: str, data: str) -> None:
    with pytest.raises(ProtocolError):
        decode(bytes.fromhex(data), BIG)


def test_P8_depth_is_bounded_both_ways() -> None:
    deep: Value = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert decode(encode(deep), BIG) == deep
    with pytest.raises(ProtocolError):
        encode([deep])
    with pytest.raises(ProtocolError):
        decode(b"\x81" * (MAX_DEPTH + 1) + b"\x01", BIG)
    with pytest.raises(ProtocolError):
        decode(b"\x81" * 100_000, BIG)


def test_P8_size_and_items_are_bounded_before_they_are_spent() -> None:
    with pytest.raises(ProtocolError):
        decode(encode(bytes(100)), 100)
    many = encode([0] * 100)
    assert decode(many, BIG, max_items=100) == [0] * 100
    with pytest.raises(ProtocolError):
        decode(many, BIG, max_items=99)
    with pytest.raises(ProtocolError):
        decode(encode([[0] * 50, [0] * 50]), BIG, max_items=101)


@pytest.mark.parametrize(
    "value",
    [-1, 2**64, 1.0, "\ud800", {1: 1}, {"a": 1, b"a": 1}, {("a",): 1}, {1, 2}, io.BytesIO, [1.5]],
    ids=repr,
)
def test_SHR_2_refuses_to_encode(value: Value) -> None:
    with pytest.raises(ProtocolError):
        encode(value)
