"""Privétijd on the command line: begin it, write in it, present what was decided."""

from __future__ import annotations

import argparse

from kring.cases.case import Case
from kring.cases.kring import Kring
from kring.cli.choosing import besluit_meant, member_meant
from kring.cli.opening import in_step, shown, synced
from kring.i18n.translator import Translator
from kring.phases.meedenkbijeenkomst.besluiten.commands import RemoveBesluit, WriteBesluit
from kring.phases.meedenkbijeenkomst.besluiten.model import BESLUITEN, BESLUITEN_PRIVE, Besluit, read


async def privetijd(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    if options.action == "start":
        await case.start_privetijd(_members(case, options.present))
        await in_step(case, options.wait)
        print(say("cli.privetijd"))
    elif options.action == "present":
        await case.present(_members(case, options.to))
        await in_step(case, options.wait)
        print(say("cli.presented"))
    elif options.action == "list":
        _print(_read(case, BESLUITEN_PRIVE), say)
    else:
        await _write(case, options)
        await case.save()
        await in_step(case, options.wait)
        print(say("cli.saved"))


async def besluiten(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    _print(_read(await shown(kring, options), BESLUITEN), say)


async def _write(case: Case, options: argparse.Namespace) -> None:
    if options.action == "write":
        await case.dispatch(WriteBesluit(case.new_person_id(), "", options.text, case.member))
        return
    meant = besluit_meant(_read(case, BESLUITEN_PRIVE), options.besluit)
    if options.action == "change":
        await case.dispatch(WriteBesluit(meant.id, meant.text, options.text))
    else:
        await case.dispatch(RemoveBesluit(meant.id))


def _read(case: Case, kind: str) -> tuple[Besluit, ...]:
    handle = case.documents.get(kind)
    return read(handle.view) if handle is not None else ()


def _members(case: Case, words: list[str] | None) -> list[str] | None:
    return None if words is None else [member_meant(case.members, each) for each in words]


def _print(found: tuple[Besluit, ...], say: Translator) -> None:
    for each in found:
        print(f"{each.id[:8]}  {each.text}")
    if not found:
        print(say("cli.none"))
