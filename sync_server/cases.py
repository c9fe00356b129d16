"""What the relay has in mind of the cases in use: who may what, and where each device's chain ends."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from kring.sharing.membership import Membership
from kring.sharing.records import parse_record
from kring.sharing.replay import replay
from sync_server.log_store import LogStore, Tail


@dataclass(slots=True)
class Case:
    """Equal to what is stored, and only changed after a commit. `size` in bytes of what is stored."""

    membership: Membership
    tails: dict[tuple[bytes, bytes, int], Tail]
    counts: dict[bytes, int]
    size: int
    snapshots: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)
    """By document: whose each is, by hash."""


class Cases:
    """The least used are forgotten and read again when they are needed."""

    def __init__(self, store: LogStore, keep: int = 2_000) -> None:
        self._store = store
        self._keep = keep
        self._cases: OrderedDict[bytes, Case] = OrderedDict()

    async def get(self, case: bytes) -> Case | None:
        """None: no such case. Raises StoreUnavailable."""
        if case in self._cases:
            self._cases.move_to_end(case)
            return self._cases[case]
        stored = await self._store.load(case)
        if stored is None or case in self._cases:
            return self._cases.get(case)
        # Signatures were checked before these records were stored.
        membership = replay(parse_record(record) for record in stored.records)
        snapshots = {document: dict(kept) for document, kept in stored.snapshots.items()}
        self.put(case, Case(membership, dict(stored.tails), dict(stored.counts), stored.size, snapshots))
        return self._cases[case]

    def put(self, name: bytes, case: Case) -> None:
        self._cases[name] = case
        while len(self._cases) > self._keep:
            self._cases.popitem(last=False)

    def peek(self, case: bytes) -> Case | None:
        """The case, only if it is in mind."""
        return self._cases.get(case)

    def forget(self, case: bytes) -> None:
        self._cases.pop(case, None)
