"""The map as a list: the same people and ties, all within reach of a keyboard and a screen reader."""

from __future__ import annotations

import flet as ft

from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.phases.netwerkatlas.relatiekaart.summary import summary
from kring.phases.netwerkatlas.relatiekaart.view_model import PlacedView, RelatiekaartView, TieView
from kring.ui import addresses
from kring.ui.components import buttons, page, text
from kring.ui.components.groups import group_tag
from kring.ui.components.portrait import portrait
from kring.ui.components.support import support_line, support_words
from kring.ui.components.tie_mark import quality_tag, quality_word
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.map.node import spoken
from kring.ui.reactive import keyed, memo, use_state
from kring.ui.theme import LARGE, PAGE_WIDTH

FIRST_SENTENCES = 2
"""Of the summary, before somebody asks for the rest."""


@ft.component
def PeopleList(ui: Ui, case: Case, view: RelatiekaartView, beside: bool = False) -> ft.Control:
    """`beside`: in a column beside the map, whose width is all there is."""
    names = {view.client.id: view.client.name}
    names.update({each.id: each.person.name for each in view.people})
    names.update({each.id: each.name for each in view.unplaced})
    shown: list[ft.Control] = [
        keyed("summary", Summary, ui, summary(view, ui.say, case.kind != "shared")),
        keyed(view.client.id, MemoRow, ui, case.id, view.client, None),
    ]
    for ring in (1, 2, 3):
        inside = [each for each in view.people if each.ring == ring]
        if inside:
            shown.append(text.title(ui, ui.say(f"ring.{ring}").capitalize(), level=2))
            shown += [keyed(each.id, MemoRow, ui, case.id, each.person, each) for each in inside]
    if view.unplaced:
        shown.append(text.title(ui, ui.say("list.unplaced"), level=2))
        shown += [keyed(each.id, MemoRow, ui, case.id, each, None) for each in view.unplaced]
    between = [tie for tie in view.ties if not tie.with_client]
    if between:
        shown.append(text.title(ui, ui.say("list.between"), level=2))
        shown += [
            keyed(tie.id, MemoTieRow, ui, case.id, tie, names.get(tie.first, ""), names.get(tie.second, ""))
            for tie in between
        ]
    side = 16.0
    if ui.wide and ui.page.width and not beside:
        side = max(side, (ui.page.width - PAGE_WIDTH) / 2)
    return ft.ListView(
        expand=True,
        spacing=8,
        padding=ft.Padding.only(left=side, top=8, right=side, bottom=110),
        controls=shown,
    )


@ft.component
def Summary(ui: Ui, sentences: tuple[str, ...]) -> ft.Control:
    """The network in plain sentences: the first few, and the rest for who wants to read on."""
    whole, set_whole = use_state(False)
    shown = sentences if whole else sentences[:FIRST_SENTENCES]
    more = len(sentences) > FIRST_SENTENCES
    return page.card(
        ui,
        [
            *(text.body(ui, sentence) for sentence in shown),
            *(
                [
                    buttons.quiet(
                        ui,
                        "summary-more",
                        ui.say("list.less" if whole else "list.more"),
                        lambda _: set_whole(not whole),
                        icon=ft.Icons.EXPAND_LESS if whole else ft.Icons.EXPAND_MORE,
                    )
                ]
                if more
                else []
            ),
        ],
        ground=ui.look.palette.rings[0],
        spacing=6,
    )


@ft.component
def PersonRow(ui: Ui, case: str, person: PersonView, placed: PlacedView | None) -> ft.Control:
    p = ui.look.palette
    tags = [group_tag(ui, group) for group in person.groups]
    if placed and placed.tie and placed.tie.quality:
        tags.append(quality_tag(ui, placed.tie.quality))
    for show, icon, words in (
        (person.deceased, ft.Icons.LOCAL_FLORIST_OUTLINED, "person.deceased"),
        (person.role == "speelde", ft.Icons.HISTORY, "list.before"),
        (
            person.private,
            ft.Icons.VISIBILITY_OFF_OUTLINED,
            "list.hidden" if person.hidden else "list.private",
        ),
        (bool(clashes_of(person, placed)), ft.Icons.CALL_SPLIT, "list.clash"),
    ):
        if show:
            tags.append(_tag(ui, icon, ui.say(words)))
    line = support_line(ui, placed.client_gives, placed.client_receives) if placed else None
    return _row(
        ui,
        f"row-{person.id}",
        spoken(ui, person, placed),
        lambda _: ui.go(addresses.person_route(case, person.id)),
        [
            portrait(ui, person, 52),
            ft.Column(
                spacing=5,
                tight=True,
                expand=True,
                controls=[
                    text.body(ui, person.name or ui.say("person.nameless"), bold=True, lines=2),
                    *([ft.Row(tags, wrap=True, spacing=8, run_spacing=4)] if tags else []),
                    *([line] if line else []),
                ],
            ),
            *([ft.Icon(ft.Icons.CHEVRON_RIGHT, color=p.ink_soft)] if ui.look.scale <= LARGE else []),
        ],
    )


@ft.component
def TieRow(ui: Ui, case: str, tie: TieView, first: str, second: str) -> ft.Control:
    sentences = []
    if tie.quality:
        sentences.append(quality_word(ui, tie.quality))
    for giver, receiver, kinds in ((first, second, tie.first_gives), (second, first, tie.second_gives)):
        if kinds:
            sentences.append(
                ui.say("list.helps", giver=giver, receiver=receiver, what=support_words(ui, kinds))
            )
    title = ui.say("list.pair", first=first, second=second)
    return _row(
        ui,
        f"row-{tie.id}",
        ", ".join([title, *sentences]),
        lambda _: ui.go(addresses.tie_route(case, tie.first, tie.second)),
        [
            ft.Column(
                spacing=4,
                tight=True,
                expand=True,
                controls=[
                    text.body(ui, title, bold=True, lines=2),
                    *([quality_tag(ui, tie.quality)] if tie.quality else []),
                    *(text.small(ui, sentence) for sentence in sentences[1 if tie.quality else 0 :]),
                ],
            ),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, color=ui.look.palette.ink_soft),
        ],
    )


MemoRow = memo(PersonRow)
MemoTieRow = memo(TieRow)


def clashes_of(person: PersonView, placed: PlacedView | None) -> int:
    count = len(person.clashes)
    if placed is not None:
        count += len(placed.clashes) + (len(placed.tie.clashes) if placed.tie else 0)
    return count


def _row(ui: Ui, name: str, label: str, on_click: buttons.Click, controls: list[ft.Control]) -> ft.Control:
    p = ui.look.palette
    return ft.Semantics(
        identifier=name,
        label=label,
        content=ft.TextButton(
            on_click=on_click,
            style=ft.ButtonStyle(
                bgcolor=p.card,
                side=ft.BorderSide(1, p.line),
                shape=ft.RoundedRectangleBorder(radius=18),
                padding=ft.Padding.symmetric(horizontal=12, vertical=12),
                alignment=ft.Alignment.CENTER_LEFT,
            ),
            content=ft.Row(spacing=14, controls=controls),
        ),
    )


def _tag(ui: Ui, icon: ft.IconData, words: str) -> ft.Control:
    return ft.Row(
        tight=True,
        spacing=5,
        controls=[
            ft.Icon(icon, size=ui.look.icon(16), color=ui.look.palette.ink_soft),
            text.small(ui, words),
        ],
    )
