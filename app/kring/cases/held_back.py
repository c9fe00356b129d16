"""Envelopes kept in memory that are not part of a document, within bounds that nobody can move (CAS-16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kring.sharing.envelope import Envelope

MOST: Final = 20_000
MOST_BYTES: Final = 32 * 1024 * 1024
SHARE: Final = 4
"""One device may fill a quarter, so that it keeps nobody else's from waiting."""


class HeldBack:
    """By hash, in the order in which they came."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES, share: int = SHARE) -> None:
        self._most, self._most_bytes, self._share = most, most_bytes, share
        self._envelopes: dict[bytes, Envelope] = {}
        self._counts: dict[bytes, tuple[int, int]] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._envelopes)

    def __contains__(self, name: bytes) -> bool:
        return name in self._envelopes

    def __iter__(self) -> Iterator[Envelope]:
        return iter(list(self._envelopes.values()))

    def get(self, name: bytes) -> Envelope | None:
        return self._envelopes.get(name)

    def add(self, envelope: Envelope) -> bool:
        """False where there is no room. One that is there already is left as it is."""
        if envelope.hash in self._envelopes:
            return True
        device, size = envelope.header.device, len(envelope.wire)
        count, held = self._counts.get(device, (0, 0))
        if len(self) >= self._most or self._bytes + size > self._most_bytes:
            return False
        if count * self._share >= self._most or (held + size) * self._share > self._most_bytes:
            return False
        self._envelopes[envelope.hash] = envelope
        self._counts[device] = (count + 1, held + size)
        self._bytes += size
        return True

    def pop(self, name: bytes) -> Envelope | None:
        envelope = self._envelopes.pop(name, None)
        if envelope is not None:
            device, size = envelope.header.device, len(envelope.wire)
            count, held = self._counts[device]
            self._bytes -= size
            if count == 1:
                del self._counts[device]
            else:
                self._counts[device] = (count - 1, held - size)
        return envelope
