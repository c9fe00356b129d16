"""Join somebody's circle: the link, my name, the check code, and waiting until I am let in."""

from __future__ import annotations

from typing import Any

import flet as ft

from kring.cases.shapes import CaseSummary
from kring.errors import KringError
from kring.ui import addresses
from kring.ui.components import buttons, fields, page, text
from kring.ui.components.passphrase import ChoosePassphrase
from kring.ui.context import Ui, use_ui
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_state
from kring.ui.screens.home import failed_join
from kring.ui.screens.sharing import code


@ft.component
def JoinScreen() -> ft.View:
    ui = use_ui()
    token = ft.use_route_params().get("token", "")
    state, cases = use_value(ui.kring.subscribe, lambda: (ui.kring.state, ui.kring.cases), "join")
    opened = ft.use_memo(ui.kring.take_link, [])
    link, set_link = use_state(opened or (addresses.join_link(token) if token else ""))
    token = token or opened
    name, set_name = use_state("")
    wrong, set_wrong = use_state("")
    asking, set_asking = use_state(False)
    busy, set_busy = use_state(False)
    joining, set_joining = use_state("")

    async def join(passphrase: str = "") -> None:
        if busy:
            return
        set_busy(True)
        set_wrong("")
        try:
            if passphrase:
                await ui.kring.create_vault(passphrase)
            set_joining(await ui.kring.join(link.strip(), name))
        except KringError as error:
            set_wrong(ui.error_words(error))
        finally:
            set_asking(False)
            set_busy(False)

    def next_step(*_: object) -> None:
        set_wrong("")
        try:
            ui.kring.read_link(link.strip())
        except KringError as error:
            set_wrong(ui.error_words(error))
            return
        if not name.strip():
            set_wrong(ui.say("error.bad_input.empty"))
        elif state == "new":
            set_asking(True)
        else:
            ui.run(join)

    def chosen(passphrase: str) -> Any:
        ui.run(lambda: join(passphrase))

    mine = next((case for case in cases if case.id == joining), None)
    if mine is not None:
        shown = _waiting(ui, mine)
    elif busy:
        shown = [page.waiting(ui, ui.say("join.busy"))]
    elif asking:
        shown = [keyed("choose", ChoosePassphrase, ui, chosen)]
    else:
        shown = [
            text.title(ui, ui.say("join.title")),
            text.body(ui, ui.say("join.text" if token else "join.paste.text")),
            *(
                []
                if token
                else [fields.field(ui, "join-link", ui.say("join.link"), link, set_link, autofocus=True)]
            ),
            fields.field(
                ui,
                "join-name",
                ui.say("join.name"),
                name,
                set_name,
                helper=ui.say("join.name.hint"),
                autofocus=bool(token),
                capitalize=True,
                on_submit=next_step,
            ),
            *([page.trouble(ui, wrong)] if wrong else []),
            buttons.primary(ui, "join-next", ui.say("join.next"), next_step),
            page.note(ui, ui.say("join.note"), icon=ft.Icons.LOCK_OUTLINE),
        ]
    return page.screen(ui, ft.use_view_path(), ui.say("join.bar"), shown)


def _waiting(ui: Ui, case: CaseSummary) -> list[ft.Control]:
    if case.kind != "joining":
        return [
            text.title(ui, ui.say("join.done")),
            text.body(ui, ui.say("join.done.text")),
            buttons.primary(
                ui, "join-open", ui.say("join.open"), lambda _: ui.go(addresses.case_route(case.id))
            ),
        ]
    if case.problem:
        return [failed_join(ui, case)]
    p = ui.look.palette
    who = "join.device" if case.device else "join.waiting"
    return [
        text.title(ui, ui.say(who)),
        text.body(ui, ui.say(f"{who}.text")),
        page.card(ui, [code(ui, case.code, p.on_calm_soft)], ground=p.calm_soft),
        text.body(ui, ui.say("join.device.wait" if case.device else "join.waiting.code")),
        ft.Row(
            [ft.ProgressRing(width=28, height=28, color=p.primary)],
            alignment=ft.MainAxisAlignment.CENTER,
        ),
        text.small(ui, ui.say("join.waiting.leave")),
    ]
