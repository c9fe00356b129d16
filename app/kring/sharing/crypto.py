"""The Crypto port (docs/protocol.md, Primitives). Adapters: platform/{cpython,browser}/crypto.py.

Hashing and randomness are synchronous; the rest is async because WebCrypto is. Calls for many items
exist so that the browser crosses from Python to JavaScript once a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeyPair:
    """`private` is a 32-byte seed (Ed25519 seed, or X-Wing seed); `public` 32 or 1216 bytes."""

    private: bytes
    public: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """One AES-256-GCM item: 32-byte key, 12-byte nonce, data, associated data."""

    key: bytes
    nonce: bytes
    data: bytes
    aad: bytes


class Crypto(Protocol):
    def random(self, length: int) -> bytes: ...
    def sha256(self, data: bytes) -> bytes: ...
    def hkdf(self, secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        """HKDF-SHA256 (RFC 5869)."""
        ...

    async def seal(self, item: Sealed) -> bytes:
        """Ciphertext and 16-byte tag."""
        ...

    async def open_many(self, items: Sequence[Sealed]) -> list[bytes | None]:
        """The plaintexts, None where one does not open."""
        ...

    async def sign_key(self, seed: bytes) -> KeyPair:
        """The Ed25519 pair of a 32-byte seed (RFC 8032)."""
        ...

    async def sign(self, seed: bytes, message: bytes) -> bytes: ...
    async def verify_many(self, items: Sequence[tuple[bytes, bytes, bytes]]) -> list[bool]:
        """For each (public key, message, signature); strict, see docs/protocol.md."""
        ...

    async def kem_key(self, seed: bytes) -> KeyPair:
        """The X-Wing pair of a 32-byte seed (draft-connolly-cfrg-xwing-kem)."""
        ...

    async def hpke_seal(self, public: bytes, info: bytes, plaintext: bytes) -> bytes:
        """HPKE base mode (RFC 9180), X-Wing, HKDF-SHA256, AES-256-GCM: enc followed by ciphertext."""
        ...

    async def hpke_open(self, seed: bytes, info: bytes, box: bytes) -> bytes:
        """Raises CryptoError."""
        ...

    async def argon2id(self, secret: bytes, salt: bytes, memory_kib: int, passes: int, length: int) -> bytes:
        """Argon2id v1.3 (RFC 9106), one lane."""
        ...
