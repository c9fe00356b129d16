"""DOC-5, DOC-7, P8: changes that are well formed and mean harm. Nothing accepted spoils a document."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from kring.documents import change as c
from kring.documents.change import Op, decode_change
from kring.documents.change_encoder import encode_change
from kring.documents.crdt import Crdt
from kring.documents.edit import MOST_PREDS
from kring.documents.handle import Handle
from kring.documents.opid import ROOT_ID
from kring.documents.references import MAX_DEPTH
from kring.documents.registers import MapNode, Registers
from kring.errors import KringError, ProtocolError
from kring.platform.cpython.crdt import CpythonCrdt
from tests.unit.documents.people import Replica, all_changes, assert_same, replicas
from tests.unit.documents.test_change import body_of, rechecked

MALLORY = b"m" * 16


def edit_somehow(replica: Replica, rnd: random.Random) -> None:
    """An honest edit."""
    pid = f"p{rnd.randrange(2)}"
    what = rnd.randrange(4)
    try:
        if what == 0:
            replica.handle.change("x", lambda edit: edit.put(("people", pid, "name"), rnd.randrange(100)))
        elif what == 1:
            replica.handle.change("x", lambda edit: edit.delete(("people", pid, "name")))
        elif what == 2:
            replica.handle.change(
                "x", lambda edit: edit.set_text(("people", pid, "note"), rnd.choice("abc") * 3)
            )
        else:
            replica.handle.change("x", lambda edit: edit.create_map((f"m{rnd.randrange(10**6)}",)))
    except KringError:
        pass  # an earlier change has put something else in this place


def odd_op(rnd: random.Random, at: int, own: Sequence[Op], pool: Sequence[Op]) -> Op:
    """An operation made of parts of real ones, mostly not quite right."""
    ids = [op.id for op in pool] + [ROOT_ID]
    like = rnd.choice(pool)
    obj = rnd.choice([like.obj] * 4 + [rnd.choice(ids)])
    if own and rnd.random() < 0.4:
        obj = rnd.choice(own).id
    key: str | tuple[int, bytes] = rnd.choice(
        [like.key] * 5 + ["name", "people", "note", like.id, ROOT_ID, rnd.choice(ids)]
    )
    if own and rnd.random() < 0.2:
        key = rnd.choice(own).id
    if isinstance(key, tuple):
        if rnd.random() < 0.6:
            return Op((at, MALLORY), obj, key, True, c.SET, rnd.choice("xyz😀"), ())
        return Op((at, MALLORY), obj, key, False, c.DELETE, None, (key,))
    action = rnd.choice([c.MAKE_MAP, c.SET, c.SET, c.SET, c.DELETE, c.DELETE, c.MAKE_TEXT])
    there = [op.id for op in pool if op.obj == obj and op.key == key and op.action != c.DELETE]
    pred = set(rnd.sample(there, min(len(there), rnd.randrange(3))))
    if rnd.random() < 0.1:
        pred.add(rnd.choice(ids))
    value = rnd.choice(["v", 1, 2.5, None, True, b"z"]) if action == c.SET else None
    return Op((at, MALLORY), obj, key, False, action, value, tuple(sorted(pred)))


def assert_sound(handle: Handle, engines: Sequence[Crdt]) -> None:
    """DOC-7: it saves, and what was saved says the same in each engine."""
    saved = handle.saved()
    for engine in engines:
        loaded = engine.load(saved)
        assert loaded.heads() == handle.heads
        read = Registers.read(loaded, handle._registers.clashes())
        assert read.view == handle.view
        assert read.conflicts == handle.conflicts


def siege(seed: int, engines: Sequence[Crdt]) -> Counter[str]:
    """One hostile member among honest ones. What came of each hostile change, counted."""
    rnd = random.Random(seed)
    outcomes: Counter[str] = Counter()
    everyone = replicas([b"a", *(bytes([index]) for index in range(len(engines)))], [engines[0], *engines])
    ann = everyone[0]
    target = everyone[1].handle
    pool = [op for chunk in all_changes(ann.handle) for op in decode_change(chunk).ops]
    sent: list[bytes] = []
    for _ in range(25):
        if rnd.random() < 0.3:
            edit_somehow(ann, rnd)
            chunks = ann.take()
            pool += [op for chunk in chunks for op in decode_change(chunk).ops]
            sent += chunks
            for replica in everyone[1:]:
                if rnd.random() < 0.7:
                    assert not replica.handle.receive(chunks).refused
        heads = target.heads
        deps = heads if rnd.random() < 0.8 else (rnd.choice(heads),)
        at = 1 + max(known.max_op for dep in deps if (known := target.vetting.find(dep)))
        ops: list[Op] = []
        for _ in range(rnd.randrange(1, 4)):
            ops.append(odd_op(rnd, at + len(ops), ops, pool))
        chunk = encode_change(MALLORY, target.vetting.seq(MALLORY) + 1, deps, ops)
        receipt = target.receive([chunk])
        if receipt.refused:
            outcomes["refused"] += 1
            continue
        sent.append(chunk)
        if receipt.waiting:
            outcomes["waits"] += 1
            break
        outcomes["accepted"] += 1
        pool += ops
        assert_sound(target, engines)
    rnd.shuffle(sent)
    for replica in everyone:
        replica.handle.receive(sent)
        assert_sound(replica.handle, engines)
    assert_same(*everyone)
    return outcomes


@pytest.mark.parametrize("part", range(6))
def test_DOC_7_nothing_accepted_spoils_a_document_and_all_accept_the_same(part: int) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(25):
        outcomes += siege(part * 1000 + seed, [CpythonCrdt()])
    assert outcomes["accepted"] > 25
    assert outcomes["refused"] > 50
    assert outcomes["waits"] > 5


def mutated(chunk: bytes, rnd: random.Random) -> bytes:
    body = bytearray(body_of(chunk))
    for _ in range(rnd.choice([1, 1, 1, 2, 3])):
        at = rnd.randrange(33 if rnd.random() < 0.8 else 0, len(body))
        what = rnd.randrange(5)
        if what < 3:
            body[at] ^= 1 << rnd.randrange(8)
        elif what == 3:
            body.insert(at, rnd.randrange(256))
        else:
            del body[at]
    return rechecked(bytes(body))


@pytest.mark.parametrize("seed", range(4))
def test_P8_mutated_changes_with_a_true_checksum_never_spoil_a_document(seed: int) -> None:
    rnd = random.Random(seed)
    ann, bob = replicas([b"a", b"b"])
    outcomes: Counter[str] = Counter()
    for _ in range(25):
        for _ in range(3):
            edit_somehow(ann, rnd)
            edit_somehow(bob, rnd)
        fine, victims = ann.take(), bob.take()
        snapshot = ann.handle.snapshot()
        for _ in range(20):
            if not victims:
                break
            index = rnd.randrange(len(victims))
            chunk = mutated(victims[index], rnd)
            if chunk == victims[index]:
                continue
            try:
                decode_change(chunk)
            except ProtocolError:
                outcomes["refused"] += 1
                continue
            trial = Handle.restore(CpythonCrdt(), snapshot, b"t" * 16)
            trial.receive(victims[:index])
            if not trial.receive([chunk]).applied:
                outcomes["refused or waits"] += 1
                continue
            outcomes["accepted"] += 1
            assert_sound(trial, [CpythonCrdt()])
            trial.change("x", lambda edit: edit.create_map(("later",)))
            assert_sound(trial, [CpythonCrdt()])
        ann.handle.receive(victims)
        bob.handle.receive(fine)
        assert_same(ann, bob)
    assert outcomes["refused"] > 200
    assert outcomes["accepted"] > 0


def test_P8_DOC_24_a_key_with_very_many_values_can_still_be_set() -> None:
    """Each of them in a change of its own, from as many actors as there are values."""
    (ann,) = replicas([b"a"])
    handle = ann.handle
    people = next(iter(handle._registers.root.live["people"]))
    node = handle._registers.nodes[people]
    assert isinstance(node, MapNode)
    person = next(iter(node.live["p0"]))
    deps, start, chunks = handle.heads, handle.vetting.max_op + 1, []
    for number in range(1_200):
        actor = b"m" * 14 + number.to_bytes(2)
        chunks.append(
            encode_change(actor, 1, deps, [Op((start, actor), person, "name", False, c.SET, number, ())])
        )
    assert not handle.receive(chunks).refused
    for name in ("eerlijk", "weer"):
        handle.change("x", lambda edit, name=name: edit.put(("people", "p0", "name"), name))  # type: ignore[misc]
        assert ann.name() == name
    assert all(len(op.pred) <= MOST_PREDS for chunk in ann.take() for op in decode_change(chunk).ops)


def test_P8_DOC_24_one_change_puts_no_two_values_at_one_key() -> None:
    """Two bytes a value would make thousands, and engines slow down with the square of their number."""
    (ann,) = replicas([b"a"])
    deps, start = ann.handle.heads, ann.handle.vetting.max_op + 1
    ops = [Op((start + at, MALLORY), ROOT_ID, "name", False, c.SET, at, ()) for at in range(2)]
    receipt = ann.handle.receive([encode_change(MALLORY, 1, deps, ops)])
    assert [each.reason for each in receipt.refused] == ["two_values"]
    ops[1] = ops[1]._replace(pred=(ops[0].id,))
    assert not ann.handle.receive([encode_change(MALLORY, 1, deps, ops)]).refused


@pytest.mark.parametrize("restored", [False, True])
def test_P8_DOC_25_maps_stand_only_so_deep(restored: bool) -> None:
    """A document that is thousands of maps deep costs the square of that to look at."""
    (ann,) = replicas([b"a"])
    handle = ann.handle
    for depth in range(1, 40):
        start, obj, ops = handle.vetting.max_op + 1, ROOT_ID, []
        for at in range(depth):
            ops.append(Op((start + at, MALLORY), obj, f"k{depth}", False, c.MAKE_MAP, None, ()))
            obj = ops[-1].id
        chunk = encode_change(MALLORY, handle.vetting.seq(MALLORY) + 1, handle.heads, ops)
        if restored:
            handle = Handle.restore(CpythonCrdt(), handle.snapshot(), b"r" * 15 + bytes([depth]))
        refused = [each.reason for each in handle.receive([chunk]).refused]
        assert refused == (["too_deep"] if depth > MAX_DEPTH else [])
    start = handle.vetting.max_op + 1
    deepest = max(handle._registers.nodes)
    below = Op((start, MALLORY), deepest, "text", False, c.MAKE_TEXT, None, ())
    chunk = encode_change(MALLORY, handle.vetting.seq(MALLORY) + 1, handle.heads, [below])
    assert [each.reason for each in handle.receive([chunk]).refused] == ["too_deep"]
