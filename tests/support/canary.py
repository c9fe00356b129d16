"""Looking for words that must not be somewhere: raw, in other alphabets, in hex, in base64, or deflated."""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache

INFLATED_FROM, INFLATED_MAX = 1 << 16, 1 << 20


def traces(haystack: bytes, word: str) -> list[str]:
    """The forms in which `word` stands in `haystack`; empty where it does not."""
    found = _plainly(haystack, word)
    for at, inflated in _inflated(haystack):
        found += [f"deflated at {at}: {form}" for form in _plainly(inflated, word)]
    return found


@lru_cache(maxsize=2)
def _inflated(haystack: bytes) -> tuple[tuple[int, bytes], ...]:
    """What comes out of every place from which something can be inflated; for many words at a time."""
    return tuple(
        (at, found)
        for at in _possible_streams(haystack)
        for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 16)
        if (found := _inflate(haystack[at : at + INFLATED_FROM], window))
    )


def _plainly(haystack: bytes, word: str) -> list[str]:
    lower = haystack.lower()
    found = [
        name
        for name, form in {
            "utf-8": word.encode(),
            "utf-16-le": word.encode("utf-16-le"),
            "utf-16-be": word.encode("utf-16-be"),
            "reversed": word.encode()[::-1],
        }.items()
        if form.lower() in lower
    ]
    if word.encode().hex().encode() in lower:
        found.append("hex")
    flat = haystack.replace(b"-", b"+").replace(b"_", b"/").replace(b"\n", b"")
    found += [f"base64+{shift}" for shift in range(3) if _base64(word, shift) in flat]
    return found


def _base64(word: str, shift: int) -> bytes:
    """The part of the base64 of `word` that does not depend on what stands around it."""
    whole = base64.b64encode(bytes(shift) + word.encode())
    return whole[-(-shift * 8 // 6) : len(whole) // 4 * 4 - 4]


def _possible_streams(haystack: bytes) -> list[int]:
    """Where a zlib or gzip stream could start, or the body of one without a header."""
    starts = []
    for at in range(len(haystack) - 2):
        first, second = haystack[at], haystack[at + 1]
        zlib_head = first & 15 == 8 and first >> 4 <= 7 and (first << 8 | second) % 31 == 0
        gzip_head = first == 0x1F and second == 0x8B
        if zlib_head or gzip_head or first & 7 in (3, 5):
            starts.append(at)
    return starts


def _inflate(data: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(data, INFLATED_MAX)
    except zlib.error:
        return b""
