"""Packed lists of byte strings, as app/pwa/bridge/crypto.js reads and writes them.

For each item 4 bytes of length, big-endian, then the bytes; the length 0xFFFFFFFF alone stands for None.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

NOTHING: Final = 0xFFFFFFFF


def pack(items: Iterable[bytes]) -> bytes:
    return b"".join(part for each in items for part in (len(each).to_bytes(4), each))


def unpack(packed: bytes) -> list[bytes | None]:
    items: list[bytes | None] = []
    at = 0
    while at < len(packed):
        length = int.from_bytes(packed[at : at + 4])
        at += 4
        if length == NOTHING:
            items.append(None)
        else:
            items.append(packed[at : at + length])
            at += length
    return items
