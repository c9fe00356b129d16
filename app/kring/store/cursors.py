"""How many of a document's envelopes at the relay this device has taken in."""

from __future__ import annotations

from sqlite_utils import Database


class Cursors:
    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, case_no: int, document: bytes, cursor: int) -> None:
        self._db.execute(
            "INSERT INTO cursors (case_no, document, cursor) VALUES (?, ?, ?)"
            " ON CONFLICT (case_no, document) DO UPDATE SET cursor = excluded.cursor",
            [case_no, document, cursor],
        )

    def all(self, case_no: int) -> dict[bytes, int]:
        rows = self._db.execute("SELECT document, cursor FROM cursors WHERE case_no = ?", [case_no])
        return dict(rows.fetchall())
