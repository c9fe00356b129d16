"""What happened: who came for what, who was let in, changed or removed; to be filtered and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import flet as ft

from kring.cases.shapes import Happening
from kring.errors import KringError
from kring.exchange.table import as_csv
from kring.ui.components import buttons, choices, page, text
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import day, role_of
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_state

ALL: Final = "all"
KINDS: Final = {
    "read": ("opened", "read"),
    "changed": ("changed",),
    "refused": ("refused",),
    "people": (),
}
"""What the filter offers; "people" is all that is in no other."""
MOST: Final = 100
"""So many at a time."""
COLUMNS: Final = ("time", "name", "role", "organisation", "what")
FILE: Final = "overzicht.csv"
"""What the list is called when it is saved: nothing that draws the eye."""


@ft.component
def HappeningsScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed("happenings", Happenings, ui, case, path))


@ft.component
def Happenings(ui: Ui, case: Case, path: str) -> ft.View:
    entries = use_value(case.subscribe, lambda: case.happenings, case.id)
    kind, set_kind = use_state(ALL)
    who, set_who = use_state(ALL)
    most, set_most = use_state(MOST)
    offline, set_offline = use_state(False)

    async def fetch() -> None:
        try:
            await case.refresh_happenings()
        except KringError:
            set_offline(True)

    ft.use_effect(lambda: ui.run(fetch), [case.id])
    people = {each.member: _name(ui, each) for each in entries if each.member}
    found = [each for each in entries if _fits(each, kind, who)]
    shown: list[ft.Control] = [
        text.body(ui, ui.say("happenings.text")),
        *([page.note(ui, ui.say("happenings.offline"), icon=ft.Icons.CLOUD_OFF)] if offline else []),
        choices.one_of(
            ui, "happening", [(each, ui.say(f"happenings.{each}")) for each in (ALL, *KINDS)], kind, set_kind
        ),
        *([_people(ui, people, who, set_who)] if len(people) > 1 else []),
        *([_days(ui, found[:most])] if found else [page.note(ui, ui.say("happenings.none"))]),
    ]
    if len(found) > most:
        shown.append(
            buttons.secondary(
                ui,
                "happenings-more",
                ui.say("happenings.more"),
                lambda _: set_most(lambda now: now + MOST),
                icon=ft.Icons.EXPAND_MORE,
            )
        )
    if found:
        shown.append(_save(ui, found))
    shown.append(page.note(ui, ui.say("happenings.limits"), icon=ft.Icons.INFO_OUTLINE))
    return page.screen(ui, path, ui.say("happenings.title"), shown)


def _people(ui: Ui, people: Mapping[str, str], who: str, choose: Callable[[str], Any]) -> ft.Control:
    everybody = (ALL, ui.say("happenings.everybody"))
    return choices.one_of(ui, "happening-who", [everybody, *people.items()], who, choose)


def sentence(ui: Ui, each: Happening) -> str:
    """What happened, in a plain sentence."""
    document = ui.say(f"document.{each.kind}") if each.kind in ("mensen", "relatiekaart") else ""
    what = document or ui.say("happenings.something")
    return ui.say(
        f"happening.{each.what}",
        name=_name(ui, each),
        about=each.about_name or ui.say("happenings.somebody"),
        document=what,
        count=each.number,
    )


def _fits(each: Happening, kind: str, who: str) -> bool:
    if who not in (ALL, each.member):
        return False
    if kind == "people":
        return all(each.what not in words for words in KINDS.values())
    return kind == ALL or each.what in KINDS[kind]


def _name(ui: Ui, each: Happening) -> str:
    return each.name or ui.say("happenings.somebody")


def _days(ui: Ui, entries: Sequence[Happening]) -> ft.Control:
    """By day, the newest first."""
    shown: list[ft.Control] = []
    before = ""
    for each in entries:
        today = day(ui, each.time)
        if today != before:
            shown.append(text.title(ui, today, level=2))
            before = today
        role = role_of(ui, each.role, each.organisation)
        shown.append(
            ft.Column(
                tight=True,
                spacing=0,
                controls=[
                    text.body(ui, sentence(ui, each)),
                    text.small(ui, f"{_clock(each.time)}{' · ' if role else ''}{role}"),
                ],
            )
        )
    return page.card(ui, shown)


def _clock(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).astimezone().strftime("%H:%M")


def _save(ui: Ui, entries: Sequence[Happening]) -> ft.Control:
    async def save() -> None:
        words = [
            (
                datetime.fromtimestamp(each.time / 1000, UTC).isoformat(),
                _name(ui, each),
                role_of(ui, each.role, ""),
                each.organisation,
                sentence(ui, each),
            )
            for each in entries
        ]
        header = [ui.say(f"happenings.column.{each}") for each in COLUMNS]
        await ft.FilePicker().save_file(file_name=FILE, src_bytes=as_csv(header, words).encode("utf-8-sig"))

    return buttons.secondary(
        ui, "happenings-save", ui.say("happenings.save"), lambda _: ui.run(save), icon=ft.Icons.SAVE_ALT
    )
