"""What can be asked on the command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

RELAY = "http://localhost:8000"


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command and its options; ends the program with usage where they make no sense."""
    parser = argparse.ArgumentParser(prog="kring", description="Your people and your plan, on your machine.")
    parser.add_argument("--data", type=Path, default=_home(), help="folder in which everything is kept")
    parser.add_argument("--relay", default=os.environ.get("KRING_RELAY", RELAY), help="address for new cases")
    parser.add_argument("--passphrase-file", type=Path, help="read the passphrase from this file")
    parser.add_argument("--language", choices=("nl", "en"), default=_language())
    parser.add_argument("--case", default="", help="which case: the start of its id or its title")
    parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for the relay")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    create = commands.add_parser("create", help="begin a case of your own")
    create.add_argument("title")
    create.add_argument("--name", required=True, help="what you are called")

    commands.add_parser("list", help="the cases on this machine")

    invite = commands.add_parser("invite", help="make a link for one person")
    invite.add_argument("name", help="for whom")
    invite.add_argument("--role", default="netwerklid")
    invite.add_argument("--right", choices=("lezen", "bijdragen"), default="bijdragen")
    invite.add_argument("--on", action="append", help="a document: mensen, relatiekaart (default: both)")
    invite.add_argument("--organisation", default="", help="for which a professional comes")
    invite.add_argument("--days", type=int, default=7)
    invite.add_argument(
        "--history",
        choices=("with", "without"),
        help="what stood there before (default: without, where something was taken away)",
    )

    join = commands.add_parser("join", help="ask to be let in by a link")
    join.add_argument("link")
    join.add_argument("--name", required=True, help="what you are called")

    commands.add_parser("requests", help="who wants to be let in, with the code to compare")
    for name, text in (("confirm", "let somebody in"), ("decline", "send somebody away")):
        answer = commands.add_parser(name, help=text)
        answer.add_argument("request", help="name, or the start of the id, as shown by `requests`")

    commands.add_parser("members", help="who sees what")
    _person(commands.add_parser("person", help="people on the map"))

    tie = commands.add_parser("tie", help="what is between two people")
    tie.add_argument("first")
    tie.add_argument("second")
    tie.add_argument("--quality", choices=("sterk", "gewoon", "gespannen", "verbroken"))
    tie.add_argument("--gives", default="", help="support from the first to the second: letters of EMGA")
    tie.add_argument("--receives", default="", help="and back")

    _device(commands.add_parser("device", help="your own devices"))
    sheet = commands.add_parser("sheet", help="the recovery sheet, to write down or print")
    sheet.add_argument(
        "--shares", nargs=3, metavar="NAME", help="three parts for three people; two are enough"
    )
    recover = commands.add_parser("recover", help="bring a case back by its recovery sheet")
    recover.add_argument(
        "parts", nargs="+", metavar="CODE", help="the link or code of a sheet, or of two shares"
    )
    recover.add_argument("--place", default="", help="the second code on paper, where the first was typed")
    recover.add_argument("--at", default="", help="the address on paper, where the code was typed")
    recover.add_argument("--keep", action="append", default=[], help="a device that is not lost")
    transfer = commands.add_parser("transfer", help="make another member the owner")
    transfer.add_argument("member")

    _privetijd(commands.add_parser("privetijd", help="decide among yourselves, and present it"))
    commands.add_parser("besluiten", help="what was presented")
    commands.add_parser("sync", help="exchange with the relay until both have everything")
    commands.add_parser("check", help="who made which edits when, each proved by what its device signed")
    compare = commands.add_parser("compare", help="a code to compare with somebody: do you see the same?")
    compare.add_argument("member")
    compare.add_argument("--start", default="", help="four digits that the other tells; else they are drawn")
    account = commands.add_parser("account", help="what this device did, signed, for your organisation")
    account.add_argument("file", type=Path)
    for name in ("organisation", "name", "registration"):
        account.add_argument(f"--{name}", default="", help="yours; remembered on this machine")
    verify = commands.add_parser("verify", help="check an account, and show what it says")
    verify.add_argument("file", type=Path)
    verify.add_argument("--after", type=Path, help="an earlier account that it must go on from")
    commands.add_parser("map", help="the relatiekaart in words")
    export = commands.add_parser("export", help="your data, to read and to keep")
    export.add_argument("folder", type=Path)
    return parser.parse_args(arguments)


def _device(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list")
    actions.add_parser("add", help="a link for another device").add_argument("name")
    for name in ("confirm", "decline", "remove"):
        actions.add_parser(name).add_argument("device", help="name, or the start of the id")


def _privetijd(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    start = actions.add_parser("start")
    start.add_argument("--with", dest="present", action="append", help="who is there (default: netwerkleden)")
    actions.add_parser("list")
    actions.add_parser("write").add_argument("text")
    change = actions.add_parser("change")
    change.add_argument("besluit", help="its words, or the start of its id")
    change.add_argument("text")
    actions.add_parser("remove").add_argument("besluit")
    present = actions.add_parser("present", help="end it, and show what was decided")
    present.add_argument("--to", action="append", help="who gets to see it (default: everybody)")


def _person(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add")
    add.add_argument("name")
    add.add_argument("--ring", type=int, choices=(1, 2, 3))
    add.add_argument("--group", action="append", default=[])
    add.add_argument("--role", choices=("speelt", "speelde", "mogelijk"), default="speelt")
    add.add_argument("--gives", default="", help="support from you: letters of EMGA")
    add.add_argument("--receives", default="", help="support to you")
    rename = actions.add_parser("rename")
    rename.add_argument("person")
    rename.add_argument("name")
    note = actions.add_parser("note")
    note.add_argument("person")
    note.add_argument("text")
    actions.add_parser("remove").add_argument("person")
    actions.add_parser("hide", help="from all others, and from what leaves").add_argument("person")
    actions.add_parser("show", help="to others again").add_argument("person")


def _home() -> Path:
    return Path(os.environ.get("KRING_DATA", Path.home() / ".local" / "share" / "kring"))


def _language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "nl"
    return "en" if spoken.lower().startswith("en") else "nl"
