"""What is typed faster than the screens keep up stays as it was typed (UI-74)."""

from __future__ import annotations

import random

import pytest

from tests.ui.harness import App
from tests.ui.memory import MemoryKring

NAME = "Noor van den Berg"


@pytest.mark.parametrize("seed", range(20))
async def test_UI_74_no_letter_is_lost_where_the_screen_falls_behind(seed: int) -> None:
    kring = MemoryKring()
    app = await App.open(kring, "/new")
    sent = len(app.patch_bodies())
    await app.type_ahead("new-name", NAME, random.Random(seed))
    assert app.field("new-name").value == NAME
    assert [each for each in app.patch_texts(sent) if each and each in NAME] == []
    await app.tap("new-next")
    assert kring.calls == [("create_case", f"De kring van {NAME}", NAME)]
