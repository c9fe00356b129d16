"""The vault: a passphrase or a passkey opens one random key, and that key seals all else on the device.

How the key lies on the device is in vault_record.py. The passphrase's key is Argon2id(passphrase in NFKC,
UTF-8); the passkey's is HKDF-SHA256 of what the passkey gives for its salt.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from typing import Literal, Protocol

from kring.errors import BadInput, StoreError, WrongPassphrase
from kring.sharing.crypto import Crypto
from kring.store.passkeys import NoPasskeys, Passkeys
from kring.store.vault_record import (
    BY_PASSKEY,
    BY_PASSPHRASE,
    KEY_LENGTH,
    PASSKEY,
    KdfCost,
    KdfPolicy,
    VaultRecord,
    b64,
    read_record,
    unwrap,
    wrap,
)

__all__ = ["KdfCost", "KdfPolicy", "PassphraseVault", "Vault", "VaultFile", "create_vault", "open_vault"]

MAX_PASSPHRASE = 1024


class VaultFile(Protocol):
    """Where the vault record lives, beside the store."""

    async def read(self) -> bytes | None:
        """The record, or None on a new device. Raises StoreError."""
        ...

    async def write(self, record: bytes) -> None:
        """Keep the first record, durably. Raises StoreError."""
        ...

    async def replace(self, known: bytes, record: bytes) -> None:
        """Put `record` in the place of `known`, durably and at one go: whenever it stops, one of the two is
        there whole. Raises StoreError, with nothing changed, where something else stands there by now.
        """
        ...


VaultState = Literal["new", "locked"]
PasskeyState = Literal["on", "off", "unavailable"]


class Vault(Protocol):
    """Hands over the vault key, by whatever way this platform unlocks."""

    async def state(self) -> VaultState:
        """ "new": no passphrase was ever set here. Raises StoreError."""
        ...

    async def create(self, passphrase: str) -> bytes:
        """Set the first passphrase; the 32-byte vault key. Raises BadInput, StoreError."""
        ...

    async def unlock(self, passphrase: str) -> bytes:
        """The 32-byte vault key. Raises WrongPassphrase, StoreError."""
        ...

    async def change(self, old: str, new: str) -> None:
        """From now on `new` opens the vault, and `old` does not.

        Raises WrongPassphrase, BadInput or StoreError, with nothing changed.
        """
        ...

    async def passkey(self) -> PasskeyState:
        """Whether a passkey opens this vault too; "unavailable": none does, and none can be made here."""
        ...

    async def add_passkey(self, passphrase: str) -> None:
        """Let a new passkey open the vault too. Raises WrongPassphrase, PasskeyFailed, StoreError."""
        ...

    async def remove_passkey(self) -> None:
        """From now on only the passphrase opens the vault. Raises StoreError."""
        ...


class PassphraseVault:
    """The vault in a file, opened with a passphrase."""

    def __init__(
        self,
        crypto: Crypto,
        file: VaultFile,
        policy: KdfPolicy | None = None,
        passkeys: Passkeys | None = None,
    ) -> None:
        self._crypto, self._file = crypto, file
        self._policy = policy or KdfPolicy()
        self._passkeys = passkeys or NoPasskeys()

    async def state(self) -> VaultState:
        return "new" if await self._file.read() is None else "locked"

    async def create(self, passphrase: str) -> bytes:
        if await self._file.read() is not None:
            raise StoreError("there is a vault already")
        record, key = await create_vault(self._crypto, passphrase, self._policy)
        await self._file.write(record)
        return key

    async def unlock(self, passphrase: str) -> bytes:
        return await open_vault(self._crypto, await self._known(), passphrase, self._policy)

    async def change(self, old: str, new: str) -> None:
        known = await self._known()
        key = await open_vault(self._crypto, known, old, self._policy)
        others = read_record(known, self._policy).without(BY_PASSPHRASE)
        record = await _locked(self._crypto, new, key, self._policy.cost, others)
        await self._file.replace(known, record.to_bytes())

    async def passkey(self) -> PasskeyState:
        record = await self._file.read()
        if record is not None and read_record(record, self._policy).of(BY_PASSKEY):
            return "on"
        return "off" if await self._passkeys.available() else "unavailable"

    async def add_passkey(self, passphrase: str) -> None:
        known = await self._known()
        key = await open_vault(self._crypto, known, passphrase, self._policy)
        salt = self._crypto.random(32)
        made = await self._passkeys.make(salt)
        box = await wrap(self._crypto, passkey_key(self._crypto, made.secret), key)
        record = read_record(known, self._policy)
        added = {"kind": BY_PASSKEY, "id": b64(made.id), "salt": b64(salt), "box": box}
        changed = dataclasses.replace(record, wraps=(*record.without(BY_PASSKEY), added))
        await self._file.replace(known, changed.to_bytes())

    async def remove_passkey(self) -> None:
        known = await self._known()
        record = read_record(known, self._policy)
        changed = dataclasses.replace(record, wraps=record.without(BY_PASSKEY))
        await self._file.replace(known, changed.to_bytes())

    async def _known(self) -> bytes:
        record = await self._file.read()
        if record is None:
            raise StoreError("there is no vault yet")
        return record


def normal_passphrase(passphrase: str) -> bytes:
    """The bytes that are stretched: NFKC, so that every keyboard's form of a letter is the same.

    Raises BadInput for an empty or absurdly long one.
    """
    data = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    if not data or len(data) > MAX_PASSPHRASE:
        raise BadInput("passphrase is empty or too long")
    return data


def passkey_key(crypto: Crypto, secret: bytes) -> bytes:
    """The key of a passkey's box, from the 32 bytes that the passkey gives."""
    return crypto.hkdf(secret, b"", PASSKEY, KEY_LENGTH)


async def create_vault(
    crypto: Crypto, passphrase: str, policy: KdfPolicy | None = None
) -> tuple[bytes, bytes]:
    """A new (record, vault key)."""
    key = crypto.random(KEY_LENGTH)
    record = await _locked(crypto, passphrase, key, (policy or KdfPolicy()).cost, ())
    return record.to_bytes(), key


async def open_vault(
    crypto: Crypto, record: bytes, passphrase: str, policy: KdfPolicy | None = None
) -> bytes:
    """The vault key. Raises WrongPassphrase, StoreCorrupt, StoreNewer, BadInput; changes nothing."""
    read = read_record(record, policy or KdfPolicy())
    kek = await _kek(crypto, passphrase, read.salt, read.cost)
    key = await unwrap(crypto, kek, read.of(BY_PASSPHRASE))
    if key is None:
        raise WrongPassphrase
    return key


async def _locked(
    crypto: Crypto, passphrase: str, key: bytes, cost: KdfCost, others: tuple[dict[str, str], ...]
) -> VaultRecord:
    """A record that `passphrase` opens, under a salt of its own."""
    salt = crypto.random(16)
    box = await wrap(crypto, await _kek(crypto, passphrase, salt, cost), key)
    return VaultRecord(cost, salt, ({"kind": BY_PASSPHRASE, "box": box}, *others))


async def _kek(crypto: Crypto, passphrase: str, salt: bytes, cost: KdfCost) -> bytes:
    secret = normal_passphrase(passphrase)
    return await crypto.argon2id(secret, salt, cost.memory_kib, cost.passes, KEY_LENGTH)
