"""The recovery sheet: a seed that exists on paper only, and the "paper device" that it makes.

The seed is 20 bytes (160 bits): 32 characters of Crockford's base32 (no I, L, O or U) and a checksum of 4, in
nine groups of four. The QR on the sheet holds the same seed with the case, the relay and a log checkpoint.
For who has no camera, the case stands there in fourteen more groups, with a checksum of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kring.errors import LinkBroken, ProtocolError
from kring.sharing import labels, shape
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys, device_keys
from kring.sharing.link import origin, pack_link, unpack_link
from kring.sharing.shares import combine

SEED: Final = 20
MARK: Final = "#/recover/"
SHARE_MARK: Final = "#/share/"
SEED_CHARACTERS: Final = 36
PLACE_CHARACTERS: Final = 56
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {each: value for value, each in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the QR holds. `position` and `head` are the log's at printing: no relay can roll back.

    0 and nothing where the sheet was typed.
    """

    seed: bytes = field(repr=False)
    case: bytes
    relay: str
    position: int
    head: bytes


def new_seed(crypto: Crypto) -> bytes:
    return crypto.random(SEED)


async def paper_device(crypto: Crypto, seed: bytes) -> DeviceKeys:
    """The keys of the device that exists only on the sheet."""
    sign = crypto.hkdf(seed, b"", labels.PAPER_SIGN, 32)
    kem = crypto.hkdf(seed, b"", labels.PAPER_KEM, 32)
    return await device_keys(crypto, sign, kem)


def encode_seed(seed: bytes) -> str:
    """Nine groups of four characters, to be read and typed by people."""
    return _in_groups(int.from_bytes(seed) << 20 | _checksum(labels.SHEET, seed, 20), SEED_CHARACTERS)


def decode_seed(text: str) -> bytes:
    """The seed of what a person typed: any case, spaces, dashes; O is 0, I and L are 1. LinkBroken."""
    number = _typed(text, SEED_CHARACTERS, "seed")
    seed = (number >> 20).to_bytes(SEED)
    if number & 0xFFFFF != _checksum(labels.SHEET, seed, 20):
        raise LinkBroken("the code was mistyped somewhere", reason="seed")
    return seed


def encode_place(case: bytes) -> str:
    """Which case it is, in fourteen groups of four characters."""
    return _in_groups(int.from_bytes(case) << 24 | _checksum(labels.PLACE, case, 24), PLACE_CHARACTERS)


def decode_place(text: str) -> bytes:
    """The case of what a person typed. Raises LinkBroken."""
    number = _typed(text, PLACE_CHARACTERS, "place")
    case = (number >> 24).to_bytes(32)
    if number & 0xFFFFFF != _checksum(labels.PLACE, case, 24):
        raise LinkBroken("the code was mistyped somewhere", reason="place")
    return case


def read_sheet(parts: Sequence[str], place: str, relay: str) -> Sheet:
    """What a person scanned or typed: one sheet, or two shares of one. Raises LinkBroken.

    `place` and `relay` are what stands on paper beside it; a scanned code has them in it.
    """
    if len(parts) == 1 and MARK in "".join(parts[0].split()):
        return decode_sheet(parts[0])
    scanned = [decode_share(each) for each in parts if SHARE_MARK in "".join(each.split())]
    if len(parts) == 1 and not scanned:
        seed = decode_seed(parts[0])
    else:
        words = [each for each in parts if SHARE_MARK not in "".join(each.split())]
        seed = combine([*words, *(share for share, _ in scanned)])
    if not scanned:
        return Sheet(seed, decode_place(place), _typed_origin(relay), 0, b"")
    sheets = [sheet for _, sheet in scanned]
    if len({(each.case, each.relay) for each in sheets}) != 1:
        raise LinkBroken("these shares are of two cases")
    return replace(max(sheets, key=lambda each: each.position), seed=seed)


def encode_sheet(app: str, sheet: Sheet) -> str:
    """The text of the QR: a link that opens the app served at the origin `app`."""
    return pack_link(app, MARK, [1, sheet.seed, sheet.case, sheet.relay, sheet.position, sheet.head])


def decode_sheet(text: str) -> Sheet:
    """Raises LinkBroken."""
    _, seed, case, relay, position, head = unpack_link(text, MARK, 6)
    try:
        return Sheet(
            shape.exact(SEED)(seed),
            shape.exact(32)(case),
            origin(relay),
            shape.uint(1, 2**32 - 1)(position),
            shape.exact(32)(head),
        )
    except ProtocolError as error:
        raise LinkBroken("the sheet holds something else") from error


def encode_share(app: str, words: str, sheet: Sheet) -> str:
    """The text of the QR of one share."""
    return pack_link(app, SHARE_MARK, [1, words, sheet.case, sheet.relay, sheet.position, sheet.head])


def decode_share(text: str) -> tuple[str, Sheet]:
    """The words of the share, and the sheet without its seed. Raises LinkBroken."""
    _, words, case, relay, position, head = unpack_link(text, SHARE_MARK, 6)
    try:
        return shape.text(400)(words), Sheet(
            b"",
            shape.exact(32)(case),
            origin(relay),
            shape.uint(1, 2**32 - 1)(position),
            shape.exact(32)(head),
        )
    except ProtocolError as error:
        raise LinkBroken("the share holds something else") from error


def _in_groups(number: int, count: int) -> str:
    characters = "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * count - 5, -1, -5))
    return " ".join(characters[at : at + 4] for at in range(0, count, 4))


def _typed(text: str, count: int, part: str) -> int:
    typed = [each for each in text.upper() if not each.isspace() and each != "-"]
    if len(typed) != count or any(each not in _VALUES for each in typed):
        raise LinkBroken(f"the code has {count} letters and digits", reason=part)
    number = 0
    for each in typed:
        number = number << 5 | _VALUES[each]
    return number


def _typed_origin(text: str) -> str:
    typed = text.strip().lower().rstrip("/")
    try:
        return origin(typed if "://" in typed else f"https://{typed}")
    except ProtocolError as error:
        raise LinkBroken("this is no address of a relay", reason="relay") from error


def _checksum(label: bytes, data: bytes, bits: int) -> int:
    return int.from_bytes(hashlib.sha256(label + data).digest()[:3]) >> 24 - bits
