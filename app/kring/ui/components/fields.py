"""Fields to type in. What is typed is kept here until the writer pauses or leaves the field."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import flet as ft

from kring.ui.components.buttons import marked
from kring.ui.context import Ui
from kring.ui.reactive import Box, keyed, none_of, use_box, use_state

PAUSE_SECONDS = 1.2
"""After this long without a key, what was typed is saved: one change a pause, not one a letter."""


Drawn: TypeAlias = Box[ft.TextField | None]
"""The control as it was drawn last: what is typed in the browser comes to it at once."""


def field(
    ui: Ui,
    name: str,
    label: str,
    value: str,
    on_change: Callable[[str], Any],
    *,
    helper: str = "",
    error: str = "",
    password: bool = False,
    multiline: bool = False,
    autofocus: bool = False,
    on_submit: Callable[[], Any] | None = None,
    on_blur: Callable[[], Any] | None = None,
    capitalize: bool = False,
    read_only: bool = False,
    last: Drawn | None = None,
) -> ft.Control:
    """`value` is what `on_change` was last told, or anything else to put that in the field instead. What the
    writer typed meanwhile stands in `last`.

    `autofocus` takes the focus when the field appears, but not on the screen at which Kring opens: Flutter
    chooses at the first field that is written in how it writes, and for good. If it did so before a screen
    reader was turned on, what its user types would be lost.
    """
    p = ui.look.palette

    def drawn(shown: str, heard: Callable[[str], Any]) -> ft.TextField:
        return ft.TextField(
            label=label,
            value=shown,
            on_change=lambda event: heard(event.data or ""),
            on_submit=(lambda _: on_submit()) if on_submit else None,
            on_blur=(lambda _: on_blur()) if on_blur else None,
            helper=ft.Text(helper, size=ui.look.size(14), color=p.ink_soft) if helper else None,
            error=ft.Text(error, size=ui.look.size(14), color=p.alarm) if error else None,
            password=password,
            can_reveal_password=password,
            multiline=multiline,
            min_lines=4 if multiline else None,
            max_lines=12 if multiline else 1,
            autofocus=autofocus and ui.moved.current,
            read_only=read_only,
            autocorrect=not password,
            enable_suggestions=not password,
            # Flet does not only choose the keyboard by this but rewrites the text: by words, "de Vries" could
            # not be written.
            capitalization=ft.TextCapitalization.SENTENCES if capitalize else ft.TextCapitalization.NONE,
            text_size=ui.look.size(17),
            label_style=ft.TextStyle(size=ui.look.size(16), color=p.ink_soft),
            border={
                ft.ControlState.DEFAULT: _outline(p.edge, 1),
                ft.ControlState.FOCUSED: _outline(p.primary, 2),
                ft.ControlState.ERROR: _outline(p.alarm, 2),
            },
            filled=True,
            fill_color=p.raised,
            content_padding=ft.Padding.symmetric(horizontal=16, vertical=16),
        )

    return marked(name, keyed(name, _Field, value, on_change, drawn, last))


@ft.component
def _Field(
    value: str,
    on_change: Callable[[str], Any],
    drawn: Callable[[str, Callable[[str], Any]], ft.TextField],
    given: Drawn | None,
) -> ft.Control:
    """Never puts back what was typed: the writer may be some letters further than what was heard so far.

    What stands in the browser's field comes to the last drawn control at once, and is told a moment later. A
    screen that is drawn between the two still has the older text, and would take the newer letters away.
    """
    known = use_box(lambda: value)
    own: Drawn = use_box(lambda: none_of(ft.TextField))
    last = given if given is not None else own

    def heard(text: str) -> None:
        known.current = text
        on_change(text)

    shown = value
    if last.current is not None and value == known.current:
        shown = last.current.value
    known.current = value
    last.current = drawn(shown, heard)
    return last.current


def _outline(color: str, width: float) -> ft.OutlineInputBorder:
    return ft.OutlineInputBorder(side=ft.BorderSide(width, color), border_radius=14)


@ft.component
def PausingField(
    ui: Ui,
    name: str,
    label: str,
    value: str,
    save: Callable[[str, str], Any],
    helper: str = "",
    multiline: bool = False,
    read_only: bool = False,
) -> ft.Control:
    """A field that saves by itself: `save(before, after)` when the writer pauses, leaves, or goes away.

    While somebody is writing, a change from elsewhere does not touch what stands in the field; `before`
    is the text that the writer started from, so that both can be merged.
    """
    draft, set_draft = use_state(value)
    base: Box[Any] = use_box(lambda: value)
    timer: Box[Any] = use_box(lambda: None)
    last: Drawn = use_box(lambda: none_of(ft.TextField))
    latest: Box[Any] = use_box(lambda: (value, save))
    latest.current = (latest.current[0], save)

    writing = draft != base.current or (last.current is not None and last.current.value != draft)
    if not writing and value != base.current:
        base.current = value
        latest.current = (value, save)
        draft = value
        set_draft(value)

    def flush() -> None:
        text, keep = latest.current
        if timer.current is not None:
            timer.current.cancel()
            timer.current = None
        if text != base.current:
            before, base.current = base.current, text
            keep(before, text)

    def typed(text: str) -> None:
        latest.current = (text, latest.current[1])
        set_draft(text)
        if timer.current is not None:
            timer.current.cancel()
        timer.current = asyncio.get_running_loop().call_later(PAUSE_SECONDS, flush)

    ft.use_effect(lambda: None, [], cleanup=flush)
    return field(
        ui,
        name,
        label,
        draft,
        typed,
        helper=helper,
        multiline=multiline,
        read_only=read_only,
        on_blur=flush,
        on_submit=None if multiline else flush,
        last=last,
    )
