"""Who sees what, in plain sentences, by person and by document; and who waits to be let in."""

from __future__ import annotations

import flet as ft

from kring.cases.shapes import Invitation, JoinRequest, Member
from kring.ui import addresses
from kring.ui.components import buttons, page, text
from kring.ui.components.access_end import own_end, time_request
from kring.ui.components.organisation import account_button
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import (
    SHARED_KINDS,
    called,
    day,
    member_sentence,
    readers,
    rights_sentence,
    role_of,
)
from kring.ui.components.working import Working
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.hooks import use_value
from kring.ui.reactive import keyed
from kring.ui.screens.late import late
from kring.ui.screens.member import pending_note

WIDEST_CODE = 40
"""Points: larger, nine digits would not stand on one line of a phone."""


@ft.component
def SharingScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed("sharing", Sharing, ui, case, path))


@ft.component
def Sharing(ui: Ui, case: Case, path: str) -> ft.View:
    members, requests, invitations, held = use_value(
        case.subscribe,
        lambda: (case.members, case.requests, case.invitations, case.quarantine),
        case.id,
    )
    owner = any(member.you and member.owner for member in members)
    others = [member for member in members if not member.you]
    return page.screen(
        ui,
        path,
        ui.say("sharing.title"),
        [
            *(_request(ui, case, request) for request in requests),
            *(time_request(ui, case, member) for member in others if owner and member.asked),
            *_people(ui, case, members, others),
            *(shown for member in members if member.you for shown in own_end(ui, case, member)),
            *([_documents(ui, members)] if others else []),
            *(
                [page.card(ui, [_invitation(ui, case, each) for each in invitations])]
                if invitations and owner
                else []
            ),
            *_invite(ui, case, owner),
            *late(ui, case, held, members),
            *([_compare(ui, case)] if others and case.kind != "example" else []),
            *([_happenings(ui, case)] if owner and case.kind != "example" else []),
            *account_button(ui, case),
            page.note(ui, ui.say("sharing.private"), icon=ft.Icons.VISIBILITY_OFF_OUTLINED),
            page.caution(ui, ui.say("sharing.limits")),
        ],
    )


def _compare(ui: Ui, case: Case) -> ft.Control:
    return buttons.secondary(
        ui,
        "compare",
        ui.say("compare.title"),
        lambda _: ui.go(addresses.compare_route(case.id)),
        icon=ft.Icons.FACT_CHECK_OUTLINED,
    )


def _happenings(ui: Ui, case: Case) -> ft.Control:
    return buttons.secondary(
        ui,
        "happenings",
        ui.say("happenings.title"),
        lambda _: ui.go(addresses.happenings_route(case.id)),
        icon=ft.Icons.HISTORY,
    )


def _people(ui: Ui, case: Case, members: tuple[Member, ...], others: list[Member]) -> list[ft.Control]:
    if not others:
        return [text.title(ui, ui.say("sharing.alone")), text.body(ui, ui.say("sharing.alone.text"))]
    return [
        text.title(ui, ui.say("sharing.people")),
        *(_member(ui, case, member) for member in members),
    ]


def _member(ui: Ui, case: Case, member: Member) -> ft.Control:
    p = ui.look.palette
    name = ui.say("sharing.you") if member.you else called(ui, member)
    sentences = [member_sentence(ui, member)]
    if member.until:
        ends = "sharing.over" if member.over else "sharing.until"
        sentences.append(ui.say(ends, date=day(ui, member.until)))
    if member.frozen and not member.pending:
        sentences.append(ui.say("sharing.frozen", name=name))
    return buttons.marked(
        f"member-{member.id}",
        page.card(
            ui,
            [
                ft.Row(
                    spacing=12,
                    controls=[
                        ft.Icon(
                            ft.Icons.STAR_OUTLINE if member.owner else ft.Icons.PERSON_OUTLINE,
                            color=p.primary if member.owner else p.calm,
                        ),
                        ft.Column(
                            [
                                text.body(ui, name, bold=True, lines=2),
                                text.small(ui, role_of(ui, member.role, member.organisation)),
                            ],
                            spacing=0,
                            tight=True,
                            expand=True,
                        ),
                    ],
                ),
                *(text.body(ui, sentence) for sentence in sentences),
                *([pending_note(ui, case, member)] if member.pending else []),
                *([_change(ui, case, member)] if member.yours else []),
            ],
        ),
    )


