"""The Crypto port in the browser: app/pwa/bridge/crypto.js behind one crossing for each call.

Hashing, HKDF and randomness stay in Python: they are synchronous, and crossing would cost more than they do.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from kring_bridge import crypto as bridge
from pyodide.ffi import JsException, to_js

from kring.errors import CryptoError
from kring.platform.packing import pack, unpack
from kring.sharing.crypto import KeyPair, Sealed
from kring.sharing.ed25519 import plausible
from kring.sharing.hkdf import hkdf

_TAG = 16
_XWING_PUBLIC = 1216
_XWING_ENC = 1120


class BrowserCrypto:
    def random(self, length: int) -> bytes:
        return secrets.token_bytes(length)

    def sha256(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def hkdf(self, secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return hkdf(secret, salt, info, length)

    async def seal(self, item: Sealed) -> bytes:
        _require(_sound(item))
        return await _one(bridge.seal, item.key, item.nonce, item.data, item.aad)

    async def open_many(self, items: Sequence[Sealed]) -> list[bytes | None]:
        asked = [_sound(each) and len(each.data) >= _TAG for each in items]
        fields = (
            part
            for each, ask in zip(items, asked, strict=True)
            if ask
            for part in (each.key, each.nonce, each.data, each.aad)
        )
        opened = iter(await _call(bridge.openMany, fields))
        return [next(opened) if ask else None for ask in asked]

    async def sign_key(self, seed: bytes) -> KeyPair:
        _require(len(seed) == 32)
        return KeyPair(seed, await _one(bridge.signKey, seed))

    async def sign(self, seed: bytes, message: bytes) -> bytes:
        _require(len(seed) == 32)
        return await _one(bridge.sign, seed, message)

    async def verify_many(self, items: Sequence[tuple[bytes, bytes, bytes]]) -> list[bool]:
        asked = [plausible(public, signature) for public, _, signature in items]
        fields = (part for item, ask in zip(items, asked, strict=True) if ask for part in item)
        answer = (await _call(bridge.verifyMany, fields))[0] or b""
        true = iter(answer)
        return [ask and next(true) == 1 for ask in asked]

    async def kem_key(self, seed: bytes) -> KeyPair:
        _require(len(seed) == 32)
        return KeyPair(seed, await _one(bridge.kemKey, seed))

    async def hpke_seal(self, public: bytes, info: bytes, plaintext: bytes) -> bytes:
        _require(len(public) == _XWING_PUBLIC)
        return await _one(bridge.hpkeSeal, public, info, plaintext)

    async def hpke_open(self, seed: bytes, info: bytes, box: bytes) -> bytes:
        _require(len(seed) == 32 and len(box) >= _XWING_ENC + _TAG)
        return await _one(bridge.hpkeOpen, seed, info, box)

    async def argon2id(self, secret: bytes, salt: bytes, memory_kib: int, passes: int, length: int) -> bytes:
        numbers = (each.to_bytes(4) for each in (memory_kib, passes, length))
        return await _one(bridge.argon2id, secret, salt, *numbers)


async def _call(function: Any, fields: Iterable[bytes]) -> list[bytes | None]:
    try:
        answer = await function(to_js(pack(fields)))
    except JsException as error:
        raise CryptoError("the browser's crypto refused") from error
    return unpack(answer.to_bytes())


async def _one(function: Any, *fields: bytes) -> bytes:
    answer = (await _call(function, fields))[0]
    _require(answer is not None)
    return answer or b""


def _sound(item: Sealed) -> bool:
    return len(item.key) == 32 and len(item.nonce) == 12


def _require(holds: bool) -> None:
    if not holds:
        raise CryptoError("a key, nonce or box of the wrong length")
