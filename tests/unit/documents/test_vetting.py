"""DOC-4: whether a change follows on what is known."""

from __future__ import annotations

import pytest

from kring.documents.change import SET, DecodedChange, Op, decode_change
from kring.documents.change_encoder import encode_change
from kring.documents.opid import ROOT_ID
from kring.documents.vetting import ACCEPT, WAIT, Known, Vetting

ANN, BOB, CEES = b"a" * 16, b"b" * 16, b"c" * 16


def change(
    actor: bytes, seq: int, start: int, *deps: DecodedChange, count: int = 1, tag: int = 0
) -> DecodedChange:
    ops = [Op((start + at, actor), ROOT_ID, f"k{at}", False, SET, tag, ()) for at in range(count)]
    return decode_change(encode_change(actor, seq, [dep.hash for dep in deps], ops))


def admitted(*changes: DecodedChange) -> Vetting:
    vetting = Vetting()
    for each in changes:
        assert vetting.check(each, each.actor) == ACCEPT
        vetting.admit(each)
    return vetting


ONE = change(ANN, 1, 1, count=3)
TWO = change(BOB, 1, 4, ONE)
ALSO_TWO = change(ANN, 2, 4, ONE)
BOTH = change(BOB, 2, 5, TWO, ALSO_TWO)


def test_what_follows_is_accepted_and_heads_and_highest_operation_follow() -> None:
    vetting = admitted(ONE, TWO, ALSO_TWO)
    assert vetting.heads == tuple(sorted([TWO.hash, ALSO_TWO.hash]))
    assert vetting.max_op == 4
    assert (vetting.seq(ANN), vetting.seq(BOB), vetting.seq(CEES)) == (2, 1, 0)
    assert vetting.check(BOTH, BOB) == ACCEPT
    vetting.admit(BOTH)
    assert vetting.heads == (BOTH.hash,)


@pytest.mark.parametrize(
    ("given", "actor", "verdict"),
    [
        (TWO, BOB, ACCEPT),
        (TWO, ANN, "foreign_actor"),
        (ONE, ANN, ACCEPT),
        (BOTH, BOB, WAIT),
        (change(ANN, 1, 1, tag=1), ANN, "sequence_used_twice"),
        (change(ANN, 3, 4, ONE), ANN, "sequence_gap"),
        (change(BOB, 2, 4, ONE), BOB, "sequence_gap"),
        (change(BOB, 1, 5, ONE), BOB, "wrong_start_op"),
        (change(BOB, 1, 3, ONE), BOB, "wrong_start_op"),
        (change(BOB, 1, 2**31, ONE), BOB, "wrong_start_op"),
        (change(BOB, 1, 2), BOB, "wrong_start_op"),
        (change(BOB, 1, 1), BOB, ACCEPT),
        (change(ANN, 2, 1), ANN, "not_after_own"),
        (ALSO_TWO, ANN, ACCEPT),
    ],
)
def test_DOC_4_a_change_is_judged_by_number_operation_and_ancestors(
    given: DecodedChange, actor: bytes, verdict: str
) -> None:
    assert admitted(ONE).check(given, actor) == verdict


def test_DOC_4_ones_own_last_change_may_be_a_far_ancestor() -> None:
    vetting = admitted(ONE)
    last = ONE
    for seq in range(1, 50):
        last = change(BOB, seq, last.max_op + 1, last)
        vetting.admit(last)
    aside = change(CEES, 1, 1)
    vetting.admit(aside)
    assert vetting.check(change(ANN, 2, last.max_op + 1, last), ANN) == ACCEPT
    assert vetting.check(change(ANN, 2, aside.max_op + 1, aside), ANN) == "not_after_own"


def test_a_draft_leaves_its_base_alone_until_it_is_committed() -> None:
    vetting = admitted(ONE)
    draft = vetting.draft()
    for each in (TWO, ALSO_TWO, BOTH):
        assert draft.check(each, each.actor) == ACCEPT
        draft.admit(each)
    assert BOTH.hash in draft
    assert BOTH.hash not in vetting
    assert (vetting.heads, vetting.seq(BOB)) == ((ONE.hash,), 1 - 1)
    draft.commit()
    assert (vetting.heads, vetting.seq(BOB), vetting.max_op) == ((BOTH.hash,), 2, 5)


def test_DOC_10_a_draft_holds_only_what_it_took_in() -> None:
    vetting = admitted(ONE)
    draft = vetting.draft()
    draft.admit(TWO)
    assert [change_hash for change_hash, _ in draft.newest(100)] == [TWO.hash]


def test_what_is_older_than_a_restore_is_read_once_and_only_when_needed() -> None:
    reads: list[int] = []

    def earlier() -> list[tuple[bytes, Known]]:
        reads.append(1)
        return [(ONE.hash, Known(3, ())), (TWO.hash, Known(4, (ONE.hash,)))]

    full = admitted(ONE, TWO)
    vetting = Vetting({TWO.hash: Known(4, (ONE.hash,))}, dict(full.actors), full.heads, earlier)
    assert vetting.check(change(BOB, 2, 5, TWO), BOB) == ACCEPT
    assert not reads
    assert vetting.check(ALSO_TWO, ANN) == ACCEPT
    assert vetting.check(change(CEES, 1, 9, BOTH), CEES) == WAIT
    assert len(reads) == 1
    assert [change_hash for change_hash, _ in vetting.newest(1)] == [TWO.hash]
