"""Five people, bad weather, crashes; and at the end everybody has everything (P6, P7).

A failing seed can be run again by itself: `python -m tests.simulation.storm SEED`.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.storm import run_seed

SEEDS = range(1, 51)
WANTED = (
    "edits",
    "conflicts",
    "crashes",
    "crashes with unsaved edits",
    "partitions",
    "relay restarts",
    "repeated",
    "overtaken",
    "lost",
    "cut_after_send",
)


@pytest.mark.timeout(1200)
def test_P6_P7_fifty_storms_end_in_equal_documents_with_nothing_lost() -> None:
    """P6, P7: heads, views and clashes equal on five devices; every saved edit there."""
    total: Counter[str] = Counter()
    failed: dict[int, BaseException] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() or 1, context) as pool:
        runs = {seed: pool.submit(run_seed, seed) for seed in SEEDS}
        for seed, run in runs.items():
            error = run.exception()
            if error is not None:
                failed[seed] = error
                continue
            tally = run.result()
            assert tally.heads > 100, f"seed {seed} kept next to nothing"
            total += tally.counts
    replay = ", ".join(f"python -m tests.simulation.storm {seed}: {error}" for seed, error in failed.items())
    assert not failed, replay
    few = {name: total[name] for name in WANTED if total[name] < len(SEEDS) / 5}
    assert not few, f"the weather was too good: {few}"
