"""The Crypto port on CPython, by the `cryptography` package."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kring.errors import CryptoError
from kring.sharing.crypto import KeyPair, Sealed
from kring.sharing.ed25519 import plausible
from kring.sharing.hkdf import hkdf

_MLKEM_PUBLIC = 1184
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class CpythonCrypto:
    """Parsed keys are kept in small caches that live and die with this object."""

    def __init__(self) -> None:
        self._signer = lru_cache(maxsize=16)(Ed25519PrivateKey.from_private_bytes)
        self._verifier = lru_cache(maxsize=256)(Ed25519PublicKey.from_public_bytes)
        self._kem = lru_cache(maxsize=16)(_kem_private)

    def random(self, length: int) -> bytes:
        return secrets.token_bytes(length)

    def sha256(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def hkdf(self, secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return hkdf(secret, salt, info, length)

    async def seal(self, item: Sealed) -> bytes:
        try:
            return AESGCM(_key(item)).encrypt(item.nonce, item.data, item.aad)
        except (ValueError, OverflowError) as error:
            raise CryptoError(str(error)) from error

    async def open_many(self, items: Sequence[Sealed]) -> list[bytes | None]:
        return [_open(item) for item in items]

    async def sign_key(self, seed: bytes) -> KeyPair:
        try:
            return KeyPair(seed, self._signer(seed).public_key().public_bytes_raw())
        except ValueError as error:
            raise CryptoError(str(error)) from error

    async def sign(self, seed: bytes, message: bytes) -> bytes:
        try:
            return self._signer(seed).sign(message)
        except ValueError as error:
            raise CryptoError(str(error)) from error

    async def verify_many(self, items: Sequence[tuple[bytes, bytes, bytes]]) -> list[bool]:
        return [self._verify(*item) for item in items]

    def _verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        if not plausible(public, signature):
            return False
        try:
            self._verifier(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    async def kem_key(self, seed: bytes) -> KeyPair:
        mlkem, x25519 = _expand(seed)
        public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return KeyPair(seed, public)

    async def hpke_seal(self, public: bytes, info: bytes, plaintext: bytes) -> bytes:
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC])
            x25519 = X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:])
            return _SUITE.encrypt(plaintext, MLKEM768X25519PublicKey(mlkem, x25519), info)
        except ValueError as error:
            raise CryptoError(str(error)) from error

    async def hpke_open(self, seed: bytes, info: bytes, box: bytes) -> bytes:
        try:
            return _SUITE.decrypt(box, self._kem(seed), info)
        except (InvalidTag, ValueError) as error:
            raise CryptoError("the box does not open") from error

    async def argon2id(self, secret: bytes, salt: bytes, memory_kib: int, passes: int, length: int) -> bytes:
        try:
            derive = Argon2id(salt=salt, length=length, iterations=passes, lanes=1, memory_cost=memory_kib)
            return derive.derive(secret)
        except ValueError as error:
            raise CryptoError(str(error)) from error


def _key(item: Sealed) -> bytes:
    if len(item.key) != 32 or len(item.nonce) != 12:
        raise CryptoError("a key is 32 bytes and a nonce 12")
    return item.key


def _open(item: Sealed) -> bytes | None:
    try:
        return AESGCM(_key(item)).decrypt(item.nonce, item.data, item.aad)
    except (CryptoError, InvalidTag, ValueError, OverflowError):
        return None


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """X-Wing's expandDecapsulationKey (draft-connolly-cfrg-xwing-kem)."""
    if len(seed) != 32:
        raise CryptoError("an X-Wing seed is 32 bytes")
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    return mlkem, X25519PrivateKey.from_private_bytes(expanded[64:])


def _kem_private(seed: bytes) -> MLKEM768X25519PrivateKey:
    return MLKEM768X25519PrivateKey(*_expand(seed))
