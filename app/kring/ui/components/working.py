"""A button whose work takes a while: it says what happens meanwhile, and cannot be tapped twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import flet as ft

from kring.errors import KringError
from kring.ui.components import buttons
from kring.ui.context import Ui
from kring.ui.reactive import use_state


class Make(Protocol):
    """`buttons.primary` or `buttons.secondary`."""

    def __call__(
        self,
        ui: Ui,
        name: str,
        words: str,
        on_click: buttons.Click | None,
        *,
        icon: ft.IconData | None = None,
        disabled: bool = False,
    ) -> ft.Control: ...


@ft.component
def Working(
    ui: Ui,
    name: str,
    words: str,
    meanwhile: str,
    work: Callable[[], Awaitable[object]],
    icon: ft.IconData | None = None,
    make: Make = buttons.primary,
) -> ft.Control:
    """`meanwhile`: the words while `work` runs. A KringError is shown once, and the button is back."""
    busy, set_busy = use_state(False)

    async def run() -> None:
        try:
            await work()
        except KringError as error:
            ui.show_error(error)
        finally:
            set_busy(False)

    def start(_: object) -> None:
        if not busy:
            set_busy(True)
            ui.run(run)

    return ft.Semantics(
        live_region=busy,
        content=make(
            ui,
            name,
            meanwhile if busy else words,
            start,
            icon=ft.Icons.HOURGLASS_TOP if busy else icon,
            disabled=busy,
        ),
    )
