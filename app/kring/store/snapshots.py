"""Sealed saves of documents, so that opening a case costs about one load.

A snapshot is only a shortcut: the envelopes that it covers stay. `covers` is the row id of the last
envelope of the document that is inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from kring.store.sealer import Sealer


@dataclass(frozen=True, slots=True)
class Snapshot:
    document: bytes
    covers: int
    data: bytes


class Snapshots:
    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db, self._sealer = db, sealer

    async def seal(self, case_no: int, snapshot: Snapshot) -> bytes:
        return await self._sealer.seal("snapshot", _place(case_no, snapshot), snapshot.data)

    def put(self, case_no: int, snapshot: Snapshot, box: bytes) -> None:
        self._db.execute(
            "INSERT INTO snapshots (case_no, document, covers, box) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (case_no, document) DO UPDATE SET covers = excluded.covers, box = excluded.box",
            [case_no, snapshot.document, snapshot.covers, box],
        )

    def drop(self, case_no: int, document: bytes) -> None:
        """The envelopes say something else now; the next snapshot is made of them."""
        self._db.execute("DELETE FROM snapshots WHERE case_no = ? AND document = ?", [case_no, document])

    async def all(self, case_no: int) -> dict[bytes, Snapshot]:
        """By document. Raises StoreCorrupt."""
        rows = self._db.execute(
            "SELECT document, covers, box FROM snapshots WHERE case_no = ?", [case_no]
        ).fetchall()
        sealed = [(_place(case_no, Snapshot(document, covers, b"")), box) for document, covers, box in rows]
        opened = await self._sealer.open_many("snapshot", sealed)
        return {
            document: Snapshot(document, covers, data)
            for (document, covers, _), data in zip(rows, opened, strict=True)
        }


def _place(case_no: int, snapshot: Snapshot) -> bytes:
    return case_no.to_bytes(8, "big") + snapshot.document + snapshot.covers.to_bytes(8, "big")
