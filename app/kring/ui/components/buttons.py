"""Buttons: at least 48 by 48, each with its own test id, each with words or a label for a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from kring.ui.context import Ui
from kring.ui.theme import TOUCH

Click = Callable[..., Any]


def marked(name: str, control: ft.Control, *, expand: bool | int | None = None) -> ft.Semantics:
    """Give a control a stable name that tests find and that nobody hears."""
    return ft.Semantics(identifier=name, content=control, expand=expand)


def primary(
    ui: Ui,
    name: str,
    words: str,
    on_click: Click | None,
    *,
    icon: ft.IconData | None = None,
    disabled: bool = False,
    action: ft.ClientAction | None = None,
) -> ft.Control:
    """The one thing that this screen is for. `action` happens in the browser itself, at the tap."""
    return _wide(ui, ft.FilledButton, None, name, words, on_click, icon, disabled, action)


def secondary(
    ui: Ui,
    name: str,
    words: str,
    on_click: Click | None,
    *,
    icon: ft.IconData | None = None,
    disabled: bool = False,
    action: ft.ClientAction | None = None,
) -> ft.Control:
    """Another thing that can be done here."""
    side = ft.BorderSide(1.5, ui.look.palette.edge)
    return _wide(ui, ft.OutlinedButton, side, name, words, on_click, icon, disabled, action)


def quiet(
    ui: Ui,
    name: str,
    words: str,
    on_click: Click | None,
    *,
    icon: ft.IconData | None = None,
    disabled: bool = False,
    color: str = "",
) -> ft.Control:
    """Something that is there for who looks for it."""
    return marked(
        name,
        ft.TextButton(
            content=_words(ui, words, "" if disabled else color),
            icon=icon,
            icon_color=None if disabled else color or None,
            on_click=on_click,
            disabled=disabled,
            style=_style(ui),
        ),
    )


def icon(
    ui: Ui,
    name: str,
    picture: ft.IconData,
    label: str,
    on_click: Click | None,
    *,
    disabled: bool = False,
    color: str = "",
    selected: bool = False,
    steady: bool = False,
) -> ft.Control:
    """A picture that can be tapped; `label` is what it says and its tooltip. `steady`: does not grow."""
    p = ui.look.palette
    side = TOUCH if steady else max(TOUCH, ui.look.icon(TOUCH))
    return marked(
        name,
        ft.IconButton(
            icon=picture,
            tooltip=label,
            icon_size=24 if steady else ui.look.icon(24),
            icon_color=color or (p.on_primary_soft if selected else p.ink),
            bgcolor=p.primary_soft if selected else None,
            disabled_color=p.edge,
            disabled=disabled,
            on_click=on_click,
            width=side,
            height=side,
        ),
    )


def _wide(
    ui: Ui,
    kind: type[ft.FilledButton] | type[ft.OutlinedButton],
    side: ft.BorderSide | None,
    name: str,
    words: str,
    on_click: Click | None,
    icon: ft.IconData | None,
    disabled: bool,
    action: ft.ClientAction | None,
) -> ft.Control:
    return marked(
        name,
        kind(
            content=_words(ui, words),
            icon=icon,
            on_click=on_click,
            action=action,
            disabled=disabled,
            style=_style(ui, side, above=16),
        ),
    )


def _words(ui: Ui, words: str, color: str = "") -> ft.Text:
    return ft.Text(
        words,
        size=ui.look.size(16),
        weight=ft.FontWeight.W_600,
        color=color or None,
        text_align=ft.TextAlign.CENTER,
    )


def _style(ui: Ui, side: ft.BorderSide | None = None, above: float = 14) -> ft.ButtonStyle:
    """No height: it follows from the words, with so many pixels above and below them."""
    return ft.ButtonStyle(
        shape=ft.RoundedRectangleBorder(radius=14),
        padding=ft.Padding.symmetric(horizontal=18, vertical=above),
        side=side,
        icon_size=ui.look.icon(22),
    )
