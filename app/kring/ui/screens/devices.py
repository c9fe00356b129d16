"""My devices: which there are, adding one, removing a lost one; for the owner also those of others."""

from __future__ import annotations

from typing import Final

import flet as ft

from kring.cases.shapes import Device, DeviceRequest, Invitation
from kring.ui.components import buttons, fields, page, text
from kring.ui.components.qr import qr_code
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import day
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_state
from kring.ui.screens.sharing import code

QR: Final = 260


@ft.component
def DevicesScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed("devices", Devices, ui, case, path))


@ft.component
def Devices(ui: Ui, case: Case, path: str) -> ft.View:
    devices, requests, link = use_value(
        case.subscribe, lambda: (case.devices, case.device_requests, case.device_link), case.id
    )
    if case.kind == "example":
        shown: list[ft.Control] = [page.note(ui, ui.say("sharing.example"))]
        return page.screen(ui, path, ui.say("devices.title"), shown)
    own, others = [each for each in devices if each.yours], [each for each in devices if not each.yours]
    return page.screen(
        ui,
        path,
        ui.say("devices.title"),
        [
            *(keyed(f"request-{each.id}", Request, ui, case, each) for each in requests),
            text.title(ui, ui.say("devices.heading")),
            text.body(ui, ui.say("devices.text")),
            *(keyed(each.id, One, ui, case, each) for each in own),
            *([] if requests else [keyed("add", Add, ui, case, link)]),
            *([text.title(ui, ui.say("devices.others"), level=2)] if others else []),
            *(keyed(each.id, One, ui, case, each) for each in others),
        ],
    )


@ft.component
def One(ui: Ui, case: Case, device: Device) -> ft.Control:
    """A device, and taking it out after a second tap that says what it means."""
    asked, ask = use_state(False)
    p = ui.look.palette
    name = called(ui, device)

    async def remove() -> None:
        await case.remove_device(device.id)

    shown: list[ft.Control] = [
        ft.Row(
            spacing=12,
            controls=[
                ft.Icon(
                    ft.Icons.DESCRIPTION_OUTLINED if device.paper else ft.Icons.SMARTPHONE_OUTLINED,
                    color=p.primary if device.here else p.calm,
                ),
                ft.Column(
                    [
                        text.body(ui, name, bold=True, lines=2),
                        text.small(ui, ui.say("devices.since", date=day(ui, device.added))),
                    ],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
            ],
        )
    ]
    if device.leaving:
        shown.append(ft.Semantics(live_region=True, content=text.body(ui, ui.say("devices.leaving"))))
    elif asked:
        shown += [
            page.caution(ui, ui.say("devices.sure.paper" if device.paper else "devices.sure", name=name)),
            keyed(
                "remove",
                Working,
                ui,
                f"remove-{device.id}",
                ui.say("devices.remove"),
                ui.say("member.busy"),
                remove,
                ft.Icons.PHONELINK_ERASE_OUTLINED,
            ),
            buttons.secondary(ui, f"keep-{device.id}", ui.say("devices.keep"), lambda _: ask(False)),
        ]
    elif not device.here:
        words = ui.say("devices.lost.paper" if device.paper else "devices.lost")
        shown.append(
            buttons.secondary(
                ui,
                f"lost-{device.id}",
                words,
                lambda _: ask(True),
                icon=ft.Icons.PHONELINK_ERASE_OUTLINED,
            )
        )
    return buttons.marked(f"device-{device.id}", page.card(ui, shown))


def called(ui: Ui, device: Device) -> str:
    """Its name, or what it is."""
    if device.owner:
        kind = "devices.of.paper" if device.paper else "devices.of"
        return ui.say(kind, name=device.owner)
    if device.paper:
        return ui.say("devices.paper")
    if device.here:
        return ui.say("devices.here")
    return device.name or ui.say("devices.unnamed")


@ft.component
def Add(ui: Ui, case: Case, link: Invitation | None) -> ft.Control:
    name, set_name = use_state("")

    async def make() -> None:
        await case.add_device(name)

    if link is not None:
        return page.card(
            ui,
            [
                text.title(ui, ui.say("devices.link", name=link.name), level=2),
                text.body(ui, ui.say("devices.link.text")),
                ft.Row(
                    [qr_code(link.link, QR, ui.say("devices.qr", name=link.name))],
                    alignment=ft.MainAxisAlignment.CENTER,
                ),
                buttons.marked(
                    "device-link",
                    ft.Text(link.link, size=ui.look.size(14), color=ui.look.palette.ink, selectable=True),
                ),
                buttons.secondary(
                    ui,
                    "device-copy",
                    ui.say("invite.copy"),
                    lambda _: ui.tell(ui.say("invite.copied")),
                    icon=ft.Icons.COPY,
                    action=ft.CopyToClipboard(link.link),
                ),
                page.caution(ui, ui.say("devices.link.caution"), icon=ft.Icons.KEY_OUTLINED),
            ],
        )
    return page.card(
        ui,
        [
            text.title(ui, ui.say("devices.add"), level=2),
            text.body(ui, ui.say("devices.add.text")),
            fields.field(ui, "device-name", ui.say("devices.name"), name, set_name, capitalize=True),
            keyed(
                "make",
                Working,
                ui,
                "device-add",
                ui.say("devices.add.button"),
                ui.say("invite.busy"),
                make,
                ft.Icons.ADD,
            ),
        ],
    )


@ft.component
def Request(ui: Ui, case: Case, request: DeviceRequest) -> ft.Control:
    p = ui.look.palette
    return page.card(
        ui,
        [
            text.body(ui, ui.say("devices.request", name=request.name), bold=True, color=p.on_honey_soft),
            text.body(ui, ui.say("devices.request.text"), color=p.on_honey_soft),
            code(ui, request.code, p.on_honey_soft),
            keyed(
                "confirm",
                Working,
                ui,
                f"confirm-{request.id}",
                ui.say("devices.request.yes"),
                ui.say("request.busy"),
                lambda: case.confirm_device(request.id),
                ft.Icons.CHECK,
            ),
            keyed(
                "decline",
                Working,
                ui,
                f"decline-{request.id}",
                ui.say("devices.request.no"),
                ui.say("request.busy"),
                lambda: case.decline_device(request.id),
                None,
                buttons.secondary,
            ),
        ],
        ground=p.honey_soft,
    )
