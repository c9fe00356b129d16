"""HKDF-SHA256 (RFC 5869) on the standard library's HMAC, the same in both runtimes."""

from __future__ import annotations

import hmac
from typing import Final

from kring.errors import CryptoError

_SIZE: Final = 32


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """`length` bytes (at most 8160) from `secret`. An empty salt counts as 32 zero bytes."""
    if not 0 < length <= 255 * _SIZE:
        raise CryptoError("HKDF length")
    extracted = hmac.digest(salt or bytes(_SIZE), secret, "sha256")
    block = output = hmac.digest(extracted, info + b"\1", "sha256")
    counter = 1
    while len(output) < length:
        counter += 1
        block = hmac.digest(extracted, block + info + bytes((counter,)), "sha256")
        output += block
    return output[:length]
