"""Contrast and sizes of the palette and of what is made from it."""

from __future__ import annotations

import flet as ft
import pytest

from kring.cases.shapes import Preferences
from kring.domain.person import GROUPS
from kring.ui.components.groups import STYLES
from kring.ui.theme import DARK, LIGHT, TOUCH, Palette
from tests.ui.harness import App
from tests.ui.memory import MemoryKring
from tests.ui.scenes import SCENES, Scene

TEXT = (
    ("ink", "paper"), ("ink", "card"), ("ink", "raised"), ("ink_soft", "paper"), ("ink_soft", "card"),
    ("primary", "paper"), ("primary", "card"), ("on_primary", "primary"), ("on_primary_soft", "primary_soft"),
    ("on_calm", "calm"), ("on_calm_soft", "calm_soft"), ("on_honey_soft", "honey_soft"),
    ("alarm", "paper"), ("on_alarm", "alarm"), ("on_alarm_soft", "alarm_soft"), ("paper", "ink"),
)  # fmt: skip
MARKS = ("edge", "tie_strong", "tie_plain", "tie_tense", "tie_broken", "tie_rest", "gives", "receives")

LABEL = 20
"""Characters that fit in a field of 360 pixels at the largest text."""
TAPPED = (
    ft.FilledButton,
    ft.OutlinedButton,
    ft.TextButton,
    ft.IconButton,
    ft.FloatingActionButton,
    ft.TextField,
)


def luminance(color: str) -> float:
    channels = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_UI_27_words_and_marks_stand_out(palette: Palette) -> None:
    for ink, ground in TEXT:
        assert contrast(getattr(palette, ink), getattr(palette, ground)) >= 4.5, (ink, ground)
    for mark in MARKS:
        for ground in (palette.paper, *palette.rings):
            assert contrast(getattr(palette, mark), ground) >= 3, (mark, ground)


def test_UI_27_every_group_has_a_colour_a_picture_and_contrast() -> None:
    assert set(STYLES) == set(GROUPS)
    assert len({style.icon for style in STYLES.values()}) == len(GROUPS)
    for name, style in STYLES.items():
        assert contrast(style.light, style.light_ground) >= 4.5, name
        assert contrast(style.dark, style.dark_ground) >= 4.5, name


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_UI_28_everything_that_can_be_tapped_has_a_name_and_words(scene: Scene) -> None:
    kring = MemoryKring()
    app = await App.open(kring, await scene.prepare(kring, "nl"))
    named = {id(app.inside(name)) for name in app.names() if app.holds_tap(name)}
    for control in app.controls():
        if isinstance(control, TAPPED):
            assert isinstance(control, ft.TextField) or id(control) in named, control
            assert app.texts(control), control
        if isinstance(control, ft.IconButton):
            assert (control.width or 0) >= TOUCH
            assert (control.height or 0) >= TOUCH


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_UI_38_a_button_is_as_high_as_its_words(scene: Scene) -> None:
    kring = MemoryKring()
    app = await App.open(kring, await scene.prepare(kring, "nl"))
    for tap in scene.taps:
        if not tap.startswith("zoom"):
            await app.tap(tap)
    for control in app.controls():
        if not isinstance(control, ft.FilledButton | ft.OutlinedButton | ft.TextButton):
            continue
        words = control.content
        if isinstance(words, ft.Text) and any(letter.isalpha() for letter in words.value):
            assert control.height is None, words.value
            assert words.max_lines is None, words.value


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_UI_39_what_a_field_asks_fits_on_its_line(scene: Scene, language: str) -> None:
    kring = MemoryKring()
    kring.preferences = Preferences(language=language)
    app = await App.open(kring, await scene.prepare(kring, language))
    for tap in scene.taps:
        if not tap.startswith("zoom"):
            await app.tap(tap)
    for control in app.controls():
        if isinstance(control, ft.TextField):
            assert len(str(control.label)) <= LABEL, control.label
