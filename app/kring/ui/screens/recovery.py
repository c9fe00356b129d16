"""The recovery sheet: to print and keep on paper, made once, never kept on the phone; whole or in parts."""

from __future__ import annotations

from functools import partial
from typing import Final

import flet as ft

from kring.cases.shapes import RecoveryShare, RecoverySheet
from kring.ui.components import buttons, fields, page, paper, text
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import day
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.reactive import keyed, none_of, use_state

PARTS: Final = 3


@ft.component
def RecoveryScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed("recovery", Recovery, ui, case, path))


@ft.component
def Recovery(ui: Ui, case: Case, path: str) -> ft.View:
    sheet, set_sheet = use_state(none_of(RecoverySheet))
    parts, set_parts = use_state(False)

    async def make() -> None:
        set_sheet(await case.recovery_sheet())

    if parts:
        return page.screen(ui, path, ui.say("recovery.title"), [keyed("shares", Shares, ui, case)])
    if isinstance(sheet, RecoverySheet):
        return page.screen(ui, path, ui.say("recovery.title"), _sheet(ui, sheet))
    return page.screen(
        ui,
        path,
        ui.say("recovery.title"),
        [
            text.title(ui, ui.say("recovery.heading")),
            text.body(ui, ui.say("recovery.text")),
            page.caution(ui, ui.say("recovery.caution"), icon=ft.Icons.KEY_OUTLINED),
            keyed(
                "show",
                Working,
                ui,
                "recovery-show",
                ui.say("recovery.show"),
                ui.say("recovery.busy"),
                make,
                ft.Icons.VISIBILITY_OUTLINED,
            ),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("shares.title"), level=2),
                    text.body(ui, ui.say("shares.text")),
                    buttons.secondary(
                        ui,
                        "recovery-shares",
                        ui.say("shares.begin"),
                        lambda _: set_parts(True),
                        icon=ft.Icons.PEOPLE_OUTLINE,
                    ),
                ],
            ),
        ],
    )


@ft.component
def Shares(ui: Ui, case: Case) -> ft.Control:
    """Nobody is proposed: the person writes down themself whom they trust."""
    people, set_people = use_state([""] * PARTS)
    made, set_made = use_state(none_of(tuple))

    async def make() -> None:
        set_made(await case.recovery_shares(people))

    def name(index: int, words: str) -> None:
        set_people([*people[:index], words, *people[index + 1 :]])

    if isinstance(made, tuple):
        shown = [
            text.title(ui, ui.say("shares.made")),
            text.body(ui, ui.say("shares.made.text")),
            *(_share(ui, each) for each in made),
            page.note(ui, ui.say("shares.print"), icon=ft.Icons.PRINT_OUTLINED),
        ]
    else:
        shown = [
            text.title(ui, ui.say("shares.who")),
            text.body(ui, ui.say("shares.who.text")),
            *(
                fields.field(
                    ui,
                    f"share-{index + 1}",
                    ui.say("shares.person", n=index + 1),
                    people[index],
                    partial(name, index),
                    capitalize=True,
                )
                for index in range(PARTS)
            ),
            page.caution(ui, ui.say("shares.caution"), icon=ft.Icons.KEY_OUTLINED),
            keyed(
                "make",
                Working,
                ui,
                "shares-make",
                ui.say("shares.make"),
                ui.say("recovery.busy"),
                make,
                ft.Icons.VISIBILITY_OUTLINED,
            ),
        ]
    return ft.Column(shown, spacing=16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _share(ui: Ui, share: RecoveryShare) -> ft.Control:
    """One page for one person; it does not say whose circle it is."""
    return buttons.marked(
        "recovery-share",
        paper.sheet_of_paper(
            ui,
            [
                paper.heading(ui, ui.say("shares.sheet.title", name=share.person)),
                paper.line(ui, ui.say("shares.sheet.what")),
                paper.code(share.qr, ui.say("shares.qr", name=share.person)),
                paper.numbered(ui, share.words),
                *_place(ui, share.place, share.relay, 1),
                paper.line(ui, ui.say("shares.sheet.made", date=day(ui, share.made)), soft=True),
            ],
        ),
    )


def _sheet(ui: Ui, sheet: RecoverySheet) -> list[ft.Control]:
    made = ui.say("recovery.sheet.made", date=day(ui, sheet.made), case=sheet.case[:16])
    return [
        buttons.marked(
            "recovery-sheet",
            paper.sheet_of_paper(
                ui,
                [
                    paper.heading(ui, ui.say("recovery.sheet.title")),
                    paper.line(ui, sheet.title),
                    paper.code(sheet.qr, ui.say("recovery.qr")),
                    paper.line(ui, ui.say("recovery.sheet.code"), bold=True),
                    paper.numbered(ui, sheet.words),
                    *_place(ui, sheet.place, sheet.relay, len(sheet.words) + 1),
                    paper.line(ui, ui.say("recovery.sheet.keep"), soft=True),
                    paper.line(ui, made, soft=True),
                ],
            ),
        ),
        page.note(ui, ui.say("recovery.print"), icon=ft.Icons.PRINT_OUTLINED),
    ]


def _place(ui: Ui, place: tuple[str, ...], relay: str, first: int) -> list[ft.Control]:
    """What has to be typed as well by who has no camera."""
    return [
        paper.line(ui, ui.say("recovery.sheet.place"), bold=True),
        paper.numbered(ui, place, first),
        paper.line(ui, ui.say("recovery.sheet.relay", relay=relay)),
    ]
