"""The cases on this device: a local number and one sealed description each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from kring.store.sealer import Sealer

_TABLES = ("keys", "log", "envelopes", "acked", "held", "cursors", "snapshots", "access", "deeds")
_LARGE = "envelopes"
"""As long as it takes to erase these, they open with none of what the others held."""

_ERASING = b""
"""In the place of the description of a case of which the keys are gone and the rest is going."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """`description` is for cases/ to read; it is sealed in the file."""

    number: int
    id: bytes
    description: bytes


class CaseRows:
    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db, self._sealer = db, sealer

    async def seal(self, case: bytes, description: bytes) -> bytes:
        return await self._sealer.seal("case", case, description)

    def free_number(self) -> int:
        """A local number that no case here has or had; for `add`."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'cases'").fetchone()
        return 1 + (row[0] if row is not None else 0)

    def here(self, case: bytes) -> bool:
        """Whether this case is on this device."""
        return self._db.execute("SELECT 1 FROM cases WHERE id = ?", [case]).fetchone() is not None

    def add(self, number: int, case: bytes, box: bytes) -> None:
        """Register a case. Raises sqlite3.IntegrityError (StoreError from `Store.write`) if it is here."""
        self._db.execute("INSERT INTO cases (number, id, box) VALUES (?, ?, ?)", [number, case, box])

    def put(self, number: int, box: bytes) -> None:
        self._db.execute("UPDATE cases SET box = ? WHERE number = ?", [box, number])

    async def all(self) -> list[CaseRow]:
        """Oldest first. Raises StoreCorrupt."""
        rows = self._db.execute(
            "SELECT number, id, box FROM cases WHERE box <> ? ORDER BY number", [_ERASING]
        ).fetchall()
        opened = await self._sealer.open_many("case", [(case, box) for _, case, box in rows])
        return [
            CaseRow(number, case, description)
            for (number, case, _), description in zip(rows, opened, strict=True)
        ]

    def counts(self, number: int) -> dict[str, int]:
        """How many rows of this case each table has, by its name; "documents": how many have envelopes."""
        asked = {table: f"SELECT count(*) FROM {table} WHERE case_no = ?" for table in _TABLES}
        asked["documents"] = "SELECT count(DISTINCT document) FROM envelopes WHERE case_no = ?"
        return {name: self._db.execute(query, [number]).fetchone()[0] for name, query in asked.items()}

    def delete_keys(self, number: int) -> None:
        """Erase what opens or describes a case; what is left opens with nothing on this device."""
        for table in _TABLES:
            if table != _LARGE:
                self._db.execute(f"DELETE FROM {table} WHERE case_no = ?", [number])
        self._db.execute("UPDATE cases SET box = ? WHERE number = ?", [_ERASING, number])

    def delete_rest(self, number: int) -> None:
        """Erase what `delete_keys` left, but for the mark that this case is being erased."""
        self._db.execute(f"DELETE FROM {_LARGE} WHERE case_no = ?", [number])

    def half_erased(self) -> list[int]:
        """The numbers of the cases that `delete_keys` was done for and `delete` not yet."""
        rows = self._db.execute("SELECT number FROM cases WHERE box = ?", [_ERASING])
        return [number for (number,) in rows.fetchall()]

    def delete(self, number: int) -> None:
        """Erase all of a case; the freed pages are overwritten (secure_delete)."""
        for table in _TABLES:
            self._db.execute(f"DELETE FROM {table} WHERE case_no = ?", [number])
        self._db.execute("DELETE FROM cases WHERE number = ?", [number])
