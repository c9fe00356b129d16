"""The StoreFile port: where the one SQLite file of this device lives, and when it is safe.

CPython: a file in a folder (WAL, synchronous=FULL). Browser: a file in the worker's file system whose
blocks live in OPFS, or in IndexedDB where OPFS cannot be written.
"""

from __future__ import annotations

import sqlite3
from typing import Protocol


class StoreFile(Protocol):
    def connect(self) -> sqlite3.Connection:
        """Open or create the database, with the pragmas of this platform set. Raises StoreError."""
        ...

    async def durable(self) -> None:
        """Return only when every transaction committed so far survives a kill. Raises StoreFull."""
        ...

    def clean(self, *, whole: bool) -> None:
        """Let no byte stay in the database or its journal of what was deleted before.

        Without `whole` only the journal is emptied: what stood where a deleted row stood is overwritten by
        then, but parts of pages that once were moved may stay. Outside of a transaction. Raises StoreError.
        """
        ...

    async def close(self) -> None: ...


def clean(connection: sqlite3.Connection, *, whole: bool) -> None:
    """`StoreFile.clean` of a database in WAL mode, with secure_delete on and temp_store in memory.

    Sources: https://sqlite.org/lang_vacuum.html, https://sqlite.org/pragma.html#pragma_wal_checkpoint.
    """
    if whole:
        connection.execute("VACUUM")
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("the journal is in use")
