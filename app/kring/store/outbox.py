"""How far the relay has acknowledged this device's own envelopes; the bytes stand in `envelopes`.

The relay takes a device's envelopes of a document and an epoch in their order, so one number for each says it
all, and saving an edit writes nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database


class Outbox:
    """What waits is what stands above the mark; it survives a restart."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def waiting(self, case_no: int, device: bytes) -> list[tuple[bytes, bytes, bytes]]:
        """(document, hash, envelope) of all by this device that is not acknowledged, oldest first."""
        rows = self._db.execute(
            "SELECT e.document, e.hash, e.data FROM (SELECT DISTINCT document, epoch FROM envelopes"
            " WHERE case_no = ? AND device = ?) AS c LEFT JOIN acked AS a"
            " ON a.case_no = ? AND a.document = c.document AND a.device = ? AND a.epoch = c.epoch"
            " JOIN envelopes AS e ON e.case_no = ? AND e.document = c.document AND e.device = ?"
            " AND e.epoch = c.epoch AND e.seq > coalesce(a.seq, 0) ORDER BY e.id",
            [case_no, device, case_no, device, case_no, device],
        )
        return list(rows.fetchall())

    def acked(self, case_no: int, seqs: Mapping[tuple[bytes, bytes, int], int]) -> None:
        """Raise the mark of each (document, device, epoch) to this sequence number; never lowers one."""
        self._db.conn.executemany(
            "INSERT INTO acked (case_no, document, device, epoch, seq) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (case_no, document, device, epoch) DO UPDATE SET seq = max(seq, excluded.seq)",
            [(case_no, *chain, seq) for chain, seq in seqs.items()],
        )
