"""Add somebody: the name, then the two questions with giving first, then a place."""

from __future__ import annotations

import flet as ft

from kring.domain.person import GROUPS, ROLES, PersonRole
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.phases.netwerkatlas.mensen.model import PRIVE
from kring.phases.netwerkatlas.mensen.view_model import PersonView
from kring.ui import addresses
from kring.ui.components import buttons, choices, fields, page, text
from kring.ui.components.actions import undo
from kring.ui.components.emoji_picker import EmojiPicker
from kring.ui.components.group_choice import group_chips
from kring.ui.components.portrait import portrait
from kring.ui.components.scope import with_case
from kring.ui.components.support import support_choice
from kring.ui.components.working import Working
from kring.ui.context import UNDO_SECONDS, Ui, use_ui
from kring.ui.facade import Case
from kring.ui.reactive import keyed, use_box, use_state

STEPS = ("name", "questions", "place")
NO_WORDS: tuple[str, ...] = ()
FIRST_ROLE: PersonRole = "speelt"
RING = 2
"""Where somebody stands unless another ring is tapped."""


@ft.component
def AddPersonScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed("add", AddPersonSteps, ui, case, path))


@ft.component
def AddPersonSteps(ui: Ui, case: Case, path: str) -> ft.View:
    step, set_step = use_state(0)
    name, set_name = use_state("")
    emoji, set_emoji = use_state("")
    gives, set_gives = use_state(NO_WORDS)
    receives, set_receives = use_state(NO_WORDS)
    ring, set_ring = use_state(RING)
    role, set_role = use_state(FIRST_ROLE)
    groups, set_groups = use_state(NO_WORDS)
    picking, set_picking = use_state(False)
    empty, set_empty = use_state(False)
    added = use_box(lambda: False)

    def forward(*_: object) -> None:
        if not name.strip():
            set_empty(True)
            return
        set_step(step + 1)

    async def add() -> None:
        if added.current:
            return  # tapped once more while this screen was already going
        command = AddPerson(
            person=case.new_person_id(),
            name=name,
            emoji=emoji,
            groups=groups,
            role=role,
            ring=ring,
            gives=gives,
            receives=receives,
            added_by=case.member,
        )
        await case.dispatch(command)
        added.current = True
        ui.go(addresses.case_route(case.id))
        ui.tell(
            ui.say("add.done", name=name.strip()),
            action=ui.say("undo.action"),
            on_action=lambda: undo(ui, case),
            seconds=UNDO_SECONDS,
        )

    def toggled(kinds: tuple[str, ...], kind: str, on: bool) -> tuple[str, ...]:
        rest = tuple(each for each in kinds if each != kind)
        return (*rest, kind) if on else rest

    def pick(chosen: str) -> None:
        set_picking(False)
        set_emoji(chosen)

    preview = PersonView(id="new", name=name.strip(), emoji=emoji, groups=groups, role=role)
    if STEPS[step] == "name":
        shown = [
            text.title(ui, ui.say("add.name.title")),
            text.body(ui, ui.say("add.name.text")),
            fields.field(
                ui,
                "add-name",
                ui.say("field.name"),
                name,
                set_name,
                error=ui.say("error.bad_input.empty") if empty and not name.strip() else "",
                autofocus=True,
                capitalize=True,
                on_submit=forward,
            ),
            ft.Row(
                wrap=True,
                spacing=4,
                run_spacing=4,
                vertical_alignment=ft.CrossAxisAlignment.CENTER,
                controls=[
                    portrait(ui, preview, 64),
                    buttons.quiet(ui, "add-emoji", ui.say("emoji.choose"), lambda _: set_picking(True)),
                ],
            ),
            *([keyed("emoji", EmojiPicker, ui, emoji, pick, lambda: set_picking(False))] if picking else []),
            buttons.primary(ui, "add-next", ui.say("add.next"), forward),
        ]
    elif STEPS[step] == "questions":
        shown = [
            _who(ui, preview),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("question.gives"), level=2),
                    support_choice(
                        ui,
                        "gives",
                        ui.say("question.gives_person", name=preview.name),
                        gives,
                        lambda kind, on: set_gives(lambda now: toggled(now, kind, on)),
                        giving=True,
                    ),
                ],
            ),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("question.receives"), level=2),
                    support_choice(
                        ui,
                        "receives",
                        ui.say("question.receives_person", name=preview.name),
                        receives,
                        lambda kind, on: set_receives(lambda now: toggled(now, kind, on)),
                        giving=False,
                    ),
                ],
            ),
            buttons.primary(ui, "add-next", ui.say("add.next"), forward),
        ]
    else:
        roles = ["speelt", "speelde", *(["mogelijk"] if case.may_edit(PRIVE) else [])]
        shown = [
            _who(ui, preview),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("place.title"), level=2),
                    choices.one_of(
                        ui,
                        "ring",
                        [(str(each), ui.say(f"ring.{each}")) for each in (1, 2, 3)],
                        str(ring),
                        lambda value: set_ring(int(value)),
                    ),
                ],
            ),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("person.groups"), level=2),
                    group_chips(
                        ui,
                        groups,
                        [group for group in groups if group not in GROUPS],
                        lambda group, on: set_groups(lambda now: toggled(now, group, on)),
                    ),
                ],
            ),
            page.card(
                ui,
                [
                    text.title(ui, ui.say("person.part"), level=2),
                    choices.one_of(
                        ui,
                        "role",
                        [(each, ui.say(f"person_role.{each}")) for each in roles],
                        role,
                        lambda value: set_role(next(each for each in ROLES if each == value)),
                    ),
                    *([text.small(ui, ui.say("person_role.mogelijk.hint"))] if len(roles) > 2 else []),
                ],
            ),
            keyed(
                "done",
                Working,
                ui,
                "add-done",
                ui.say("add.finish", name=preview.name),
                ui.say("add.busy"),
                add,
                ft.Icons.CHECK,
            ),
        ]
    back = [buttons.quiet(ui, "add-back", ui.say("add.back"), lambda _: set_step(step - 1))] if step else []
    return page.screen(ui, path, ui.say("add.bar"), [_progress(ui, step), *shown, *back])


def _who(ui: Ui, preview: PersonView) -> ft.Control:
    return ft.Row(
        spacing=14,
        controls=[
            portrait(ui, preview, 64),
            ft.Column([text.title(ui, preview.name)], expand=True, tight=True),
        ],
    )


def _progress(ui: Ui, step: int) -> ft.Control:
    p = ui.look.palette
    return ft.Semantics(
        label=ui.say("add.step", step=step + 1, steps=len(STEPS)),
        content=ft.Row(
            spacing=6,
            controls=[
                ft.Container(
                    height=6, expand=True, border_radius=3, bgcolor=p.primary if at <= step else p.line
                )
                for at in range(len(STEPS))
            ],
        ),
    )
