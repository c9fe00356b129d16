"""What this device wrote in a document whose place another took meanwhile: said again in the new one (P6).

What is not in what the new document began with, its own writer's device brings along: as edits made beside
all that others have written there since, so that they merge as they would have in the old one. Which changes
were brought along is kept in the transaction that keeps the new ones: so it is done once, whatever crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from kring.cases.authorship import by_actor
from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.fresh_start import presentable
from kring.cases.kinds import HASH_BYTES, follower, kind_of, latest, shown_heads
from kring.cases.past import Past
from kring.documents.change import decode_change, outline
from kring.documents.handle import Handle
from kring.documents.opid import ROOT_ID
from kring.documents.schema import KIND
from kring.documents.trees import Tree, difference, tree_of, write
from kring.documents.vetting import Vetting
from kring.errors import NotAllowed
from kring.phases import FRESH
from kring.sharing.provenance import held_by

PREFIX: Final = "carried/"
SLICE: Final = 500
"""Changes that are brought in between two turns of the loop."""


class Carrying:
    """For one open case."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._carried: dict[bytes, frozenset[bytes]] = {}
        self._looked: dict[bytes, tuple[bytes, ...]] = {}

    async def load(self) -> None:
        """Take up what was brought along in earlier starts."""
        for name, box in (await self._engine.store.keys.all(self._engine.number)).items():
            if name.startswith(PREFIX):
                hashes = (box[at : at + HASH_BYTES] for at in range(0, len(box), HASH_BYTES))
                self._carried[bytes.fromhex(name.removeprefix(PREFIX))] = frozenset(hashes)

    async def carry(self) -> None:
        """Bring along all that can be. Raises StoreError, NotAllowed; then it is tried again."""
        documents, refused = self._engine.documents, None
        for kind in FRESH:  # people before what is said about them
            for old in [each for each in documents.values() if kind_of(each) == kind]:
                after = follower(documents.values(), old)
                if after is None:
                    continue
                try:
                    await self._from(old, shown_heads(after), latest(documents.values(), old))
                except NotAllowed as error:  # which holds up no other document
                    refused = error
        if refused is not None:
            raise refused

    async def _from(self, old: CaseDocument, heads: tuple[bytes, ...], fresh: CaseDocument) -> None:
        """`heads`: what of the old one needs not be brought along."""
        assert old.handle is not None
        vetting = old.handle.vetting
        if self._looked.get(old.id) == old.handle.heads or any(each not in vetting for each in heads):
            return
        own = await self._own(old)
        looked, chunks, after = old.handle.heads, old.handle.changes(), tree_of(old.handle)
        news = own - _with_ancestors(old.handle.vetting, heads) - self._carried.get(old.id, frozenset())
        if news:
            before = await self._built(old, [each for each in chunks if outline(each).hash not in news])
            await self._say(old, fresh, tree_of(before), after, news)
        if not self._engine.may_edit(old.id):
            await self._leave(old)
        self._looked[old.id] = looked

    async def _own(self, document: CaseDocument) -> set[bytes]:
        """The changes that this device said in this document, or was about to."""
        engine = self._engine
        with suppress(NotAllowed):  # what cannot be said there any more stays in its batch
            await engine.save()
        assert document.handle is not None
        frontier, selves = document.gate.frontier, engine.selves
        ends = {chain: last.seq for chain, last in frontier.items() if chain[0] in selves}
        past = Past(engine.ports.crypto, engine.store, engine.number, engine.keyring)
        said = await past.gather(document.id, document.past, ends)
        hashes = by_actor(document.handle.changes())
        found = {outline(chunk).hash for batch in engine.sender.batches(document) for chunk in batch.chunks}
        for actor, first, number in held_by(said, document.id):
            found.update(hashes.get(actor, ())[first - 1 : first - 1 + number])
        return found

    async def _say(
        self, old: CaseDocument, fresh: CaseDocument, before: Tree, after: Tree, news: set[bytes]
    ) -> None:
        """The edits that lead from `before` to `after`, made where the new document began."""
        engine, kind, nonce = self._engine, kind_of(old), self._engine.ports.random.bytes(16)
        assert fresh.handle is not None
        beginning = _beginning(fresh.handle.changes())
        beside = await self._built(fresh, beginning, nonce)
        chunks: list[bytes] = []
        beside.on_local = chunks.append
        known, wanted = presentable(engine, kind, before), presentable(engine, kind, after)
        write(beside, difference(known, wanted, tree_of(beside)))
        carried = self._carried.get(old.id, frozenset()) | news
        number, keys = engine.number, engine.store.keys
        box = await keys.seal(number, PREFIX + old.id.hex(), b"".join(sorted(carried)))
        said = engine.sender.contents(nonce, chunks)
        try:
            await engine.sender.adopt(fresh, said, chunks, lambda: keys.put(number, box))
        finally:  # also where the disk is full: then it waits, with the mark, to be written
            if all(outline(each).hash in fresh.handle.vetting for each in chunks):
                self._carried[old.id] = carried

    async def _leave(self, old: CaseDocument) -> None:
        """What was brought along waits no more to be sent where it cannot be, and counts there for nobody."""
        sender = self._engine.sender
        unsent = {each.hash for each in sender.unsent_in(old.id)}
        unsealed = {chunk for batch in sender.batches(old) for chunk in batch.chunks}
        if unsent or unsealed:
            sender.drop(old, unsealed)
            sender.forget(unsent)
            await self._engine.rebuild(old)
            with suppress(NotAllowed):  # of another document, whose turn is still to come
                await self._engine.save()

    async def _built(self, document: CaseDocument, chunks: Sequence[bytes], nonce: bytes = b"") -> Handle:
        """Of these changes only, for the actor of this nonce."""
        handles = self._engine.handles.anew(nonce or self._engine.ports.random.bytes(16))
        handle = handles.empty(document.id, kind_of(document))
        for start in range(0, len(chunks), SLICE):
            handle.receive(chunks[start : start + SLICE])
            await asyncio.sleep(0)
        return handle


def _with_ancestors(vetting: Vetting, heads: Iterable[bytes]) -> set[bytes]:
    """These changes and all that they build on."""
    found, waiting = set[bytes](), list(heads)
    while waiting:
        name = waiting.pop()
        known = vetting.find(name)
        if name not in found and known is not None:
            found.add(name)
            waiting += known.deps
    return found


def _beginning(chunks: Iterable[bytes]) -> list[bytes]:
    """The changes up to the one that says of what kind the document is, the last of its beginning."""
    begun: dict[bytes, tuple[bytes, tuple[bytes, ...]]] = {}
    last = b""
    for chunk in chunks:
        change = decode_change(chunk)
        begun[change.hash] = (chunk, change.deps)
        if any(op.obj == ROOT_ID and op.key == KIND for op in change.ops):
            last = change.hash
            break
    wanted, waiting = set[bytes](), [last] if last else []
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += begun[name][1]
    return [chunk for name, (chunk, _) in begun.items() if name in wanted]
