from __future__ import annotations

import pytest

from tests.unit.sharing.world import World


@pytest.fixture
async def world() -> World:
    return await World.founded()
