"""One member: what they may see and do, until when, and taking them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import flet as ft

from kring.cases.shapes import Member
from kring.ui import addresses
from kring.ui.components import buttons, choices, page, text
from kring.ui.components.fields import PausingField
from kring.ui.components.organisation import works_for
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import SHARED_KINDS, called, day, rights_sentence
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed, use_state
from kring.ui.screens.transfer import transfer_button

NOTHING: Final = "niets"
RIGHTS: Final = (NOTHING, "lezen", "bijdragen")
MANAGE: Final = "beheren"
KEEP, NONE = "keep", "none"
DAYS: Final = (30, 90, 180)
DAY_MS: Final = 24 * 60 * 60 * 1000


@ft.component
def MemberScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    name = ft.use_route_params().get("member", "")
    return with_case(ui, lambda ui, case: keyed(f"member-{name}", One, ui, case, path, name))


@ft.component
def One(ui: Ui, case: Case, path: str, name: str) -> ft.View:
    members = use_value(case.subscribe, lambda: case.members, case.id)
    member = next((each for each in members if each.id == name and each.yours), None)
    owner = any(each.you and each.owner for each in members)
    round_, set_round = use_state(0)
    if member is None:
        return page.screen(ui, path, ui.say("sharing.title"), [page.note(ui, ui.say("member.gone"))])
    shown: list[ft.Control] = [text.title(ui, ui.say("member.title", name=called(ui, member)))]
    if member.pending:
        shown.append(pending_note(ui, case, member))
    if member.pending != "remove":
        shown += [
            keyed(
                f"rights-{round_}", Choice, ui, case, member, owner, lambda: set_round(lambda now: now + 1)
            ),
            *(_organisation(ui, case, member) if owner else []),
            *([transfer_button(ui, case, member)] if owner else []),
            keyed("remove", Remove, ui, case, member),
            buttons.secondary(
                ui,
                "see-as",
                ui.say("as.see", name=called(ui, member)),
                lambda _: ui.go(addresses.seen_route(case.id, member.id)),
                icon=ft.Icons.VISIBILITY_OUTLINED,
            ),
        ]
    return page.screen(ui, path, ui.say("sharing.title"), shown)


def _organisation(ui: Ui, case: Case, member: Member) -> list[ft.Control]:
    """For which organisation a professional comes: written down for everybody who looks along."""
    if not works_for(member.role):
        return []
    return [
        keyed(
            "organisation",
            PausingField,
            ui,
            "member-organisation",
            ui.say("invite.organisation"),
            member.organisation,
            lambda _, after: ui.run(lambda: case.name_organisation(member.id, after)),
            helper=ui.say("invite.organisation.hint"),
        )
    ]


def pending_note(ui: Ui, case: Case, member: Member) -> ft.Control:
    """What was decided and is not final, and the way back as far as there is one."""
    words = ui.say(f"pending.{member.pending}", name=called(ui, member))
    ink = ui.look.palette.on_honey_soft
    shown: list[ft.Control] = [
        ft.Semantics(live_region=True, content=text.body(ui, words, bold=True, color=ink))
    ]
    if not member.frozen:
        shown.append(
            keyed(
                f"pending-not-{member.id}",
                Working,
                ui,
                f"pending-not-{member.id}",
                ui.say("pending.seen" if member.pending == "look_again" else "pending.not"),
                ui.say("member.busy"),
                lambda: case.take_back(member.id),
                None,
                buttons.secondary,
            )
        )
    return page.card(ui, shown, ground=ui.look.palette.honey_soft)


@ft.component
def Choice(ui: Ui, case: Case, member: Member, owner: bool, again: Callable[[], None]) -> ft.Control:
    """The rights and the end. What is chosen holds for the member as they stood when this was opened."""
    first, _ = use_state(member)
    rights, set_rights = use_state({kind: member.rights.get(kind, NOTHING) for kind in SHARED_KINDS})
    end, set_end = use_state(KEEP)
    name = called(ui, member)
    given = {kind: right for kind, right in rights.items() if right != NOTHING}

    async def save() -> None:
        await case.change_rights(member.id, given, _until(ui, first, end), first.seen)
        now = next((each for each in case.members if each.id == member.id), None)
        waits = now is not None and now.pending == "change"
        ui.tell(ui.say("member.saved.later" if waits else "member.saved"))
        ui.go(addresses.sharing_route(case.id))

    shown: list[ft.Control] = []
    if first.seen != member.seen:
        shown += [
            page.caution(ui, ui.say("member.changed", name=name)),
            buttons.primary(
                ui, "member-again", ui.say("member.again"), lambda _: again(), icon=ft.Icons.REFRESH
            ),
        ]
        return _column(shown)
    for kind in SHARED_KINDS:
        shown.append(_document(ui, kind, rights[kind], owner, set_rights))
    if owner:
        shown += [
            text.body(ui, ui.say("member.until"), bold=True),
            choices.one_of(ui, "until", _ends(ui, first), end, set_end),
        ]
    if given:
        shown += [
            page.note(ui, rights_sentence(ui, given, "member", name), icon=ft.Icons.VISIBILITY_OUTLINED),
            keyed(
                "member-save",
                Working,
                ui,
                "member-save",
                ui.say("member.save"),
                ui.say("member.busy"),
                save,
                ft.Icons.CHECK,
            ),
        ]
    else:
        shown.append(page.caution(ui, ui.say("member.nothing", name=name)))
    return _column(shown)


def _document(
    ui: Ui,
    kind: str,
    right: str,
    owner: bool,
    set_rights: Callable[[Callable[[dict[str, str]], dict[str, str]]], None],
) -> ft.Control:
    offered = [*RIGHTS, *([MANAGE] if owner or right == MANAGE else [])]
    return page.card(
        ui,
        [
            text.body(ui, ui.say(f"document.{kind}.title"), bold=True),
            text.small(ui, ui.say(f"document.{kind}.text")),
            choices.one_of(
                ui,
                f"right-{kind}",
                [(each, ui.say(f"right.{each}")) for each in offered],
                right,
                lambda each: set_rights(lambda now: {**now, kind: each}),
            ),
        ],
    )


def _ends(ui: Ui, member: Member) -> list[tuple[str, str]]:
    if not member.until:
        keep = ui.say("member.until.none")
    elif member.over:
        keep = ui.say("member.until.over", date=day(ui, member.until))
    else:
        keep = ui.say("member.until.keep", date=day(ui, member.until))
    lasting = bool(member.until) and not works_for(member.role)
    return [
        (KEEP, keep),
        *((str(days), ui.say("member.until.date", date=day(ui, ui.now() + days * DAY_MS))) for days in DAYS),
        *([(NONE, ui.say("member.until.none"))] if lasting else []),
    ]


def _until(ui: Ui, member: Member, end: str) -> int:
    if end == KEEP:
        return member.until
    return 0 if end == NONE else ui.now() + int(end) * DAY_MS


@ft.component
def Remove(ui: Ui, case: Case, member: Member) -> ft.Control:
    """A first tap tells what it does and does not do; a second does it."""
    asking, set_asking = use_state(False)
    name = called(ui, member)

    async def remove() -> None:
        await case.remove(member.id)
        waits = any(each.id == member.id and each.pending for each in case.members)
        ui.tell(ui.say("remove.later" if waits else "remove.done", name=name))
        ui.go(addresses.sharing_route(case.id))

    if not asking:
        return buttons.secondary(
            ui,
            "remove",
            ui.say("remove.button"),
            lambda _: set_asking(True),
            icon=ft.Icons.PERSON_REMOVE_OUTLINED,
        )
    return page.card(
        ui,
        [
            ft.Semantics(
                live_region=True, content=text.title(ui, ui.say("remove.title", name=name), level=2)
            ),
            text.body(ui, ui.say("remove.ends", name=name)),
            text.body(ui, ui.say("remove.keeps", name=name)),
            text.body(ui, ui.say("remove.stays", name=name)),
            keyed(
                "remove-sure",
                Working,
                ui,
                "remove-sure",
                ui.say("remove.sure"),
                ui.say("remove.busy"),
                remove,
                ft.Icons.PERSON_REMOVE_OUTLINED,
            ),
            buttons.secondary(ui, "remove-not", ui.say("remove.not"), lambda _: set_asking(False)),
        ],
    )


def _column(shown: list[ft.Control]) -> ft.Control:
    return ft.Column(shown, spacing=16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
