"""Erase a circle from this device, or leave one that was shared: plain words, a yes, and then the proof."""

from __future__ import annotations

import flet as ft

from kring.cases.shapes import CaseSummary, Erasure
from kring.ui import addresses
from kring.ui.components import buttons, choices, page, text
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.reactive import keyed, none_of, use_state

FILE = "memo.txt"
"""What the proof is called when it is saved: nothing that draws the eye."""


@ft.component
def EraseScreen() -> ft.View:
    ui = use_ui()
    path = ft.use_view_path()
    case_id = ft.use_route_params().get("case", "")
    erased, set_erased = use_state(none_of(Erasure))
    sure, set_sure = use_state(False)
    case = next((each for each in ui.kring.cases if each.id == case_id), None)

    async def erase() -> None:
        done = await ui.kring.erase(case_id)
        ui.opened.pop(case_id, None)
        set_erased(done)

    if isinstance(erased, Erasure):
        shown = _done(ui, erased)
    elif case is None:
        shown = [page.note(ui, ui.say("erase.gone")), _home(ui)]
    else:
        shown = [
            *_told(ui, case),
            choices.switch(ui, "erase-sure", ui.say("erase.sure"), sure, set_sure),
            *(
                [
                    keyed(
                        "erase",
                        Working,
                        ui,
                        "erase-do",
                        ui.say(f"erase.do.{manner(case)}"),
                        ui.say("erase.busy"),
                        erase,
                        ft.Icons.DELETE_OUTLINE,
                    )
                ]
                if sure
                else []
            ),
        ]
    return page.screen(ui, path, ui.say("erase.bar"), shown)


def manner(case: CaseSummary) -> str:
    """In which words this goes: "own", "shared" or "joining"."""
    return case.kind if case.kind in ("shared", "joining") else "own"


def _told(ui: Ui, case: CaseSummary) -> list[ft.Control]:
    kind = manner(case)
    opened = ui.opened.get(case.id)
    unsent = opened.status.unsent if opened is not None else 0
    return [
        text.title(ui, ui.say(f"erase.title.{kind}")),
        text.body(ui, ui.say(f"erase.what.{kind}", title=case.title or ui.say("home.untitled"))),
        *([page.caution(ui, ui.say("erase.unsent", count=unsent))] if unsent and kind == "shared" else []),
        page.caution(ui, ui.say(f"erase.elsewhere.{kind}")),
        text.body(ui, ui.say("erase.server")),
        *([text.body(ui, ui.say("erase.sheet"))] if kind == "own" else []),
    ]


def _done(ui: Ui, erased: Erasure) -> list[ft.Control]:
    what = ui.say("erase.done.what", documents=erased.documents, edits=erased.edits, keys=erased.keys)
    return [
        text.title(ui, ui.say("erase.done")),
        page.note(ui, what, icon=ft.Icons.CHECK_CIRCLE_OUTLINE),
        *([text.body(ui, ui.say("erase.done.others", count=erased.others))] if erased.others else []),
        *([text.body(ui, ui.say("erase.done.relay", relay=erased.relay))] if erased.relay else []),
        *(_proof(ui, erased.proof) if erased.proof else [text.body(ui, ui.say("erase.proof.none"))]),
        _home(ui),
    ]


def _proof(ui: Ui, proof: str) -> list[ft.Control]:
    p = ui.look.palette

    async def save() -> None:
        await ft.FilePicker().save_file(file_name=FILE, src_bytes=proof.encode())

    return [
        text.title(ui, ui.say("erase.proof"), level=2),
        text.body(ui, ui.say("erase.proof.text")),
        page.caution(ui, ui.say("erase.proof.caution")),
        buttons.marked(
            "erase-proof",
            ft.Container(
                bgcolor=p.raised,
                border=ft.Border.all(1, p.line),
                border_radius=14,
                padding=14,
                content=ft.Text(proof, size=ui.look.size(12), color=p.ink, selectable=True),
            ),
        ),
        buttons.secondary(
            ui, "erase-save", ui.say("erase.proof.save"), lambda _: ui.run(save), icon=ft.Icons.SAVE_ALT
        ),
        buttons.secondary(
            ui,
            "erase-copy",
            ui.say("erase.proof.copy"),
            lambda _: ui.tell(ui.say("erase.proof.copied")),
            icon=ft.Icons.COPY,
            action=ft.CopyToClipboard(proof),
        ),
    ]


def _home(ui: Ui) -> ft.Control:
    return buttons.primary(ui, "erase-home", ui.say("not_found.home"), lambda _: ui.go(addresses.HOME))
