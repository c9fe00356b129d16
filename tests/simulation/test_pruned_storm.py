"""The storm once more, with a snapshot after every few envelopes: pruned and built upon in bad weather."""

from __future__ import annotations

from collections import Counter

import pytest

from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.snapshotting import Snapshotting
from kring.cases.taking_in import TakingIn
from kring.sharing.provenance import Chains
from kring.sync.messages import Snapshot
from tests.simulation.storm import run_seed

DUE = 4


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_P6_P7_storms_with_snapshots_end_in_equal_documents_with_nothing_lost(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    done: Counter[str] = Counter()
    let_go, take = Engine.let_go, TakingIn.take

    async def letting_go(self: Engine, document: CaseDocument, past: Chains) -> bool:
        gone = await let_go(self, document, past)
        done["let go"] += gone
        return gone

    async def taking(self: TakingIn, document: CaseDocument, frame: Snapshot) -> bool:
        ahead = await take(self, document, frame)
        done["taken in"] += 1
        return ahead

    monkeypatch.setattr(Snapshotting.__init__, "__defaults__", (DUE,))
    monkeypatch.setattr(Engine, "let_go", letting_go)
    monkeypatch.setattr(TakingIn, "take", taking)
    monkeypatch.setattr(Engine, "found_false", lambda self: done.update(false=1))
    run_seed(seed)
    assert done["let go"] > 5
    assert done["taken in"] > 0
    assert not done["false"]
