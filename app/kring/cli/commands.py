"""What each command does."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from kring.cases.case import Case
from kring.cases.kring import Kring
from kring.cli.accounting import account, verify
from kring.cli.choosing import case_meant, member_meant, person_meant, request_meant
from kring.cli.exporting import export as export_case
from kring.cli.opening import in_step, shown, synced
from kring.cli.own_devices import device, recover, sheet, transfer
from kring.cli.privetijd import besluiten, privetijd
from kring.domain.tie import SUPPORT_KINDS
from kring.errors import BadInput
from kring.i18n.translator import Translator
from kring.phases.netwerkatlas.mensen import view_model as mensen
from kring.phases.netwerkatlas.mensen.commands import (
    AddPerson,
    DescribePerson,
    HidePerson,
    RemovePerson,
    RenamePerson,
    ShowPerson,
)
from kring.phases.netwerkatlas.relatiekaart import view_model as relatiekaart
from kring.phases.netwerkatlas.relatiekaart.as_text import as_text
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport, SetTieQuality
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView

Command = Callable[[Kring, argparse.Namespace, Translator], Awaitable[None]]

ONLINE: Final = frozenset(
    {
        "invite",
        "join",
        "requests",
        "confirm",
        "decline",
        "sync",
        "device",
        "sheet",
        "recover",
        "transfer",
        "compare",
        "privetijd",
    }
)
"""The commands that reach for the relay; all others leave the network alone."""

WITHOUT_VAULT: Final = frozenset({"verify"})
"""The commands for which nothing of this machine's own is opened."""

SHARED: Final = ("mensen", "relatiekaart")

WHOLE: Final[dict[str, Callable[[str], object]]] = {
    "remove": RemovePerson,
    "hide": HidePerson,
    "show": ShowPerson,
}
"""What is done to a person as a whole."""


async def check(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    """Prove of every edit who made it and when, and list them, the time in UTC."""
    case = await shown(kring, options)
    for each in await case.made():
        moment = datetime.fromtimestamp(each.time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        print(f"{moment}  {each.name or say('cli.untitled')} · {each.kind} · {each.changes}")
    print(say("cli.checked"))


async def compare(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    other = member_meant(case.members, options.member)
    start = options.start or case.draw_start()
    name = next(each.name for each in case.members if each.id == other)
    print(say("cli.compare.start", start=start, name=name))
    print(say("cli.compare.code", code=case.compare_code(other, start)))


async def create(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await kring.create_case(options.title, options.name)
    print(say("cli.created", title=options.title, case=case[:8]))


async def list_cases(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    for case in kring.cases:
        words = say(f"cli.kind.{case.kind}")
        code = f" · {say('cli.code', code=case.code)}" if case.code else ""
        print(f"{case.id[:8]}  {case.title or say('cli.untitled')} · {words}{code}")
    if not kring.cases:
        print(say("cli.none"))


async def invite(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    offer = dict.fromkeys(options.on or SHARED, options.right)
    history = not await case.taken_away(offer) if options.history is None else options.history == "with"
    invitation = await case.invite(
        options.name, options.role, offer, options.days, options.organisation, history
    )
    await in_step(case, options.wait)
    print(say("cli.invited", name=options.name))
    print(invitation.link)


async def join(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await kring.join(options.link, options.name)
    code = next(each.code for each in kring.cases if each.id == case)
    print(say("cli.joined"))
    print(say("cli.code", code=code))


async def requests(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    for each in case.requests:
        print(f"{each.id[:8]}  {each.name} · {say('cli.code', code=each.code)}")
    if not case.requests:
        print(say("cli.none"))


async def confirm(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    await case.confirm(request_meant(case.requests, options.request))
    await in_step(case, options.wait)
    print(say("cli.confirmed"))


async def decline(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    await case.decline(request_meant(case.requests, options.request))
    print(say("cli.declined"))


async def members(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await shown(kring, options)
    for member in case.members:
        given = say.list(
            [
                say("cli.right", document=say(f"cli.document.{kind}"), right=say(f"right.{right}"))
                for kind, right in sorted(member.rights.items())
                if kind != "kring"
            ]
        )
        role = ", ".join(filter(None, (say(f"member_role.{member.role}"), member.organisation)))
        print(f"{member.name or member.id[:8]} ({role}): {given}")


async def person(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await shown(kring, options)
    view = map_of(case)
    if options.action == "add":
        command: object = AddPerson(
            case.new_person_id(),
            options.name,
            groups=tuple(options.group),
            role=options.role,
            ring=options.ring,
            gives=_letters(options.gives),
            receives=_letters(options.receives),
            added_by=case.member,
        )
    else:
        who = person_meant(view, options.person)
        if options.action == "rename":
            command = RenamePerson(who, options.name)
        elif options.action == "note":
            known = {kind: handle.view for kind, handle in case.documents.items()}
            before = mensen.project(known, {}).person(who)
            command = DescribePerson(who, before.note if before else "", options.text)
        else:
            command = WHOLE[options.action](who)
    await _do(case, say, command)


async def tie(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await shown(kring, options)
    view = map_of(case)
    first, second = (person_meant(view, words) for words in (options.first, options.second))
    todo: list[object] = [SetTieQuality(first, second, options.quality)] if options.quality else []
    for giver, receiver, letters in ((first, second, options.gives), (second, first, options.receives)):
        todo += [SetSupport(kind, giver, receiver, True) for kind in _letters(letters)]
    await _do(case, say, *todo)


async def sync(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    chosen = case_meant(kring, options.case)
    if chosen.kind == "joining":
        try:
            await asyncio.wait_for(kring.joined(chosen.id), options.wait)
        except TimeoutError:
            print(say("cli.waiting", code=chosen.code))
            return
    await synced(kring, options)
    print(say("cli.synced"))


async def show_map(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await shown(kring, options)
    own = any(member.you and member.owner for member in case.members)
    print(as_text(map_of(case), say, own), end="")


async def export(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await shown(kring, options)
    await case.exported()
    for path in export_case(case, options.folder):
        print(path)


COMMANDS: Final[dict[str, Command]] = {
    "create": create,
    "list": list_cases,
    "invite": invite,
    "join": join,
    "requests": requests,
    "confirm": confirm,
    "decline": decline,
    "members": members,
    "person": person,
    "tie": tie,
    "privetijd": privetijd,
    "besluiten": besluiten,
    "sync": sync,
    "map": show_map,
    "check": check,
    "account": account,
    "verify": verify,
    "compare": compare,
    "export": export,
    "device": device,
    "sheet": sheet,
    "recover": recover,
    "transfer": transfer,
}


def map_of(case: Case) -> RelatiekaartView:
    """The map as it stands now."""
    views = {kind: handle.view for kind, handle in case.documents.items()}
    conflicts = {kind: handle.conflicts for kind, handle in case.documents.items()}
    return relatiekaart.project(mensen.project(views, conflicts), views, conflicts)


async def _do(case: Case, say: Translator, *todo: object) -> None:
    if not todo:
        raise BadInput("nothing to do", reason="nothing")
    for command in todo:
        await case.dispatch(command)
    await case.save()
    print(say("cli.saved"))


def _letters(text: str) -> tuple[str, ...]:
    letters = tuple(text.upper())
    if not set(letters) <= set(SUPPORT_KINDS):
        raise BadInput("no such kind of support", field="support", reason="no_choice")
    return letters
