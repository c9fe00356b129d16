"""A document whole, for who comes later: what an envelope of kind 2 holds (docs/protocol.md, Snapshots)."""

from __future__ import annotations

from typing import NamedTuple

from kring.errors import ProtocolError
from kring.sharing import codec, padding, shape
from kring.sharing.envelope import MAX_SNAPSHOT
from kring.sharing.provenance import Chains, pack_chains, unpack_chains


class Whole(NamedTuple):
    """`saved` is the Automerge document; `chains` tell who signed for which of its changes, and when."""

    saved: bytes
    chains: Chains


def pack_whole(whole: Whole) -> bytes:
    return padding.pad(codec.encode([whole.saved, pack_chains(whole.chains)]))


def parse_whole(plaintext: bytes) -> Whole:
    """Checks form alone: `provenance.vouch` says whether it is true. Raises ProtocolError."""
    parts = codec.decode(padding.unpad(plaintext), MAX_SNAPSHOT)
    saved, chains = shape.listing(shape.blob(MAX_SNAPSHOT), 2, 2)(parts)
    if not saved:
        raise ProtocolError("a snapshot of nothing")
    return Whole(saved, unpack_chains(chains))
