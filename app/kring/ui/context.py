"""What every component may reach: the app's facade, the words, the look, and one way to show an error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import flet as ft

from kring.errors import KringError
from kring.i18n.translator import Translator
from kring.ui.facade import Case, Kring
from kring.ui.reactive import Box
from kring.ui.theme import Look, look

ERROR_SECONDS = 8
UNDO_SECONDS = 8
BAR_WIDTH = 560
"""Of the bar at the foot of a wide screen."""


@dataclass(frozen=True, eq=False)
class Ui:
    """One object for each language, theme and text size: equal only to itself, so memo sees a change."""

    kring: Kring
    say: Translator
    look: Look
    page: ft.Page
    now: Callable[[], int]
    opened: dict[str, Case]
    """Cases that are open, so that a next screen of one shows at once; emptied when Kring is locked."""

    moved: Box[bool]
    """Whether the reader went anywhere since Kring opened."""

    wide: bool = False
    """Whether there is room for two columns beside each other."""

    def go(self, route: str) -> None:
        self.moved.current = True
        self.page.navigate(route)

    def show_error(self, error: KringError) -> None:
        """Once, by its code; the text of the error itself is for developers."""
        self.tell(self.error_words(error), seconds=ERROR_SECONDS)

    def error_words(self, error: KringError) -> str:
        return self.say.error(error)

    def tell(
        self, words: str, *, action: str = "", on_action: Callable[[], None] | None = None, seconds: int = 5
    ) -> None:
        """A quiet bar at the foot of the screen that goes by itself, or by its button.

        Flutter's own icon to close it has a tooltip, which wraps the whole page for screen readers anew when
        a pointer comes over it or goes: the field that somebody was typing in then loses the keyboard.
        """
        run = on_action or (lambda: None)
        self.page.show_dialog(
            ft.SnackBar(
                content=ft.Text(words, size=self.look.size(16), color=self.look.palette.paper),
                action=ft.SnackBarAction(label=action or self.say("tell.close"), on_click=lambda _: run()),
                duration=ft.Duration(seconds=seconds),
                persist=False,
                width=BAR_WIDTH if self.wide else None,
                behavior=ft.SnackBarBehavior.FLOATING,
            )
        )

    def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do something that waits; a KringError is shown once, anything else reaches the page's handler."""

        async def guarded() -> None:
            try:
                await work()
            except KringError as error:
                self.show_error(error)

        self.page.run_task(guarded)


class _NoKring:
    """Stands where no Ui was provided; touching it says so."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError("a component of Kring is shown outside KringApp")


_NOTHING: Ui = _NoKring()  # type: ignore[assignment]  # the default is never used inside KringApp
UiContext = ft.create_context(_NOTHING)


def use_ui() -> Ui:
    return ft.use_context(UiContext)


def plain_look() -> Look:
    """The look before anybody's preferences are known."""
    return look(False, 1.0)
