"""Changes that came before what they build on, each under the one thing that it waits for."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from kring.documents.change import DecodedChange

MOST: Final = 5_000
"""Changes. Beyond it, or beyond MOST_BYTES, one is refused; whoever holds its envelope brings it again."""

MOST_BYTES: Final = 32 * 1024 * 1024


class Waiting:
    def __init__(self) -> None:
        self._by_need: dict[Hashable, list[DecodedChange]] = {}
        self._hashes: set[bytes] = set()
        self._bytes = 0
        self._for_ops = 0

    def __len__(self) -> int:
        return len(self._hashes)

    def __contains__(self, change_hash: bytes) -> bool:
        return change_hash in self._hashes

    def add(self, need: Hashable, change: DecodedChange) -> bool:
        """False where there is no room."""
        if len(self) >= MOST or self._bytes + len(change.chunk) > MOST_BYTES:
            return False
        self._bytes += len(change.chunk)
        self._by_need.setdefault(need, []).append(change)
        self._hashes.add(change.hash)
        self._for_ops += not isinstance(need, bytes)
        return True

    def take(self, arrived: DecodedChange) -> list[DecodedChange]:
        """What waited for this change, or for one of its operations."""
        out = self._by_need.pop(arrived.hash, [])
        if self._for_ops:
            for op in arrived.ops:
                found = self._by_need.pop(op.id, [])
                self._for_ops -= len(found)
                out += found
        self._hashes.difference_update(change.hash for change in out)
        self._bytes -= sum(len(change.chunk) for change in out)
        return out

    def chunks(self) -> list[bytes]:
        return [change.chunk for changes in self._by_need.values() for change in changes]
