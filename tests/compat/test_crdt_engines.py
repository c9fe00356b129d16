"""DOC-7, DOC-9: CPython's engine and the browser's, on one case, say the same of everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from kring.documents import change as c
from kring.documents.change import DecodedChange, Op, decode_change
from kring.documents.crdt import Crdt
from kring.documents.edit import Edit
from kring.documents.handle import Handle
from kring.documents.opid import ROOT_ID, opid_text
from kring.documents.references import References
from kring.documents.saved import saved_places
from kring.platform.cpython.crdt import CpythonCrdt
from tests.compat.node_crdt import Oracle, browser_crdt, oracle
from tests.unit.documents.people import Replica, all_changes, assert_same, exchange, replicas
from tests.unit.documents.test_change import engine_changes
from tests.unit.documents.test_convergence import add
from tests.unit.documents.test_hostile import siege

FIELDS = ("name", "birth", "note")
VALUES = ("Oma", "Opa 😀", "", 0, -7, 2**53 - 1, 1 - 2**53, 0.0, -0.5, 1e300, True, False, None, b"\x00\xff")
WORDS = ("deze ", "lieve ", "😀", "👩‍👧 ", "é", "over ", "e\u0301", "עברית ")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crdt]:
    with browser_crdt(tmp_path_factory.mktemp("bridge")) as crdt:
        yield crdt


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with oracle(tmp_path_factory.mktemp("oracle")) as found:
        yield found


def edit_somehow(replica: Replica, rnd: random.Random) -> None:
    """An honest edit, of whatever may be done now."""
    handle = replica.handle
    people: Any = handle.view["people"]
    pid = rnd.choice([*people, f"p{rnd.randrange(6)}"])
    what = rnd.randrange(10)
    if pid not in people:
        handle.change("add", lambda edit: add(edit, pid))
    elif what == 0:
        handle.change("remove", lambda edit: edit.delete(("people", pid)))
    elif what < 4:
        text = str(people[pid]["note"])
        at = rnd.randint(0, len(text))
        new = text[:at] + rnd.choice(WORDS) + text[at + rnd.randrange(4) :]
        handle.change("write", lambda edit: edit.set_text(("people", pid, "note"), new))
    elif what < 8:
        field, value = rnd.choice(FIELDS[:2]), rnd.choice(VALUES)
        handle.change("put", lambda edit: edit.put(("people", pid, field), value))
    elif what == 8:
        handle.undo()
    else:
        handle.redo()


def worked_on(seed: int, engines: list[Crdt], rounds: int = 12) -> list[Replica]:
    """Replicas on these engines that have edited apart and met now and then, last of all at the end."""
    rnd = random.Random(seed)
    everyone = replicas([bytes([97 + index]) for index in range(len(engines))], engines)
    for index in range(rounds):
        for replica in everyone:
            for _ in range(rnd.randrange(4)):
                edit_somehow(replica, rnd)
        if rnd.random() < 0.2:
            at = rnd.randrange(len(everyone))
            old = everyone[at]
            actor = bytes([200, seed % 256, index]) + bytes(13)
            fresh = Replica(Handle.restore(rnd.choice(engines), old.handle.snapshot(), actor))
            fresh.outbox += old.take()
            everyone[at] = fresh
        if rnd.random() < 0.6:
            exchange(*everyone)
    exchange(*everyone)
    return everyone


@pytest.mark.parametrize("seed", range(20))
def test_DOC_9_replicas_on_different_engines_agree(seed: int, browser: Crdt) -> None:
    everyone = worked_on(seed, [CpythonCrdt(), browser, browser, CpythonCrdt()])
    assert_same(*everyone)
    for replica in everyone:
        for engine in (CpythonCrdt(), browser):
            assert_same(Handle.restore(engine, replica.handle.snapshot(), b"z" * 16), replica)
            loaded = engine.load(replica.handle.saved())
            assert sorted(loaded.changes()) == sorted(all_changes(everyone[0].handle))


@pytest.mark.parametrize("seed", range(10))
def test_DOC_12_conflicts_are_those_of_the_engine(seed: int, library: Oracle) -> None:
    told = 0
    for part in range(10):
        for replica in worked_on(seed * 100 + part, [CpythonCrdt()] * 3):
            live = library.live(replica.handle.saved())
            clashes = {
                (opid_text(obj), key): sorted(map(opid_text, ops))
                for obj, key, ops in replica.handle._registers.clashes()
            }
            several = {place: sorted(ids) for place, ids in live.items() if len(ids) > 1}
            assert {place: ids for place, ids in clashes.items() if place in live} == several
            told += len(several)
    assert told > 3


@pytest.mark.parametrize("seed", range(3))
def test_DOC_7_what_is_accepted_on_one_engine_is_sound_on_both(seed: int, browser: Crdt) -> None:
    for part in range(10):
        outcomes = siege(seed * 100 + part, [CpythonCrdt(), browser])
        assert outcomes


ACTIONS = {"makeMap": c.MAKE_MAP, "makeText": c.MAKE_TEXT, "set": c.SET, "del": c.DELETE}


def by_library(decoded: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The library's account of a change, in the words of `by_kring`."""
    return [
        (decoded["actor"], decoded["seq"], decoded["startOp"], sorted(decoded["deps"]), decoded["hash"]),
        *(
            (
                ACTIONS[op["action"]], op["obj"], op.get("key", op.get("elemId")), op.get("insert", False),
                op.get("value"), sorted(op["pred"]),
            )
            for op in decoded["ops"]
        ),
    ]  # fmt: skip


