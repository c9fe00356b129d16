"""Whether a snapshot holds: read, checked against its ends, and vetted change by change (docs/protocol.md,
Snapshots; CAS-50).

Nothing of it reaches a document before all of it has been found true.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kring.cases.document import CaseDocument, Handles
from kring.documents.change import DecodedChange, decode_change
from kring.documents.handle import Handle
from kring.documents.opid import ROOT_ID
from kring.documents.saved import measure
from kring.documents.vetting import ACCEPT
from kring.errors import DocumentError, NotAllowed, ProtocolError
from kring.sharing.actor import actor_id
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import SNAPSHOT, Envelope, open_many, parse_content, parse_envelope
from kring.sharing.gate import PASSED, Chain, Gate, Last, chain_of, visible
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership, Offered
from kring.sharing.provenance import Chains, Source, vouch
from kring.sharing.records import ZEROS, Ends
from kring.sharing.snapshots import Whole, parse_whole
from kring.sync.messages import Snapshot

SLICE_OPS: Final = 5_000
"""Operations that are vetted between two turns of the loop."""


@dataclass(frozen=True)
class End:
    """The last envelope of a chain that a snapshot covers."""

    envelope: Envelope
    last: Last


@dataclass(frozen=True)
class Taken:
    """A snapshot that holds. `handle` is made of it alone; `hashes`: of each actor its changes, in order."""

    handle: Handle
    chunks: Sequence[bytes]
    hashes: Mapping[bytes, Sequence[bytes]]
    chains: Chains
    ends: Mapping[Chain, End]


def covered(covers: Mapping[bytes, Ends]) -> dict[Chain, tuple[int, bytes]]:
    """(sequence number, hash) of the last envelope of each chain."""
    return {(device, epoch): (seq, end) for device, ends in covers.items() for epoch, seq, end in ends}


class WholeReader:
    """For the documents of one case."""

    def __init__(self, crypto: Crypto, ring: Keyring, handles: Handles) -> None:
        self._crypto, self._ring, self._handles = crypto, ring, handles

    async def read(self, membership: Membership, offered: Offered, frame: Snapshot) -> Taken:
        """ProtocolError where it is false in anything; NotAllowed where its key is not here (yet)."""
        whole = await self._opened(membership, offered, frame)
        ends = await self._ends(membership, offered, frame)
        numbers = sum(each.number for held in whole.chains.values() for each in held)
        if measure(whole.saved).changes != numbers:
            raise ProtocolError("not the changes that the chains hold")
        for chain, held in whole.chains.items():
            if chain not in ends or len(held) != ends[chain].last.seq:
                raise ProtocolError("not the chains that the ends are of")
            for source in {each.source for each in held}:
                _spoken_for(membership, ends[chain], source)
        await asyncio.sleep(0)
        try:
            engine = self._handles.opened(whole.saved)
            heads, chunks = engine.heads(), engine.changes()
        except DocumentError as error:
            raise ProtocolError("no document") from error
        del engine
        if len(chunks) != numbers:
            raise ProtocolError("not the changes that the chains hold")
        handle, hashes = await self._built(frame.document, chunks, _at_root(membership, whole.chains, ends))
        if handle.heads != tuple(sorted(heads)):
            raise ProtocolError("not the document that its changes make")
        digests = {chain: end.last.history for chain, end in ends.items()}
        vouch(whole.chains, frame.document, hashes, digests)
        return Taken(handle, chunks, hashes, whole.chains, ends)

    async def _opened(self, membership: Membership, offered: Offered, frame: Snapshot) -> Whole:
        envelope = parse_envelope(frame.envelope)
        header = envelope.header
        if envelope.hash != offered.hash or header.device != offered.author:
            raise ProtocolError("not the snapshot that the log names")
        if (header.case, header.document, header.kind) != (membership.case, frame.document, SNAPSHOT):
            raise ProtocolError("not a snapshot of this document")
        await self._signed(membership, [envelope])
        [plaintext] = await self._plain([envelope])
        return parse_whole(plaintext)

    async def _ends(self, membership: Membership, offered: Offered, frame: Snapshot) -> dict[Chain, End]:
        """The last envelope of each chain: exactly those that the log names, each fit to pass the gate."""
        envelopes = [parse_envelope(wire) for wire in frame.ends]
        given = {chain_of(each.header): (each.header.seq, each.hash) for each in envelopes}
        if given != covered(offered.covers) or len(given) != len(envelopes):
            raise ProtocolError("not the ends that the log names")
        await self._signed(membership, envelopes)
        ends: dict[Chain, End] = {}
        for envelope, plaintext in zip(envelopes, await self._plain(envelopes), strict=True):
            header = envelope.header
            before = Last(header.seq - 1, header.previous if header.seq > 1 else ZEROS)
            if header.document != frame.document or (
                visible(envelope, membership, before, signed=True) is not PASSED
            ):
                raise ProtocolError("an end that does not pass the gate")
            history = parse_content(plaintext).history
            ends[chain_of(header)] = End(
                envelope, Last(header.seq, envelope.hash, header.log_position, history)
            )
        return ends

    async def _signed(self, membership: Membership, envelopes: Sequence[Envelope]) -> None:
        devices = membership.devices
        if any(each.header.device not in devices for each in envelopes):
            raise ProtocolError("by no device of the case")
        items = [(devices[each.header.device].sign, each.signed, each.signature) for each in envelopes]
        if not all(await self._crypto.verify_many(items)):
            raise ProtocolError("not signed")

    async def _plain(self, envelopes: Sequence[Envelope]) -> list[bytes]:
        items = []
        for each in envelopes:
            secret = self._ring.secret(each.header.document, each.header.epoch)
            if secret is None:
                raise NotAllowed("the key has not come")
            items.append((each, secret))
        plaintexts = [each for each in await open_many(self._crypto, items) if each is not None]
        if len(plaintexts) != len(items):
            raise ProtocolError("it does not open")
        return plaintexts

    async def _built(
        self, document: bytes, chunks: Sequence[bytes], at_root: Mapping[bytes, set[int]]
    ) -> tuple[Handle, dict[bytes, list[bytes]]]:
        """The document of these changes, each vetted as at the gate."""
        building = CaseDocument(document, Gate(document))
        hashes: dict[bytes, list[bytes]] = {}
        trial, changes, ops = building.trial(), list[DecodedChange](), 0
        for chunk in chunks:
            change = decode_change(chunk)
            allowed = change.seq in at_root.get(change.actor, ())
            if not allowed and any(op.obj == ROOT_ID for op in change.ops):
                raise ProtocolError("a change at the root by another than the owner")
            if trial.check(change, change.actor) != ACCEPT or change.seq <= trial.seq(change.actor):
                raise ProtocolError("a change that cannot follow")
            trial.admit(change)
            hashes.setdefault(change.actor, []).append(change.hash)
            changes.append(change)
            ops += len(change.ops)
            if ops >= SLICE_OPS:
                self._apply(building, changes)
                await asyncio.sleep(0)
                trial, changes, ops = building.trial(), [], 0
        if changes:
            self._apply(building, changes)
        if building.handle is None:
            raise ProtocolError("a snapshot of nothing")
        return building.handle, hashes

    def _apply(self, building: CaseDocument, changes: list[DecodedChange]) -> None:
        if building.handle is None:
            building.handle = self._handles.empty(building.id, "")
        receipt = building.handle.receive(changes)
        self._handles.settle(building.handle)
        if receipt.refused or receipt.waiting:
            raise ProtocolError("a change that the engine refuses")


def _owners(membership: Membership, position: int) -> set[bytes]:
    """The members who owned the case up to this position of the log."""
    return {member for since, member in membership.owners if since <= position}


def _spoken_for(membership: Membership, end: End, source: Source) -> None:
    """A device brings its own changes, those of its own member, or as the owner anybody's."""
    device = end.envelope.header.device
    known = membership.devices.get(source.device)
    member = membership.devices[device].member
    own = known is not None and known.member == member
    if not own and (known is None or member not in _owners(membership, end.last.log_position)):
        raise ProtocolError("a change by a device that this one does not speak for")


def _at_root(membership: Membership, chains: Chains, ends: Mapping[Chain, End]) -> dict[bytes, set[int]]:
    """Which changes of each actor an owner has said: only those may write at the root."""
    found: dict[bytes, set[int]] = {}
    for chain, held in chains.items():
        end = ends[chain]
        if membership.devices[chain[0]].member in _owners(membership, end.last.log_position):
            document = end.envelope.header.document
            for each in held:
                actor = actor_id(document, *each.source)
                found.setdefault(actor, set()).update(range(each.first, each.first + each.number))
    return found
