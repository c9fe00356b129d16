"""Who looks along for an organisation: for which one, and what they may have to show there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.domain.role import MemberRole
from kring.ui import addresses
from kring.ui.components import buttons, fields
from kring.ui.context import Ui
from kring.ui.facade import Case


def works_for(role: str) -> bool:
    """Whether who has this role comes for an organisation."""
    return MemberRole(role).ends_by_default


def organisation_field(ui: Ui, value: str, on_change: Callable[[str], Any]) -> ft.Control:
    """For who lets somebody in."""
    label, hint = ui.say("invite.organisation"), ui.say("invite.organisation.hint")
    return fields.field(ui, "invite-organisation", label, value, on_change, helper=hint, capitalize=True)


def account_button(ui: Ui, case: Case) -> list[ft.Control]:
    """The way to a professional's account, for who is one."""
    if not any(each.you and works_for(each.role) for each in case.members):
        return []
    return [
        buttons.secondary(
            ui,
            "account",
            ui.say("account.bar"),
            lambda _: ui.go(addresses.account_route(case.id)),
            icon=ft.Icons.ASSIGNMENT_OUTLINED,
        )
    ]
