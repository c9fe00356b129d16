"""The Crypto contract on CPython."""

from __future__ import annotations

import pytest

from kring.platform.cpython.crypto import CpythonCrypto
from tests.contracts.crypto_suite import CASES, Case


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
async def test_crypto(case: Case) -> None:
    await case(CpythonCrypto())
