from __future__ import annotations

from collections.abc import Iterator

import pytest

from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing.crypto import Crypto
from tests.compat.node_crypto import browser_crypto


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crypto]:
    with browser_crypto(tmp_path_factory.mktemp("bridge")) as crypto:
        yield crypto


@pytest.fixture(scope="session")
def cpython() -> Crypto:
    return CpythonCrypto()


@pytest.fixture(params=["cpython", "browser"])
def each_runtime(request: pytest.FixtureRequest) -> Crypto:
    """Both in turn."""
    return request.getfixturevalue(request.param)
