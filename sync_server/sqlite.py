"""The LogStore port on one SQLite file: WAL, synchronous=FULL, one writing and one reading thread.

Blobs only: the relay holds ciphertext, public keys and signatures. A returned commit has been fsynced.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from itertools import groupby
from pathlib import Path
from typing import IO, TypeVar

from sync_server.errors import StoreTaken, StoreUnavailable
from sync_server.log_store import (
    AppendAccess,
    AppendEnvelopes,
    AppendRecords,
    KeepSnapshot,
    Prune,
    StoredCase,
    Tail,
    Write,
)
from sync_server.worker import Worker

T = TypeVar("T")

KNOWN_IDS = 100_000
WRITE, READ = 0, 1
SCHEMA = """
CREATE TABLE cases (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE records (
    case_id INTEGER NOT NULL REFERENCES cases, position INTEGER NOT NULL, body BLOB NOT NULL,
    UNIQUE (case_id, position)
) STRICT;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases, name BLOB NOT NULL,
    UNIQUE (case_id, name)
) STRICT;
CREATE TABLE chains (
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents, device BLOB NOT NULL,
    epoch INTEGER NOT NULL, UNIQUE (document_id, device, epoch)
) STRICT;
CREATE TABLE runs (
    document_id INTEGER NOT NULL REFERENCES documents, start INTEGER NOT NULL,
    chain_id INTEGER NOT NULL REFERENCES chains, seq INTEGER NOT NULL, count INTEGER NOT NULL,
    total INTEGER NOT NULL, hashes BLOB NOT NULL, sizes BLOB NOT NULL, bodies BLOB NOT NULL,
    UNIQUE (document_id, start), UNIQUE (chain_id, seq)
) STRICT;
"""
# A run is envelopes of one chain that came together: `count` of them from cursor `start` and sequence
# number `seq` on, hashes (32 bytes each), sizes (4 bytes each) and bodies end to end. `total` counts the
# bytes of the document up to and with it. There are no other running figures: a commit touches few pages.

WITH_SNAPSHOTS = """
ALTER TABLE documents ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN freed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE snapshots (
    document_id INTEGER NOT NULL REFERENCES documents, hash BLOB NOT NULL, device BLOB NOT NULL,
    body BLOB NOT NULL, UNIQUE (document_id, hash)
) STRICT;
"""
# `pruned` is the cursor after the last envelope that was dropped, `freed` how many bytes those were.

WITH_ACCESS = """
CREATE TABLE access (
    case_id INTEGER NOT NULL REFERENCES cases, position INTEGER NOT NULL, body BLOB NOT NULL,
    UNIQUE (case_id, position)
) STRICT;
"""

STEPS = (SCHEMA, WITH_SNAPSHOTS, WITH_ACCESS)
SCHEMA_VERSION = len(STEPS)
VACUUM_PAGES = 20_000
"""How many pages one commit gives back to the disk, at most; the next ones go on."""

LAST_OF_DOCUMENT = "SELECT start + count, total FROM runs WHERE document_id = ? ORDER BY start DESC LIMIT 1"
LAST_OF_CHAIN = (
    "SELECT seq + count - 1, substr(hashes, -32) FROM runs WHERE chain_id = ? ORDER BY seq DESC LIMIT 1"
)
RUN_BYTES = 256 * 1024
LENGTH = "SELECT coalesce(max(position) + 1, 0) FROM records WHERE case_id = ?"
ACCESS_END = (
    "SELECT position + 1, body FROM access WHERE case_id = (SELECT id FROM cases WHERE name = ?)"
    " ORDER BY position DESC LIMIT 1"
)


class _Moved(Exception):
    """A write no longer fits what is stored."""


class SqliteLogStore:
    """Open or create `folder`/relay.db. Raises StoreTaken, StoreUnavailable.

    Without a folder all is in memory. That, and what is to have no `threads`, runs where it is called: for
    simulations, and for where there are none.
    """

    def __init__(self, folder: Path | None, *, threads: bool = True) -> None:
        self._threads: list[Worker] = []
        self._lock: IO[bytes] | None = None
        if folder is None:
            self._writer = self._reader = sqlite3.connect(":memory:", isolation_level=None)
            _migrate(self._writer)
            self._appender = _Appender(self._writer)
            return
        with ExitStack() as undo:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._lock = undo.enter_context(_take(folder / "relay.lock"))
                self._writer = undo.enter_context(closing(_connect(folder / "relay.db")))
                _migrate(self._writer)
                self._appender = _Appender(self._writer)
                self._reader = undo.enter_context(closing(_connect(folder / "relay.db")))
                self._reader.execute("PRAGMA query_only = ON")
            except (OSError, sqlite3.Error) as error:
                raise StoreUnavailable(f"the store cannot be opened ({type(error).__name__})") from error
            undo.pop_all()
        if threads:
            self._threads = [Worker("relay-write"), Worker("relay-read")]

    async def load(self, case: bytes) -> StoredCase | None:
        return await self._on(READ, lambda: _load(self._reader, case))

    async def commit(self, writes: Sequence[Write]) -> list[int | None]:
        return await self._on(WRITE, lambda: self._appender.commit(writes))

    async def records(self, case: bytes, start: int, most: int) -> list[bytes]:
        sql = (
            "SELECT body FROM records WHERE case_id = (SELECT id FROM cases WHERE name = ?)"
            " AND position >= ? ORDER BY position"
        )
        return await self._on(READ, lambda: _page(self._reader.execute(sql, (case, start)), most))

    async def envelopes(self, case: bytes, document: bytes, cursor: int, most: int) -> list[bytes]:
        return await self._on(READ, lambda: _envelopes(self._reader, case, document, cursor, most))

    async def pruned(self, case: bytes, document: bytes) -> int:
        return await self._on(READ, lambda: _document(self._reader, case, document)[1])

    async def kept(self, case: bytes, document: bytes, cursor: int, most: int) -> list[tuple[int, bytes]]:
        return await self._on(READ, lambda: _kept(self._reader, case, document, cursor, most))

    async def ends(
        self, case: bytes, document: bytes, chains: Sequence[tuple[bytes, int, int]]
    ) -> list[bytes]:
        return await self._on(READ, lambda: _ends(self._reader, case, document, chains))

    async def snapshot(self, case: bytes, document: bytes, hash_: bytes) -> bytes | None:
        return await self._on(READ, lambda: _snapshot(self._reader, case, document, hash_))

    async def hashes(
        self, case: bytes, document: bytes, device: bytes, epoch: int, first: int, last: int
    ) -> list[bytes]:
        chain = (case, document, device, epoch)
        return await self._on(READ, lambda: _hashes(self._reader, chain, first, last))

    async def access(self, case: bytes, start: int, most: int) -> list[bytes]:
        sql = (
            "SELECT body FROM access WHERE case_id = (SELECT id FROM cases WHERE name = ?)"
            " AND position >= ? ORDER BY position"
        )
        return await self._on(READ, lambda: _page(self._reader.execute(sql, (case, start)), most))

    async def access_end(self, case: bytes) -> tuple[int, bytes]:
        found = await self._on(READ, lambda: self._reader.execute(ACCESS_END, (case,)).fetchone())
        return found or (0, b"")

    async def close(self) -> None:
        await self._on(READ, self._reader.close)
        await self._on(WRITE, self._writer.close)
        for thread in self._threads:
            thread.close()
        if self._lock is not None:
            self._lock.close()

    async def _on(self, thread: int, work: Callable[[], T]) -> T:
        try:
            if not self._threads:
                return work()
            return await self._threads[thread].do(work)
        except (sqlite3.Error, RuntimeError) as error:
            raise StoreUnavailable(type(error).__name__) from error


def _take(path: Path) -> IO[bytes]:
    """Hold the folder until closed, or until this process ends in any way."""
    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StoreTaken("another relay holds this data folder") from error
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise StoreUnavailable("the store was written by a newer relay")
    for number, step in enumerate(STEPS[version:], version + 1):
        connection.executescript(f"BEGIN; {step} PRAGMA user_version = {number}; COMMIT;")
    if connection.execute("PRAGMA auto_vacuum").fetchone() != (2,):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")


def _load(connection: sqlite3.Connection, case: bytes) -> StoredCase | None:
    connection.execute("BEGIN")
    try:
        found = connection.execute("SELECT id FROM cases WHERE name = ?", (case,)).fetchone()
        return None if found is None else _load_found(connection, found[0])
    finally:
        connection.execute("COMMIT")


def _load_found(connection: sqlite3.Connection, key: int) -> StoredCase:
    rows = connection.execute("SELECT body FROM records WHERE case_id = ? ORDER BY position", (key,))
    records = tuple(row[0] for row in rows)
    size = sum(map(len, records))
    tails: dict[tuple[bytes, bytes, int], Tail] = {}
    counts: dict[bytes, int] = {}
    snapshots: dict[bytes, dict[bytes, bytes]] = {}
    documents = connection.execute("SELECT id, name, freed FROM documents WHERE case_id = ?", (key,))
    for document, name, freed in documents.fetchall():
        kept = connection.execute(
            "SELECT hash, device, length(body) FROM snapshots WHERE document_id = ?", (document,)
        ).fetchall()
        if kept:
            snapshots[name] = {hash_: device for hash_, device, _ in kept}
        last = connection.execute(LAST_OF_DOCUMENT, (document,)).fetchone()
        size += sum(length for _, _, length in kept)
        if last is None:
            continue
        counts[name], total = last
        size += total - freed
        chains = connection.execute("SELECT id, device, epoch FROM chains WHERE document_id = ?", (document,))
        for chain, device, epoch in chains.fetchall():
            tails[name, device, epoch] = Tail(*connection.execute(LAST_OF_CHAIN, (chain,)).fetchone())
    return StoredCase(records, tails, counts, size, snapshots)


def _page(rows: Iterable[tuple[bytes]], most: int) -> list[bytes]:
    """Some bodies from the front; rows are read one by one, so a page costs what it holds."""
    page: list[bytes] = []
    size = 0
    for (body,) in rows:
        size += len(body)
        if page and size > most:
            break
        page.append(body)
    return page


def _envelopes(
    connection: sqlite3.Connection, case: bytes, document: bytes, cursor: int, most: int
) -> list[bytes]:
    found, pruned = _document(connection, case, document)
    if cursor < pruned:
        return []
    rows = connection.execute(
        "SELECT start, count, sizes, bodies FROM runs WHERE document_id = ?1 AND start >= coalesce("
        "(SELECT max(start) FROM runs WHERE document_id = ?1 AND start <= ?2), 0) ORDER BY start",
        (found, cursor),
    )
    return _page(((body,) for row in rows for _, body in _bodies(cursor, *row)), most)


def _document(connection: sqlite3.Connection, case: bytes, document: bytes) -> tuple[int, int]:
    """(row, pruned); zeros where there is no such document."""
    found = connection.execute(
        "SELECT d.id, d.pruned FROM documents d JOIN cases c ON c.id = d.case_id"
        " WHERE c.name = ? AND d.name = ?",
        (case, document),
    ).fetchone()
    return (found[0], found[1]) if found is not None else (0, 0)


def _kept(
    connection: sqlite3.Connection, case: bytes, document: bytes, cursor: int, most: int
) -> list[tuple[int, bytes]]:
    found, pruned = _document(connection, case, document)
    rows = connection.execute(
        "SELECT start, count, sizes, bodies FROM runs"
        " WHERE document_id = ? AND start < ? AND start + count > ? ORDER BY start",
        (found, pruned, cursor),
    )
    page: list[tuple[int, bytes]] = []
    size = 0
    for row in rows:
        for number, body in _bodies(cursor, *row):
            size += len(body)
            if number >= pruned or (page and size > most):
                return page
            page.append((number, body))
    return page


def _ends(
    connection: sqlite3.Connection, case: bytes, document: bytes, chains: Sequence[tuple[bytes, int, int]]
) -> list[bytes]:
    found, _ = _document(connection, case, document)
    ends: list[bytes] = []
    for device, epoch, seq in chains:
        row = connection.execute(
            "SELECT r.seq, r.count, r.sizes, r.bodies FROM runs r JOIN chains t ON t.id = r.chain_id"
            " WHERE t.document_id = ?1 AND t.device = ?2 AND t.epoch = ?3 AND r.seq <= ?4"
            " AND r.seq + r.count > ?4",
            (found, device, epoch, seq),
        ).fetchone()
        if row is not None:
            ends.append(next(_bodies(seq, *row))[1])
    return ends


def _snapshot(connection: sqlite3.Connection, case: bytes, document: bytes, hash_: bytes) -> bytes | None:
    found, _ = _document(connection, case, document)
    row = connection.execute(
        "SELECT body FROM snapshots WHERE document_id = ? AND hash = ?", (found, hash_)
    ).fetchone()
    return row[0] if row is not None else None


def _bodies(cursor: int, start: int, count: int, sizes: bytes, bodies: bytes) -> Iterator[tuple[int, bytes]]:
    """(cursor, envelope) of a run, from `cursor` on."""
    at = 0
    for number, size in enumerate(struct.unpack(f">{count}I", sizes), start):
        if number >= cursor:
            yield number, bodies[at : at + size]
        at += size


def _hashes(
    connection: sqlite3.Connection, chain: tuple[bytes, bytes, bytes, int], first: int, last: int
) -> list[bytes]:
    rows = connection.execute(
        "SELECT seq, hashes FROM runs WHERE chain_id = (SELECT t.id FROM chains t JOIN documents d"
        " ON d.id = t.document_id JOIN cases c ON c.id = d.case_id"
        " WHERE c.name = ? AND d.name = ? AND t.device = ? AND t.epoch = ?)"
        " AND seq <= ? AND seq + count > ? ORDER BY seq",
        (*chain, last, first),
    )
    return [
        hashes[at : at + 32]
        for seq, hashes in rows
        for at in range(0, len(hashes), 32)
        if first <= seq + at // 32 <= last
    ]


class _Appender:
    """The writing half: one transaction at a time. It remembers the row ids of names, which never change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ids: dict[tuple[object, ...], int] = {}
        self._shrinking = False

    def commit(self, writes: Sequence[Write]) -> list[int | None]:
        results: dict[int, int | None] = {}
        order = sorted(range(len(writes)), key=lambda index: writes[index].case)
        execute = self._connection.execute
        if len(self._ids) > KNOWN_IDS:
            self._ids.clear()
        execute("BEGIN IMMEDIATE")
        try:
            for _, group in groupby(order, key=lambda index: writes[index].case):
                indexes = list(group)
                execute("SAVEPOINT one_case")
                try:
                    results.update({index: self._write(writes[index]) for index in indexes})
                except _Moved:
                    execute("ROLLBACK TO one_case")
                    self._ids.clear()
                    results.update(dict.fromkeys(indexes))
                execute("RELEASE one_case")
            execute("COMMIT")
        except BaseException:
            self._ids.clear()
            if self._connection.in_transaction:
                execute("ROLLBACK")
            raise
        self._shrink(any(isinstance(each, Prune | KeepSnapshot) for each in writes))
        return [results[index] for index in range(len(writes))]

    def _shrink(self, freed: bool) -> None:
        """Give the disk back what pruning freed. What was committed stands, whatever becomes of this."""
        self._shrinking |= freed
        if not self._shrinking:
            return
        with suppress(sqlite3.Error):
            # A page at each step of the statement, and only a script is stepped to its end.
            self._connection.executescript(f"PRAGMA incremental_vacuum({VACUUM_PAGES})")
            self._shrinking = self._connection.execute("PRAGMA freelist_count").fetchone() != (0,)
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _write(self, write: Write) -> int:
        if isinstance(write, AppendRecords):
            return self._append_records(write)
        if isinstance(write, AppendEnvelopes):
            return self._append_envelopes(write)
        if isinstance(write, AppendAccess):
            return self._append_access(write)
        case = self._id("cases", ("name",), (write.case,))
        document = self._id("documents", ("case_id", "name"), (case, write.document))
        if isinstance(write, KeepSnapshot):
            if self._connection.execute(LENGTH, (case,)).fetchone() != (write.log_length,):
                raise _Moved
            return self._keep(document, write)
        return self._prune(document, write)

    def _keep(self, document: int, write: KeepSnapshot) -> int:
        freed = sum(self._drop_snapshot(document, each) for each in write.instead_of if each != write.hash)
        self._connection.execute(
            "INSERT OR IGNORE INTO snapshots (document_id, hash, device, body) VALUES (?, ?, ?, ?)",
            (document, write.hash, write.device, write.envelope),
        )
        return freed

    def _drop_snapshot(self, document: int, hash_: bytes) -> int:
        sql = "DELETE FROM snapshots WHERE document_id = ? AND hash = ? RETURNING length(body)"
        return sum(size for (size,) in self._connection.execute(sql, (document, hash_)).fetchall())

    def _prune(self, document: int, write: Prune) -> int:
        """Nothing is dropped unless the snapshot and every end are there."""
        execute = self._connection.execute
        sql = "SELECT hash FROM snapshots WHERE document_id = ?"
        others = {hash_ for (hash_,) in execute(sql, (document,)).fetchall()}
        if write.snapshot not in others:
            raise _Moved
        last, freed = 0, 0
        for device, epoch, seq, hash_ in write.ends:
            where = "document_id = ? AND device = ? AND epoch = ?"
            chain = execute(f"SELECT id FROM chains WHERE {where}", (document, device, epoch)).fetchone()
            if chain is None:
                raise _Moved
            gone = self._prune_chain(chain[0], seq, hash_)
            last, freed = max(last, gone[0]), freed + gone[1]
        execute(
            "UPDATE documents SET pruned = max(pruned, ?), freed = freed + ? WHERE id = ?",
            (last, freed, document),
        )
        return freed + sum(self._drop_snapshot(document, each) for each in others - {write.snapshot})

    def _prune_chain(self, chain: int, seq: int, hash_: bytes) -> tuple[int, int]:
        """(the cursor after the last envelope that was dropped, how many bytes were)."""
        execute = self._connection.execute
        row = execute(
            "SELECT rowid, start, seq, count, hashes, sizes, bodies FROM runs"
            " WHERE chain_id = ? AND seq <= ? AND seq + count > ?",
            (chain, seq, seq),
        ).fetchone()
        if row is None:
            raise _Moved
        run, start, first, count, hashes, sizes, bodies = row
        ahead = seq - first
        if hashes[32 * ahead : 32 * ahead + 32] != hash_:
            raise _Moved
        gone = execute(
            "DELETE FROM runs WHERE chain_id = ? AND seq < ? RETURNING start + count, length(bodies)",
            (chain, first),
        ).fetchall()
        last, freed = max((end for end, _ in gone), default=0), sum(size for _, size in gone)
        if ahead:
            size = sum(struct.unpack(f">{count}I", sizes)[:ahead])
            execute(
                "UPDATE runs SET start = ?, seq = ?, count = ?, hashes = ?, sizes = ?, bodies = ?"
                " WHERE rowid = ?",
                (
                    start + ahead,
                    seq,
                    count - ahead,
                    hashes[32 * ahead :],
                    sizes[4 * ahead :],
                    bodies[size:],
                    run,
                ),
            )
            last, freed = start + ahead, freed + size
        return last, freed

    def _append_records(self, write: AppendRecords) -> int:
        case = self._id("cases", ("name",), (write.case,))
        if self._connection.execute(LENGTH, (case,)).fetchone() != (write.position,):
            raise _Moved
        self._connection.executemany(
            "INSERT INTO records (case_id, position, body) VALUES (?, ?, ?)",
            [(case, write.position + index, record) for index, record in enumerate(write.records)],
        )
        return write.position + len(write.records)

    def _append_access(self, write: AppendAccess) -> int:
        case = self._id("cases", ("name",), (write.case,))
        end = self._connection.execute(ACCESS_END, (write.case,)).fetchone()
        if (end[0] if end else 0) != write.start:
            raise _Moved
        self._connection.executemany(
            "INSERT INTO access (case_id, position, body) VALUES (?, ?, ?)",
            [(case, write.start + index, entry) for index, entry in enumerate(write.entries)],
        )
        return write.start + len(write.entries)

    def _append_envelopes(self, write: AppendEnvelopes) -> int:
        execute = self._connection.execute
        case = self._id("cases", ("name",), (write.case,))
        if execute(LENGTH, (case,)).fetchone() != (write.log_length,):
            raise _Moved
        document = self._id("documents", ("case_id", "name"), (case, write.document))
        chain = self._id("chains", ("document_id", "device", "epoch"), (document, write.device, write.epoch))
        last = execute(LAST_OF_CHAIN, (chain,)).fetchone()
        if (Tail(*last) if last else Tail()) != write.after:
            raise _Moved
        cursor, total = execute(LAST_OF_DOCUMENT, (document,)).fetchone() or (0, 0)
        seq = write.after.seq + 1
        for run in _runs(write):
            bodies = b"".join(write.envelopes[run])
            count, total = run.stop - run.start, total + len(bodies)
            sizes = struct.pack(f">{count}I", *map(len, write.envelopes[run]))
            execute(
                "INSERT INTO runs (document_id, start, chain_id, seq, count, total, hashes, sizes, bodies)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (document, cursor, chain, seq, count, total, b"".join(write.hashes[run]), sizes, bodies),
            )
            cursor, seq = cursor + count, seq + count
        return int(cursor)

    def _id(self, table: str, columns: tuple[str, ...], values: tuple[bytes | int, ...]) -> int:
        """The row with these values, made where it is not there yet."""
        known = self._ids.get((table, *values))
        if known is not None:
            return known
        where = " AND ".join(f"{column} = ?" for column in columns)
        found = self._connection.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()
        if found is None:
            marks = ", ".join("?" for _ in columns)
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING id"
            found = self._connection.execute(sql, values).fetchone()
        self._ids[(table, *values)] = found[0]
        return int(found[0])


def _runs(write: AppendEnvelopes) -> Iterator[slice]:
    """Cut where a row would grow too large to read for the sake of one envelope."""
    start = size = 0
    for index, envelope in enumerate(write.envelopes):
        if index > start and size + len(envelope) > RUN_BYTES:
            yield slice(start, index)
            start, size = index, 0
        size += len(envelope)
    yield slice(start, len(write.envelopes))
