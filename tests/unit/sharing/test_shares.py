"""SLIP-0039 shares of a recovery seed (SHR-24): any two of three, the library's and everybody's words."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import combine_mnemonics, generate_mnemonics  # type: ignore[import-untyped]  # no types

from kring.errors import LinkBroken
from kring.sharing.shares import SEED, combine, split

SEEDS = st.binary(min_size=SEED, max_size=SEED)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_SHR_24_any_two_of_the_three_give_the_seed_back(seed: bytes) -> None:
    shares = split(seed)
    assert len(set(shares)) == 3
    for two in itertools.permutations(shares, 2):
        assert combine(two) == seed


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_SHR_24_every_program_for_slip_0039_combines_them(seed: bytes) -> None:
    assert combine_mnemonics(split(seed)[1:]) == seed
    assert combine(generate_mnemonics(1, [(2, 3)], seed, iteration_exponent=1)[0][:2]) == seed


def test_SHR_24_one_share_alone_or_twice_gives_nothing() -> None:
    first, second, _ = split(bytes(SEED))
    for wrong in ([first], [first, first], [first.upper(), f" {first} "], [], [first, second, first, "x"]):
        with pytest.raises(LinkBroken):
            combine(wrong)


def test_SHR_24_shares_of_two_sheets_and_other_secrets_are_refused() -> None:
    ours, theirs = split(bytes(SEED)), split(b"\1" * SEED)
    for wrong in (
        [ours[0], theirs[1]],
        generate_mnemonics(1, [(2, 3)], bytes(16))[0][:2],
        generate_mnemonics(1, [(2, 3)], bytes(SEED), extendable=False)[0][:2],
        generate_mnemonics(1, [(2, 3)], bytes(SEED), iteration_exponent=5)[0][:2],
        generate_mnemonics(1, [(3, 5)], bytes(SEED))[0][:2],
    ):
        with pytest.raises(LinkBroken):
            combine(wrong)


def test_SHR_24_a_word_mistyped_swapped_or_left_out_is_refused() -> None:
    first, second, _ = split(b"\2" * SEED)
    words, chance = first.split(), random.Random(7)
    for at in range(len(words)):
        other = chance.choice([each for each in second.split() if each != words[at]])
        for wrong in (
            [*words[:at], other, *words[at + 1 :]],
            [*words[:at], *words[at + 1 :]],
            [*words[:at], words[at][:-1], *words[at + 1 :]],
        ):
            with pytest.raises(LinkBroken):
                combine([" ".join(wrong), second])


@given(st.lists(st.text(max_size=80), max_size=3))
def test_SHR_3_any_text_is_refused_or_read(texts: list[str]) -> None:
    with pytest.raises(LinkBroken):
        combine(texts)
