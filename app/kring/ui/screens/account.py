"""For who is here for an organisation: a signed file of what this device did in the circle (NEN 7513)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import flet as ft

from kring.cases.shapes import Professional, SignedAccount
from kring.exchange.table import as_csv
from kring.sharing.account import DENIED, Account, Event
from kring.ui.components import buttons, fields, page, text
from kring.ui.components.organisation import works_for
from kring.ui.components.sentences import day
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_case, use_value
from kring.ui.reactive import keyed, none_of, use_state

FILE: Final = "verantwoording"
COLUMNS: Final = (
    "time", "event", "action", "outcome", "what", "number", "until",
    "name", "registration", "role", "organisation", "case", "device", "system",
)  # fmt: skip


@ft.component
def AccountScreen() -> ft.Control:
    """Also once the time is over: nothing of the case shows here, and the duty may outlast the access."""
    ui = use_ui()
    path = ft.use_view_path()
    case, error = use_case(ui, ft.use_route_params().get("case", ""))
    if case is None:
        words = ui.error_words(error) if error is not None else ui.say("case.opening")
        return page.screen(ui, path, ui.say("account.bar"), [page.note(ui, words)])
    return keyed("account", ForOrganisation, ui, case, path)


@ft.component
def ForOrganisation(ui: Ui, case: Case, path: str) -> ft.View:
    members = use_value(case.subscribe, lambda: case.members, case.id)
    known, set_known = use_state(none_of(Professional))

    async def load() -> None:
        set_known(await case.professional())

    ft.use_effect(lambda: ui.run(load), [case.id])
    shown: list[ft.Control]
    if not any(each.you and works_for(each.role) for each in members):
        shown = [page.note(ui, ui.say("account.not_for_you"))]
    elif isinstance(known, Professional):
        shown = [keyed("form", Form, ui, case, known)]
    else:
        shown = []
    return page.screen(ui, path, ui.say("account.bar"), shown)


@ft.component
def Form(ui: Ui, case: Case, known: Professional) -> ft.Control:
    organisation, set_organisation = use_state(known.organisation)
    name, set_name = use_state(known.name)
    registration, set_registration = use_state(known.registration)
    made, set_made = use_state(none_of(SignedAccount))
    empty, set_empty = use_state(False)

    async def make() -> None:
        set_made(None)
        missing = not (organisation.strip() and name.strip())
        set_empty(missing)
        if not missing:
            set_made(await case.account(Professional(organisation, name, registration)))

    def asked(field: str, value: str, keep: Any, *, needed: bool = True) -> ft.Control:
        def typed(words: str) -> None:
            keep(words)
            set_made(None)  # it says something else

        lacks = needed and empty and not value.strip()
        return fields.field(
            ui,
            f"account-{field}",
            ui.say(f"account.{field}"),
            value,
            typed,
            error=ui.say("error.bad_input.empty") if lacks else "",
            helper="" if needed else ui.say("account.registration.hint"),
            capitalize=needed,
        )

    return ft.Column(
        spacing=16,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.title(ui, ui.say("account.title")),
            *(text.body(ui, ui.say(f"account.text.{index}")) for index in (1, 2, 3)),
            asked("organisation", organisation, set_organisation),
            asked("name", name, set_name),
            asked("registration", registration, set_registration, needed=False),
            page.note(ui, ui.say("account.stays"), icon=ft.Icons.LOCK_OUTLINE),
            keyed(
                "make",
                Working,
                ui,
                "account-make",
                ui.say("account.make"),
                ui.say("account.busy"),
                make,
                ft.Icons.DRAW_OUTLINED,
            ),
            *(_made(ui, made) if isinstance(made, SignedAccount) else []),
            page.note(ui, ui.say("account.limits"), icon=ft.Icons.INFO_OUTLINE),
        ],
    )


def _made(ui: Ui, made: SignedAccount) -> list[ft.Control]:
    date = datetime.fromtimestamp(made.account.made / 1000, UTC).strftime("%Y-%m-%d")

    def save(ending: str, data: bytes) -> Any:
        async def keep() -> None:
            await ft.FilePicker().save_file(file_name=f"{FILE}-{date}.{ending}", src_bytes=data)

        return lambda _: ui.run(keep)

    count = ui.say("account.made", count=len(made.account.events))
    return [
        ft.Semantics(live_region=True, content=page.note(ui, count, icon=ft.Icons.CHECK_CIRCLE_OUTLINE)),
        page.caution(ui, ui.say("account.caution")),
        buttons.secondary(
            ui,
            "account-save",
            ui.say("account.save"),
            save("json", made.text.encode()),
            icon=ft.Icons.SAVE_ALT,
        ),
        buttons.secondary(
            ui,
            "account-table",
            ui.say("account.table"),
            save("csv", table(ui, made.account).encode("utf-8-sig")),
            icon=ft.Icons.TABLE_VIEW,
        ),
    ]


def table(ui: Ui, account: Account) -> str:
    """The events to read: one a row, with who, for whom and in which circle on each."""
    header = [ui.say(f"account.column.{each}") for each in COLUMNS]
    return as_csv(header, [_row(ui, account, each) for each in account.events])


def _row(ui: Ui, account: Account, event: Event) -> list[str]:
    return [
        datetime.fromtimestamp(event.time / 1000, UTC).isoformat(),
        ui.say(f"account.event.{event.event}"),
        event.action,
        ui.say("account.outcome.denied" if event.outcome == DENIED else "account.outcome.done"),
        " ".join(event.documents),
        str(event.number or ""),
        day(ui, event.until) if event.until else "",
        account.name,
        account.registration,
        ui.say(f"member_role.{account.role}"),
        account.organisation,
        account.case.hex(),
        account.device.hex(),
        account.system,
    ]
