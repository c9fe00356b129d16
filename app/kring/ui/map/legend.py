"""What the signs on the map mean: only those that this map uses, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.domain.tie import QUALITIES, SUPPORT_KINDS
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView
from kring.ui.components import text
from kring.ui.components.groups import group_tag
from kring.ui.components.support import letter_token
from kring.ui.components.tie_mark import ICONS, quality_word, sample
from kring.ui.context import Ui
from kring.ui.map.lines import tie_color


@ft.component
def Legend(ui: Ui, view: RelatiekaartView, close: Callable[[], Any]) -> ft.Control:
    p = ui.look.palette
    used = {tie.quality for tie in view.ties}
    rows: list[ft.Control] = [text.title(ui, ui.say("legend.title"), level=2)]
    groups = [group.name for group in view.groups]
    if groups:
        rows += [
            text.body(ui, ui.say("legend.groups"), bold=True),
            ft.Row([group_tag(ui, group) for group in groups], wrap=True, spacing=8, run_spacing=8),
        ]
    qualities = [quality for quality in QUALITIES if quality in used]
    if qualities:
        rows.append(text.body(ui, ui.say("legend.ties"), bold=True))
        rows += [
            ft.Row(
                spacing=12,
                controls=[
                    sample(ui, quality),
                    ft.Icon(ICONS[quality], size=ui.look.icon(20), color=tie_color(p, quality)),
                    text.body(ui, quality_word(ui, quality), expand=True),
                ],
            )
            for quality in qualities
        ]
    if any(tie.first_gives or tie.second_gives for tie in view.ties):
        rows.append(text.body(ui, ui.say("legend.support"), bold=True))
        rows += [
            ft.Row(
                spacing=12,
                controls=[
                    letter_token(ui, kind, True, True, 26),
                    ft.Column(
                        [
                            text.body(ui, ui.say(f"support.{kind}")),
                            text.small(ui, ui.say(f"support.{kind}.hint")),
                        ],
                        spacing=0,
                        tight=True,
                        expand=True,
                    ),
                ],
            )
            for kind in SUPPORT_KINDS
        ]
        rows += [
            _line(ui, ft.Icons.ARROW_FORWARD, p.gives, "legend.gives"),
            _line(ui, ft.Icons.ARROW_BACK, p.receives, "legend.receives"),
        ]
    if any(not tie.with_client for tie in view.ties):
        rows.append(_line(ui, ft.Icons.TOUCH_APP_OUTLINED, p.ink_soft, "legend.touch"))
    people = [each.person for each in view.people]
    if any(person.deceased for person in people):
        rows.append(_line(ui, ft.Icons.LOCAL_FLORIST, p.ink_soft, "legend.deceased"))
    if any(person.private for person in people):
        rows.append(_line(ui, ft.Icons.VISIBILITY_OFF, p.ink_soft, "legend.private"))
    if view.clashes or any(person.clashes for person in people):
        rows.append(_line(ui, ft.Icons.PRIORITY_HIGH, p.on_honey_soft, "legend.clash"))
    ft.use_dialog(
        ft.BottomSheet(
            on_dismiss=lambda _: close(),
            scrollable=True,
            show_drag_handle=True,
            bgcolor=p.card,
            content=ft.Container(
                padding=ft.Padding.only(left=20, right=20, bottom=28),
                content=ft.Column(rows, spacing=12, tight=True, scroll=ft.ScrollMode.AUTO),
            ),
        )
    )
    return ft.Container(width=0, height=0)


def _line(ui: Ui, icon: ft.IconData, color: str, key: str) -> ft.Control:
    return ft.Row(
        spacing=12,
        controls=[
            ft.Icon(icon, size=ui.look.icon(22), color=color),
            text.body(ui, ui.say(key), expand=True),
        ],
    )
