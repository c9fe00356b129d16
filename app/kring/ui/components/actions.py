"""Do something in an open case: dispatch a command, show an error once, offer to take it back."""

from __future__ import annotations

from kring.ui.context import UNDO_SECONDS, Ui
from kring.ui.facade import Case


def do(ui: Ui, case: Case, command: object, *, told: str = "") -> None:
    """`told`: words that say what was done, with "undo" beside them; empty for what shows itself."""

    async def work() -> None:
        await case.dispatch(command)
        if told:
            ui.tell(
                told,
                action=ui.say("undo.action"),
                on_action=lambda: undo(ui, case),
                seconds=UNDO_SECONDS,
            )

    ui.run(work)


def undo(ui: Ui, case: Case) -> None:
    label = case.undo_label
    if label is None:
        return

    async def work() -> None:
        await case.undo()
        ui.tell(
            ui.say("undo.done", what=ui.say(label)),
            action=ui.say("redo.action"),
            on_action=lambda: redo(ui, case),
        )

    ui.run(work)


def redo(ui: Ui, case: Case) -> None:
    label = case.redo_label
    if label is None:
        return

    async def work() -> None:
        await case.redo()
        ui.tell(ui.say("redo.done", what=ui.say(label)))

    ui.run(work)
