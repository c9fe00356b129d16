"""Hand a case over to another member: what that means, and their name to type."""

from __future__ import annotations

import flet as ft

from kring.cases.shapes import Member
from kring.ui import addresses
from kring.ui.components import buttons, fields, page, text
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import called
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_state


@ft.component
def TransferScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    name = ft.use_route_params().get("member", "")
    return with_case(ui, lambda ui, case: keyed(f"transfer-{name}", Transfer, ui, case, path, name))


@ft.component
def Transfer(ui: Ui, case: Case, path: str, name: str) -> ft.View:
    members = use_value(case.subscribe, lambda: case.members, case.id)
    member = next((each for each in members if each.id == name and not each.you), None)
    owner = any(each.you and each.owner for each in members)
    typed, set_typed = use_state("")
    wrong, set_wrong = use_state(False)
    if member is None or not owner:
        return page.screen(ui, path, ui.say("transfer.bar"), [page.note(ui, ui.say("member.gone"))])

    async def hand_over() -> None:
        if typed.strip().casefold() != called(ui, member).casefold():
            set_wrong(True)
            return
        await case.transfer(member.id)
        ui.tell(ui.say("transfer.done", name=called(ui, member)))
        ui.go(addresses.sharing_route(case.id))

    who = called(ui, member)
    return page.screen(
        ui,
        path,
        ui.say("transfer.bar"),
        [
            text.title(ui, ui.say("transfer.title", name=who)),
            *(text.body(ui, ui.say(f"transfer.{index}", name=who)) for index in range(1, 4)),
            page.caution(ui, ui.say("transfer.caution", name=who)),
            fields.field(
                ui,
                "transfer-name",
                ui.say("transfer.type"),
                typed,
                set_typed,
                helper=who,
                error=ui.say("transfer.wrong") if wrong else "",
            ),
            keyed(
                "hand-over",
                Working,
                ui,
                "transfer-do",
                ui.say("transfer.do", name=who),
                ui.say("member.busy"),
                hand_over,
                ft.Icons.SWAP_HORIZ,
            ),
            buttons.secondary(
                ui,
                "transfer-not",
                ui.say("transfer.not"),
                lambda _: ui.go(addresses.sharing_route(case.id)),
            ),
        ],
    )


def transfer_button(ui: Ui, case: Case, member: Member) -> ft.Control:
    """The way there, for the owner, on the screen of a member."""
    return buttons.quiet(
        ui,
        "transfer",
        ui.say("transfer.button", name=called(ui, member)),
        lambda _: ui.go(addresses.transfer_route(case.id, member.id)),
        icon=ft.Icons.SWAP_HORIZ,
        color=ui.look.palette.primary,
    )
