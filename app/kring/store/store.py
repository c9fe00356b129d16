"""The encrypted local store: one SQLite file of envelopes, log records, wrapped keys and sealed boxes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

from sqlite_utils import Database

from kring.errors import StoreCorrupt, WrongPassphrase
from kring.sharing.crypto import Crypto
from kring.store.boxes import Keys, Meta
from kring.store.cases import CaseRows
from kring.store.cursors import Cursors
from kring.store.envelopes import Envelopes
from kring.store.failures import translated
from kring.store.file import StoreFile
from kring.store.held import HeldEnvelopes
from kring.store.log import Log
from kring.store.migrations import migrate
from kring.store.outbox import Outbox
from kring.store.pages import Pages
from kring.store.sealer import Sealer
from kring.store.snapshots import Snapshots

_CHECK = "check"
_CHECK_TEXT = b"kring"


class Store:
    """Open with `open_store`. Reads may be done at any time; writes go through `write`."""

    def __init__(self, file: StoreFile, db: Database, sealer: Sealer) -> None:
        self._file, self._db = file, db
        self._lock = asyncio.Lock()
        self.meta = Meta(db, sealer)
        self.keys = Keys(db, sealer)
        self.cases = CaseRows(db, sealer)
        self.log = Log(db)
        self.envelopes = Envelopes(db)
        self.outbox = Outbox(db)
        self.held = HeldEnvelopes(db)
        self.cursors = Cursors(db)
        self.snapshots = Snapshots(db, sealer)
        self.access = Pages(db, sealer, "access")
        self.deeds = Pages(db, sealer, "deeds")

    async def write(self, *work: Callable[[], object]) -> None:
        """Do all of `work` in one transaction, or none of it; return when it survives a kill.

        Raises StoreError; then nothing of it can be relied on, and doing the same again is safe, because
        every write here is a repeatable one.
        """
        async with self._lock:
            with translated():
                with self._db.atomic():
                    for step in work:
                        step()
                await self._file.durable()

    async def erase(self, number: int) -> None:
        """Erase a case: first what opens it, so that a crash leaves nothing readable; then every byte of it.

        Raises StoreError; with the case whole where it was not begun, and else to be done again.
        """
        await self.write(lambda: self.cases.delete_keys(number))
        await self._clean(whole=False)
        await self.write(lambda: self.cases.delete_rest(number))
        await self._clean(whole=True)
        await self.write(lambda: self.cases.delete(number))
        await self._clean(whole=False)

    async def shrink(self) -> None:
        """Give the disk back what stands empty, once that is more than half. Raises StoreError."""
        (empty,), (pages,) = (
            self._db.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count")
        )
        if 2 * empty > pages:
            await self._clean(whole=True)

    async def _clean(self, *, whole: bool) -> None:
        async with self._lock:
            with translated():
                self._file.clean(whole=whole)
            await self._file.durable()

    async def close(self) -> None:
        with translated():
            self._db.conn.close()
        await self._file.close()


async def open_store(file: StoreFile, crypto: Crypto, vault_key: bytes) -> Store:
    """Open the store, or make it where the file is new.

    Raises StoreCorrupt, StoreNewer, StoreTaken, StoreFull, or WrongPassphrase where the vault key belongs
    to another store; the file is then as it was.
    """
    connection: sqlite3.Connection | None = None
    try:
        with translated():
            connection = file.connect()
            db = Database(connection, execute_plugins=False)
            if (verdict := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise StoreCorrupt(str(verdict))
            db.execute("PRAGMA secure_delete = ON")
            migrate(db)
        sealer = Sealer(crypto, vault_key)
        store = Store(file, db, sealer)
        await _check_key(store)
    except BaseException:
        if connection is not None:
            connection.close()
        await file.close()
        raise
    return store


async def _check_key(store: Store) -> None:
    try:
        known = await store.meta.get(_CHECK)
    except StoreCorrupt as error:
        raise WrongPassphrase from error
    if known is None:
        sealed = await store.meta.seal(_CHECK, _CHECK_TEXT)
        await store.write(lambda: store.meta.put(sealed))
