"""The browser's adapters keep the same contracts as CPython's, inside a real browser (PWA-12)."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.contracts import crdt_suite, crypto_suite, store_file_suite
from tests.e2e.browser import inside
from tests.e2e.conftest import Served

pytestmark = pytest.mark.browser


def held(outcomes: dict[str, str], names: list[str]) -> None:
    assert sorted(outcomes) == sorted(names)
    assert not any(outcomes.values()), "\n".join(outcomes.values())


@pytest.mark.parametrize("form", ["opfs", "indexeddb"])
async def test_store_file(page: Page, served: Served, form: str) -> None:
    outcomes = await inside(page, served.origin, inside="suites", suite="store_file_suite", form=form)
    held(outcomes, [name for name, _ in store_file_suite.CASES])


async def test_crypto(page: Page, served: Served) -> None:
    outcomes = await inside(page, served.origin, inside="suites", suite="crypto_suite")
    held(outcomes, [name for name, _ in crypto_suite.CASES])


async def test_crdt(page: Page, served: Served) -> None:
    outcomes = await inside(page, served.origin, inside="suites", suite="crdt_suite")
    held(outcomes, [name for name, _ in crdt_suite.CASES])
