"""All that a running Kring asks of its surroundings. Bootstrap fills it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from kring.documents.crdt import Crdt
from kring.domain.clock import Clock, Random
from kring.sharing.crypto import Crypto
from kring.store.file import StoreFile
from kring.store.vault import Vault
from kring.sync.network import Network

StoragePlace = Literal["opfs", "indexeddb", "file", "memory"]


@dataclass(frozen=True, slots=True)
class StorageReport:
    """Bytes in use, whether the platform promised to keep them, and where they are."""

    used: int
    persisted: bool
    place: StoragePlace


@dataclass(frozen=True)
class Ports:
    """`file` opens the store file, and raises StoreError; `scratch` makes one in memory.

    `relay` is the origin of the relay for new cases, `app` the one that serves the app (for links).
    `strength` rates a passphrase from 0 to 4. `take_over` makes another holder of the store let go. `left`
    tells the platform that the vault was locked. `prefer` lets it remember what a locked screen needs, and
    know after how many minutes it locks ("lock", 0 for never).
    """

    crdt: Crdt
    crypto: Crypto
    clock: Clock
    random: Random
    network: Network
    file: Callable[[], Awaitable[StoreFile]]
    scratch: Callable[[], StoreFile]
    vault: Vault
    relay: str
    app: str
    strength: Callable[[str], Awaitable[int]]
    storage: Callable[[], Awaitable[StorageReport]]
    take_over: Callable[[], Awaitable[None]]
    left: Callable[[], Awaitable[None]]
    prefer: Callable[[Literal["language", "theme", "scale", "lock"], str], None]
    version: str
