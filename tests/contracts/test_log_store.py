"""The SQLite log store, on a disk and in memory, under the contract of log stores (REL-4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync_server.errors import StoreTaken, StoreUnavailable
from sync_server.log_store import LogStore
from sync_server.sqlite import SqliteLogStore
from tests.contracts.log_store_suite import CASE, CASES, DEVICE, DOC, Test, found, keep, prune, put, tail


@pytest.fixture(params=["disk", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LogStore]:
    opened = SqliteLogStore(tmp_path if request.param == "disk" else None)
    yield opened
    await opened.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_REL_4_log_store_contract(store: LogStore, case: Test) -> None:
    await case(store)


async def test_REL_4_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    first = SqliteLogStore(tmp_path)
    await found(first)
    await first.commit([put(b"one")])
    before = await first.load(CASE)
    await first.close()
    second = SqliteLogStore(tmp_path)
    assert await second.load(CASE) == before
    assert await second.commit([put(b"two", after=tail(1, b"one"))]) == [2]
    assert await second.envelopes(CASE, DOC, 0, 1000) == [b"one", b"two"]
    await second.close()


async def test_REL_5_a_folder_has_one_relay(tmp_path: Path) -> None:
    first = SqliteLogStore(tmp_path)
    with pytest.raises(StoreTaken):
        SqliteLogStore(tmp_path)
    await first.close()
    second = SqliteLogStore(tmp_path)
    await second.close()


async def test_P12_a_damaged_store_is_reported_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "relay.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreUnavailable):
        SqliteLogStore(tmp_path)
    assert (tmp_path / "relay.db").read_bytes() == b"this is no database" * 1000


async def test_P12_a_store_of_a_newer_relay_is_reported(tmp_path: Path) -> None:
    first = SqliteLogStore(tmp_path)
    first._writer.execute("PRAGMA user_version = 99")
    await first.close()
    with pytest.raises(StoreUnavailable):
        SqliteLogStore(tmp_path)


async def test_REL_4_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    store = SqliteLogStore(tmp_path)
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.load(CASE)


async def test_REL_6_commits_wait_for_the_disk(tmp_path: Path) -> None:
    store = SqliteLogStore(tmp_path)
    assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)
    await store.close()


async def test_REL_35_the_disk_gets_back_what_was_pruned(tmp_path: Path) -> None:
    store = SqliteLogStore(tmp_path)
    await found(store)
    bodies = [number.to_bytes(2) * 5_000 for number in range(400)]
    await store.commit([put(*bodies), keep(b"snapshot")])
    full = _bytes_in(tmp_path)
    assert full > 400 * 10_000
    await store.commit([prune(b"snapshot", (DEVICE, 1, 400, bodies[-1]))])
    assert _bytes_in(tmp_path) < full / 10
    await store.close()


async def test_REL_35_an_older_store_is_taken_along(tmp_path: Path) -> None:
    store = SqliteLogStore(tmp_path)
    await found(store)
    await store.commit([put(b"one", b"two")])
    for statement in (
        "DROP TABLE access",
        "DROP TABLE snapshots",
        "ALTER TABLE documents DROP COLUMN pruned",
        "ALTER TABLE documents DROP COLUMN freed",
        "PRAGMA user_version = 1",
    ):
        store._writer.execute(statement)
    await store.close()
    again = SqliteLogStore(tmp_path)
    assert await again.commit([keep(b"snapshot"), prune(b"snapshot", (DEVICE, 1, 2, b"two"))]) == [0, 3]
    assert await again.envelopes(CASE, DOC, 1, 100) == [b"two"]
    await again.close()


def _bytes_in(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.iterdir())
