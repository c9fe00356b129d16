"""What the settings say and do about safety: the lock, leaving quickly, erasing a circle from this device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.cases.shapes import CaseSummary, Preferences
from kring.ui import addresses
from kring.ui.components import buttons, choices, page, text
from kring.ui.context import Ui
from kring.ui.screens.erase import manner

MINUTES = (1, 5, 15, 0)
LONGEST = 60


def lock_card(ui: Ui, preferences: Preferences, keep: Callable[..., Any]) -> ft.Control:
    never = preferences.auto_lock == 0
    return page.card(
        ui,
        [
            text.title(ui, ui.say("settings.lock.title"), level=2),
            text.body(ui, ui.say("settings.auto_lock")),
            choices.one_of(
                ui,
                "auto-lock",
                [(str(minutes), ui.say(f"auto_lock.{minutes}")) for minutes in MINUTES],
                str(preferences.auto_lock),
                lambda value: keep(auto_lock=int(value)),
            ),
            *([page.caution(ui, ui.say("settings.auto_lock.never"))] if never else []),
            buttons.secondary(
                ui,
                "lock-now",
                ui.say("settings.lock"),
                lambda _: ui.run(ui.kring.lock),
                icon=ft.Icons.LOCK_OUTLINE,
            ),
            _way(ui, "change-passphrase", "settings.passphrase", addresses.PASSPHRASE, ft.Icons.KEY_OUTLINED),
            _way(ui, "passkey", "settings.passkey", addresses.PASSKEY, ft.Icons.FINGERPRINT),
        ],
    )


def exit_card(ui: Ui) -> ft.Control:
    """How to leave quickly, and what that does not hide."""
    return page.card(
        ui,
        [
            text.title(ui, ui.say("exit.title"), level=2),
            text.body(ui, ui.say("exit.how")),
            text.body(ui, ui.say("exit.kept")),
            text.body(ui, ui.say("exit.limits")),
            text.body(ui, ui.say("exit.silent")),
        ],
    )


def erase_card(ui: Ui, cases: tuple[CaseSummary, ...]) -> list[ft.Control]:
    """A way to erase each circle, also one that does not open; nothing where there is none."""
    mine = [case for case in cases if case.kind != "example"]
    if not mine:
        return []
    return [
        page.card(
            ui,
            [
                text.title(ui, ui.say("settings.erase"), level=2),
                text.body(ui, ui.say("settings.erase.text")),
                *(
                    buttons.quiet(
                        ui,
                        f"erase-{case.id}",
                        ui.say(f"erase.{manner(case)}", title=_short(case.title or ui.say("home.untitled"))),
                        lambda _, case=case: ui.go(addresses.erase_route(case.id)),
                        icon=ft.Icons.DELETE_OUTLINE,
                        color=ui.look.palette.primary,
                    )
                    for case in mine
                ),
            ],
        )
    ]


def _short(title: str) -> str:
    """So much of a title as a button can carry; all of it stands on the screen that the button leads to."""
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"


def _way(ui: Ui, name: str, words: str, address: str, icon: ft.IconData) -> ft.Control:
    return buttons.secondary(ui, name, ui.say(words), lambda _: ui.go(address), icon=icon)
