"""The composition root: the only module that knows every adapter."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kring import __version__
from kring.cases.kring import Kring
from kring.cases.ports import Ports, StorageReport
from kring.errors import StoreTaken
from kring.platform.memory.files import MemoryStoreFile
from kring.platform.memory.no_network import NoNetwork
from kring.store.vault import KdfPolicy, PassphraseVault

if TYPE_CHECKING:
    from kring.platform.browser.unlock import Unlocked
    from kring.store.file import StoreFile


def cpython(data: Path, relay: str, *, offline: bool = False, policy: KdfPolicy | None = None) -> Kring:
    """Kring on this machine, with everything in the folder `data`. `relay` is the origin for new cases.

    `offline` reaches for no network at all. `policy` is the cost of the passphrase; only tests change it.
    """
    from kring.platform.cpython.clock import SystemClock, SystemRandom
    from kring.platform.cpython.crdt import CpythonCrdt
    from kring.platform.cpython.crypto import CpythonCrypto
    from kring.platform.cpython.files import FolderStoreFile, FolderVaultFile
    from kring.platform.cpython.network import CpythonNetwork
    from kring.platform.cpython.strength import strength

    crypto, store = CpythonCrypto(), FolderStoreFile(data)

    async def file() -> StoreFile:
        return store

    async def storage() -> StorageReport:
        return StorageReport(store.size(), True, "file")

    return Kring(
        Ports(
            crdt=CpythonCrdt(),
            crypto=crypto,
            clock=SystemClock(),
            random=SystemRandom(),
            network=NoNetwork() if offline else CpythonNetwork(),
            file=file,
            scratch=MemoryStoreFile,
            vault=PassphraseVault(crypto, FolderVaultFile(data), policy),
            relay=relay,
            app=relay,
            strength=strength,
            storage=storage,
            take_over=_nothing,
            left=_nothing,
            prefer=_forget,
            version=__version__,
        )
    )


async def browser() -> Kring:
    """Kring in a browser's worker, after the boot page has been answered: open, or as a guest.

    Raises StoreError, but not where another tab holds the store: `Kring.state` is then "taken".
    """
    from kring.platform.browser import unlock
    from kring.platform.browser.clock import BrowserClock, BrowserRandom
    from kring.platform.browser.crdt import BrowserCrdt
    from kring.platform.browser.crypto import BrowserCrypto
    from kring.platform.browser.files import BrowserStoreFile, BrowserVaultFile, estimate
    from kring.platform.browser.network import BrowserNetwork
    from kring.platform.browser.passkeys import BrowserPasskeys
    from kring.platform.browser.place import origin
    from kring.platform.browser.strength import strength

    given: Unlocked = await unlock.unlocked()
    crypto, here = BrowserCrypto(), origin()
    places: list[Literal["opfs", "indexeddb"]] = []

    async def file() -> StoreFile:
        opened = await BrowserStoreFile.open()
        places[:] = [opened.place]
        return opened

    async def storage() -> StorageReport:
        used, persisted = await estimate()
        return StorageReport(used, persisted, places[0] if places else "memory")

    async def left() -> None:
        unlock.lock()

    kring = Kring(
        Ports(
            crdt=await BrowserCrdt.open(),
            crypto=crypto,
            clock=BrowserClock(),
            random=BrowserRandom(),
            network=BrowserNetwork(),
            file=file,
            scratch=MemoryStoreFile,
            vault=PassphraseVault(crypto, BrowserVaultFile(), passkeys=BrowserPasskeys()),
            relay=here,
            app=here,
            strength=strength,
            storage=storage,
            take_over=left,
            left=left,
            prefer=unlock.prefer,
            version=__version__,
        ),
        given.language,
    )
    kring.update_ready = unlock.update_ready()
    unlock.when_update_ready(kring.update_arrived)
    unlock.when_woken(kring.wake)
    unlock.when_active(kring.touched)
    unlock.when_linked(kring.link_arrived)
    kring.link_arrived(given.link)
    kring.lock_when_idle()
    if given.vault_key is None:
        kring.visit()
    else:
        with suppress(StoreTaken):  # the screens say so, and offer to take over
            await kring.open_with(given.vault_key)
            if (
                kring.preferences.language != given.language
            ):  # chosen on the boot page, where it is asked last
                await kring.set_preferences(replace(kring.preferences, language=given.language))
    return kring


async def _nothing() -> None:
    """A machine without tabs has nobody to ask."""


def _forget(name: str, value: str) -> None:
    """A command line has no locked screen."""
