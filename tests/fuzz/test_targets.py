"""SHR-3, P8: no foreign bytes do a parser harm. `make fuzz` looks for longer (CONTRIBUTING.md)."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS

TRIES = 300
MOST_BYTES = 48 * 1024 * 1024
"""What a parser may hold at once of a few kilobytes from elsewhere."""


@pytest.mark.parametrize("name", TARGETS)
def test_P8_SHR_3_honest_and_mutated_bytes_harm_no_parser(name: str) -> None:
    target, rnd = TARGETS[name], random.Random(name)
    seeds = target.seeds()
    assert seeds
    for seed in seeds:
        target.run(seed)
    tracemalloc.start()
    try:
        for _ in range(TRIES):
            target.run(mutated(rnd.choice(seeds), seeds, rnd)[: target.longest])
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()
