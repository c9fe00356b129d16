"""What holds for all tests."""

from __future__ import annotations

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
    "test_two_phones",
    "test_removal",
    "test_properties_inside",
    "test_engines",
    "test_cli",
    "test_storm",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that nothing is waited for at the end."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))
