"""What every StoreFile must do. Runs under pytest and, by the same list, inside the browser.

`await make_file(name)` gives a StoreFile (a browser opens its files asynchronously); the same name is the
same storage, also after a close. A second owner is refused by it, or else by `connect`. No pytest here: the
browser has none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlite_utils import Database

from kring.errors import StoreTaken
from kring.store.file import StoreFile

MakeFile = Callable[[str], Awaitable[StoreFile]]
Case = Callable[[MakeFile], Awaitable[None]]


def _open(file: StoreFile) -> Database:
    return Database(file.connect(), execute_plugins=False)


async def _close(file: StoreFile, db: Database) -> None:
    db.conn.close()
    await file.close()


async def _with_table(make_file: MakeFile, name: str) -> tuple[StoreFile, Database]:
    file = await make_file(name)
    db = _open(file)
    with db.atomic():
        db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)")
    await file.durable()
    return file, db


async def starts_empty(make_file: MakeFile) -> None:
    file = await make_file("empty")
    db = _open(file)
    assert db.table_names() == []
    assert db.execute("PRAGMA user_version").fetchone() == (0,)
    await _close(file, db)


async def keeps_what_was_durable(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "keep")
    with db.atomic():
        db.execute("INSERT INTO t (data) VALUES (?)", [b"\x00\xff" * 100])
        db.execute("PRAGMA user_version = 7")
    await file.durable()
    await _close(file, db)
    again = await make_file("keep")
    db = _open(again)
    assert db.execute("SELECT data FROM t").fetchall() == [(b"\x00\xff" * 100,)]
    assert db.execute("PRAGMA user_version").fetchone() == (7,)
    await _close(again, db)


async def keeps_each_of_many_small_writes(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "many")
    for number in range(40):
        with db.atomic():
            db.execute("INSERT INTO t (data) VALUES (?)", [bytes([number])])
        await file.durable()
    await _close(file, db)
    again = await make_file("many")
    db = _open(again)
    found = [row[0][0] for row in db.execute("SELECT data FROM t ORDER BY id")]
    assert found == list(range(40))
    await _close(again, db)


async def keeps_large_values(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "large")
    big = bytes(range(256)) * 4096
    with db.atomic():
        db.execute("INSERT INTO t (data) VALUES (?)", [big])
    await file.durable()
    await _close(file, db)
    again = await make_file("large")
    db = _open(again)
    assert db.execute("SELECT data FROM t").fetchone() == (big,)
    await _close(again, db)


async def deletes_and_updates_last(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "change")
    with db.atomic():
        db.conn.executemany("INSERT INTO t (id, data) VALUES (?, ?)", [(i, b"old") for i in range(50)])
    await file.durable()
    with db.atomic():
        db.execute("DELETE FROM t WHERE id >= 25")
        db.execute("UPDATE t SET data = ? WHERE id = 3", [b"new"])
    await file.durable()
    await _close(file, db)
    again = await make_file("change")
    db = _open(again)
    assert db.execute("SELECT count(*) FROM t").fetchone() == (25,)
    assert db.execute("SELECT data FROM t WHERE id = 3").fetchone() == (b"new",)
    await _close(again, db)


async def a_failed_transaction_leaves_nothing(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "failed")
    try:
        with db.atomic():
            db.execute("INSERT INTO t (data) VALUES (?)", [b"x"])
            raise ValueError
    except ValueError:
        pass
    await file.durable()
    assert db.execute("SELECT count(*) FROM t").fetchone() == (0,)
    await _close(file, db)


async def one_owner_at_a_time(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "owner")
    try:
        second = await make_file("owner")
        second.connect()
    except StoreTaken:
        pass
    else:
        raise AssertionError("a second owner was let in")
    with db.atomic():
        db.execute("INSERT INTO t (data) VALUES (?)", [b"still mine"])
    await file.durable()
    await _close(file, db)


async def storages_are_apart(make_file: MakeFile) -> None:
    one, first = await _with_table(make_file, "apart-1")
    other = await make_file("apart-2")
    second = _open(other)
    assert second.table_names() == []
    await _close(other, second)
    await _close(one, first)


async def durable_may_be_called_at_once(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "together")
    with db.atomic():
        db.execute("INSERT INTO t (data) VALUES (?)", [b"x"])
    await asyncio.gather(*(file.durable() for _ in range(5)))
    await _close(file, db)
    again = await make_file("together")
    db = _open(again)
    assert db.execute("SELECT count(*) FROM t").fetchone() == (1,)
    await _close(again, db)


async def close_is_repeatable(make_file: MakeFile) -> None:
    file, db = await _with_table(make_file, "close")
    await _close(file, db)
    await file.close()


CANARY = b"canary-that-must-go"


async def cleaned_holds_nothing_deleted(make_file: MakeFile) -> None:
    """What a suite can see of it is how much the file then takes; the bytes are for each platform's tests."""
    file, db = await _with_table(make_file, "clean")
    db.execute("PRAGMA secure_delete = ON")
    with db.atomic():
        for number in range(400):
            db.execute("INSERT INTO t (data) VALUES (?)", [CANARY * (number % 7 + 1) * 30])
        db.execute("INSERT INTO t (id, data) VALUES (1000, ?)", [b"stays"])
    await file.durable()
    before = db.execute("PRAGMA page_count").fetchone()[0]
    with db.atomic():
        db.execute("DELETE FROM t WHERE id < 1000")
    await file.durable()
    file.clean(whole=False)
    await file.durable()
    assert db.execute("SELECT data FROM t").fetchall() == [(b"stays",)]
    file.clean(whole=True)
    await file.durable()
    assert db.execute("PRAGMA page_count").fetchone()[0] < before
    assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    with db.atomic():
        db.execute("INSERT INTO t (data) VALUES (?)", [b"goes on"])
    await file.durable()
    await _close(file, db)
    again = await make_file("clean")
    db = _open(again)
    assert db.execute("SELECT data FROM t ORDER BY id").fetchall() == [(b"stays",), (b"goes on",)]
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    await _close(again, db)


CASES: list[tuple[str, Case]] = [
    (case.__name__, case)
    for case in (
        starts_empty,
        keeps_what_was_durable,
        keeps_each_of_many_small_writes,
        keeps_large_values,
        deletes_and_updates_last,
        a_failed_transaction_leaves_nothing,
        one_owner_at_a_time,
        storages_are_apart,
        durable_may_be_called_at_once,
        close_is_repeatable,
        cleaned_holds_nothing_deleted,
    )
]
