"""A strict filter before every Ed25519 verify, so that all verifiers agree on malformed points.

Implementations of RFC 8032 differ on keys and signatures that no honest signer makes: points whose encoding
is not canonical, points of small order, an S beyond the group order. "Taming the many EdDSAs" (Chalkias,
Garillot, Nikolaenko, 2020) lists them. Refusing these leaves only signatures about which cofactorless
verifiers (OpenSSL, BoringSSL, NSS, libgcrypt) cannot disagree.
"""

from __future__ import annotations

from typing import Final

FIELD: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""L, the prime order of the base point."""

_SIGN_BIT: Final = 1 << 255
_ORDER_EIGHT: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
SMALL_ORDER: Final = frozenset({0, 1, FIELD - 1, _ORDER_EIGHT, FIELD - _ORDER_EIGHT})
"""The y coordinates of the eight points whose order divides 8."""


def plausible(public: bytes, signature: bytes) -> bool:
    """Whether a verifier may be asked at all: lengths, A and R canonical and not of small order, S < L."""
    if len(public) != 32 or len(signature) != 64:
        return False
    return (
        _sound_point(public)
        and _sound_point(signature[:32])
        and int.from_bytes(signature[32:], "little") < ORDER
    )


def _sound_point(encoded: bytes) -> bool:
    y = int.from_bytes(encoded, "little")
    if y >= _SIGN_BIT:
        y -= _SIGN_BIT
    return y < FIELD and y not in SMALL_ORDER
