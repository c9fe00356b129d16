"""The command line: one command a run, plain words, no tracebacks."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Sequence

from kring import bootstrap
from kring.cli.arguments import parse
from kring.cli.commands import COMMANDS, ONLINE, WITHOUT_VAULT
from kring.errors import BadInput, KringError, StoreCorrupt, StoreError
from kring.i18n.translator import Translator
from kring.phases import STRINGS


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where it was done, 1 where it could not be, 130 where it was broken off."""
    options = parse(arguments)
    say = Translator.of(options.language, ("kring.cli", *STRINGS))
    try:
        asyncio.run(_run(options, say))
    except KringError as error:
        print(say.error(error), file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        return 130
    return 0


async def _run(options: argparse.Namespace, say: Translator) -> None:
    kring = bootstrap.cpython(options.data, options.relay, offline=options.command not in ONLINE)
    if options.command in WITHOUT_VAULT:
        await COMMANDS[options.command](kring, options, say)
        return
    await kring.look()
    if kring.state == "new":
        if (options.data / "kring.sqlite").exists():
            raise StoreCorrupt("a store without its vault record")
        await kring.create_vault(_new_passphrase(options, say))
    else:
        await kring.unlock(_passphrase(options, say("cli.passphrase")))
    try:
        await COMMANDS[options.command](kring, options, say)
    finally:
        await kring.lock()


def _new_passphrase(options: argparse.Namespace, say: Translator) -> str:
    print(say("cli.passphrase.first"), file=sys.stderr)
    first = _passphrase(options, say("cli.passphrase.new"))
    if _from_elsewhere(options) is None and getpass.getpass(f"{say('cli.passphrase.again')} ") != first:
        raise BadInput("the passphrases differ", reason="differ")
    return first


def _passphrase(options: argparse.Namespace, prompt: str) -> str:
    given = _from_elsewhere(options)
    return given if given is not None else getpass.getpass(f"{prompt} ")


def _from_elsewhere(options: argparse.Namespace) -> str | None:
    if options.passphrase_file is not None:
        try:
            text: str = options.passphrase_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(str(error)) from error
        return text.rstrip("\r\n")
    return os.environ.get("KRING_PASSPHRASE")
