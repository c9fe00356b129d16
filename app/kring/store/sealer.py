"""Seals what stands on the device, each purpose under its own key drawn from the vault key."""

from __future__ import annotations

from collections.abc import Sequence

from kring.errors import StoreCorrupt
from kring.sharing.crypto import Crypto, Sealed

NONCE_LENGTH = 12
TAG_LENGTH = 16


class Sealer:
    """AES-256-GCM boxes (nonce, then ciphertext) that open only for the same purpose and place.

    `purpose` chooses the key ("meta", "keys", "snapshot"); `place` says which row the box belongs to, so
    that boxes cannot be swapped. Random nonces are safe here: boxes a purpose stay far under 2**32.
    """

    def __init__(self, crypto: Crypto, vault_key: bytes) -> None:
        self._crypto, self._vault_key = crypto, vault_key
        self._keys: dict[str, bytes] = {}

    async def seal(self, purpose: str, place: bytes, data: bytes) -> bytes:
        nonce = self._crypto.random(NONCE_LENGTH)
        return nonce + await self._crypto.seal(Sealed(self._key(purpose), nonce, data, place))

    async def open(self, purpose: str, place: bytes, box: bytes) -> bytes:
        """Raises StoreCorrupt."""
        return (await self.open_many(purpose, [(place, box)]))[0]

    async def open_many(self, purpose: str, boxes: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """The contents of (place, box) pairs. Raises StoreCorrupt where one does not open."""
        key = self._key(purpose)
        if any(len(box) < NONCE_LENGTH + TAG_LENGTH for _, box in boxes):
            raise StoreCorrupt(f"a sealed {purpose} is cut short")
        opened = await self._crypto.open_many(
            [Sealed(key, box[:NONCE_LENGTH], box[NONCE_LENGTH:], place) for place, box in boxes]
        )
        result = [data for data in opened if data is not None]
        if len(result) != len(opened):
            raise StoreCorrupt(f"a sealed {purpose} does not open")
        return result

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._keys:
            info = b"kring/1/store/" + purpose.encode() + b"\0"
            self._keys[purpose] = self._crypto.hkdf(self._vault_key, b"", info, 32)
        return self._keys[purpose]
