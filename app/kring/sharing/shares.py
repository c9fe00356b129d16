"""A recovery seed in three parts, any two of which are enough: SLIP-0039 with one group and no passphrase.

Source: https://github.com/satoshilabs/slips/blob/master/slip-0039.md. The sharing itself and the words are
the library's. SLIP-0039 also encrypts what it shares by a passphrase; with an empty one that hides nothing,
but without it no other program would combine these words. That cipher stands here, because the library's
asks for a PBKDF2 that Python has not got in a browser.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

from shamir_mnemonic.shamir import (  # type: ignore[import-untyped]  # it comes without types
    EncryptedMasterSecret,
    decode_mnemonics,
    recover_ems,
    split_ems,
)
from shamir_mnemonic.utils import MnemonicError  # type: ignore[import-untyped]  # as above

from kring.errors import LinkBroken

SHARES: Final = 3
ENOUGH: Final = 2
SEED: Final = 20
_ROUNDS: Final = range(4)
_PASSES: Final = 2500
"""For each round, at iteration exponent 0: a seed of 160 random bits needs no stretching."""


def split(seed: bytes) -> tuple[str, ...]:
    """The words of each share."""
    identifier = secrets.randbits(15)
    sealed = EncryptedMasterSecret(identifier, True, 0, _feistel(seed, _ROUNDS, _PASSES))
    (group,) = split_ems(1, [(ENOUGH, SHARES)], sealed)
    return tuple(share.mnemonic() for share in group)


def combine(shares: Iterable[str]) -> bytes:
    """The seed of two shares, in any case and with any white space. Raises LinkBroken."""
    words = [" ".join(each.lower().split()) for each in shares]
    if len(set(words)) != ENOUGH:
        raise LinkBroken("two different shares are asked for")
    try:
        sealed = recover_ems(decode_mnemonics(words))
    except (MnemonicError, ValueError, IndexError) as error:
        raise LinkBroken("the shares were mistyped, or are not of one sheet") from error
    if len(sealed.ciphertext) != SEED or not sealed.extendable or sealed.iteration_exponent > 1:
        raise LinkBroken("these are not shares of a recovery sheet")
    return _feistel(sealed.ciphertext, reversed(_ROUNDS), _PASSES << sealed.iteration_exponent)


def _feistel(data: bytes, rounds: Iterable[int], passes: int) -> bytes:
    half = len(data) // 2
    left, right = data[:half], data[half:]
    for number in rounds:
        mixed = _pbkdf2(bytes([number]), right, passes)[:half]
        left, right = right, bytes(a ^ b for a, b in zip(left, mixed, strict=True))
    return right + left


def _pbkdf2(password: bytes, salt: bytes, passes: int) -> bytes:
    """One block of PBKDF2-HMAC-SHA-256 (RFC 8018)."""
    keyed = hmac.new(password, digestmod=hashlib.sha256)

    def stretch(data: bytes) -> bytes:
        once = keyed.copy()
        once.update(data)
        return once.digest()

    block = stretch(salt + b"\0\0\0\1")
    mixed = int.from_bytes(block)
    for _ in range(passes - 1):
        block = stretch(block)
        mixed ^= int.from_bytes(block)
    return mixed.to_bytes(32)
