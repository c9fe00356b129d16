"""Everything about one person: who they are, where they stand, what goes back and forth."""

from __future__ import annotations

import flet as ft

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.mensen.commands import (
    DescribePerson,
    HidePerson,
    MakeKnown,
    MarkMogelijk,
    RemovePerson,
    RenamePerson,
    SetDeceased,
    SetPersonFields,
    SetRole,
    ShowPerson,
)
from kring.phases.netwerkatlas.mensen.model import MENSEN, PRIVE
from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView
from kring.ui import addresses
from kring.ui.components import buttons, choices, page, text
from kring.ui.components.actions import do
from kring.ui.components.clash import clash_card
from kring.ui.components.emoji_picker import EmojiPicker
from kring.ui.components.fields import PausingField
from kring.ui.components.group_choice import GroupChoice
from kring.ui.components.person_ties import OtherTies, Place, TieEditor
from kring.ui.components.portrait import portrait
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import person_sentence, readers
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_map, use_value
from kring.ui.reactive import keyed, use_state


@ft.component
def PersonScreen() -> ft.Control:
    ui = use_ui()
    person = ft.use_route_params().get("person", "")
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed(person, Person, ui, case, person, path))


@ft.component
def Person(ui: Ui, case: Case, person_id: str, path: str) -> ft.View:
    shown = use_map(case)
    person = find(shown, person_id)
    if person is None:
        return page.screen(
            ui,
            path,
            ui.say("person.gone.title"),
            [
                text.body(ui, ui.say("person.gone")),
                buttons.primary(
                    ui,
                    "back-to-map",
                    ui.say("person.gone.back"),
                    lambda _: ui.go(addresses.case_route(case.id)),
                ),
            ],
        )
    kind = PRIVE if person.private else MENSEN
    editable = case.may_edit(kind)
    return page.screen(
        ui,
        path,
        person.name or ui.say("person.nameless"),
        [
            keyed("header", Header, ui, case, person, editable),
            *([] if person.private else [keyed("seen-by", SeenBy, ui, case)]),
            *(clash_card(ui, case, clash, editable) for clash in person.clashes),
            *(_of_client(ui, case, shown) if person.is_client else _of_other(ui, case, shown, person)),
            keyed("about", About, ui, case, person, editable),
            *([] if person.is_client else [_part(ui, case, person, editable)]),
            *([] if person.is_client or not case.may_edit(PRIVE) else _hiding(ui, case, person, editable)),
            *([] if person.is_client or not editable else [_removal(ui, case, person)]),
        ],
    )


@ft.component
def SeenBy(ui: Ui, case: Case) -> ft.Control:
    """Who can see a person who is shared, in one sentence; of who is private the signs tell."""
    members = use_value(case.subscribe, lambda: case.members, case.id)
    p = ui.look.palette
    return buttons.marked(
        "person-seen-by",
        ft.Row(
            spacing=8,
            vertical_alignment=ft.CrossAxisAlignment.START,
            controls=[
                ft.Icon(ft.Icons.VISIBILITY_OUTLINED, size=ui.look.icon(20), color=p.ink_soft),
                text.small(ui, person_sentence(ui, readers(members, MENSEN)), color=p.ink_soft, expand=True),
            ],
        ),
    )


def find(shown: RelatiekaartView, person: str) -> PersonView | None:
    if person == shown.client.id:
        return shown.client
    placed = shown.placed(person)
    if placed is not None:
        return placed.person
    return next((each for each in shown.unplaced if each.id == person), None)


@ft.component
def Header(ui: Ui, case: Case, person: PersonView, editable: bool) -> ft.Control:
    picking, set_picking = use_state(False)
    p = ui.look.palette

    def choose(emoji: str) -> None:
        set_picking(False)
        do(ui, case, SetPersonFields(person.id, emoji=emoji))

    picture = buttons.marked(
        "person-picture",
        ft.TextButton(
            content=portrait(ui, person, 84),
            tooltip=ui.say("emoji.title"),
            disabled=not editable,
            on_click=lambda _: set_picking(True),
            style=ft.ButtonStyle(padding=4, shape=ft.CircleBorder()),
        ),
    )
    return ft.Column(
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        spacing=12,
        controls=[
            ft.Row([picture], alignment=ft.MainAxisAlignment.CENTER),
            *_signs(ui, case, person),
            keyed(
                "name",
                PausingField,
                ui,
                "person-name",
                ui.say("field.name"),
                person.name,
                lambda _, after: do(ui, case, RenamePerson(person.id, after)),
                read_only=not editable,
            ),
            *(
                [keyed("emoji", EmojiPicker, ui, person.emoji, choose, lambda: set_picking(False))]
                if picking
                else []
            ),
            *([] if editable else [text.small(ui, ui.say("person.read_only"), color=p.ink_soft)]),
        ],
    )


def _signs(ui: Ui, case: Case, person: PersonView) -> list[ft.Control]:
    signs: list[ft.Control] = []
    if person.private:
        words = ui.say("person.hidden" if person.hidden else "person.private")
        if shared_before(case):
            words += " " + ui.say("person_role.mogelijk.shared")
        signs.append(page.note(ui, words, icon=ft.Icons.VISIBILITY_OFF_OUTLINED))
    if person.deceased:
        signs.append(
            ft.Row(
                alignment=ft.MainAxisAlignment.CENTER,
                controls=[
                    ft.Icon(ft.Icons.LOCAL_FLORIST_OUTLINED, color=ui.look.palette.ink_soft),
                    text.body(ui, ui.say("person.deceased"), color=ui.look.palette.ink_soft),
                ],
            )
        )
    return signs


def _of_client(ui: Ui, case: Case, shown: RelatiekaartView) -> list[ft.Control]:
    whose = "other" if case.kind == "shared" else "you"
    return [page.note(ui, ui.say(f"person.client_note.{whose}"))]


