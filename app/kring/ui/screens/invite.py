"""Invite one person: who, in which role, what they may see or change, for how long; then the link."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from kring.cases.shapes import Invitation
from kring.domain.role import MemberRole
from kring.ui.components import buttons, choices, fields, page, text
from kring.ui.components.organisation import organisation_field, works_for
from kring.ui.components.qr import qr_code
from kring.ui.components.scope import with_case
from kring.ui.components.sentences import SHARED_KINDS, day, rights_sentence
from kring.ui.context import Ui, use_ui
from kring.ui.facade import Case
from kring.ui.reactive import keyed, none_of, use_state

NOTHING = "niets"
RIGHTS = (NOTHING, "lezen", "bijdragen")
DAYS = (1, 7, 30)
WITHOUT, WITH = "without", "with"


@ft.component
def InviteScreen() -> ft.Control:
    ui = use_ui()
    path = ft.use_view_path()
    return with_case(ui, lambda ui, case: keyed("invite", Invite, ui, case, path))


@ft.component
def Invite(ui: Ui, case: Case, path: str) -> ft.View:
    name, set_name = use_state("")
    role, set_role = use_state(MemberRole.NETWERKLID.value)
    organisation, set_organisation = use_state("")
    picked, set_picked = use_state(dict[str, str]())
    days, set_days = use_state(7)
    made, set_made = use_state(none_of(Invitation))
    busy, set_busy = use_state(False)
    empty, set_empty = use_state(False)
    first = "lezen" if works_for(role) else "bijdragen"
    rights = {kind: picked.get(kind, first) for kind in SHARED_KINDS}
    offer = {kind: right for kind, right in rights.items() if right != NOTHING}
    owner = any(member.you and member.owner for member in case.members)
    chosen, set_chosen = use_state("")
    taken, set_taken = use_state(True)
    history = chosen or (WITHOUT if taken else WITH)

    async def look() -> None:
        """Whether there is something that the history would show, so that it is left out unless chosen."""
        set_taken(await case.taken_away(tuple(offer)))

    ft.use_effect(lambda: ui.run(look), [case.id, *sorted(offer)])

    async def make() -> None:
        set_busy(True)
        try:
            works = organisation if works_for(role) else ""
            set_made(await case.invite(name, role, offer, days, works, history == WITH or not owner))
        finally:
            set_busy(False)

    def start(*_: object) -> None:
        if not name.strip() or not offer:
            set_empty(True)
        elif not busy:
            ui.run(make)

    if isinstance(made, Invitation):
        return page.screen(ui, path, ui.say("invite.bar"), _made(ui, made))
    shown: list[ft.Control] = [
        text.title(ui, ui.say("invite.title")),
        fields.field(
            ui,
            "invite-name",
            ui.say("invite.name"),
            name,
            set_name,
            error=ui.say("error.bad_input.empty") if empty and not name.strip() else "",
            autofocus=True,
            capitalize=True,
        ),
        text.body(ui, ui.say("invite.role"), bold=True),
        choices.one_of(
            ui,
            "invite-role",
            [(each.value, ui.say(f"member_role.{each.value}")) for each in MemberRole if each != "klant"],
            role,
            set_role,
        ),
        *([organisation_field(ui, organisation, set_organisation)] if works_for(role) else []),
    ]

    def right_to(kind: str) -> ft.Control:
        return page.card(
            ui,
            [
                text.body(ui, ui.say(f"document.{kind}.title"), bold=True),
                text.small(ui, ui.say(f"document.{kind}.text")),
                choices.one_of(
                    ui,
                    f"right-{kind}",
                    [(right, ui.say(f"right.{right}")) for right in RIGHTS],
                    rights[kind],
                    lambda right: set_picked(lambda now: {**now, kind: right}),
                ),
            ],
        )

    shown += [right_to(kind) for kind in SHARED_KINDS]
    shown += [
        text.body(ui, ui.say("invite.days"), bold=True),
        choices.one_of(
            ui,
            "invite-days",
            [(str(each), ui.say(f"invite.days.{each}")) for each in DAYS],
            str(days),
            lambda value: set_days(int(value)),
        ),
        page.note(
            ui,
            rights_sentence(ui, offer, "invite", name.strip() or ui.say("invite.someone")),
            icon=ft.Icons.VISIBILITY_OUTLINED,
        ),
        *(_history(ui, name.strip() or ui.say("invite.someone"), history, set_chosen) if owner else []),
        *([page.trouble(ui, ui.say("invite.nothing"))] if empty and not offer else []),
        buttons.primary(
            ui,
            "invite-make",
            ui.say("invite.busy" if busy else "invite.make"),
            start,
            icon=ft.Icons.LINK,
            disabled=busy,
        ),
    ]
    return page.screen(ui, path, ui.say("invite.bar"), shown)


def _history(ui: Ui, name: str, chosen: str, choose: Callable[[str], None]) -> list[ft.Control]:
    return [
        page.card(
            ui,
            [
                text.body(ui, ui.say("invite.history"), bold=True),
                text.small(ui, ui.say("invite.history.text")),
                choices.one_of(
                    ui,
                    "invite-history",
                    [(each, ui.say(f"invite.history.{each}", name=name)) for each in (WITHOUT, WITH)],
                    chosen,
                    choose,
                ),
            ],
        )
    ]


def _made(ui: Ui, made: Invitation) -> list[ft.Control]:
    p = ui.look.palette
    words = ui.say("invite.message", link=made.link)
    return [
        text.title(ui, ui.say("invite.made", name=made.name)),
        text.body(ui, ui.say("invite.made.text", date=day(ui, made.expires))),
        ft.Row(
            [qr_code(made.link, 260, ui.say("invite.qr", name=made.name))],
            alignment=ft.MainAxisAlignment.CENTER,
        ),
        buttons.marked(
            "invite-link",
            ft.Container(
                bgcolor=p.raised,
                border=ft.Border.all(1, p.line),
                border_radius=14,
                padding=14,
                content=ft.Text(made.link, size=ui.look.size(14), color=p.ink, selectable=True),
            ),
        ),
        buttons.primary(
            ui,
            "invite-share",
            ui.say("invite.share"),
            None,
            icon=ft.Icons.SHARE,
            action=ft.ShareText(text=words),
        ),
        buttons.secondary(
            ui,
            "invite-copy",
            ui.say("invite.copy"),
            lambda _: ui.tell(ui.say("invite.copied")),
            icon=ft.Icons.COPY,
            action=ft.CopyToClipboard(made.link),
        ),
        page.caution(ui, ui.say("invite.code", name=made.name), icon=ft.Icons.PIN_OUTLINED),
    ]
