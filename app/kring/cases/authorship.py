"""Who made which edits when, provable also of what was pruned: by the end of each chain, which its device
signed, and by the changes themselves (CAS-55)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kring.cases.contents import ends, parsed
from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.past import Past
from kring.documents.change import outline
from kring.errors import ProtocolError, StoreCorrupt
from kring.sharing.actor import actor_id
from kring.sharing.gate import Chain, Last
from kring.sharing.provenance import Held, vouch


@dataclass(frozen=True)
class Made:
    """One envelope: `changes` by `author`'s `device` at `time` (ms), said by `speaker`, who signed for it.

    The two differ where a device brought along what another made. Members by id; `hashes` of the changes.
    """

    document: bytes
    time: int
    author: bytes
    device: bytes
    speaker: bytes
    hashes: tuple[bytes, ...]


async def made_in(engine: Engine, document: CaseDocument) -> list[Made]:
    """What was said in this document, oldest first. StoreError; StoreCorrupt where anything does not hold.

    Own edits that are not sealed yet are no part of it, and wait while it is looked up.
    """
    if document.handle is None:
        return []
    past = Past(engine.ports.crypto, engine.store, engine.number, engine.keyring)
    async with engine.sender.still():
        while engine.journal.waiting:
            await engine.journal.flush()
        # In one turn of the loop: the document, how far its chains go in it, and their ends.
        frontier, known = document.gate.frontier, document.past
        unsealed = {chunk for batch in engine.sender.batches(document) for chunk in batch.chunks}
        hashes = by_actor(chunk for chunk in document.handle.changes() if chunk not in unsealed)
        wires = _ends(engine, document.id, frontier)
        chains = await past.gather(document.id, known, {chain: last.seq for chain, last in frontier.items()})
    try:
        vouch(chains, document.id, hashes, await _signed(engine, wires))
    except ProtocolError as error:
        raise StoreCorrupt("what is kept of who made what does not hold") from error
    found = [
        _made(engine, document.id, chain, each, hashes) for chain, held in chains.items() for each in held
    ]
    return sorted(found, key=lambda each: each.time)


def _ends(engine: Engine, document: bytes, frontier: Mapping[Chain, Last]) -> dict[Chain, bytes | None]:
    """The last envelope of each chain, as it is stored."""
    at, number = engine.store.envelopes.at, engine.number
    return {chain: at(number, document, *chain, last.seq) for chain, last in frontier.items()}


async def _signed(engine: Engine, wires: Mapping[Chain, bytes | None]) -> dict[Chain, bytes]:
    """The history digest in the last envelope of each chain, whose signature is checked here once more."""
    envelopes = [parsed(wire) for wire in wires.values() if wire is not None]
    devices = engine.ledger.membership.devices
    items = [(devices[each.header.device].sign, each.signed, each.signature) for each in envelopes]
    if len(envelopes) != len(wires) or not all(await engine.ports.crypto.verify_many(items)):
        raise ProtocolError("an end that is not signed")
    lasts = await ends(engine.ports.crypto, engine.keyring, envelopes)
    return {chain: last.history for chain, last in zip(wires, lasts, strict=True)}


def by_actor(chunks: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Of each actor the hashes of its changes, in their order."""
    found: dict[bytes, list[tuple[int, bytes]]] = {}
    for chunk in chunks:
        each = outline(chunk)
        found.setdefault(each.actor, []).append((each.seq, each.hash))
    return {actor: [name for _, name in sorted(changes)] for actor, changes in found.items()}


def _made(
    engine: Engine, document: bytes, chain: Chain, held: Held, hashes: dict[bytes, list[bytes]]
) -> Made:
    devices = engine.ledger.membership.devices
    changes = hashes[actor_id(document, *held.source)][held.first - 1 : held.first - 1 + held.number]
    author, speaker = devices[held.source.device].member, devices[chain[0]].member
    return Made(document, held.time, author, held.source.device, speaker, tuple(changes))
