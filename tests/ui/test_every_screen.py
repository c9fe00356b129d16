"""Every screen, in both languages, as the pictures show it."""

from __future__ import annotations

import re

import pytest

from kring.cases.shapes import Preferences
from kring.i18n.catalogue import load
from kring.phases import STRINGS
from tests.ui.harness import App
from tests.ui.memory import MemoryKring
from tests.ui.scenes import SCENES, Scene

KEY = re.compile(r"^[a-z_]+(\.[a-zA-Z_0-9-]+)+$")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_UI_1_every_word_comes_from_the_catalogue(scene: Scene, language: str) -> None:
    kring = MemoryKring()
    kring.preferences = Preferences(language=language)
    app = await App.open(kring, await scene.prepare(kring, language))
    if any(name == "zoom-fit" for name in app.names()) or scene.name.startswith("map"):
        await app.size()
    for tap in scene.taps:
        if not tap.startswith("zoom"):
            await app.tap(tap)
    shown = app.texts(app.top())
    assert len(shown) > 2
    assert not app.errors
    known = set(load(language, (*STRINGS, "kring.ui")))
    assert not [text for text in shown if text in known or KEY.match(text)], "a key stands on screen"
    assert not [text for text in shown if re.search(r"\{[a-z_]+\}", text)], "a value is missing"
