"""Commands about a professional's account of what this device did, and about reading one."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from kring.cases.kring import Kring
from kring.cases.shapes import Professional
from kring.cli.opening import opened
from kring.errors import BadInput, StoreError
from kring.i18n.translator import Translator
from kring.sharing.account import Event, check_account, follows


async def account(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    """Write the account, signed; what was typed before need not be typed again."""
    case = await opened(kring, options)
    known = await case.professional()
    made = await case.account(
        Professional(
            options.organisation or known.organisation,
            options.name or known.name,
            options.registration or known.registration,
        )
    )
    try:
        options.file.write_text(made.text, "utf-8")
    except OSError as error:
        raise StoreError(str(error)) from error
    print(options.file)


async def verify(kring: Kring, options: argparse.Namespace, say: Translator) -> None:
    """Check an account, and where an earlier one is given that it goes on from there."""
    crypto = kring.ports.crypto
    found = await check_account(crypto, _read(options.file))
    if options.after is not None and not follows(found, await check_account(crypto, _read(options.after))):
        raise BadInput("it does not go on from there", reason="not_after")
    print(f"{found.organisation} · {found.name} · {found.registration} · {found.role}")
    print(f"{found.system} · {found.case.hex()} · {found.device.hex()} · {found.sign.hex()}")
    for event in found.events:
        print(_line(event))
    print(say("cli.verified"))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(str(error)) from error


def _line(event: Event) -> str:
    moment = _moment(event.time)
    until = f"until {_moment(event.until)}" if event.until else ""
    parts = (event.action, str(event.outcome), event.event, " ".join(event.documents), until)
    return f"{moment}  {' · '.join(filter(None, parts))}"


def _moment(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
