"""Settings of this device: words, light, text size, lock, what is kept here, and what the app cannot do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flet as ft

from kring.cases.shapes import StorageInfo
from kring.ui.components import buttons, choices, page, text
from kring.ui.context import Ui, use_ui
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, none_of, use_state
from kring.ui.screens import safety
from kring.ui.theme import TEXT_SCALES

LANGUAGES = ("nl", "en")
THEMES = ("system", "light", "dark")
MEGABYTE = 1_000_000
PERCENTS = [str(int(scale * 100)) for scale in TEXT_SCALES]


@ft.component
def SettingsScreen() -> ft.View:
    ui = use_ui()
    kring = ui.kring
    preferences, cases, state, update = use_value(
        kring.subscribe,
        lambda: (kring.preferences, kring.cases, kring.state, kring.update_ready),
        "settings",
    )

    def keep(**change: Any) -> None:
        ui.run(lambda: kring.set_preferences(replace(preferences, **change)))

    async def throw_away() -> None:
        await kring.throw_away_example()
        ui.tell(ui.say("settings.example.gone"))

    return page.screen(
        ui,
        ft.use_view_path(),
        ui.say("settings.title"),
        [
            *([page.note(ui, ui.say("update.ready"), icon=ft.Icons.UPDATE)] if update else []),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("settings.language"), level=2),
                    choices.one_of(
                        ui,
                        "language",
                        [(each, ui.say(f"language.{each}")) for each in LANGUAGES],
                        preferences.language,
                        lambda value: keep(language=value),
                    ),
                    text.title(ui, ui.say("settings.theme"), level=2),
                    choices.one_of(
                        ui,
                        "theme",
                        [(each, ui.say(f"theme.{each}")) for each in THEMES],
                        preferences.theme,
                        lambda value: keep(theme=value),
                    ),
                    text.title(ui, ui.say("settings.text_size"), level=2),
                    choices.one_of(
                        ui,
                        "text-size",
                        [
                            (str(int(s * 100)), ui.say("settings.percent", n=int(s * 100)))
                            for s in TEXT_SCALES
                        ],
                        str(int(preferences.text_scale * 100)),
                        lambda value: keep(text_scale=int(value) / 100),
                    ),
                ],
            ),
            *([safety.lock_card(ui, preferences, keep)] if state == "open" else []),
            safety.exit_card(ui),
            *(
                [
                    buttons.secondary(
                        ui,
                        "throw-away-example",
                        ui.say("settings.example"),
                        lambda _: ui.run(throw_away),
                        icon=ft.Icons.DELETE_OUTLINE,
                    )
                ]
                if any(case.kind == "example" for case in cases)
                else []
            ),
            *(safety.erase_card(ui, cases) if state == "open" else []),
            keyed("storage", Storage, ui),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("limits.title"), level=2),
                    *(text.body(ui, ui.say(f"limits.{index}")) for index in range(1, 6)),
                ],
            ),
            text.small(ui, ui.say("settings.version", version=kring.version)),
        ],
    )


@ft.component
def Storage(ui: Ui) -> ft.Control:
    info, set_info = use_state(none_of(StorageInfo))

    async def ask() -> None:
        set_info(await ui.kring.storage())

    ft.use_effect(lambda: ui.run(ask), [])
    if info is None:
        return ft.Container()
    kept = [
        text.body(ui, ui.say("storage.used", amount=ui.say.number(info.used / MEGABYTE, 1))),
        text.body(ui, ui.say("storage.kept" if info.persisted else "storage.not_kept")),
    ]
    return page.card(
        ui,
        [
            text.title(ui, ui.say("storage.title"), level=2),
            *(kept if info.place != "memory" else []),
            text.small(ui, ui.say(f"storage.place.{info.place}")),
        ],
    )
