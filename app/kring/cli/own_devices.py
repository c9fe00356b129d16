"""Commands about one's own devices, the recovery sheet, and handing a case over."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime

from kring.cases.case import Case
from kring.cases.kring import Kring
from kring.cases.shapes import Device, RecoveryProgress
from kring.cli.choosing import device_meant, member_meant, request_meant
from kring.cli.opening import RelayProblem, in_step, synced
from kring.errors import NetworkError
from kring.i18n.translator import Translator


async def device(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    if options.action == "list":
        for each in case.devices:
            print(f"{each.id[:8]}  {_words(each, say)}")
        for request in case.device_requests:
            print(f"{request.id[:8]}  {request.name} · {say('cli.code', code=request.code)}")
        return
    if options.action == "add":
        link = await case.add_device(options.name)
        print(say("cli.device.link"))
        print(link.link)
        return
    if options.action == "remove":
        await case.remove_device(device_meant(case.devices, options.device))
        print(say("cli.device.removed"))
    elif options.action == "confirm":
        await case.confirm_device(request_meant(case.device_requests, options.device))
        print(say("cli.device.confirmed"))
    else:
        await case.decline_device(request_meant(case.device_requests, options.device))
        print(say("cli.device.declined"))
    await in_step(case, options.wait)


async def sheet(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    if options.shares:
        for share in await case.recovery_shares(options.shares):
            print(say("cli.share", person=share.person))
            _paper(share.words, share.place, share.relay, share.qr, say)
            print()
    else:
        await _print_sheet(case, say)
    await in_step(case, options.wait)


async def recover(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    name = await kring.recover(options.parts, options.place, options.at)
    try:
        async with asyncio.timeout(options.wait):
            progress = await _until(kring, name, ("choosing",))
            recovery = kring.recovery(name)
            if recovery is not None and progress.step == "choosing":
                kept = {device_meant(progress.devices, each) for each in options.keep}
                await recovery.choose([each.id for each in progress.devices if each.id not in kept])
            if recovery is not None:
                await _until(kring, name, ("done",))
                await recovery.opened.wait()
    except TimeoutError:
        raise NetworkError("the relay did not answer in time") from None
    case = await kring.open_case(name)
    await in_step(case, options.wait)
    print(say("cli.recovered", title=case.title))
    await _print_sheet(case, say)


async def transfer(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    case = await synced(kring, options)
    await case.transfer(member_meant(case.members, options.member))
    await in_step(case, options.wait)
    print(say("cli.transferred"))


async def _until(kring: Kring, name: str, steps: tuple[str, ...]) -> RecoveryProgress:
    """Wait for one of `steps`, or until it is over. A recovery that cannot come about is forgotten."""
    moved = asyncio.Event()
    recovery = kring.recovery(name)
    if recovery is None:
        return RecoveryProgress("done")
    end = recovery.subscribe(moved.set)
    try:
        while recovery.progress.step not in (*steps, "done", "failed"):
            moved.clear()
            await moved.wait()
    finally:
        end()
    progress = recovery.progress
    if progress.step == "failed":
        await kring.give_up(name)
        raise RelayProblem(progress.code)
    return progress


async def _print_sheet(case: Case, say: Translator) -> None:
    made = await case.recovery_sheet()
    print(say("cli.sheet", title=made.title))
    _paper(made.words, made.place, made.relay, made.qr, say)


def _paper(words: tuple[str, ...], place: tuple[str, ...], relay: str, qr: str, say: Translator) -> None:
    print(say("cli.sheet.words", words=" ".join(words)))
    print(say("cli.sheet.place", place=" ".join(place)))
    print(say("cli.sheet.relay", relay=relay))
    print(qr)


def _words(each: Device, say: Translator) -> str:
    kind = "paper" if each.paper else "here" if each.here else "other"
    name = each.name or say(f"cli.device.{kind}")
    day = say.date(datetime.fromtimestamp(each.added / 1000, UTC).date())
    said = say("cli.device.line", name=name, date=day)
    whose = f" · {each.owner}" if each.owner else ""
    return f"{said}{whose}{' · ' + say('cli.device.leaving') if each.leaving else ''}"
