"""Rates passphrases as the screens in the app do."""

from __future__ import annotations

from typing import Any

from kring.platform.browser.strength import strength


async def run(options: dict[str, str], tell: Any) -> list[int]:
    return [await strength(passphrase) for passphrase in options["passphrases"].split("|")]
