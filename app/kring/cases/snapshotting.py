"""Snapshots of a shared case: making them, vouching for another's, and letting go of what they stand for
(CAS-52, CAS-54; docs/protocol.md, Snapshots)."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.past import Past
from kring.cases.speaking import Nothing, Speaking
from kring.cases.wholes import covered
from kring.errors import DocumentError, KringError, NetworkError, ProtocolError
from kring.sharing import rights
from kring.sharing.author import Author
from kring.sharing.envelope import MAX_SNAPSHOT, SNAPSHOT, Envelope, parse_envelope, seal
from kring.sharing.membership import Offered
from kring.sharing.provenance import Chains
from kring.sharing.records import ZEROS, Ends, Snapshot, SnapshotConfirm
from kring.sharing.snapshots import Whole, pack_whole
from kring.sync.messages import WHOLE_MAX

DUE: Final = 2_000
"""Envelopes since the last snapshot that was confirmed."""

OWNER_SECONDS: Final = 2.0
OTHERS_SECONDS: Final = 10.0
"""At most so long, by chance, a device leaves making or confirming to others first."""

REST_MS: Final = 600_000
"""So long a device rests after one that came to nothing."""


class Snapshotting:
    """For one open case. Each of `make`, `confirm` and `prune` is a duty: harmless when nothing is due."""

    def __init__(self, engine: Engine, speaking: Speaking, due: int = DUE) -> None:
        self._engine, self._speaking, self._due = engine, speaking, due
        self._past = Past(engine.ports.crypto, engine.store, engine.number, engine.keyring)
        self._rested: dict[bytes, int] = {}

    def overdue(self) -> int:
        """How often over a document of this case is due: it grows when there is something to do."""
        return sum(self._beyond(document) // self._due for document in self._engine.documents.values())

    async def make(self) -> None:
        """Offer a snapshot of each document that is due one. Raises NetworkError and the like."""
        for document in list(self._engine.documents.values()):
            if self._may_make(document):
                await self._in_turn()
                if self._may_make(document):
                    self._rest(document.id)
                    await self._make(document)
                    del self._rested[document.id]

    async def confirm(self) -> None:
        """Vouch for each snapshot that was offered and holds. Raises NetworkError and the like."""
        for name in list(self._engine.documents):
            if await self._may_confirm(name):
                await self._in_turn()
                if await self._may_confirm(name):
                    self._rest(self._engine.ledger.membership.snapshots[name].hash)
                    await self._confirm(self._engine.documents[name])

    async def prune(self) -> None:
        """Drop here what a confirmed snapshot stands for. Raises StoreError; then all is as it was."""
        dropped = False
        for document in list(self._engine.documents.values()):
            dropped |= await self._prune(document)
        if dropped:
            await self._engine.store.shrink()

    # Making

    def _may_make(self, document: CaseDocument) -> bool:
        engine, membership, name = self._engine, self._engine.ledger.membership, document.id
        offered = membership.snapshots.get(name)
        return (
            document.handle is not None
            and engine.may(name, rights.BEHEREN)
            and name not in membership.owed()
            and self._beyond(document) >= self._due
            and (offered is None or offered.confirmed or self._beyond(document, offered) >= self._due)
            and not self._unsent(document)
            and self._rested_from(name)
        )

    def _beyond(self, document: CaseDocument, since: Offered | None = None) -> int:
        """How many envelopes lie after that snapshot, else after the newest that was confirmed."""
        reached = since or self._engine.ledger.membership.confirmed.get(document.id)
        known = covered(reached.covers) if reached is not None else {}
        frontier = document.gate.frontier
        return sum(max(0, last.seq - known.get(chain, (0, b""))[0]) for chain, last in frontier.items())

    def _unsent(self, document: CaseDocument) -> bool:
        sender = self._engine.sender
        return not sender.saved or bool(sender.unsent_in(document.id)) or self._engine.journal.waiting

    async def _make(self, document: CaseDocument) -> None:
        engine, name = self._engine, document.id
        handle = document.handle
        assert handle is not None
        # In one turn of the loop: the document, and how far its chains go in it.
        frontier, saved = document.gate.frontier, handle.saved()
        covers: dict[bytes, Ends] = {}
        for (device, epoch), last in sorted(frontier.items()):
            covers[device] = (*covers.get(device, ()), (epoch, last.seq, last.hash))
        chains = await self._past.gather(
            name, document.past, {chain: last.seq for chain, last in frontier.items()}
        )
        at, number = engine.store.envelopes.at, engine.number
        ends = [at(number, name, *chain, last.seq) for chain, last in frontier.items()]
        envelope = await self._sealed(name, saved, chains)
        if None in ends or len(envelope.wire) + sum(len(each) for each in ends if each) > WHOLE_MAX:
            return
        await self._speaking.runner.put_snapshot(envelope.wire)

        async def speak(author: Author) -> None:
            await author.say(Snapshot(name, envelope.hash, covers), engine.ports.clock.now())

        await self._speaking.append(speak)

    async def _sealed(self, document: bytes, saved: bytes, chains: Chains) -> Envelope:
        """Raises ProtocolError where it is too large."""
        engine = self._engine
        membership = engine.ledger.membership
        epoch = membership.epoch_at(document, membership.length)
        secret = engine.keyring.secret(document, epoch)
        plaintext = pack_whole(Whole(saved, chains))
        if secret is None or len(plaintext) > MAX_SNAPSHOT:
            raise ProtocolError("no key, or too much for one snapshot")
        return await seal(
            engine.ports.crypto,
            engine.keys,
            secret,
            case=membership.case,
            document=document,
            epoch=epoch,
            seq=1,
            previous=ZEROS,
            log_position=membership.length,
            log_head=membership.head,
            frontier=engine.documents[document].gate.digest(),
            plaintext=plaintext,
            kind=SNAPSHOT,
        )

    # Confirming

    async def _may_confirm(self, name: bytes) -> bool:
        engine = self._engine
        offered = engine.ledger.membership.snapshots.get(name)
        document = engine.documents.get(name)
        if offered is None or offered.confirmed or document is None or not self._rested_from(offered.hash):
            return False
        if not self._reaches(document, offered):
            return False
        author = self._speaking.author()
        with suppress(KringError):
            await author.say(SnapshotConfirm(name, offered.hash), engine.ports.clock.now())
            return engine.may(name, rights.BIJDRAGEN)
        return False

    def _reaches(self, document: CaseDocument, offered: Offered) -> bool:
        """Whether each chain is here as far as the snapshot covers it, and has the same end."""
        engine = self._engine
        for chain, (seq, end) in covered(offered.covers).items():
            wire = engine.store.envelopes.at(engine.number, document.id, *chain, seq)
            if document.gate.last(*chain).seq < seq or wire is None or parse_envelope(wire).hash != end:
                return False
        return True

    async def _confirm(self, document: CaseDocument) -> None:
        """Confirm what the relay has, if it opens, holds, and says of each edit what this device knows."""
        engine, name = self._engine, document.id
        offered = engine.ledger.membership.snapshots[name]
        frame = await self._speaking.runner.get_snapshot(name)
        if not offered.names(frame.envelope):
            raise NetworkError("the relay has another snapshot by now")
        try:
            taken = await engine.wholes.read(engine.ledger.membership, offered, frame)
        except (ProtocolError, DocumentError):
            engine.found_false()
            return
        ends = {chain: seq for chain, (seq, _) in covered(offered.covers).items()}
        mine = await self._past.gather(name, document.past, ends)
        handle = document.handle
        if (
            handle is None
            or mine != dict(taken.chains)
            or any(each not in handle.vetting for hashes in taken.hashes.values() for each in hashes)
        ):
            engine.found_false()
            return

        async def speak(author: Author) -> None:
            now = author.membership.snapshots.get(name)
            if now is None or now.hash != offered.hash or now.confirmed:
                raise Nothing
            await author.say(SnapshotConfirm(name, offered.hash), engine.ports.clock.now())

        await self._speaking.append(speak)

    # Letting go

    async def _prune(self, document: CaseDocument) -> bool:
        engine, name = self._engine, document.id
        confirmed = engine.ledger.membership.confirmed.get(name)
        if confirmed is None or document.handle is None or not self._reaches(document, confirmed):
            return False
        ends = {chain: seq for chain, (seq, _) in covered(confirmed.covers).items()}
        if all(len(document.past.get(chain, ())) >= seq for chain, seq in ends.items()):
            return False
        return await engine.let_go(document, await self._past.gather(name, document.past, ends))

    # When

    async def _in_turn(self) -> None:
        """Wait a moment in which another may."""
        engine = self._engine
        longest = OWNER_SECONDS if engine.owner else OTHERS_SECONDS
        share = int.from_bytes(engine.ports.random.bytes(2)) / 0xFFFF
        await engine.ports.clock.sleep(longest * share)

    def _rested_from(self, what: bytes) -> bool:
        """Whether long enough has passed since this document, or this snapshot, came to nothing."""
        now = self._engine.ports.clock.now()
        return now - self._rested.get(what, -REST_MS) >= REST_MS

    def _rest(self, what: bytes) -> None:
        self._rested[what] = self._engine.ports.clock.now()