def _change(ui: Ui, case: Case, member: Member) -> ft.Control:
    return buttons.secondary(
        ui,
        f"change-{member.id}",
        ui.say("sharing.change"),
        lambda _: ui.go(addresses.member_route(case.id, member.id)),
        icon=ft.Icons.TUNE,
    )


def _documents(ui: Ui, members: tuple[Member, ...]) -> ft.Control:
    """The same, the other way round: by document."""
    rows: list[ft.Control] = [text.title(ui, ui.say("sharing.documents"), level=2)]
    for kind in SHARED_KINDS:
        seen_by = readers(members, kind)
        names = ui.say.list([ui.say("sharing.by_you") if m.you else ui.say.name(m.name) for m in seen_by])
        rows.append(text.body(ui, ui.say(f"document.{kind}.title"), bold=True))
        rows.append(text.body(ui, ui.say("sharing.seen_by", names=names)))
    return page.card(ui, rows)


def _request(ui: Ui, case: Case, request: JoinRequest) -> ft.Control:
    p = ui.look.palette
    return ft.Container(
        bgcolor=p.honey_soft,
        border_radius=20,
        padding=18,
        content=ft.Column(
            spacing=12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=[
                text.body(ui, ui.say("request.title", name=request.name), bold=True, color=p.on_honey_soft),
                text.body(ui, ui.say("request.compare", name=request.name), color=p.on_honey_soft),
                code(ui, request.code, p.on_honey_soft),
                text.body(
                    ui,
                    rights_sentence(ui, request.offer, "request", request.name),
                    color=p.on_honey_soft,
                ),
                keyed(
                    f"confirm-{request.id}",
                    Working,
                    ui,
                    f"confirm-{request.id}",
                    ui.say("request.confirm"),
                    ui.say("request.busy"),
                    lambda: case.confirm(request.id, request.seen),
                    ft.Icons.CHECK,
                ),
                buttons.secondary(
                    ui,
                    f"decline-{request.id}",
                    ui.say("request.decline"),
                    lambda _: ui.run(lambda: case.decline(request.id)),
                ),
            ],
        ),
    )


def code(ui: Ui, digits: str, color: str, name: str = "check-code") -> ft.Control:
    """Digits in groups, large, and read one by one by a screen reader."""
    return ft.Semantics(
        label=" ".join("".join(digits.split())),
        identifier=name,
        exclude_semantics=True,
        content=ft.Text(
            digits,
            size=min(ui.look.size(32), WIDEST_CODE),
            weight=ft.FontWeight.W_700,
            color=color,
            text_align=ft.TextAlign.CENTER,
        ),
    )


def _invitation(ui: Ui, case: Case, each: Invitation) -> ft.Control:
    async def withdraw() -> None:
        await case.withdraw(each.id)
        ui.tell(ui.say("withdraw.done"))

    return ft.Column(
        spacing=6,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            text.body(ui, ui.say("invited.title", name=each.name), bold=True),
            text.small(ui, ui.say("invited.until", date=day(ui, each.expires))),
            keyed(
                f"withdraw-{each.id}",
                Working,
                ui,
                f"withdraw-{each.id}",
                ui.say("withdraw.button"),
                ui.say("withdraw.busy"),
                withdraw,
                ft.Icons.LINK_OFF,
                buttons.secondary,
            ),
        ],
    )


def _invite(ui: Ui, case: Case, owner: bool) -> list[ft.Control]:
    if case.kind == "example":
        return [page.note(ui, ui.say("sharing.example"))]
    if not owner:
        return []
    return [
        buttons.primary(
            ui,
            "invite",
            ui.say("invite.button"),
            lambda _: ui.go(addresses.invite_route(case.id)),
            icon=ft.Icons.PERSON_ADD_OUTLINED,
        )
    ]
