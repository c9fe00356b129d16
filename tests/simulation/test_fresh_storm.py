"""Documents begin anew while four people write, lose their connections and crash (P6, P7, CAS-62 to CAS-64).

A failing seed can be run again by itself: `python -m tests.simulation.fresh_storm SEED`.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.fresh_storm import run_seed

SEEDS = range(1, 25)
WANTED = ("begun", "crashes", "partitions", "not now: not_allowed", "not saved yet", "removed", "repeated")


@pytest.mark.timeout(600)
def test_P6_P7_CAS_63_fresh_starts_in_storms_lose_no_word_and_say_none_twice() -> None:
    total: Counter[str] = Counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() or 1, context) as pool:
        runs = {seed: pool.submit(run_seed, seed) for seed in SEEDS}
        failed = {seed: error for seed, run in runs.items() if (error := run.exception()) is not None}
        replay = ", ".join(
            f"python -m tests.simulation.fresh_storm {each}: {why}" for each, why in failed.items()
        )
        assert not failed, replay
        for seed, run in runs.items():
            tally = run.result()
            assert tally.heads > 30, f"seed {seed} kept next to nothing"
            assert tally.counts["documents"] > 5, f"seed {seed} began nothing anew"
            total += tally.counts
    few = {name: total[name] for name in WANTED if total[name] < len(SEEDS) / 5}
    assert not few, f"the weather was too good: {few}"
