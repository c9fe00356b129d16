"""The browser's adapter keeps the Crypto contract, on node's WebCrypto."""

from __future__ import annotations

import pytest

from kring.sharing.crypto import Crypto
from tests.contracts.crypto_suite import CASES, Case


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
async def test_crypto(case: Case, browser: Crypto) -> None:
    await case(browser)
