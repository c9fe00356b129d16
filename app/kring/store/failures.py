"""Turns what SQLite and the operating system say into the store's own errors.

Source of the codes: https://sqlite.org/rescode.html.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from kring.errors import StoreCorrupt, StoreError, StoreFull, StoreTaken

_FULL = {sqlite3.SQLITE_FULL}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TAKEN = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def store_error(error: Exception) -> StoreError:
    """The StoreError that says the same as `error` (a sqlite3.Error or an OSError)."""
    if isinstance(error, OSError):
        return StoreFull(str(error)) if error.errno in _NO_ROOM else StoreError(str(error))
    # The primary code is the low byte; errors that Python itself raises carry no code at all.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _FULL:
        return StoreFull(str(error))
    if code in _TAKEN:
        return StoreTaken(str(error))
    if code in _CORRUPT:
        return StoreCorrupt(str(error))
    return StoreError(str(error))


@contextmanager
def translated() -> Iterator[None]:
    """Raise sqlite3 errors and OSErrors of the block as StoreError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise store_error(error) from error
