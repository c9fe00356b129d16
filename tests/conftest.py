"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase, settings

# A busy machine is no defect: time is measured by benchmarks, not by whether an example was slow once.
settings.register_profile("kring", deadline=None)
settings.load_profile("kring")
# For hundreds of runs: few examples, none made smaller, and always the same, so that no mutant dies by luck.
settings.register_profile(
    "mutants",
    deadline=None,
    max_examples=20,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)

SECONDS = {
    "test_saved_means_saved": 500,
    "test_properties_inside": 200,
    "test_two_phones": 170,
    "test_engines": 120,
    "test_fresh_storm": 80,
    "test_removal": 80,
    "test_storm": 70,
    "test_transparency": 50,
    "test_siege": 45,
    "test_phone_and_cli": 40,
    "test_safety": 35,
}
"""About what each test of these modules takes on two busy cores, so that none of them is left for the end."""
END_TO_END = 15
"""The same for any other test in tests/e2e. All else takes next to nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, and all processes have as much of it, so that nothing is waited for.

    Each process is given one stretch of the list to begin with, and takes from others' ends when it is done.
    """

    def seconds(item: pytest.Item) -> int:
        return SECONDS.get(item.path.stem, END_TO_END if item.path.parent.name == "e2e" else 0)

    processes, number = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), len(items)
    queues: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for item in sorted(filter(seconds, items), key=seconds, reverse=True):
        min(queues, key=lambda queue: sum(map(seconds, queue))).append(item)
    rest = [item for item in items if not seconds(item)]
    spread: list[pytest.Item] = []
    for process, queue in enumerate(queues):
        spread += queue
        end = (process + 1) * number // processes
        taken = max(0, end - len(spread)) if process + 1 < processes else len(rest)
        spread += rest[:taken]
        del rest[:taken]
    items[:] = spread
