"""The shape of the store, as steps. A step, once released, never changes: a new shape is a new step.

`PRAGMA user_version` counts the steps a store has had. All columns are opaque to a reader without the
vault key: ids, numbers, envelopes and log records as they travel, and sealed boxes.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from kring.errors import StoreNewer
from kring.store.failures import translated


def first_shape(db: Database) -> None:
    """Cases, keys, log, envelopes and what belongs to them, each by the case's local number.

    One saved edit touches two pages: of the envelopes and of their index.
    """
    statements = (
        "CREATE TABLE meta (name TEXT PRIMARY KEY, box BLOB NOT NULL)",
        "CREATE TABLE cases (number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB UNIQUE, box BLOB NOT NULL)",
        "CREATE TABLE keys (case_no INTEGER NOT NULL, name TEXT NOT NULL, box BLOB NOT NULL,"
        " PRIMARY KEY (case_no, name))",
        "CREATE TABLE log (case_no INTEGER NOT NULL, position INTEGER NOT NULL, record BLOB NOT NULL,"
        " PRIMARY KEY (case_no, position))",
        "CREATE TABLE envelopes (id INTEGER PRIMARY KEY, case_no INTEGER NOT NULL,"
        " document BLOB NOT NULL, device BLOB NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " hash BLOB NOT NULL, data BLOB NOT NULL)",
        "CREATE UNIQUE INDEX envelope_chain ON envelopes (case_no, document, device, epoch, seq)",
        "CREATE TABLE acked (case_no INTEGER NOT NULL, document BLOB NOT NULL, device BLOB NOT NULL,"
        " epoch INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (case_no, document, device, epoch))",
        "CREATE TABLE held (id INTEGER PRIMARY KEY AUTOINCREMENT, case_no INTEGER NOT NULL,"
        " document BLOB NOT NULL, hash BLOB NOT NULL, reason TEXT NOT NULL, data BLOB NOT NULL)",
        "CREATE UNIQUE INDEX held_once ON held (case_no, hash)",
        "CREATE TABLE cursors (case_no INTEGER NOT NULL, document BLOB NOT NULL, cursor INTEGER NOT NULL,"
        " PRIMARY KEY (case_no, document))",
        "CREATE TABLE snapshots (case_no INTEGER NOT NULL, document BLOB NOT NULL, covers INTEGER NOT NULL,"
        " box BLOB NOT NULL, PRIMARY KEY (case_no, document))",
        "CREATE TABLE access (case_no INTEGER NOT NULL, start INTEGER NOT NULL, box BLOB NOT NULL,"
        " PRIMARY KEY (case_no, start))",
    )
    for statement in statements:
        db.execute(statement)


def with_deeds(db: Database) -> None:
    """What a professional's device notes of its own use of a case."""
    db.execute(
        "CREATE TABLE deeds (case_no INTEGER NOT NULL, start INTEGER NOT NULL, box BLOB NOT NULL,"
        " PRIMARY KEY (case_no, start))"
    )


STEPS: tuple[Callable[[Database], None], ...] = (first_shape, with_deeds)


def version(db: Database) -> int:
    """How many steps this store has had; 0 is a new store."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: Database, steps: tuple[Callable[[Database], None], ...] = STEPS) -> None:
    """Take the steps that this store has not had, all or none.

    Raises StoreNewer, and changes nothing, where the store has had steps that are not known here.
    """
    with translated():
        had = version(db)
        if had > len(steps):
            raise StoreNewer(f"store has version {had}, known is {len(steps)}")
        if had == len(steps):
            return
        with db.atomic():
            for step in steps[had:]:
                step(db)
            db.execute(f"PRAGMA user_version = {len(steps)}")
