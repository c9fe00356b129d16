"""The browser's adapter keeps the Crdt contract, with its engine on node."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kring.documents.crdt import Crdt
from tests.compat.node_crdt import browser_crdt
from tests.contracts.crdt_suite import CASES, Case


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crdt]:
    with browser_crdt(tmp_path_factory.mktemp("bridge")) as crdt:
        yield crdt


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_crdt(case: Case, engine: Crdt) -> None:
    case(engine)
