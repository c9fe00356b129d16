"""Bring a circle back by its sheet: scanned, typed, or two of three parts; then which devices are lost."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import flet as ft

from kring.cases.shapes import Device, RecoveryProgress
from kring.errors import KringError
from kring.ui import addresses
from kring.ui.components import buttons, choices, fields, page, text
from kring.ui.components.passphrase import ChoosePassphrase
from kring.ui.components.sentences import day
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Recovery
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_state
from kring.ui.screens.devices import called

WHOLE, SHARES = "whole", "shares"
WAYS: Final = (WHOLE, SHARES)


@ft.component
def RecoverScreen() -> ft.View:
    """Under way it shows how far it is, whoever comes to this address."""
    ui = use_ui()
    token = ft.use_route_params().get("token", "")
    path = ft.use_view_path()
    cases = use_value(ui.kring.subscribe, lambda: ui.kring.cases, "cases")
    begun, set_begun = use_state("")
    going = next((each.id for each in cases if each.kind == "recovering"), "")
    recovery = ui.kring.recovery(going) if going else None
    if recovery is not None:
        return page.screen(
            ui, path, ui.say("recover.bar"), [keyed(f"under-{going}", UnderWay, ui, going, recovery)]
        )
    if begun and any(each.id == begun for each in cases):
        return page.screen(ui, path, ui.say("recover.bar"), _done(ui, begun))
    shown = [keyed(f"ask-{path}", Ask, ui, path.strip("/").partition("/")[0], token, set_begun)]
    return page.screen(ui, path, ui.say("recover.bar"), shown)


@ft.component
def Ask(ui: Ui, mark: str, token: str, begun: Any) -> ft.Control:
    """What is on paper. A link that was opened fills it in; nothing of it is kept where that fails."""
    opened = ft.use_memo(ui.kring.take_link, []) or (f"#/{mark}/{token}" if token else "")
    scanned_share = opened.startswith("#/share/")
    way, set_way = use_state(SHARES if scanned_share else WHOLE)
    first, set_first = use_state(opened)
    second, set_second = use_state("")
    place, set_place = use_state("")
    relay, set_relay = use_state("")
    wrong, set_wrong = use_state("")
    asking, set_asking = use_state(False)
    busy, set_busy = use_state(False)
    parts = [first, second] if way == SHARES else [first]
    linked = any("#/" in each for each in parts)

    async def begin(passphrase: str = "") -> None:
        if busy:
            return
        set_busy(True)
        set_wrong("")
        try:
            if passphrase:
                await ui.kring.create_vault(passphrase)
            begun(await ui.kring.recover(parts, place, relay))
        except KringError as error:
            set_wrong(ui.error_words(error))
        finally:
            set_asking(False)
            set_busy(False)

    def next_step(*_: object) -> None:
        set_wrong("")
        try:
            ui.kring.read_sheet(parts, place, relay)
        except KringError as error:
            set_wrong(ui.error_words(error))
            return
        if ui.kring.state == "new":
            set_asking(True)
        else:
            ui.run(begin)

    def chosen(passphrase: str) -> Any:
        ui.run(lambda: begin(passphrase))

    if busy:
        return page.waiting(ui, ui.say("recover.busy"))
    if asking:
        return keyed("choose", ChoosePassphrase, ui, chosen)
    shown: list[ft.Control] = [text.title(ui, ui.say("recover.title")), text.body(ui, ui.say("recover.text"))]
    if opened and not scanned_share:
        shown.append(page.note(ui, ui.say("recover.scanned"), icon=ft.Icons.QR_CODE))
    else:
        shown.append(
            choices.one_of(
                ui, "recover-way", [(each, ui.say(f"recover.{each}")) for each in WAYS], way, set_way
            )
        )
        if way == SHARES:
            hint = ui.say("recover.share.hint")
            if scanned_share:
                shown.append(page.note(ui, ui.say("recover.one_scanned"), icon=ft.Icons.QR_CODE))
            else:
                shown.append(
                    fields.field(
                        ui, "recover-first", ui.say("recover.share.1"), first, set_first, helper=hint
                    )
                )
            shown.append(
                fields.field(ui, "recover-second", ui.say("recover.share.2"), second, set_second, helper=hint)
            )
        else:
            shown.append(
                fields.field(
                    ui,
                    "recover-code",
                    ui.say("recover.code"),
                    first,
                    set_first,
                    helper=ui.say("recover.code.hint"),
                )
            )
        if not linked:
            shown += [
                fields.field(
                    ui,
                    "recover-place",
                    ui.say("recover.place"),
                    place,
                    set_place,
                    helper=ui.say("recover.place.hint"),
                ),
                fields.field(
                    ui,
                    "recover-relay",
                    ui.say("recover.relay"),
                    relay,
                    set_relay,
                    helper=ui.say("recover.relay.hint"),
                ),
            ]
    shown += [
        *([page.trouble(ui, wrong)] if wrong else []),
        buttons.primary(ui, "recover-next", ui.say("recover.next"), next_step),
    ]
    return _column(shown)


@ft.component
def UnderWay(ui: Ui, case: str, recovery: Recovery) -> ft.Control:
    progress = use_value(recovery.subscribe, lambda: recovery.progress, case)

    async def give_up() -> None:
        await ui.kring.give_up(case)

    if progress.step == "failed":
        return _column(
            [
                text.title(ui, ui.say("recover.failed")),
                page.trouble(ui, ui.say.error_code(progress.code)),
                keyed(
                    "again",
                    Working,
                    ui,
                    "recover-again",
                    ui.say("recover.again"),
                    ui.say("recover.busy"),
                    give_up,
                ),
            ]
        )
    if progress.step == "choosing":
        return keyed("choose", Choose, ui, progress, recovery)
    shown: list[ft.Control] = [
        text.title(ui, ui.say("recover.title")),
        page.waiting(ui, ui.say(f"recover.step.{progress.step}")),
        text.small(ui, ui.say("recover.leave")),
    ]
    if progress.step in ("reaching", "reading"):
        words = ui.say("recover.stop")
        shown.append(buttons.secondary(ui, "recover-stop", words, lambda _: ui.run(give_up)))
    return _column(shown)


@ft.component
def Choose(ui: Ui, progress: RecoveryProgress, recovery: Recovery) -> ft.Control:
    """Which are lost: all of them, unless the person says otherwise."""
    kept, set_kept = use_state(frozenset[str]())

    def keep(device: Device, on: bool) -> None:
        set_kept(kept - {device.id} if on else kept | {device.id})

    async def go_on() -> None:
        await recovery.choose([each.id for each in progress.devices if each.id not in kept])

    chosen = [
        choices.chip(
            ui,
            f"lost-{each.id}",
            ui.say("recover.device", name=called(ui, each), date=day(ui, each.added)),
            each.id not in kept,
            partial(keep, each),
        )
        for each in progress.devices
    ]
    return _column(
        [
            text.title(ui, ui.say("recover.found", title=progress.title or ui.say("home.untitled"))),
            *(
                [text.body(ui, ui.say("recover.lost")), choices.chips(chosen)]
                if chosen
                else [text.body(ui, ui.say("recover.none"))]
            ),
            page.caution(ui, ui.say("recover.means"), icon=ft.Icons.KEY_OUTLINED),
            keyed(
                "go",
                Working,
                ui,
                "recover-go",
                ui.say("recover.go"),
                ui.say("recover.step.working"),
                go_on,
                ft.Icons.CHECK,
            ),
        ]
    )


def _done(ui: Ui, case: str) -> list[ft.Control]:
    return [
        text.title(ui, ui.say("recover.done")),
        text.body(ui, ui.say("recover.done.text")),
        buttons.primary(
            ui,
            "recover-sheet",
            ui.say("recover.sheet"),
            lambda _: ui.go(addresses.recovery_route(case)),
            icon=ft.Icons.PRINT_OUTLINED,
        ),
        buttons.secondary(
            ui, "recover-open", ui.say("recover.open"), lambda _: ui.go(addresses.case_route(case))
        ),
    ]


def _column(shown: list[ft.Control]) -> ft.Control:
    return ft.Column(shown, spacing=16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
