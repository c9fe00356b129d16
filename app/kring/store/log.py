"""The membership log of a case: records as they travel, by position."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database


class Log:
    """Records are verified and replayed again at each start; this only keeps them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, case_no: int, position: int, records: Sequence[bytes]) -> None:
        """Keep `records`, the first of which stands at `position`; a repeat is nothing new."""
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO log (case_no, position, record) VALUES (?, ?, ?)",
            [(case_no, position + i, record) for i, record in enumerate(records)],
        )

    def records(self, case_no: int) -> list[bytes]:
        rows = self._db.execute("SELECT record FROM log WHERE case_no = ? ORDER BY position", [case_no])
        return [row[0] for row in rows]
