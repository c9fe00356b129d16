"""Two people set the same field at once: both values, plainly, and a choice."""

from __future__ import annotations

import flet as ft

from kring.phases.netwerkatlas.mensen.commands import ResolveConflict
from kring.phases.netwerkatlas.mensen.view_model import Clash
from kring.ui.components import buttons, text
from kring.ui.components.actions import do
from kring.ui.context import Ui
from kring.ui.facade import Case


def clash_card(ui: Ui, case: Case, clash: Clash, enabled: bool) -> ft.Control:
    p = ui.look.palette
    return ft.Container(
        bgcolor=p.honey_soft,
        border_radius=20,
        padding=16,
        content=ft.Column(
            spacing=10,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=[
                ft.Row(
                    spacing=10,
                    controls=[
                        ft.Icon(ft.Icons.CALL_SPLIT, color=p.on_honey_soft),
                        text.body(
                            ui,
                            ui.say("clash.title", field=ui.say(f"field.{clash.field}")),
                            bold=True,
                            color=p.on_honey_soft,
                            expand=True,
                        ),
                    ],
                ),
                text.body(ui, ui.say("clash.text"), color=p.on_honey_soft),
                *(
                    buttons.secondary(
                        ui,
                        f"clash-{clash.field}-{index}",
                        ui.say("clash.keep", value=clash_value(ui, clash.field, value)),
                        lambda _, value=value: do(
                            ui, case, ResolveConflict(clash.document, clash.path, value)
                        ),
                        disabled=not enabled,
                    )
                    for index, value in enumerate(clash.values)
                ),
            ],
        ),
    )


def clash_value(ui: Ui, field: str, value: str | int | float | bool) -> str:
    """The value as its own screen would say it."""
    if isinstance(value, bool):
        return ui.say("value.yes" if value else "value.no")
    prefix = {"role": "person_role"}.get(field, field)
    if not isinstance(value, str):
        return ui.say.either(prefix, str(value))
    return ui.say.either(prefix, value) if value else ui.say("value.empty")
