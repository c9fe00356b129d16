"""Envelopes that are not part of a document: those that wait for something, and those in quarantine.

They are kept as they came, are never deleted for being odd, and are tried again when the log or a
document grows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

WAITING = "wait"
SAID = "said"
"""An own envelope that waits, because what it builds on was taken out of the document again."""
KEPT = "kept"
"""The same, of one that was never sent: said anew once it can be."""

IN_HOPE = (WAITING, SAID, KEPT)
"""The reasons that are no refusal."""


@dataclass(frozen=True, slots=True)
class Held:
    """`reason` is WAITING, or the gate's word for why the envelope was put in quarantine."""

    document: bytes
    hash: bytes
    reason: str
    data: bytes


class HeldEnvelopes:
    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, case_no: int, envelopes: Iterable[Held]) -> None:
        """Keep, or change the reason of, each envelope."""
        self._db.conn.executemany(
            "INSERT INTO held (case_no, document, hash, reason, data) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (case_no, hash) DO UPDATE SET reason = excluded.reason",
            [(case_no, e.document, e.hash, e.reason, e.data) for e in envelopes],
        )

    def released(self, case_no: int, hashes: Iterable[bytes]) -> None:
        """Forget envelopes that have been accepted after all, in the transaction that accepts them."""
        self._db.conn.executemany(
            "DELETE FROM held WHERE case_no = ? AND hash = ?", [(case_no, hash_) for hash_ in hashes]
        )

    def refused(self, case_no: int) -> list[tuple[bytes, str]]:
        """(hash, reason) of all that is in quarantine, oldest first."""
        rows = self._db.execute("SELECT hash, reason FROM held WHERE case_no = ? ORDER BY id", [case_no])
        return [(name, reason) for name, reason in rows if reason not in IN_HOPE]

    def get(self, case_no: int, name: bytes) -> Held | None:
        """One of them, by its hash."""
        row = self._db.execute(
            "SELECT document, hash, reason, data FROM held WHERE case_no = ? AND hash = ?", [case_no, name]
        ).fetchone()
        return Held(*row) if row is not None else None

    def all(self, case_no: int) -> list[Held]:
        """Oldest first."""
        rows = self._db.execute(
            "SELECT document, hash, reason, data FROM held WHERE case_no = ? ORDER BY id", [case_no]
        )
        return [Held(*row) for row in rows]
