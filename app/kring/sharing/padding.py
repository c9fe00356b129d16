"""Padmé padding (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019).

A length keeps only its highest bits, about log2(log2(length)) of them, so sizes fall into few classes while
at most 12 % is added. The padded text begins with the 4-byte length of what it holds; the rest is zeros.
"""

from __future__ import annotations

from kring.errors import ProtocolError


def padme(length: int) -> int:
    """The padded length for `length` ≥ 1 bytes."""
    exponent = length.bit_length() - 1
    keep = exponent.bit_length()
    mask = (1 << max(exponent - keep, 0)) - 1
    return (length + mask) & ~mask


def pad(data: bytes) -> bytes:
    framed = len(data).to_bytes(4) + data
    return framed + bytes(padme(len(framed)) - len(framed))


def unpad(padded: bytes) -> bytes:
    """What `pad` was given. Raises ProtocolError for any other bytes than `pad` makes."""
    size = int.from_bytes(padded[:4]) + 4
    if len(padded) < 4 or size > len(padded) or padme(size) != len(padded):
        raise ProtocolError("bad padding")
    if padded.count(0, size) != len(padded) - size:
        raise ProtocolError("bad padding")
    return padded[4:size]
