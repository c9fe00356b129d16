"""Screens of a Kring with documents in memory."""

from __future__ import annotations

import pytest

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.relatiekaart.commands import SetTieQuality
from tests.ui.harness import App
from tests.ui.memory import MemoryCase, MemoryKring
from tests.ui.people import fill
from tests.ui.scenes import CASE, own


@pytest.fixture
def kring() -> MemoryKring:
    return MemoryKring()


@pytest.fixture
async def opened(kring: MemoryKring) -> tuple[App, MemoryCase, str]:
    """A person's screen, their case and their id."""
    case = await own(kring)
    person = (await fill(case, 5, ties=0))[0]
    await case.dispatch(SetTieQuality(CLIENT, person, None))
    case.dispatched.clear()
    return await App.open(kring, f"/case/{CASE}/person/{person}"), case, person
