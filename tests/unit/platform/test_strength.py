"""How a passphrase is rated."""

from __future__ import annotations

import pytest

from kring.platform.cpython.strength import strength


@pytest.mark.parametrize(
    ("passphrase", "least", "most"),
    [
        ("", 0, 0),
        ("geheim", 0, 1),
        ("12345678", 0, 0),
        ("paard batterij nietje lantaarn", 4, 4),
        ("x" * 5000, 0, 4),
    ],
)
async def test_weak_is_told_from_strong(passphrase: str, least: int, most: int) -> None:
    assert least <= await strength(passphrase) <= most
