"""Sealed values by name: of the device (`Meta`) and of a case (`Keys`). Names say nothing about content."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from kring.store.sealer import Sealer


@dataclass(frozen=True, slots=True)
class KeyBox:
    """A key of a case, sealed and ready to be stored in a transaction."""

    name: str
    box: bytes


class Meta:
    """Sealed metadata of this device: preferences and the like."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db, self._sealer = db, sealer

    async def seal(self, name: str, data: bytes) -> KeyBox:
        return KeyBox(name, await self._sealer.seal("meta", name.encode(), data))

    def put(self, sealed: KeyBox) -> None:
        self._db.execute(
            "INSERT INTO meta (name, box) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET box = excluded.box",
            [sealed.name, sealed.box],
        )

    async def get(self, name: str) -> bytes | None:
        """Raises StoreCorrupt."""
        row = self._db.execute("SELECT box FROM meta WHERE name = ?", [name]).fetchone()
        return None if row is None else await self._sealer.open("meta", name.encode(), row[0])


class Keys:
    """Wrapped keys of a case: this device's own, and the secrets of invites that it made."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db, self._sealer = db, sealer

    async def seal(self, case_no: int, name: str, secret: bytes) -> KeyBox:
        return KeyBox(name, await self._sealer.seal("keys", _place(case_no, name), secret))

    def put(self, case_no: int, sealed: KeyBox) -> None:
        self._db.execute(
            "INSERT INTO keys (case_no, name, box) VALUES (?, ?, ?)"
            " ON CONFLICT (case_no, name) DO UPDATE SET box = excluded.box",
            [case_no, sealed.name, sealed.box],
        )

    def forget(self, case_no: int, name: str) -> None:
        self._db.execute("DELETE FROM keys WHERE case_no = ? AND name = ?", [case_no, name])

    def has(self, case_no: int, name: str) -> bool:
        return bool(
            self._db.execute("SELECT 1 FROM keys WHERE case_no = ? AND name = ?", [case_no, name]).fetchone()
        )

    async def all(self, case_no: int) -> dict[str, bytes]:
        """Every key of the case, opened, by name. Raises StoreCorrupt."""
        rows = self._db.execute("SELECT name, box FROM keys WHERE case_no = ?", [case_no]).fetchall()
        places = [(_place(case_no, name), box) for name, box in rows]
        secrets = await self._sealer.open_many("keys", places)
        return {name: secret for (name, _), secret in zip(rows, secrets, strict=True)}


def _place(case_no: int, name: str) -> bytes:
    return case_no.to_bytes(8, "big") + name.encode()
