"""Opening the case that is meant, and waiting until the relay and this machine have the same."""

from __future__ import annotations

import argparse
import asyncio

from kring.cases.case import Case
from kring.cases.kring import Kring
from kring.cli.choosing import case_meant
from kring.errors import NetworkError


async def opened(kring: Kring, options: argparse.Namespace) -> Case:
    return await kring.open_case(case_meant(kring, options.case).id)


async def shown(kring: Kring, options: argparse.Namespace) -> Case:
    """To be read by whoever gave the command."""
    case = await opened(kring, options)
    await case.looked()
    return case


async def synced(kring: Kring, options: argparse.Namespace) -> Case:
    case = await opened(kring, options)
    await in_step(case, options.wait)
    return case


async def in_step(case: Case, seconds: float) -> None:
    """Return when the relay and this machine have the same. Raises NetworkError."""
    moved = asyncio.Event()
    end = case.subscribe(moved.set)
    try:
        async with asyncio.timeout(seconds):
            while case.status.sync not in ("synced", "unable", "problem"):
                moved.clear()
                await moved.wait()
    except TimeoutError:
        raise NetworkError("the relay did not answer in time") from None
    finally:
        end()
    if case.status.sync == "unable":
        raise NetworkError("the relay does not serve this machine now")
    if case.status.sync == "problem":
        raise RelayProblem(case.status.code)


class RelayProblem(NetworkError):
    """The relay refuses something; `code` says what, as its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
