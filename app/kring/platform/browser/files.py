"""The store and the vault record in a browser: OPFS, or IndexedDB where OPFS cannot be written.

SQLite runs in WAL mode with synchronous=NORMAL: it orders its writes and leaves the waiting to `durable`,
which flushes everything at once. In exclusive locking mode its WAL index stays in memory, so no shared
memory is needed. Source: https://sqlite.org/wal.html#noshm.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from kring_bridge import storage
from pyodide.ffi import JsException

from kring.errors import StoreError, StoreFull, StoreTaken
from kring.store.failures import translated
from kring.store.file import clean

Form = Literal["opfs", "indexeddb"]
_ERRORS: dict[str, type[StoreError]] = {
    "QuotaExceededError": StoreFull,
    "NoModificationAllowedError": StoreTaken,
}


@contextmanager
def _from_browser() -> Iterator[None]:
    """Raise the browser's exceptions as StoreError, by the name that the web platform gives them."""
    try:
        yield
    except JsException as error:
        kind = _ERRORS.get(str(getattr(error, "name", "")), StoreError)
        raise kind(str(error)) from error


class BrowserStoreFile:
    """Made by `open`, because a browser opens its files asynchronously; `connect` may be called once."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    @classmethod
    async def open(
        cls, name: str = "kring.sqlite", form: Form | None = None, patience_ms: int = 5000
    ) -> BrowserStoreFile:
        """The store called `name`. `form` forces where a new one lives.

        Waits up to `patience_ms` for a worker that is just being ended to let go of its files.
        Raises StoreTaken, StoreError.
        """
        with _from_browser():
            return cls(await storage.open(name, form, patience_ms))

    @property
    def place(self) -> Form:
        form: Form = self._opened.form
        return form

    def connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            raise StoreTaken
        with translated():
            connection = sqlite3.connect(self._opened.path, timeout=0, isolation_level=None)
            try:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA temp_store = MEMORY")
                connection.execute("PRAGMA mmap_size = 0")
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
        self._connection = connection
        return connection

    async def durable(self) -> None:
        with _from_browser():
            await self._opened.durable()

    def clean(self, *, whole: bool) -> None:
        if self._connection is None:
            raise StoreTaken
        with translated():
            clean(self._connection, whole=whole)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._connection is not None:
            self._connection.close()
        with _from_browser():
            try:
                await self._opened.durable()
            finally:
                await self._opened.close()


class BrowserVaultFile:
    """The vault record as the boot page keeps it."""

    async def read(self) -> bytes | None:
        with _from_browser():
            record = await storage.readVault()
        return str(record).encode() if record else None

    async def write(self, record: bytes) -> None:
        with _from_browser():
            await storage.writeVault(record.decode())

    async def replace(self, known: bytes, record: bytes) -> None:
        with _from_browser():
            replaced = await storage.replaceVault(known.decode(), record.decode())
        if not replaced:
            raise StoreError("the vault record is not the one that was read")


async def estimate() -> tuple[int, bool]:
    """Bytes used on this device by this origin, and whether the browser promised not to clear them."""
    with _from_browser():
        found = await storage.estimate()
    return int(found.used), bool(found.persisted)
