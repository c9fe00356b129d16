"""Runs the contract suites inside the browser, on its adapters: `?inside=suites`."""

from __future__ import annotations

import importlib
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import Any


async def _store_file(form: str) -> Any:
    from kring.platform.browser.files import BrowserStoreFile

    prefix = secrets.token_hex(8)

    async def make_file(name: str) -> BrowserStoreFile:
        return await BrowserStoreFile.open(f"{prefix}-{name}", form, patience_ms=200)

    return make_file


async def _crypto(_form: str) -> Any:
    from kring.platform.browser.crypto import BrowserCrypto

    return BrowserCrypto()


async def _crdt(_form: str) -> Any:
    from kring.platform.browser.crdt import BrowserCrdt

    return await BrowserCrdt.open()


SUBJECTS: dict[str, Callable[[str], Awaitable[Any]]] = {
    "store_file_suite": _store_file,
    "crypto_suite": _crypto,
    "crdt_suite": _crdt,
}


async def run(options: dict[str, str], tell: Callable[..., None]) -> None:
    """For each suite (`suites=name:form,...`) and each case in it the traceback, empty where it held."""
    for asked in options["suites"].split(","):
        name, _, form = asked.partition(":")
        suite = importlib.import_module(f"tests.contracts.{name}")
        subject = await SUBJECTS[name](form)
        outcomes = {}
        for title, case in suite.CASES:
            try:
                answer = case(subject)
                if answer is not None:
                    await answer
                outcomes[title] = ""
            except BaseException:
                outcomes[title] = traceback.format_exc()
        tell(result=outcomes)
