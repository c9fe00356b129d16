"""What stored envelopes hold: they passed the gate once, so here they must open."""

from __future__ import annotations

from collections.abc import Sequence

from kring.errors import ProtocolError, StoreCorrupt
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import Content, Envelope, open_many, parse_content, parse_envelope
from kring.sharing.gate import Last
from kring.sharing.keyring import Keyring


def parsed(wire: bytes) -> Envelope:
    """Raises StoreCorrupt."""
    try:
        return parse_envelope(wire)
    except ProtocolError as error:
        raise StoreCorrupt("a stored envelope cannot be read") from error


async def contents(crypto: Crypto, ring: Keyring, envelopes: Sequence[Envelope]) -> list[Content]:
    """Of each envelope. Raises StoreCorrupt."""
    items = []
    for each in envelopes:
        secret = ring.secret(each.header.document, each.header.epoch)
        if secret is None:
            raise StoreCorrupt("a stored envelope without its key")
        items.append((each, secret))
    plaintexts = [each for each in await open_many(crypto, items) if each is not None]
    if len(plaintexts) != len(items):
        raise StoreCorrupt("a stored envelope does not open")
    try:
        return [parse_content(each) for each in plaintexts]
    except ProtocolError as error:
        raise StoreCorrupt("a stored envelope holds nothing that can be read") from error


async def ends(crypto: Crypto, ring: Keyring, envelopes: Sequence[Envelope]) -> list[Last]:
    """What the gate knows of a chain that each of `envelopes` is the last of. Raises StoreCorrupt."""
    said = await contents(crypto, ring, envelopes)
    return [
        Last(each.header.seq, each.hash, each.header.log_position, content.history)
        for each, content in zip(envelopes, said, strict=True)
    ]
