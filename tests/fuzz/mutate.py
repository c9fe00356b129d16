"""Seeded changes to bytes, of the kinds that parsers trip over."""

from __future__ import annotations

import random
from collections.abc import Sequence

ODD = tuple(
    b"\x00 \x7f \x80 \xff \x9f \xbf \xff\xff\xff\xff \x5b\xff\xff\xff\xff\xff\xff\xff\xff".split(b" ")
)


def mutated(data: bytes, others: Sequence[bytes], rnd: random.Random) -> bytes:
    """`data` with a few things wrong; parts of `others` may stand in it."""
    out = bytearray(data)
    for _ in range(rnd.choice((1, 1, 2, 4))):
        at = rnd.randrange(len(out) + 1)
        end = min(len(out), at + rnd.choice((1, 1, 2, 8, 40)))
        match rnd.randrange(7):
            case 0 | 1 if at < len(out):
                out[at] ^= 1 << rnd.randrange(8)
            case 2:
                del out[at:end]
            case 3:
                out[at:at] = rnd.choice(ODD)
            case 4:
                out[at:end] = rnd.choice(ODD)
            case 5:
                out[at:at] = out[at:end]
            case 6:
                other = rnd.choice(others)
                start = rnd.randrange(len(other) + 1)
                out[at:end] = other[start : start + rnd.choice((1, 4, 16, 64))]
    return bytes(out)
