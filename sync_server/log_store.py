"""The LogStore port: where the relay keeps what it cannot read. Adapter: sync_server/sqlite.py.

A case is a log of records, and documents, each a list of envelopes in the order in which the relay took
them. Writes are compare-and-swap, so that a second relay on the same store can never fork a log or a
device's chain. The contract is tests/contracts/log_store_suite.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

NO_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class Tail:
    """The last envelope of one chain: sequence number and hash (0 and zeros: none)."""

    seq: int = 0
    hash: bytes = NO_HASH


@dataclass(frozen=True, slots=True)
class StoredCase:
    """All that the relay must know of a case to judge what comes in; `size` in bytes of what is stored."""

    records: tuple[bytes, ...]
    tails: Mapping[tuple[bytes, bytes, int], Tail]
    """By chain: (document, device, epoch)."""
    counts: Mapping[bytes, int]
    """Envelopes held, by document: the cursor after the last."""
    size: int
    snapshots: Mapping[bytes, Mapping[bytes, bytes]] = field(default_factory=dict)
    """By document: whose each is, by hash."""


@dataclass(frozen=True, slots=True)
class AppendRecords:
    """Records to stand at `position` and on, where the log must end now (0: the case must be new)."""

    case: bytes
    position: int
    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AppendEnvelopes:
    """Envelopes of one chain, contiguous after `after`, judged at a log of `log_length`."""

    case: bytes
    document: bytes
    device: bytes
    epoch: int
    log_length: int
    after: Tail
    envelopes: tuple[bytes, ...]
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class KeepSnapshot:
    """A snapshot by `device`, judged at a log of `log_length`; those of the hashes in `instead_of` may go."""

    case: bytes
    document: bytes
    device: bytes
    log_length: int
    hash: bytes
    envelope: bytes
    instead_of: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Prune:
    """Drop what the snapshot with this hash holds: of each chain all before its end, which stays.

    An end is (device, epoch, sequence number, hash). Of the document's snapshots only this one stays.
    """

    case: bytes
    document: bytes
    snapshot: bytes
    ends: tuple[tuple[bytes, int, int, bytes], ...]


@dataclass(frozen=True, slots=True)
class AppendAccess:
    """Entries of the access log, to stand at `start` and on, where it must end now."""

    case: bytes
    start: int
    entries: tuple[bytes, ...]


Write: TypeAlias = AppendRecords | AppendEnvelopes | KeepSnapshot | Prune | AppendAccess


class LogStore(Protocol):
    """Durable storage. Every call raises StoreUnavailable where the storage fails."""

    async def load(self, case: bytes) -> StoredCase | None:
        """None: no such case."""
        ...

    async def commit(self, writes: Sequence[Write]) -> list[int | None]:
        """Store the writes in one transaction, in order, and return when they survive a crash.

        For each write: the length of its log (AppendAccess: of the access log), or its document's cursor
        after it, or (KeepSnapshot, Prune) the bytes that it set free; None where it (or an earlier write of
        the same case in this call) no longer fits what is stored. Where a write does not fit, no write of
        that case in this call is stored; the
        other cases' are.
        """
        ...

    async def records(self, case: bytes, start: int, most: int) -> list[bytes]:
        """Records from a position on: at least one where there is one, then up to `most` bytes."""
        ...

    async def envelopes(self, case: bytes, document: bytes, cursor: int, most: int) -> list[bytes]:
        """Envelopes from a cursor on: at least one where there is one, then up to `most` bytes.

        None from a cursor below `pruned`: that does not tell the whole any more.
        """
        ...

    async def pruned(self, case: bytes, document: bytes) -> int:
        """The cursor after the last envelope that was dropped; 0 where none was."""
        ...

    async def kept(self, case: bytes, document: bytes, cursor: int, most: int) -> list[tuple[int, bytes]]:
        """(cursor, envelope) of what is left between `cursor` and `pruned`; by size as `envelopes`."""
        ...

    async def ends(
        self, case: bytes, document: bytes, chains: Sequence[tuple[bytes, int, int]]
    ) -> list[bytes]:
        """The envelopes with these (device, epoch, sequence number); those that there are, in order."""
        ...

    async def snapshot(self, case: bytes, document: bytes, hash_: bytes) -> bytes | None:
        """The snapshot with this hash."""
        ...

    async def hashes(
        self, case: bytes, document: bytes, device: bytes, epoch: int, first: int, last: int
    ) -> list[bytes]:
        """Hashes of a chain's envelopes with sequence numbers `first` to `last`, in order."""
        ...

    async def access(self, case: bytes, start: int, most: int) -> list[bytes]:
        """Entries of the access log from `start` on; by size as `records`."""
        ...

    async def access_end(self, case: bytes) -> tuple[int, bytes]:
        """How many entries the access log has, and the last of them (empty where there is none)."""
        ...

    async def close(self) -> None: ...
