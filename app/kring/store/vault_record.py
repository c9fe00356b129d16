"""The vault record: how one random key lies on the device, under each way of opening it.

JSON that any platform's boot code can read before Python runs (docs/protocol.md, Vault):
`{"v": 1, "kdf": "argon2id", "memory_kib": int, "passes": int, "salt": b64, "wraps": [...]}`, base64url
without padding. A wrap is `{"kind": "passphrase", "box": b64}` or `{"kind": "passkey", "id": b64,
"salt": b64, "box": b64}`; a wrap of another kind is kept as it is. A box is nonce (12) followed by
AES-256-GCM of the vault key with aad "kring/1/vault\\0". The cost is local and never comes from a server; a
record that asks for less or for far more than is sane is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final

from kring.errors import StoreCorrupt, StoreNewer
from kring.sharing.crypto import Crypto, Sealed

AAD: Final = b"kring/1/vault\0"
PASSKEY: Final = b"kring/1/passkey\0"
KEY_LENGTH: Final = 32
NONCE_LENGTH: Final = 12
BOX_LENGTH: Final = NONCE_LENGTH + KEY_LENGTH + 16
BY_PASSPHRASE: Final = "passphrase"
BY_PASSKEY: Final = "passkey"


@dataclass(frozen=True, slots=True)
class KdfCost:
    """Argon2id cost: memory in KiB and passes over it."""

    memory_kib: int = 64 * 1024
    passes: int = 3


@dataclass(frozen=True, slots=True)
class KdfPolicy:
    """What a new record costs, and between which bounds an existing one is believed."""

    cost: KdfCost = KdfCost()
    least: KdfCost = KdfCost()
    most: KdfCost = KdfCost(memory_kib=1024 * 1024, passes=16)

    def allows(self, cost: KdfCost) -> bool:
        return (
            self.least.memory_kib <= cost.memory_kib <= self.most.memory_kib
            and self.least.passes <= cost.passes <= self.most.passes
        )


Wrap = dict[str, str]


@dataclass(frozen=True, slots=True)
class VaultRecord:
    """`salt` and `cost` are of the passphrase; a passkey's wrap brings its own salt."""

    cost: KdfCost
    salt: bytes
    wraps: tuple[Wrap, ...]

    def of(self, kind: str) -> tuple[Wrap, ...]:
        return tuple(wrap for wrap in self.wraps if wrap["kind"] == kind)

    def without(self, kind: str) -> tuple[Wrap, ...]:
        return tuple(wrap for wrap in self.wraps if wrap["kind"] != kind)

    def to_bytes(self) -> bytes:
        record = {
            "v": 1,
            "kdf": "argon2id",
            "memory_kib": self.cost.memory_kib,
            "passes": self.cost.passes,
            "salt": b64(self.salt),
            "wraps": self.wraps,
        }
        return json.dumps(record, separators=(",", ":")).encode()


def read_record(data: bytes, policy: KdfPolicy) -> VaultRecord:
    """Raises StoreCorrupt, or StoreNewer for a version that is not known here."""
    try:
        raw: Any = json.loads(data)
        version = raw["v"]
        if isinstance(version, int) and version > 1:
            raise StoreNewer(f"vault record has version {version}")
        cost = KdfCost(raw["memory_kib"], raw["passes"])
        salt, wraps = unb64(raw["salt"]), tuple(dict(wrap) for wrap in raw["wraps"])
        sound = (
            version == 1
            and raw["kdf"] == "argon2id"
            and all(type(number) is int for number in (cost.memory_kib, cost.passes))
            and len(salt) == 16
            and all(isinstance(text, str) for wrap in wraps for text in (*wrap, *wrap.values()))
            and all("kind" in wrap and len(unb64(wrap["box"])) == BOX_LENGTH for wrap in wraps)
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreCorrupt("vault record cannot be read") from error
    if not sound or not policy.allows(cost):
        raise StoreCorrupt("vault record cannot be believed")
    return VaultRecord(cost, salt, wraps)


async def wrap(crypto: Crypto, kek: bytes, vault_key: bytes) -> str:
    """A box that opens with `kek` (32 bytes), as it stands in a wrap."""
    nonce = crypto.random(NONCE_LENGTH)
    return b64(nonce + await crypto.seal(Sealed(kek, nonce, vault_key, AAD)))


async def unwrap(crypto: Crypto, kek: bytes, wraps: tuple[Wrap, ...]) -> bytes | None:
    """The vault key, where one of `wraps` opens with `kek`."""
    boxes = [unb64(each["box"]) for each in wraps]
    items = [Sealed(kek, box[:NONCE_LENGTH], box[NONCE_LENGTH:], AAD) for box in boxes]
    opened = await crypto.open_many(items)
    return next((key for key in opened if key is not None and len(key) == KEY_LENGTH), None)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Raises StoreCorrupt."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise StoreCorrupt("vault record cannot be read") from error
