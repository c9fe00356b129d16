"""The encrypted store on real SQLite files (STO-1 to STO-6, STO-9; P12)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from kring.errors import (
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreTaken,
    WrongPassphrase,
)
from kring.platform.cpython.crypto import CpythonCrypto
from kring.platform.cpython.files import FolderStoreFile
from kring.platform.memory.files import MemoryStoreFile
from kring.store.envelopes import StoredEnvelope
from kring.store.failures import store_error
from kring.store.held import WAITING, Held
from kring.store.migrations import STEPS, migrate
from kring.store.sealer import Sealer
from kring.store.snapshots import Snapshot
from kring.store.store import Store, open_store

KEY = b"k" * 32
DOC, OTHER, DEVICE = b"1" * 16, b"2" * 16, b"d" * 16


@pytest.fixture
def crypto() -> CpythonCrypto:
    return CpythonCrypto()


def envelope(seq: int, document: bytes = DOC, size: int = 200, epoch: int = 1) -> StoredEnvelope:
    name = epoch.to_bytes(16, "big") + seq.to_bytes(16, "big")
    return StoredEnvelope(document, DEVICE, epoch, seq, name, name[-2:] + b"e" * (size + epoch))


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def case_in(store: Store, case: bytes = b"c" * 32) -> int:
    box = await store.cases.seal(case, b"mijn kring")
    number = store.cases.free_number()
    await store.write(lambda: store.cases.add(number, case, box))
    return number


async def test_STO_2_what_was_written_is_there_after_a_new_start(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    store = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    case = await case_in(store)
    key = await store.keys.seal(case, "device", b"seed")
    sealed = await store.meta.seal("preferences", b"nl")
    snapshot = Snapshot(DOC, 2, b"saved")
    box = await store.snapshots.seal(case, snapshot)
    await store.write(
        lambda: store.log.add(case, 0, [b"r0", b"r1"]),
        lambda: store.log.add(case, 1, [b"r1", b"r2"]),
        lambda: store.envelopes.add(case, [envelope(1), envelope(2), envelope(1, OTHER)]),
        lambda: store.outbox.acked(case, {(DOC, DEVICE, 1): 1}),
        lambda: store.cursors.put(case, DOC, 3),
        lambda: store.cursors.put(case, DOC, 4),
        lambda: store.held.put(case, [Held(DOC, b"h" * 32, WAITING, b"odd")]),
        lambda: store.held.put(case, [Held(DOC, b"h" * 32, "sequence", b"odd")]),
        lambda: store.keys.put(case, key),
        lambda: store.meta.put(sealed),
        lambda: store.snapshots.put(case, snapshot, box),
    )
    await store.close()

    again = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    rows = await again.cases.all()
    assert [(row.number, row.id, row.description) for row in rows] == [(case, b"c" * 32, b"mijn kring")]
    assert again.log.records(case) == [b"r0", b"r1", b"r2"]
    assert again.envelopes.last_of_each_chain(case) == [envelope(2).data, envelope(1).data]
    assert [data for _, data in again.envelopes.after(case, DOC, 0)] == [
        envelope(1).data,
        envelope(2).data,
    ]
    assert [row for row, _ in again.envelopes.after(case, DOC, 1)] == [2]
    assert again.envelopes.last_row(case, DOC) == 2
    assert again.envelopes.last_row(case, b"9" * 16) == 0
    assert again.outbox.waiting(case, DEVICE) == [
        (DOC, envelope(2).hash, envelope(2).data),
        (OTHER, envelope(1).hash, envelope(1).data),
    ]
    assert again.cursors.all(case) == {DOC: 4}
    assert again.held.all(case) == [Held(DOC, b"h" * 32, "sequence", b"odd")]
    assert await again.keys.all(case) == {"device": b"seed"}
    assert await again.meta.get("preferences") == b"nl"
    assert await again.meta.get("nothing") is None
    assert await again.snapshots.all(case) == {DOC: snapshot}
    await again.write(
        lambda: again.outbox.acked(case, {(DOC, DEVICE, 1): 2}),
        lambda: again.outbox.acked(case, {(DOC, DEVICE, 1): 1}),
        lambda: again.held.released(case, [b"h" * 32]),
        lambda: again.keys.forget(case, "device"),
    )
    assert [row[0] for row in again.outbox.waiting(case, DEVICE)] == [OTHER]
    assert again.outbox.waiting(case, b"x" * 16) == []
    assert again.held.all(case) == []
    assert await again.keys.all(case) == {}
    await again.close()


async def test_P6_CAS_2_a_device_has_a_chain_and_a_mark_for_each_epoch(crypto: CpythonCrypto) -> None:
    store = await open_store(MemoryStoreFile(), crypto, KEY)
    case = await case_in(store)
    old = [envelope(seq) for seq in (1, 2, 3)]
    await store.write(
        lambda: store.envelopes.add(case, [*old, envelope(1, OTHER)]),
        lambda: store.outbox.acked(case, {(DOC, DEVICE, 1): 1}),
    )
    new = [envelope(seq, epoch=2) for seq in (1, 2)]
    before = store.envelopes.last_row(case, OTHER)
    await store.write(
        lambda: store.envelopes.add(case, new),
        lambda: store.envelopes.withdraw(case, DOC, DEVICE, 1, 1),
    )
    assert [name for _, name, _ in store.outbox.waiting(case, DEVICE)] == [
        envelope(1, OTHER).hash,
        *(each.hash for each in new),
    ]
    assert store.envelopes.at(case, DOC, DEVICE, 1, 1) == old[0].data
    assert store.envelopes.at(case, DOC, DEVICE, 1, 2) is None
    assert store.envelopes.at(case, DOC, DEVICE, 2, 2) == new[1].data
    assert sorted(store.envelopes.last_of_each_chain(case)) == sorted(
        [old[0].data, new[1].data, envelope(1, OTHER).data]
    )
    assert all(row > before for row, _ in store.envelopes.after(case, DOC, before))
    await store.write(lambda: store.outbox.acked(case, {(DOC, DEVICE, 2): 2}))
    assert [name for _, name, _ in store.outbox.waiting(case, DEVICE)] == [envelope(1, OTHER).hash]
    await store.close()


async def test_STO_2_a_write_that_fails_leaves_nothing_of_itself(crypto: CpythonCrypto) -> None:
    store = await open_store(MemoryStoreFile(), crypto, KEY)
    case = await case_in(store)

    def fail() -> None:
        raise sqlite3.OperationalError("no")

    with pytest.raises(StoreError):
        await store.write(lambda: store.envelopes.add(case, [envelope(1)]), fail)
    assert store.envelopes.last_of_each_chain(case) == []
    await store.write(lambda: store.envelopes.add(case, [envelope(1)]))
    assert len(store.envelopes.last_of_each_chain(case)) == 1


async def test_STO_2_a_crash_takes_only_what_was_not_durable(crypto: CpythonCrypto) -> None:
    file = MemoryStoreFile()
    store = await open_store(file, crypto, KEY)
    case = await case_in(store)
    await store.write(lambda: store.envelopes.add(case, [envelope(1)]))
    store.envelopes.add(case, [envelope(2)])
    file.crash()
    again = await open_store(file, crypto, KEY)
    assert again.envelopes.last_of_each_chain(case) == [envelope(1).data]


async def test_CAS_7_a_full_disk_says_so_and_the_same_write_works_later(crypto: CpythonCrypto) -> None:
    file = MemoryStoreFile()
    store = await open_store(file, crypto, KEY)
    case = await case_in(store)
    file.full = True
    with pytest.raises(StoreFull):
        await store.write(lambda: store.envelopes.add(case, [envelope(1)]))
    file.full = False
    await store.write(lambda: store.envelopes.add(case, [envelope(1)]))
    assert len(list(store.envelopes.after(case, DOC, 0))) == 1


async def test_P12_a_really_full_sqlite_says_so_and_keeps_what_was_there(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    class Small(FolderStoreFile):
        def connect(self) -> sqlite3.Connection:
            connection = super().connect()
            connection.execute("PRAGMA max_page_count = 60")
            return connection

    store = await open_store(Small(tmp_path), crypto, KEY)
    case = await case_in(store)
    saved: list[int] = []

    async def fill() -> None:
        for seq in range(1, 1000):
            await store.write(lambda seq=seq: store.envelopes.add(case, [envelope(seq, size=5000)]))
            saved.append(seq)

    with pytest.raises(StoreFull):
        await fill()
    kept = len(saved)
    assert kept > 10
    await store.close()
    again = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    assert again.envelopes.last_of_each_chain(case) == [envelope(kept, size=5000).data]
    await again.write(lambda: again.envelopes.add(case, [envelope(kept + 1)]))
    await again.close()


async def test_P12_another_vault_key_is_refused_and_harms_nothing(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    store = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    await case_in(store)
    await store.close()
    before = (tmp_path / "kring.sqlite").read_bytes()
    with pytest.raises(WrongPassphrase):
        await open_store(FolderStoreFile(tmp_path), crypto, b"x" * 32)
    assert (tmp_path / "kring.sqlite").read_bytes() == before
    again = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    assert len(await again.cases.all()) == 1
    await again.close()


async def test_P12_a_second_process_is_told_that_the_store_is_taken(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    store = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    with pytest.raises(StoreTaken):
        await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    await case_in(store)
    await store.close()
    await (await open_store(FolderStoreFile(tmp_path), crypto, KEY)).close()


@pytest.mark.parametrize("damage", ["header", "middle", "no database", "short"])
async def test_P12_a_damaged_file_is_corrupt_and_is_left_as_it_is(
    crypto: CpythonCrypto, tmp_path: Path, damage: str
) -> None:
    store = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    case = await case_in(store)
    for seq in range(1, 200):
        store.envelopes.add(case, [envelope(seq, size=700)])
    await store.write()
    await store.close()
    path = tmp_path / "kring.sqlite"
    whole = path.read_bytes()
    bent = {
        "header": b"\x00" * 100 + whole[100:],
        "middle": whole[: len(whole) // 2] + bytes(8192) + whole[len(whole) // 2 + 8192 :],
        "no database": b"this is a shopping list\n" * 400,
        "short": whole[: len(whole) // 2],
    }[damage]
    path.write_bytes(bent)
    with pytest.raises(StoreCorrupt):
        await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    assert path.read_bytes() == bent


async def test_STO_3_a_store_from_a_newer_version_is_left_as_it_is(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    await (await open_store(FolderStoreFile(tmp_path), crypto, KEY)).close()
    path = tmp_path / "kring.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreNewer):
        await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    assert path.read_bytes() == before


def test_STO_3_steps_are_taken_once_and_all_or_none() -> None:
    db = Database(sqlite3.connect(":memory:", isolation_level=None), execute_plugins=False)
    calls: list[str] = []

    def second(db: Database) -> None:
        calls.append("second")
        db.execute("CREATE TABLE more (x)")

    def broken(db: Database) -> None:
        db.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("no")

    migrate(db)
    with pytest.raises(StoreError):
        migrate(db, (*STEPS, second, broken))
    assert "more" not in db.table_names()
    migrate(db, (*STEPS, second))
    migrate(db, (*STEPS, second))
    assert calls == ["second", "second"]
    assert "more" in db.table_names()
    db.close()


async def test_STO_5_a_box_opens_only_in_its_place_and_for_its_purpose(crypto: CpythonCrypto) -> None:
    sealer = Sealer(crypto, KEY)
    box = await sealer.seal("meta", b"here", b"words")
    assert await sealer.open("meta", b"here", box) == b"words"
    for purpose, place, data in (
        ("keys", b"here", box),
        ("meta", b"there", box),
        ("meta", b"here", box[:-1] + bytes([box[-1] ^ 1])),
        ("meta", b"here", b""),
    ):
        with pytest.raises(StoreCorrupt):
            await sealer.open(purpose, place, data)


async def test_STO_5_boxes_moved_between_cases_are_noticed(crypto: CpythonCrypto) -> None:
    file = MemoryStoreFile()
    store = await open_store(file, crypto, KEY)
    one, two = await case_in(store), await case_in(store, b"e" * 32)
    key = await store.keys.seal(one, "device", b"seed")
    await store.write(lambda: store.keys.put(two, key))
    with pytest.raises(StoreCorrupt):
        await store.keys.all(two)


async def test_STO_9_a_case_thrown_away_leaves_no_byte(crypto: CpythonCrypto, tmp_path: Path) -> None:
    store = await open_store(FolderStoreFile(tmp_path), crypto, KEY)
    case = await case_in(store)
    other = await case_in(store, b"e" * 32)
    canary = b"canary-canary-canary-canary"
    gone = StoredEnvelope(DOC, DEVICE, 1, 1, b"h" * 32, canary * 50)
    await store.write(
        lambda: store.envelopes.add(case, [gone]),
        lambda: store.envelopes.add(other, [envelope(1)]),
        lambda: store.held.put(case, [Held(DOC, b"h" * 32, WAITING, canary)]),
    )
    await store.write(lambda: store.cases.delete(case))
    assert [row.number for row in await store.cases.all()] == [other]
    assert store.envelopes.last_of_each_chain(other)
    await store.close()
    assert canary not in bytes_in(tmp_path)


async def test_a_case_is_here_once(crypto: CpythonCrypto) -> None:
    store = await open_store(MemoryStoreFile(), crypto, KEY)
    await case_in(store)
    assert store.cases.here(b"c" * 32)
    assert not store.cases.here(b"e" * 32)
    with pytest.raises(StoreError):
        await case_in(store)


async def test_a_local_number_is_never_used_twice(crypto: CpythonCrypto) -> None:
    store = await open_store(MemoryStoreFile(), crypto, KEY)
    first = await case_in(store)
    await store.write(lambda: store.cases.delete(first))
    assert await case_in(store) > first


def test_P12_errors_of_the_system_are_told_apart() -> None:
    assert isinstance(store_error(OSError(28, "no space")), StoreFull)
    assert type(store_error(PermissionError(13, "no"))) is StoreError
    assert type(store_error(sqlite3.ProgrammingError("odd"))) is StoreError


async def test_STO_3_a_store_from_before_deeds_were_kept_opens_and_keeps_them() -> None:
    file = MemoryStoreFile()
    db = Database(file.connect(), execute_plugins=False)
    migrate(db, STEPS[:1])
    await file.durable()
    file.crash()
    store = await open_store(file, CpythonCrypto(), KEY)
    box = await store.deeds.seal(1, 7, b"a deed")
    await store.write(lambda: store.deeds.put(1, 7, box))
    assert await store.deeds.all(1) == [b"a deed"]
    await store.write(lambda: store.deeds.forget(1, 8))
    assert await store.deeds.all(1) == []
    await store.close()
