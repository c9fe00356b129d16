"""Screens of a Kring with documents in memory."""

from __future__ import annotations

import pytest

from tests.ui.memory import MemoryKring


@pytest.fixture
def kring() -> MemoryKring:
    return MemoryKring()
