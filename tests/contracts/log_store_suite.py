"""What every LogStore must do (sync_server/log_store.py), against any adapter."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from sync_server.log_store import (
    AppendAccess,
    AppendEnvelopes,
    AppendRecords,
    KeepSnapshot,
    LogStore,
    Prune,
    Tail,
)

CASE, OTHER = b"c" * 32, b"o" * 32
DOC, DOC2 = b"d" * 16, b"e" * 16
DEVICE, DEVICE2 = b"v" * 16, b"w" * 16
Test = Callable[[LogStore], Awaitable[None]]


def digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def put(
    *bodies: bytes,
    after: Tail | None = None,
    case: bytes = CASE,
    document: bytes = DOC,
    device: bytes = DEVICE,
    epoch: int = 1,
    log_length: int = 2,
) -> AppendEnvelopes:
    hashes = tuple(map(digest, bodies))
    return AppendEnvelopes(case, document, device, epoch, log_length, after or Tail(), bodies, hashes)


def tail(seq: int, body: bytes) -> Tail:
    return Tail(seq, digest(body))


async def found(store: LogStore, case: bytes = CASE) -> None:
    assert await store.commit([AppendRecords(case, 0, (b"genesis", b"epoch"))]) == [2]


async def an_unknown_case_is_none_and_empty(store: LogStore) -> None:
    assert await store.load(CASE) is None
    assert await store.records(CASE, 0, 100) == []
    assert await store.envelopes(CASE, DOC, 0, 100) == []
    assert await store.hashes(CASE, DOC, DEVICE, 1, 1, 9) == []


async def what_is_written_is_loaded(store: LogStore) -> None:
    await found(store)
    assert await store.commit([put(b"one", b"two"), put(b"uno", document=DOC2, device=DEVICE2)]) == [2, 1]
    case = await store.load(CASE)
    assert case is not None
    assert case.records == (b"genesis", b"epoch")
    assert case.tails == {(DOC, DEVICE, 1): tail(2, b"two"), (DOC2, DEVICE2, 1): tail(1, b"uno")}
    assert case.counts == {DOC: 2, DOC2: 1}
    assert case.size == len(b"genesisepochonetwouno")


async def a_case_is_founded_once(store: LogStore) -> None:
    await found(store)
    assert await store.commit([AppendRecords(CASE, 0, (b"another",))]) == [None]
    assert await store.records(CASE, 0, 1000) == [b"genesis", b"epoch"]


async def a_log_grows_only_at_its_end(store: LogStore) -> None:
    await found(store)
    assert await store.commit([AppendRecords(CASE, 1, (b"late",))]) == [None]
    assert await store.commit([AppendRecords(CASE, 3, (b"early",))]) == [None]
    assert await store.commit([AppendRecords(CASE, 2, (b"third", b"fourth"))]) == [4]
    assert await store.records(CASE, 1, 1000) == [b"epoch", b"third", b"fourth"]


async def an_access_log_grows_only_at_its_end(store: LogStore) -> None:
    await found(store)
    assert await store.access_end(CASE) == (0, b"")
    assert await store.commit([AppendAccess(CASE, 0, (b"one", b"two"))]) == [2]
    assert await store.commit([AppendAccess(CASE, 1, (b"again",))]) == [None]
    assert await store.commit([AppendAccess(CASE, 3, (b"early",))]) == [None]
    assert await store.commit([AppendAccess(CASE, 2, (b"three",))]) == [3]
    assert await store.access_end(CASE) == (3, b"three")
    assert await store.access(CASE, 1, 1000) == [b"two", b"three"]
    assert await store.access(CASE, 0, 1) == [b"one"]
    assert await store.access(OTHER, 0, 1000) == []
    assert await store.records(CASE, 0, 1000) == [b"genesis", b"epoch"]


async def an_unknown_case_takes_nothing(store: LogStore) -> None:
    assert await store.commit([AppendRecords(CASE, 2, (b"record",))]) == [None]
    assert await store.commit([put(b"one")]) == [None]
    assert await store.load(CASE) is None


async def envelopes_follow_their_chain(store: LogStore) -> None:
    await found(store)
    assert await store.commit([put(b"one")]) == [1]
    assert await store.commit([put(b"again")]) == [None]
    assert await store.commit([put(b"gap", after=tail(2, b"one"))]) == [None]
    assert await store.commit([put(b"fork", after=tail(1, b"other"))]) == [None]
    assert await store.commit([put(b"two", after=tail(1, b"one"))]) == [2]
    assert await store.envelopes(CASE, DOC, 0, 1000) == [b"one", b"two"]


async def envelopes_are_judged_at_the_log_as_it_is(store: LogStore) -> None:
    await found(store)
    assert await store.commit([put(b"one", log_length=1)]) == [None]
    assert await store.commit([AppendRecords(CASE, 2, (b"third",))]) == [3]
    assert await store.commit([put(b"one", log_length=2)]) == [None]
    assert await store.commit([put(b"one", log_length=3)]) == [1]


async def one_commit_sees_its_own_earlier_writes(store: LogStore) -> None:
    writes = [
        AppendRecords(CASE, 0, (b"genesis",)),
        put(b"one", log_length=1),
        put(b"uno", log_length=1, device=DEVICE2),
        AppendRecords(CASE, 1, (b"second",)),
        put(b"two", after=tail(1, b"one"), log_length=2),
    ]
    assert await store.commit(writes) == [1, 1, 2, 2, 3]
    assert await store.envelopes(CASE, DOC, 0, 1000) == [b"one", b"uno", b"two"]


async def a_case_stands_or_falls_whole_and_alone(store: LogStore) -> None:
    await found(store)
    await found(store, OTHER)
    writes = [
        put(b"one"),
        put(b"theirs", case=OTHER),
        put(b"wrong", after=tail(7, b"none")),
        put(b"more of theirs", case=OTHER, after=tail(1, b"theirs")),
    ]
    assert await store.commit(writes) == [None, 1, None, 2]
    assert await store.envelopes(CASE, DOC, 0, 1000) == []
    assert await store.envelopes(OTHER, DOC, 0, 1000) == [b"theirs", b"more of theirs"]
    assert await store.commit([put(b"one")]) == [1]


async def pages_hold_at_least_one_and_go_on(store: LogStore) -> None:
    await found(store)
    bodies = [bytes([number]) * 100 for number in range(10)]
    await store.commit([put(*bodies)])
    assert await store.envelopes(CASE, DOC, 0, 0) == bodies[:1]
    assert await store.envelopes(CASE, DOC, 3, 250) == bodies[3:5]
    assert await store.envelopes(CASE, DOC, 8, 10_000) == bodies[8:]
    assert await store.envelopes(CASE, DOC, 10, 10_000) == []
    assert await store.records(CASE, 0, 0) == [b"genesis"]


async def a_large_write_is_read_from_anywhere_in_it(store: LogStore) -> None:
    await found(store)
    bodies = [number.to_bytes(2) * (500 + 37 * number) for number in range(300)]
    hashes = [digest(body) for body in bodies]
    assert await store.commit([put(*bodies[:290])]) == [290]
    assert await store.commit([put(*bodies[290:], after=tail(290, bodies[289]))]) == [300]
    for cursor in (0, 1, 7, 130, 131, 289, 290, 291, 299):
        page = await store.envelopes(CASE, DOC, cursor, 50_000)
        assert page == bodies[cursor : cursor + len(page)]
        assert len(page) in (1, 300 - cursor) or sum(map(len, page)) > 25_000
    assert await store.envelopes(CASE, DOC, 300, 50_000) == []
    assert await store.envelopes(CASE, DOC, 1000, 50_000) == []
    assert await store.hashes(CASE, DOC, DEVICE, 1, 280, 295) == hashes[279:295]
    case = await store.load(CASE)
    assert case is not None
    assert case.size == len(b"genesisepoch") + sum(map(len, bodies))


async def documents_and_cases_are_apart(store: LogStore) -> None:
    await found(store)
    await found(store, OTHER)
    await store.commit([put(b"one"), put(b"two", document=DOC2), put(b"three", case=OTHER)])
    assert await store.envelopes(CASE, DOC, 0, 1000) == [b"one"]
    assert await store.envelopes(CASE, DOC2, 0, 1000) == [b"two"]
    assert await store.envelopes(OTHER, DOC, 0, 1000) == [b"three"]
    assert await store.envelopes(OTHER, DOC2, 0, 1000) == []


async def hashes_are_found_by_sequence_number(store: LogStore) -> None:
    await found(store)
    await store.commit([put(b"one", b"two", b"three"), put(b"uno", device=DEVICE2)])
    assert await store.hashes(CASE, DOC, DEVICE, 1, 2, 3) == [digest(b"two"), digest(b"three")]
    assert await store.hashes(CASE, DOC, DEVICE2, 1, 1, 5) == [digest(b"uno")]
    assert await store.hashes(CASE, DOC2, DEVICE, 1, 1, 5) == []


async def a_device_has_a_chain_for_each_epoch(store: LogStore) -> None:
    await found(store)
    assert await store.commit([put(b"one", b"two"), put(b"new one", epoch=2)]) == [2, 3]
    assert await store.commit([put(b"not after", epoch=2, after=tail(2, b"two"))]) == [None]
    assert await store.commit([put(b"new two", epoch=2, after=tail(1, b"new one"))]) == [4]
    assert await store.envelopes(CASE, DOC, 0, 1000) == [b"one", b"two", b"new one", b"new two"]
    case = await store.load(CASE)
    assert case is not None
    assert case.tails == {(DOC, DEVICE, 1): tail(2, b"two"), (DOC, DEVICE, 2): tail(2, b"new two")}
    assert await store.hashes(CASE, DOC, DEVICE, 1, 1, 9) == [digest(b"one"), digest(b"two")]
    assert await store.hashes(CASE, DOC, DEVICE, 2, 1, 9) == [digest(b"new one"), digest(b"new two")]
    assert await store.hashes(CASE, DOC, DEVICE, 3, 1, 9) == []


def keep(body: bytes, *instead_of: bytes, device: bytes = DEVICE, log_length: int = 2) -> KeepSnapshot:
    gone = tuple(map(digest, instead_of))
    return KeepSnapshot(CASE, DOC, device, log_length, digest(body), body, gone)


def prune(snapshot: bytes, *ends: tuple[bytes, int, int, bytes]) -> Prune:
    hashed = tuple((device, epoch, seq, digest(body)) for device, epoch, seq, body in ends)
    return Prune(CASE, DOC, digest(snapshot), hashed)


async def a_snapshot_is_kept_apart_and_counted(store: LogStore) -> None:
    await found(store)
    assert await store.commit([put(b"one"), keep(b"snapshot"), keep(b"other", device=DEVICE2)]) == [1, 0, 0]
    assert await store.envelopes(CASE, DOC, 0, 1000) == [b"one"]
    assert await store.snapshot(CASE, DOC, digest(b"snapshot")) == b"snapshot"
    assert await store.snapshot(CASE, DOC2, digest(b"snapshot")) is None
    assert await store.commit([keep(b"late", log_length=1)]) == [None]
    assert await store.commit([keep(b"newer", b"snapshot")]) == [len(b"snapshot")]
    assert await store.snapshot(CASE, DOC, digest(b"snapshot")) is None
    case = await store.load(CASE)
    assert case is not None
    assert case.snapshots == {DOC: {digest(b"newer"): DEVICE, digest(b"other"): DEVICE2}}
    assert case.size == len(b"genesisepochonenewerother")


async def pruning_leaves_the_ends_and_all_that_no_end_covers(store: LogStore) -> None:
    await found(store)
    bodies = [number.to_bytes(2) * (500 + 37 * number) for number in range(300)]
    await store.commit([put(b"uno", device=DEVICE2), put(*bodies[:299]), keep(b"snapshot"), keep(b"other")])
    await store.commit([put(b"due", device=DEVICE2, after=tail(1, b"uno"))])
    await store.commit([put(bodies[299], after=tail(299, bodies[298]))])
    dropped = sum(map(len, bodies[:298]))
    ends = (DEVICE, 1, 299, bodies[298])
    before = await store.load(CASE)
    assert before is not None
    assert await store.commit([prune(b"snapshot", ends)]) == [dropped + len(b"other")]
    after = await store.load(CASE)
    assert after is not None
    assert after.size == before.size - dropped - len(b"other")
    assert (after.tails, after.counts) == (before.tails, before.counts)
    assert after.snapshots == {DOC: {digest(b"snapshot"): DEVICE}}
    assert await store.pruned(CASE, DOC) == 299
    assert await store.envelopes(CASE, DOC, 0, 10**6) == []
    assert await store.envelopes(CASE, DOC, 298, 10**6) == []
    assert await store.envelopes(CASE, DOC, 299, 10**6) == [bodies[298], b"due", bodies[299]]
    assert await store.kept(CASE, DOC, 0, 10**6) == [(0, b"uno")]
    assert await store.kept(CASE, DOC, 1, 10**6) == []
    assert await store.hashes(CASE, DOC, DEVICE, 1, 1, 400) == [digest(each) for each in bodies[298:]]
    found_ends = [(DEVICE, 1, 299), (DEVICE, 1, 298), (DEVICE2, 1, 1), (DEVICE2, 2, 1)]
    assert await store.ends(CASE, DOC, found_ends) == [bodies[298], b"uno"]
    assert await store.commit([put(b"tre", device=DEVICE2, after=tail(2, b"due"))]) == [303]


async def pruning_goes_on_where_it_was(store: LogStore) -> None:
    await found(store)
    await store.commit([put(*(b"%d" % number for number in range(1, 7))), keep(b"first")])
    assert await store.commit([prune(b"first", (DEVICE, 1, 3, b"3"))]) == [2]
    assert await store.commit([prune(b"first", (DEVICE, 1, 3, b"3"))]) == [0]
    await store.commit([put(b"7", after=tail(6, b"6")), keep(b"second", b"none")])
    assert await store.commit([prune(b"second", (DEVICE, 1, 6, b"6"))]) == [3 + len(b"first")]
    assert await store.pruned(CASE, DOC) == 5
    assert await store.envelopes(CASE, DOC, 5, 100) == [b"6", b"7"]
    assert await store.kept(CASE, DOC, 0, 100) == []


async def nothing_is_pruned_without_the_snapshot_and_every_end(store: LogStore) -> None:
    await found(store)
    await store.commit([put(b"one", b"two", b"three"), keep(b"snapshot")])
    good = (DEVICE, 1, 2, b"two")
    assert await store.commit([prune(b"another", good)]) == [None]
    assert await store.commit([prune(b"snapshot", good, (DEVICE, 1, 4, b"four"))]) == [None]
    assert await store.commit([prune(b"snapshot", good, (DEVICE2, 1, 1, b"one"))]) == [None]
    assert await store.commit([prune(b"snapshot", (DEVICE, 1, 2, b"not two"))]) == [None]
    stale = AppendRecords(CASE, 1, (b"stale",))
    assert await store.commit([prune(b"snapshot", good), stale]) == [None, None]
    assert await store.pruned(CASE, DOC) == 0
    assert await store.envelopes(CASE, DOC, 0, 100) == [b"one", b"two", b"three"]


CASES: tuple[Test, ...] = (
    an_unknown_case_is_none_and_empty,
    what_is_written_is_loaded,
    a_case_is_founded_once,
    a_log_grows_only_at_its_end,
    an_access_log_grows_only_at_its_end,
    an_unknown_case_takes_nothing,
    envelopes_follow_their_chain,
    envelopes_are_judged_at_the_log_as_it_is,
    one_commit_sees_its_own_earlier_writes,
    a_case_stands_or_falls_whole_and_alone,
    pages_hold_at_least_one_and_go_on,
    a_large_write_is_read_from_anywhere_in_it,
    documents_and_cases_are_apart,
    hashes_are_found_by_sequence_number,
    a_device_has_a_chain_for_each_epoch,
    a_snapshot_is_kept_apart_and_counted,
    pruning_leaves_the_ends_and_all_that_no_end_covers,
    pruning_goes_on_where_it_was,
    nothing_is_pruned_without_the_snapshot_and_every_end,
)
