"""The keys of a case as they stand sealed in the store: this device's own, epoch secrets, invites, paper."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kring.errors import StoreCorrupt
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys, device_keys
from kring.sharing.keyring import Keyring

DEVICE: Final = "device"
EPOCHS: Final = "epochs"
PAPER: Final = "paper"
LINK: Final = "link"
NEXT: Final = "next"
"""The keys of the device that this one is about to become."""
NEXT_PAPER: Final = "next_paper"
"""The seed of the recovery sheet that comes with it, where this is a recovery."""
SHEET: Final = "sheet"
"""What the sheet that is used said of the log: its length (4 bytes) and head; 0 and nothing where typed."""
LOST: Final = "lost"
"""The devices that a recovery shuts out, after one byte."""
FORMER: Final = "former"
"""Those of the devices that it was before, oldest first."""
INVITE: Final = "invite/"
_ENTRY: Final = 16 + 4 + 32


@dataclass(frozen=True, slots=True)
class InviteKey:
    """What only the inviting device knows of an invite: for whom it was made, of which organisation, and the
    link's secret."""

    name: str
    seed: bytes
    organisation: str = ""

    def to_bytes(self) -> bytes:
        said = {"name": self.name, "seed": self.seed.hex(), "organisation": self.organisation}
        return json.dumps(said).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> InviteKey:
        """Raises StoreCorrupt."""
        try:
            raw = json.loads(data)
            return cls(str(raw["name"]), bytes.fromhex(raw["seed"]), str(raw.get("organisation", "")))
        except (ValueError, KeyError, TypeError) as error:
            raise StoreCorrupt("an invite's key cannot be read") from error


def invite_name(invite: bytes) -> str:
    """Under which name the key of this invite stands in the store."""
    return INVITE + invite.hex()


def pack_device(keys: DeviceKeys) -> bytes:
    return keys.sign.private + keys.kem.private


async def unpack_device(crypto: Crypto, secrets: Mapping[str, bytes], name: str = DEVICE) -> DeviceKeys:
    """This device's keys in a case, or those under another `name`. Raises StoreCorrupt."""
    seeds = secrets.get(name, b"")
    if len(seeds) != 64:
        raise StoreCorrupt("a case without a device key")
    return await device_keys(crypto, seeds[:32], seeds[32:])


async def unpack_former(crypto: Crypto, secrets: Mapping[str, bytes]) -> tuple[DeviceKeys, ...]:
    """Raises StoreCorrupt."""
    seeds = secrets.get(FORMER, b"")
    if len(seeds) % 64:
        raise StoreCorrupt("the keys of an earlier device cannot be read")
    starts = range(0, len(seeds), 64)
    return tuple([await device_keys(crypto, seeds[at : at + 32], seeds[at + 32 : at + 64]) for at in starts])


def pack_epochs(keyring: Keyring) -> bytes:
    return b"".join(
        document + epoch.to_bytes(4, "big") + secret
        for (document, epoch), secret in sorted(keyring.secrets.items())
    )


def unpack_epochs(secrets: Mapping[str, bytes]) -> Keyring:
    """Raises StoreCorrupt."""
    data = secrets.get(EPOCHS, b"")
    if len(data) % _ENTRY:
        raise StoreCorrupt("epoch keys cannot be read")
    entries = (data[at : at + _ENTRY] for at in range(0, len(data), _ENTRY))
    return Keyring({(entry[:16], int.from_bytes(entry[16:20], "big")): entry[20:] for entry in entries})
