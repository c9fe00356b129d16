"""A store file in memory that loses, at a crash, exactly what was not durable yet."""

from __future__ import annotations

import itertools
import sqlite3

from kring.errors import StoreFull, StoreTaken

_names = itertools.count()


class MemoryStoreFile:
    """Everything between two calls of `durable` is one outer transaction; a crash rolls it back.

    `full` makes the next writes fail as a full disk does. One owner at a time, as with the real files.
    """

    def __init__(self) -> None:
        self._uri = f"file:/kring-{next(_names)}?vfs=memdb"
        self._anchor = sqlite3.connect(self._uri, uri=True, isolation_level=None)
        self._connection: sqlite3.Connection | None = None
        self.full = False

    def connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            raise StoreTaken
        self._connection = sqlite3.connect(self._uri, uri=True, timeout=0, isolation_level=None)
        self._connection.execute("BEGIN")
        return self._connection

    async def durable(self) -> None:
        connection = self._open()
        if self.full:
            connection.execute("ROLLBACK")
            connection.execute("BEGIN")
            raise StoreFull
        connection.execute("COMMIT")
        connection.execute("BEGIN")

    def clean(self, *, whole: bool) -> None:
        """This file has no journal; what was not durable yet becomes so."""
        connection = self._open()
        connection.execute("COMMIT")
        if whole:
            connection.execute("VACUUM")
        connection.execute("BEGIN")

    async def close(self) -> None:
        self.crash()

    def crash(self) -> None:
        """Drop the connection as a kill would; `connect` then shows what was durable."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def dump(self) -> bytes:
        """The bytes of the file, as somebody who copies the storage would have them."""
        return self._anchor.serialize()

    def restore(self, data: bytes) -> None:
        """Put an earlier `dump` back, as from a backup. Only while nobody has it open."""
        earlier = sqlite3.connect(":memory:")
        earlier.deserialize(data)
        earlier.backup(self._anchor)
        earlier.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreTaken
        return self._connection
