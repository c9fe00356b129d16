"""The root of everything on screen: words and look from the reader's preferences, then the right screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.i18n.translator import Translator
from kring.ui.context import Ui, UiContext
from kring.ui.facade import Case, Kring
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_box, use_state
from kring.ui.routes import ROUTES
from kring.ui.screens.not_found import NotFoundScreen
from kring.ui.screens.taken import TakenScreen
from kring.ui.screens.unlock import UnlockScreen
from kring.ui.theme import flet_theme, look
from kring.ui.turns import answer_in_turn

WIDE = 900
"""From this page width on, columns have a fixed width and stand in the middle."""


def no_cases() -> dict[str, Case]:
    return {}


def show(page: ft.Page, kring: Kring, words: Callable[[str], Translator], now: Callable[[], int]) -> None:
    """Show Kring on this page. `now` is the time in milliseconds, `words` the texts in a language."""
    answer_in_turn(page)
    page.render_views(KringApp, kring, words, now)


@ft.component
def KringApp(kring: Kring, words: Callable[[str], Translator], now: Callable[[], int]) -> Any:
    page = ft.context.page
    preferences, state, update = use_value(
        kring.subscribe, lambda: (kring.preferences, kring.state, kring.update_ready), "kring"
    )
    dark_outside, set_dark_outside = use_state(page.platform_brightness == ft.Brightness.DARK)
    wide, set_wide = use_state((page.width or 0) >= WIDE)
    opened = use_box(no_cases).current
    moved = use_box(lambda: False)
    if state in ("locked", "taken"):
        opened.clear()
    dark = dark_outside if preferences.theme == "system" else preferences.theme == "dark"
    ui = ft.use_memo(
        lambda: Ui(
            kring=kring,
            say=words(preferences.language),
            look=look(dark, preferences.text_scale),
            page=page,
            now=now,
            opened=opened,
            moved=moved,
            wide=wide,
        ),
        [preferences.language, preferences.text_scale, dark, wide],
    )

    def listen() -> None:
        page.on_resize = lambda event: set_wide(event.width >= WIDE)
        page.on_platform_brightness_change = lambda _: set_dark_outside(
            page.platform_brightness == ft.Brightness.DARK
        )

    def dress() -> None:
        page.title = ui.say("app.name")
        page.theme = page.dark_theme = flet_theme(ui.look)
        page.theme_mode = ft.ThemeMode.DARK if dark else ft.ThemeMode.LIGHT
        page.locale_configuration = ft.LocaleConfiguration(
            supported_locales=[ft.Locale("nl"), ft.Locale("en")], current_locale=ft.Locale(ui.say.language)
        )
        page.update()

    ft.use_effect(listen, [])
    ft.use_effect(dress, [preferences.language, preferences.text_scale, dark])

    def tell_update() -> None:
        if update:
            ui.tell(ui.say("update.ready"), seconds=10)

    ft.use_effect(tell_update, [update])

    def shown() -> Any:
        if state == "locked":
            return [keyed("unlock", UnlockScreen)]
        if state == "taken":
            return [keyed("taken", TakenScreen)]
        return keyed("router", ft.Router, ROUTES, not_found=NotFoundScreen, manage_views=True)

    return UiContext(ui, shown)
