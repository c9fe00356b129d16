"""How easily a passphrase is guessed, by zxcvbn (as on the boot page, without its Dutch words)."""

from __future__ import annotations

MOST = 100
"""Characters looked at; what is longer is strong enough, and would only take time."""


async def strength(passphrase: str) -> int:
    """0 (guessed at once) to 4 (strong)."""
    if not passphrase:
        return 0
    # Its word lists take a while to load, and are needed only where a passphrase is chosen.
    from zxcvbn import zxcvbn

    return int(zxcvbn(passphrase[:MOST], max_length=MOST)["score"])