def _of_other(ui: Ui, case: Case, shown: RelatiekaartView, person: PersonView) -> list[ft.Control]:
    placed = shown.placed(person.id)
    tie = next((tie for tie in shown.ties_of(person.id) if tie.with_client), None)
    editable = case.may_edit(PRIVE if person.private else "relatiekaart")
    clashes = (*(placed.clashes if placed else ()), *(tie.clashes if tie else ()))
    return [
        *(clash_card(ui, case, clash, editable) for clash in clashes),
        page.card(
            ui,
            [
                keyed(
                    "tie",
                    TieEditor,
                    ui,
                    case,
                    CLIENT,
                    shown.client.name,
                    person.id,
                    person.name,
                    tie,
                    editable,
                )
            ],
        ),
        page.card(
            ui, [keyed("place", Place, ui, case, shown, person.id, placed.ring if placed else None, editable)]
        ),
        page.card(ui, [keyed("others", OtherTies, ui, case, shown, person)]),
        page.card(ui, [keyed("groups", GroupChoice, ui, case, person, editable)]),
    ]


@ft.component
def About(ui: Ui, case: Case, person: PersonView, editable: bool) -> ft.Control:
    """The note and what someone may want to keep, each in its own words; nothing has to be filled in."""
    open_, set_open = use_state(bool(person.birth or person.sex or person.gender))

    def register(name: str, value: str, hint: str = "") -> ft.Control:
        return keyed(
            name,
            PausingField,
            ui,
            f"person-{name}",
            ui.say(f"field.{name}"),
            value,
            lambda _, after: do(ui, case, SetPersonFields(person.id, **{name: after})),
            helper=hint,
            read_only=not editable,
        )

    more = [
        register("birth", person.birth, ui.say("field.birth.hint")),
        register("sex", person.sex),
        register("gender", person.gender, ui.say("field.gender.hint")),
    ]
    return page.card(
        ui,
        [
            text.title(ui, ui.say("person.about"), level=2),
            keyed(
                "note",
                PausingField,
                ui,
                "person-note",
                ui.say("field.note"),
                person.note,
                lambda before, after: do(ui, case, DescribePerson(person.id, before, after)),
                helper=ui.say("field.note.hint"),
                multiline=True,
                read_only=not editable,
            ),
            *(more if open_ else []),
            *(
                []
                if open_
                else [
                    buttons.quiet(
                        ui,
                        "person-more",
                        ui.say("person.more"),
                        lambda _: set_open(True),
                        icon=ft.Icons.EXPAND_MORE,
                    )
                ]
            ),
        ],
        spacing=14,
    )


def _part(ui: Ui, case: Case, person: PersonView, editable: bool) -> ft.Control:
    def set_role(role: str) -> None:
        if role == person.role:
            return
        if role == "mogelijk":
            told = ui.say("person.made_possible", name=person.name) if shared_before(case) else ""
            do(ui, case, MarkMogelijk(person.id), told=told)
        elif person.role == "mogelijk":
            do(ui, case, MakeKnown(person.id, "speelde" if role == "speelde" else "speelt"))
        else:
            do(ui, case, SetRole(person.id, "speelde" if role == "speelde" else "speelt"))

    roles = ["speelt", "speelde"]
    if case.may_edit(PRIVE):
        roles.append("mogelijk")
    return page.card(
        ui,
        [
            text.title(ui, ui.say("person.part"), level=2),
            choices.one_of(
                ui,
                "role",
                [(role, ui.say(f"person_role.{role}")) for role in roles],
                person.role,
                set_role,
                editable,
            ),
            *([text.small(ui, ui.say("person_role.mogelijk.hint"))] if "mogelijk" in roles else []),
            *(
                [text.small(ui, ui.say("person_role.mogelijk.shared"))]
                if "mogelijk" in roles and shared_before(case) and not person.private
                else []
            ),
            choices.switch(
                ui,
                "deceased",
                ui.say("person.deceased.switch"),
                person.deceased,
                lambda on: do(ui, case, SetDeceased(person.id, on)),
                editable,
            ),
        ],
    )


def shared_before(case: Case) -> bool:
    """Whether anybody else reads along, or has been asked to: what they have, stays with them."""
    return len(case.members) > 1 or bool(case.requests)


def _hiding(ui: Ui, case: Case, person: PersonView, editable: bool) -> list[ft.Control]:
    """Out of everybody else's sight, and back; a possible person is there already."""
    if person.role == "mogelijk" or not editable:
        return []

    def hide(_: object) -> None:
        told = "person.hid.shared" if shared_before(case) else "person.hid"
        do(ui, case, HidePerson(person.id), told=ui.say(told, name=person.name))

    def show(_: object) -> None:
        do(ui, case, ShowPerson(person.id), told=ui.say("person.shown", name=person.name))

    if person.hidden:
        return [
            buttons.quiet(ui, "person-show", ui.say("person.show"), show, icon=ft.Icons.VISIBILITY_OUTLINED)
        ]
    return [
        buttons.quiet(ui, "person-hide", ui.say("person.hide"), hide, icon=ft.Icons.VISIBILITY_OFF_OUTLINED),
        text.small(ui, ui.say("person.hide.hint")),
    ]


def _removal(ui: Ui, case: Case, person: PersonView) -> ft.Control:
    def remove(_: object) -> None:
        do(ui, case, RemovePerson(person.id), told=ui.say("person.removed", name=person.name))
        ui.go(addresses.case_route(case.id))

    return buttons.quiet(
        ui,
        "person-remove",
        ui.say("person.remove"),
        remove,
        icon=ft.Icons.DELETE_OUTLINE,
        color=ui.look.palette.alarm,
    )
