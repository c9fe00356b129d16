"""The addresses of screens, so that no screen spells one."""

from __future__ import annotations

from kring.cases.viewing import AS


def case_route(case: str) -> str:
    return f"/case/{case}"


def person_route(case: str, person: str) -> str:
    return f"/case/{case}/person/{person}"


def add_route(case: str) -> str:
    return f"/case/{case}/add"


def sharing_route(case: str) -> str:
    return f"/case/{case}/sharing"


def invite_route(case: str) -> str:
    return f"/case/{case}/sharing/invite"


def member_route(case: str, member: str) -> str:
    return f"/case/{case}/sharing/member/{member}"


def happenings_route(case: str) -> str:
    return f"/case/{case}/sharing/happenings"


def compare_route(case: str) -> str:
    return f"/case/{case}/sharing/compare"


def account_route(case: str) -> str:
    return f"/case/{case}/sharing/account"


def seen_route(case: str, member: str) -> str:
    """The case as this member sees it."""
    return case_route(f"{case}{AS}{member}")


def recovery_route(case: str) -> str:
    return f"/case/{case}/recovery"


def devices_route(case: str) -> str:
    return f"/case/{case}/devices"


def transfer_route(case: str, member: str) -> str:
    return f"/case/{case}/sharing/member/{member}/transfer"


def tie_route(case: str, person: str, other: str) -> str:
    return f"/case/{case}/person/{person}/tie/{other}"


def erase_route(case: str) -> str:
    return f"/erase/{case}"


def join_link(token: str) -> str:
    """The link that led to the address `/join/<token>`, from the `#` on."""
    return f"#{JOIN}/{token}"


HOME = "/"
NEW = "/new"
JOIN = "/join"
RECOVER = "/recover"
LINKED = (JOIN, RECOVER, "/share")
"""Where links lead that somebody was given or has on paper."""
SETTINGS = "/settings"
PASSPHRASE = "/settings/passphrase"
PASSKEY = "/settings/passkey"
EXAMPLE = "/example"
