from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import ProtocolError
from kring.sharing.padding import pad, padme, unpad


@given(st.binary(max_size=5000))
def test_what_is_padded_comes_back(data: bytes) -> None:
    assert unpad(pad(data)) == data


def test_padme_gives_the_figures_of_its_definition() -> None:
    assert [padme(n) for n in (1, 2, 8, 9, 10, 17, 100, 1000, 1025, 2**20, 2**20 + 1)] == [
        1, 2, 8, 10, 10, 18, 104, 1024, 1088, 2**20, 2**20 + 2**15,
    ]  # fmt: skip


@given(st.integers(1, 2**24))
def test_padding_adds_at_most_an_eighth_and_is_stable(length: int) -> None:
    padded = padme(length)
    assert length <= padded <= length * 1.125
    assert padme(padded) == padded


def test_lengths_fall_into_few_classes() -> None:
    assert len({padme(length) for length in range(1, 65_536)}) < 200


@given(st.binary(max_size=300), st.data())
def test_P8_only_what_pad_makes_is_unpadded(data: bytes, draw: st.DataObject) -> None:
    padded = bytearray(pad(data))
    padded[draw.draw(st.integers(0, len(padded) - 1))] ^= draw.draw(st.integers(1, 255))
    try:
        assert pad(unpad(bytes(padded))) == padded
    except ProtocolError:
        return


def test_SHR_2_padding_hides_nothing() -> None:
    padded = pad(bytes(99))
    assert len(padded) > 103
    for at in range(103, len(padded)):
        with pytest.raises(ProtocolError):
            unpad(padded[:at] + b"\1" + padded[at + 1 :])


@pytest.mark.parametrize(
    "bad", [b"", b"\0\0\0", b"\0\0\0\1", b"\xff\xff\xff\xffabcd", b"\0\0\0\0\0", pad(b"x") + b"\0"]
)
def test_P8_bad_padding_is_refused(bad: bytes) -> None:
    with pytest.raises(ProtocolError):
        unpad(bad)
