"""Envelopes as they travel, in the order in which this device accepted or made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class StoredEnvelope:
    """An accepted or own envelope; the columns repeat what its header says, to be found by."""

    document: bytes
    device: bytes
    epoch: int
    seq: int
    hash: bytes
    data: bytes


class Envelopes:
    """Rows are added, and a repeat is nothing new.

    Only own ones that were never sent are ever replaced; only what a cut undid is ever taken out, and what a
    confirmed snapshot stands for.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, case_no: int, envelopes: Iterable[StoredEnvelope]) -> None:
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO envelopes (case_no, document, device, epoch, seq, hash, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(case_no, e.document, e.device, e.epoch, e.seq, e.hash, e.data) for e in envelopes],
        )

    def withdraw(self, case_no: int, document: bytes, device: bytes, epoch: int, last: int) -> None:
        """Take out what stands in this chain after number `last`.

        In the transaction that adds what takes its place, and after it: so no row number is used again.
        """
        self._db.execute(
            "DELETE FROM envelopes"
            " WHERE case_no = ? AND document = ? AND device = ? AND epoch = ? AND seq > ?",
            [case_no, document, device, epoch, last],
        )

    def take_out(self, case_no: int, envelopes: Iterable[StoredEnvelope]) -> None:
        """Forget rows, in the transaction that keeps their envelopes elsewhere and drops the snapshot."""
        self._db.conn.executemany(
            "DELETE FROM envelopes"
            " WHERE case_no = ? AND document = ? AND device = ? AND epoch = ? AND seq = ? AND hash = ?",
            [(case_no, e.document, e.device, e.epoch, e.seq, e.hash) for e in envelopes],
        )

    def prune(self, case_no: int, document: bytes, ends: Mapping[tuple[bytes, int], int]) -> None:
        """Drop of each chain (device, epoch) what stands before this number, in the transaction that keeps a
        snapshot which holds it."""
        self._db.conn.executemany(
            "DELETE FROM envelopes"
            " WHERE case_no = ? AND document = ? AND device = ? AND epoch = ? AND seq < ?",
            [(case_no, document, *chain, seq) for chain, seq in ends.items()],
        )

    def of_chain(
        self, case_no: int, document: bytes, device: bytes, epoch: int, first: int, most: int
    ) -> list[bytes]:
        """At most so many envelopes of this chain, from number `first` on, in their order."""
        rows = self._db.execute(
            "SELECT data FROM envelopes WHERE case_no = ? AND document = ? AND device = ? AND epoch = ?"
            " AND seq >= ? ORDER BY seq LIMIT ?",
            [case_no, document, device, epoch, first, most],
        )
        return [data for (data,) in rows.fetchall()]

    def at(self, case_no: int, document: bytes, device: bytes, epoch: int, seq: int) -> bytes | None:
        """The envelope with this number in this chain."""
        row = self._db.execute(
            "SELECT data FROM envelopes"
            " WHERE case_no = ? AND document = ? AND device = ? AND epoch = ? AND seq = ?",
            [case_no, document, device, epoch, seq],
        ).fetchone()
        return row[0] if row is not None else None

    def last_of_each_chain(self, case_no: int) -> list[bytes]:
        """For each document, device and epoch, the envelope with the highest sequence number."""
        rows = self._db.execute(
            "SELECT e.data FROM (SELECT document, device, epoch, max(seq) AS last FROM envelopes"
            " WHERE case_no = ? GROUP BY document, device, epoch) AS c JOIN envelopes AS e"
            " ON e.case_no = ? AND e.document = c.document AND e.device = c.device"
            " AND e.epoch = c.epoch AND e.seq = c.last",
            [case_no, case_no],
        )
        return [data for (data,) in rows]

    def after(self, case_no: int, document: bytes, covered: int) -> Iterator[tuple[int, bytes]]:
        """(row id, envelope) of what came after row `covered` in this document, oldest first."""
        rows = self._db.execute(
            "SELECT id, data FROM envelopes WHERE case_no = ? AND document = ? AND id > ? ORDER BY id",
            [case_no, document, covered],
        )
        yield from rows

    def last_row(self, case_no: int, document: bytes) -> int:
        """The row id of the newest envelope in this document; 0 where there is none."""
        row = self._db.execute(
            "SELECT max(id) FROM envelopes WHERE case_no = ? AND document = ?", [case_no, document]
        ).fetchone()
        return row[0] or 0
