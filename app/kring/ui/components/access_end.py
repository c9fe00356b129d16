"""Access that ends: asking for more time, answering who asks, and what shows once it is over."""

from __future__ import annotations

from typing import Final

import flet as ft

from kring.cases.shapes import Member
from kring.ui import addresses
from kring.ui.components import buttons, page, text
from kring.ui.components.organisation import account_button
from kring.ui.components.sentences import called, day
from kring.ui.components.working import Make, Working
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed

ASKED_DAYS: Final = (30, 90)


def time_request(ui: Ui, case: Case, member: Member) -> ft.Control:
    """Somebody asks for longer: yes, no, or another date."""
    name, ink = called(ui, member), ui.look.palette.on_honey_soft
    yes = ui.say("time.yes", date=day(ui, member.asked))
    return page.card(
        ui,
        [
            text.body(ui, ui.say("time.title", name=name), bold=True, color=ink),
            text.body(
                ui,
                ui.say(
                    "time.text.over" if member.over else "time.text",
                    until=day(ui, member.until),
                    asked=day(ui, member.asked),
                ),
                color=ink,
            ),
            _answer(ui, case, member, f"time-yes-{member.id}", yes, member.asked, buttons.primary),
            _answer(
                ui, case, member, f"time-no-{member.id}", ui.say("time.no"), member.until, buttons.secondary
            ),
            buttons.quiet(
                ui,
                f"time-other-{member.id}",
                ui.say("time.other"),
                lambda _: ui.go(addresses.member_route(case.id, member.id)),
                icon=ft.Icons.EVENT_OUTLINED,
            ),
        ],
        ground=ui.look.palette.honey_soft,
    )


def _answer(ui: Ui, case: Case, member: Member, name: str, words: str, until: int, make: Make) -> ft.Control:
    return keyed(
        name,
        Working,
        ui,
        name,
        words,
        ui.say("time.busy"),
        lambda: case.extend(member.id, until, member.seen),
        None,
        make,
    )


def own_end(ui: Ui, case: Case, you: Member) -> list[ft.Control]:
    """Until when the reader may look, and a way to ask for longer."""
    if not you.until:
        return []
    key = "ask.over" if you.over else "ask.you"
    shown: list[ft.Control] = [text.body(ui, ui.say(key, date=day(ui, you.until)), bold=True)]
    if you.asked:
        shown.append(text.body(ui, ui.say("ask.asked", date=day(ui, you.asked))))
        return [page.card(ui, shown)]
    shown.append(text.body(ui, ui.say("ask.text")))
    shown += [
        keyed(
            f"ask-{days}",
            Working,
            ui,
            f"ask-{days}",
            ui.say("ask.button", days=days),
            ui.say("ask.busy"),
            lambda days=days: case.ask_longer(days),  # type: ignore[misc]
            ft.Icons.EVENT_REPEAT,
            buttons.secondary,
        )
        for days in ASKED_DAYS
    ]
    return [page.card(ui, shown)]


@ft.component
def Over(ui: Ui, case: Case, path: str) -> ft.View:
    """The end has passed: nothing of the case shows; asking is still possible."""
    members = use_value(case.subscribe, lambda: case.members, case.id)
    you = [member for member in members if member.you]
    return page.screen(
        ui,
        path,
        ui.say("app.name"),
        [
            text.title(ui, ui.say("over.title")),
            text.body(ui, ui.say("over.text")),
            *(shown for member in you for shown in own_end(ui, case, member)),
            *account_button(ui, case),
            buttons.quiet(
                ui,
                "go-home",
                ui.say("not_found.home"),
                lambda _: ui.go(addresses.HOME),
                icon=ft.Icons.HOME_OUTLINED,
            ),
        ],
    )
