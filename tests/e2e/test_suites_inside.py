"""The browser's adapters keep the same contracts as CPython's, inside a real browser (PWA-12)."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.contracts import crdt_suite, crypto_suite, store_file_suite
from tests.e2e.browser import results
from tests.e2e.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

SUITES = {
    "store_file_suite:opfs": store_file_suite.CASES,
    "store_file_suite:indexeddb": store_file_suite.CASES,
    "crypto_suite": crypto_suite.CASES,
    "crdt_suite": crdt_suite.CASES,
}


async def test_PWA_12_the_adapters_keep_their_contracts_inside(page: Page, served: Served) -> None:
    """All in one page: a start takes longer than any of them."""
    said = results(page, served.origin, len(SUITES), inside="suites", suites=",".join(SUITES))
    found = dict(zip(SUITES, [each async for each in said], strict=True))
    assert {name: sorted(each) for name, each in found.items()} == {
        name: sorted(title for title, _ in cases) for name, cases in SUITES.items()
    }
    failed = [trace for outcomes in found.values() for trace in outcomes.values() if trace]
    assert not failed, "\n".join(failed)
