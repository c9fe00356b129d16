"""How easily a passphrase is guessed, by the boot page's own measure (app/pwa/web/strength.js)."""

from __future__ import annotations

from kring_bridge import strength as bridge


async def strength(passphrase: str) -> int:
    """0 (guessed at once) to 4 (strong). The word lists load at the first call."""
    return int(await bridge.score(passphrase))
