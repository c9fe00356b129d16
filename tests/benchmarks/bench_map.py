"""The relatiekaart's layout: how its cost grows with the network, and what one drag step asks of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from kring.phases.netwerkatlas.relatiekaart.layout import layout, moved
from tests.benchmarks.report import record, versions
from tests.unit.phases.test_layout import network

ROUNDS = 15


def milliseconds(*works: Callable[[], object]) -> list[float]:
    """The median time of each, measured in turns so that a busy machine slows all of them alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append((time.perf_counter() - start) * 1000)
    return [statistics.median(each) for each in times]


def main() -> None:
    small, large = network(30, 60), network(150, 300)
    made = layout(large)
    person = large.people[3].id
    few, many, drag = milliseconds(
        lambda: layout(small), lambda: layout(large), lambda: moved(made, large, person, 10.0, 80.0)
    )
    used = versions()
    how = f"median of {ROUNDS}: 150 people and 300 ties in {many:.2f} ms, 30 and 60 in {few:.2f} ms"
    record("map.relatiekaart_layout_growth", many / few, "ratio", how, used)
    record("map.drag_vs_layout", drag / many, "ratio", f"one drag step {drag:.3f} ms over that layout", used)
