"""Pages of a list that only grows, sealed, in the order in which they came: the access log, and deeds."""

from __future__ import annotations

from typing import Literal

from sqlite_utils import Database

from kring.store.sealer import Sealer


class Pages:
    """A page is the entries from `start` on that came together; what it holds is for cases/ to read."""

    def __init__(self, db: Database, sealer: Sealer, table: Literal["access", "deeds"]) -> None:
        self._db, self._sealer, self._table = db, sealer, table

    async def seal(self, case_no: int, start: int, page: bytes) -> bytes:
        return await self._sealer.seal(self._table, _place(case_no, start), page)

    def put(self, case_no: int, start: int, box: bytes) -> None:
        self._db.execute(
            f"INSERT OR REPLACE INTO {self._table} (case_no, start, box) VALUES (?, ?, ?)",
            [case_no, start, box],
        )

    def forget(self, case_no: int, before: int) -> None:
        """Drop the pages that start before this."""
        self._db.execute(f"DELETE FROM {self._table} WHERE case_no = ? AND start < ?", [case_no, before])

    async def all(self, case_no: int) -> list[bytes]:
        """Oldest first. Raises StoreCorrupt."""
        rows = self._db.execute(
            f"SELECT start, box FROM {self._table} WHERE case_no = ? ORDER BY start", [case_no]
        ).fetchall()
        places = [(_place(case_no, start), box) for start, box in rows]
        return await self._sealer.open_many(self._table, places)


def _place(case_no: int, start: int) -> bytes:
    return case_no.to_bytes(8, "big") + start.to_bytes(8, "big")