def by_kring(change: DecodedChange) -> list[tuple[Any, ...]]:
    deps = [dep.hex() for dep in change.deps]
    return [
        (change.actor.hex(), change.seq, change.start_op, deps, change.hash.hex()),
        *((op.action, opid_text(op.obj), _key(op), op.insert, _value(op), _pred(op)) for op in change.ops),
    ]  # fmt: skip


def _key(op: Op) -> str:
    if isinstance(op.key, str):
        return op.key
    return "_head" if op.key == ROOT_ID else opid_text(op.key)


def _value(op: Op) -> Any:
    return list(op.value) if isinstance(op.value, bytes) else op.value


def _pred(op: Op) -> list[str]:
    return sorted(map(opid_text, op.pred))


def test_DOC_1_the_decoder_reads_what_the_library_reads(library: Oracle) -> None:
    """Thousands of changes, by rc1 itself and by Kring."""
    chunks = [chunk for seed in range(60) for chunk in engine_changes(seed)]
    for seed in range(40):
        chunks += all_changes(worked_on(seed, [CpythonCrdt()] * 3)[0].handle)
    assert len(chunks) > 3_000
    for chunk, decoded in zip(chunks, library.decode(chunks), strict=True):
        assert by_kring(decode_change(chunk)) == by_library(decoded)


@pytest.mark.parametrize("seed", range(4))
def test_DOC_5_a_saved_document_names_the_operations_of_its_changes(seed: int, browser: Crdt) -> None:
    handle = worked_on(seed, [CpythonCrdt(), browser])[0].handle
    known = References()
    for chunk in all_changes(handle):
        known.admit(decode_change(chunk).ops)
    for engine in (CpythonCrdt(), browser):
        saved = engine.load(handle.saved()).save()
        assert {opid: place for opid, place, _ in saved_places(saved)} == known._places


ODD = (
    "",
    "\0",
    "\ufeff",
    "a\ufeffb",
    "\u202eabc",
    "é" * 999,
    "_root",
    "1@aa",
    "\U0010ffff",
    "\r\n",
    "__proto__",
    "0",
)


@pytest.mark.parametrize("word", ODD, ids=ascii)
def test_DOC_7_any_word_is_a_key_a_value_and_a_text_in_both_engines(word: str, browser: Crdt) -> None:
    def use(edit: Edit) -> None:
        edit.put((word,), word)
        edit.create_map(("people", word))
        edit.create_text(("people", word, "note"), word)
        edit.put(("people", word, word), 1)

    for engine in (CpythonCrdt(), browser):
        [ann] = replicas([b"a"], [engine])
        ann.handle.change("x", use)
        for other in (CpythonCrdt(), browser):
            again = Handle.restore(other, ann.handle.snapshot(), b"z" * 16)
            assert_same(again, ann)
            again.change("x", lambda edit: edit.set_text(("people", word, "note"), "nieuw"))
            again.change("x", lambda edit: edit.delete(("people", word, word)))
            people: Any = again.view["people"]
            assert people[word] == {"note": "nieuw"}
