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

LONGEST = (
    "test_saved_means_saved",
    "test_storm",
    "test_properties_inside",
    "test_engines",
    "test_two_phones",
    "test_phone_and_cli",
    "test_removal",
    "test_safety",
    "test_transparency",
    "test_cli",
    "test_siege",
    "test_fresh_storm",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, and not all of it in one process, so that nothing is waited for.

    Each process is given one stretch of the list to begin with, and takes from others' ends when it is done.
    """
    order = {name: place for place, name in enumerate(LONGEST)}
    long = [item for item in items if item.path.stem in order]
    long.sort(key=lambda item: order[item.path.stem])
    rest = [item for item in items if item.path.stem not in order]
    processes, number = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), len(items)
    spread: list[pytest.Item] = []
    for process in range(processes):
        spread += long[process::processes]
        end = (process + 1) * number // processes
        taken = max(0, end - len(spread)) if process + 1 < processes else len(rest)
        spread += rest[:taken]
        del rest[:taken]
    items[:] = spread
