"""How things stand with saving and sending: one quiet line, always the same place."""

from __future__ import annotations

from typing import Final

import flet as ft

from kring.cases.shapes import CaseStatus
from kring.ui.components import text
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value

_ICONS: Final[dict[str, ft.IconData]] = {
    "saved": ft.Icons.CHECK_CIRCLE_OUTLINE,
    "saving": ft.Icons.MORE_HORIZ,
    "waiting": ft.Icons.CLOUD_OFF_OUTLINED,
    "connecting": ft.Icons.CLOUD_SYNC_OUTLINED,
    "synced": ft.Icons.CLOUD_DONE_OUTLINED,
    "unable": ft.Icons.CLOUD_OFF_OUTLINED,
    "store_full": ft.Icons.WARNING_AMBER,
    "problem": ft.Icons.WARNING_AMBER,
}
NOT_KEPT: Final = ft.Icons.VISIBILITY_OUTLINED
"""A visitor looks around."""


@ft.component
def SyncLine(ui: Ui, case: Case) -> ft.Control:
    status = use_value(case.subscribe, lambda: case.status, case.id)
    kept = use_value(ui.kring.subscribe, lambda: ui.kring.state != "new", "kept")
    p = ui.look.palette
    trouble = status.sync in ("store_full", "problem")
    color = p.alarm if trouble else p.ink_soft
    return ft.Semantics(
        identifier="sync-state",
        live_region=trouble,
        content=ft.Row(
            tight=True,
            spacing=6,
            controls=[
                ft.Icon(_ICONS[status.sync] if kept else NOT_KEPT, size=ui.look.icon(17), color=color),
                text.small(
                    ui, sync_words(ui, status) if kept else ui.say("sync.visitor"), color=color, lines=1
                ),
            ],
        ),
    )


def sync_words(ui: Ui, status: CaseStatus) -> str:
    if status.sync == "problem" and status.code:
        return ui.say.error_code(status.code)
    return ui.say(f"sync.{status.sync}", count=status.unsent)
