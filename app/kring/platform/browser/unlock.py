"""What the boot page hands to Python, and what Python asks of that page (app/pwa/bridge/boot.js).

The page asks for the passphrase while Python still starts, opens the vault itself and gives the vault key
over once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kring_bridge import boot
from pyodide.ffi import create_proxy

Preference = Literal["language", "theme", "scale", "lock"]


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What the person chose on the boot page."""

    mode: Literal["own", "example"]
    """example: look around without a vault; nothing of one's own may be opened."""
    language: str
    """nl or en."""
    vault_key: bytes | None
    """32 bytes, or None with `example`."""
    fresh: bool
    """The vault was made just now, so this device holds nothing yet."""
    link: str
    """From its `#` on, where Kring was opened by a link with a secret in it; else empty."""


async def unlocked() -> Unlocked:
    """Wait until the boot page is answered; call once."""
    given = await boot.unlocked()
    key = given.vaultKey
    return Unlocked(
        given.mode, given.language, key.to_bytes() if key else None, bool(given.fresh), given.link
    )


def shown() -> None:
    """The first screen stands: the boot page gives way to it."""
    boot.shown()


def lock() -> None:
    """Forget everything in memory, keys included, and show the boot page again. Does not return to Python."""
    boot.lock()


def prefer(name: Preference, value: str) -> None:
    """Let the boot page know what a locked screen needs to look right, and when to lock ("lock": minutes)."""
    boot.prefer(name, value)


def update_ready() -> bool:
    """A new version is here in full and will be used at the next start."""
    return bool(boot.updateReady())


def when_woken(listener: Callable[[], None]) -> None:
    """Call `listener` when there is a connection again or the person comes back. One listener only."""
    boot.whenWoken(create_proxy(listener))


def when_active(listener: Callable[[], None]) -> None:
    """Call `listener` when somebody touches the page, at most every few seconds. One listener only."""
    boot.whenActive(create_proxy(listener))


def when_linked(listener: Callable[[str], None]) -> None:
    """Call `listener` with a link that is opened later, from its `#` on. One listener only."""
    boot.whenLinked(create_proxy(listener))


def when_update_ready(listener: Callable[[], None]) -> None:
    """Call `listener` once a new version stands ready. One listener only."""
    boot.whenUpdateReady(create_proxy(listener))
