"""The Passkeys port: a secret that this device gives only after a fingerprint, a face or its own code.

In a browser it is WebAuthn with its `prf` extension; a machine without that has none. Source:
https://www.w3.org/TR/webauthn-3/#prf-extension
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from kring.errors import PasskeyFailed


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey that was made just now: its id, and the 32 bytes that it gives for the salt asked."""

    id: bytes
    secret: bytes = field(repr=False)


class Passkeys(Protocol):
    async def available(self) -> bool:
        """Whether `make` can be expected to work here."""
        ...

    async def make(self, salt: bytes) -> Passkey:
        """Ask the person. Raises PasskeyFailed where they decline or the device cannot do it after all."""
        ...


class NoPasskeys:
    """Of a machine that has none."""

    async def available(self) -> bool:
        return False

    async def make(self, salt: bytes) -> Passkey:
        raise PasskeyFailed("no passkeys here")
