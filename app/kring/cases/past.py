"""Which changes each envelope of a document held and when, by what is stored (protocol.md, Snapshots)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from kring.cases.contents import contents, parsed
from kring.documents.change import outline
from kring.errors import StoreCorrupt
from kring.sharing.crypto import Crypto
from kring.sharing.gate import Chain
from kring.sharing.keyring import Keyring
from kring.sharing.provenance import Chains, Held, Source
from kring.store.store import Store

SLICE: Final = 200
"""Envelopes that are opened between two turns of the loop."""


class Past:
    """For the documents of one case."""

    def __init__(self, crypto: Crypto, store: Store, number: int, ring: Keyring) -> None:
        self._crypto, self._store, self._number, self._ring = crypto, store, number, ring

    async def gather(self, document: bytes, known: Chains, ends: Mapping[Chain, int]) -> Chains:
        """Of each chain in `ends` what it held up to that number; `known` tells of what is stored no more.

        Raises StoreCorrupt.
        """
        found: dict[Chain, tuple[Held, ...]] = {}
        for chain, end in ends.items():
            held = list(known.get(chain, ()))[:end]
            while len(held) < end:
                most = min(SLICE, end - len(held))
                held += await self._held(document, chain, len(held) + 1, most)
                await asyncio.sleep(0)
            found[chain] = tuple(held)
        return found

    async def _held(self, document: bytes, chain: Chain, first: int, most: int) -> list[Held]:
        wires = self._store.envelopes.of_chain(self._number, document, *chain, first, most)
        envelopes = [parsed(wire) for wire in wires]
        if [each.header.seq for each in envelopes] != list(range(first, first + most)):
            raise StoreCorrupt("an envelope is gone from the store")
        return [
            Held(
                Source(content.device, content.actor_nonce),
                outline(content.changes[0]).seq,
                len(content.changes),
                content.time,
            )
            for content in await contents(self._crypto, self._ring, envelopes)
        ]
