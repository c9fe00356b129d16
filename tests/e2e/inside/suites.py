"""Runs one contract suite inside the browser: `?inside=suites&suite=<module>&form=<opfs|indexeddb>`."""

from __future__ import annotations

import importlib
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import Any


async def _store_file(options: dict[str, str]) -> Any:
    from kring.platform.browser.files import BrowserStoreFile

    prefix = secrets.token_hex(8)

    async def make_file(name: str) -> BrowserStoreFile:
        return await BrowserStoreFile.open(f"{prefix}-{name}", options["form"], patience_ms=200)

    return make_file


async def _crypto(_options: dict[str, str]) -> Any:
    from kring.platform.browser.crypto import BrowserCrypto

    return BrowserCrypto()


async def _crdt(_options: dict[str, str]) -> Any:
    from kring.platform.browser.crdt import BrowserCrdt

    return await BrowserCrdt.open()


SUBJECTS: dict[str, Callable[[dict[str, str]], Awaitable[Any]]] = {
    "store_file_suite": _store_file,
    "crypto_suite": _crypto,
    "crdt_suite": _crdt,
}


async def run(options: dict[str, str], _tell: object) -> dict[str, str]:
    """For each case its traceback, empty where it held."""
    suite = importlib.import_module(f"tests.contracts.{options['suite']}")
    subject = await SUBJECTS[options["suite"]](options)
    outcomes = {}
    for name, case in suite.CASES:
        try:
            answer = case(subject)
            if answer is not None:
                await answer
            outcomes[name] = ""
        except BaseException:
            outcomes[name] = traceback.format_exc()
    return outcomes
