"""The store and the vault record as files in one folder, on CPython."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from kring.errors import StoreError, StoreTaken
from kring.store.failures import translated
from kring.store.file import clean


class FolderStoreFile:
    """`<folder>/kring.sqlite` in WAL mode with synchronous=FULL: a committed transaction is durable.

    The database is held in exclusive locking mode, SQLite's own lock, so that a second process gets
    StoreTaken at once; the lock ends with the process however it ends.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "kring.sqlite"
        self._connection: sqlite3.Connection | None = None

    def connect(self) -> sqlite3.Connection:
        with translated():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=0, isolation_level=None)
            try:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA temp_store = MEMORY")
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            return connection

    def size(self) -> int:
        """Bytes in use."""
        folder = self.path.parent
        return sum(path.stat().st_size for path in folder.glob(f"{self.path.name}*"))

    async def durable(self) -> None:
        """Nothing to wait for: SQLite has called fsync at the commit."""

    def clean(self, *, whole: bool) -> None:
        if self._connection is None:
            raise StoreTaken
        with translated():
            clean(self._connection, whole=whole)

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class FolderVaultFile:
    """`<folder>/vault.json`, replaced whole."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "vault.json"

    async def read(self) -> bytes | None:
        with translated():
            try:
                return self.path.read_bytes()
            except FileNotFoundError:
                return None

    async def write(self, record: bytes) -> None:
        with translated():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self.path, record)

    async def replace(self, known: bytes, record: bytes) -> None:
        if await self.read() != known:
            raise StoreError("the vault record is not the one that was read")
        with translated():
            _replace(self.path, record)


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".new")
    with open(draft, "wb", opener=_private) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
