"""A device of one case: an Ed25519 and an X-Wing pair, and the id that binds both."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from kring.sharing import labels
from kring.sharing.crypto import Crypto, KeyPair


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """The secret half. `private` of both pairs are 32-byte seeds; `repr` shows the id only."""

    id: bytes
    sign: KeyPair = field(repr=False)
    kem: KeyPair = field(repr=False)


def device_id(sign: bytes, kem: bytes) -> bytes:
    """16 bytes that name the pair of public keys (32 and 1216 bytes)."""
    return hashlib.sha256(labels.DEVICE + sign + kem).digest()[:16]


async def device_keys(crypto: Crypto, sign_seed: bytes, kem_seed: bytes) -> DeviceKeys:
    """The keys of two 32-byte seeds."""
    sign, kem = await crypto.sign_key(sign_seed), await crypto.kem_key(kem_seed)
    return DeviceKeys(device_id(sign.public, kem.public), sign, kem)


async def new_device(crypto: Crypto) -> DeviceKeys:
    return await device_keys(crypto, crypto.random(32), crypto.random(32))
