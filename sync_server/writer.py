"""The one writer: gathers what devices send, judges it, stores it in one transaction, then answers.

Idle, it starts at once; under load it gathers for about two milliseconds, so that one fsync serves many.
Nothing is answered before the store says that it survives a crash.

Of envelopes, one signature for each run of a chain is verified: the last one's. Every envelope names the
hash of the whole one before it, so a device that signed the last has signed for the bytes of all. Where
it does not hold, the run is judged put by put. (Devices verify every signature again.)
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kring.errors import ProtocolError
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import SNAPSHOT, Envelope
from kring.sharing.membership import Membership
from kring.sharing.records import case_id, parse_record
from kring.sync import messages
from sync_server import admission, logs
from sync_server.admission import Draft
from sync_server.auth import Identity
from sync_server.cases import Cases
from sync_server.clock import Clock
from sync_server.errors import Refused, StoreUnavailable
from sync_server.log_store import AppendEnvelopes, LogStore, Prune, Write
from sync_server.settings import Limits

BATCH_BYTES = 8 * 1024 * 1024
BATCH_REQUESTS = 2_000
ENOUGH_BYTES = 64 * 1024
"""What waits is worth a transaction, and need not be gathered any longer."""


Commit = Callable[[Sequence[Write], Sequence[bytes]], Awaitable[list[int | None]]]
"""Stores writes of these cases, as LogStore.commit."""


class Sender(Protocol):
    """Who asked, and is told what became of it."""

    @property
    def identity(self) -> Identity | None: ...
    def stored(
        self, request: Request, case: bytes, membership: Membership, hashes: tuple[bytes, ...]
    ) -> None: ...
    def refused(self, request: Request, code: str) -> None: ...


class Audience(Protocol):
    """Who else hears of it."""

    def envelopes(self, case: bytes, document: bytes, cursor: int, envelopes: Sequence[bytes]) -> None:
        """`cursor` is the one after the last of `envelopes`."""
        ...

    def pruned(self, case: bytes, document: bytes) -> None:
        """What a confirmed snapshot covers of this document is told no more."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """`asked` is what one link wants stored."""

    sender: Sender
    asked: messages.Put | messages.SnapshotPut | messages.LogAppend | messages.Create
    size: int


@dataclass(slots=True)
class Outcome:
    """What came of one request in a draft: refused with a code, or to be stored."""

    case: bytes = b""
    code: str = ""
    hashes: tuple[bytes, ...] = ()
    ends: tuple[Envelope, ...] = ()


class Writer:
    def __init__(
        self,
        store: LogStore,
        commit: Commit,
        cases: Cases,
        crypto: Crypto,
        limits: Limits,
        clock: Clock,
        gather_ms: float,
        audience: Audience,
    ) -> None:
        self._store = store
        self._commit = commit
        self._cases = cases
        self._crypto = crypto
        self._limits = limits
        self._clock = clock
        self._gather = gather_ms / 1000
        self._audience = audience
        self._waiting: deque[Request] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    def submit(self, request: Request) -> None:
        self._waiting.append(request)
        self._waiting_bytes += request.size
        self._wake.set()

    async def close(self) -> None:
        """Store and answer all that came in, then stop."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        flushed = 0.0
        while not (self._closing and not self._waiting):
            await self._wake.wait()
            rest = flushed + self._gather - self._clock.seconds()
            if rest > 0 and self._waiting_bytes < ENOUGH_BYTES and not self._closing:
                await asyncio.sleep(rest)
            self._wake.clear()
            batch = self._take()
            if batch:
                await self._flush(batch)
            if self._waiting:
                self._wake.set()
            flushed = self._clock.seconds()

    def _take(self) -> list[Request]:
        batch: list[Request] = []
        size = 0
        while self._waiting and len(batch) < BATCH_REQUESTS and size < BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += batch[-1].size
        self._waiting_bytes -= size
        return batch

    async def _flush(self, batch: list[Request]) -> None:
        try:
            drafts, outcomes = await self._admit(batch)
            stored = await self._store_drafts(drafts, outcomes)
        except StoreUnavailable as error:
            logs.event(
                "store_unavailable", level=logging.ERROR, reason=str(error).lower(), requests=len(batch)
            )
            outcomes = [Outcome(code="closing") for _ in batch]
            stored = []
        except Exception:
            logs.logger.exception("a batch failed")
            outcomes = [Outcome(code="closing") for _ in batch]
            stored = []
        for request, outcome in zip(batch, outcomes, strict=True):
            if outcome.code:
                request.sender.refused(request, outcome.code)
            else:
                membership = drafts[outcome.case].membership
                request.sender.stored(request, outcome.case, membership, outcome.hashes)
        # After the answers: a record that takes a right away has been acted upon before this goes out.
        for draft, ends in stored:
            self._announce(draft, ends)

    async def _admit(self, batch: list[Request]) -> tuple[dict[bytes, Draft], list[Outcome]]:
        forged: set[int] = set()
        while True:
            drafts: dict[bytes, Draft] = {}
            outcomes = [
                Outcome(code="bad_envelope") if index in forged else await self._judge(drafts, request)
                for index, request in enumerate(batch)
            ]
            found = await self._forged(drafts, outcomes)
            if not found:
                return drafts, outcomes
            forged |= found

    async def _judge(self, drafts: dict[bytes, Draft], request: Request) -> Outcome:
        asked, identity = request.asked, request.sender.identity
        now = self._clock.now()
        try:
            if isinstance(asked, messages.Create):
                return await self._found(drafts, asked)
            if identity is None:
                raise Refused("not_allowed")
            draft = await self._draft(drafts, identity.case)
            if isinstance(asked, messages.LogAppend):
                await admission.append(
                    draft, identity, asked.position, asked.records,
                    self._store, self._crypto, self._limits, now,
                )  # fmt: skip
                return Outcome(identity.case)
            if isinstance(asked, messages.SnapshotPut):
                put = admission.put_snapshot(draft, identity, asked.envelope, self._limits, now)
                return Outcome(identity.case, hashes=put.hashes, ends=put.ends)
            put = await admission.put(draft, identity, asked.envelopes, self._store, self._limits, now)
            return Outcome(identity.case, hashes=put.hashes, ends=put.ends)
        except Refused as refused:
            return Outcome(code=refused.wire)

    async def _draft(self, drafts: dict[bytes, Draft], case: bytes) -> Draft:
        if case not in drafts:
            drafts[case] = Draft.of(case, await self._cases.get(case))
        return drafts[case]

    async def _found(self, drafts: dict[bytes, Draft], asked: messages.Create) -> Outcome:
        """Found a case; one that was founded with the same records already is answered the same."""
        try:
            name = case_id(parse_record(asked.records[0]).payload)
        except ProtocolError:
            raise Refused("bad_record") from None
        draft = await self._draft(drafts, name)
        if draft.base is not None:
            held = await self._store.records(name, 0, messages.FRAME_MAX)
            if tuple(held[: len(asked.records)]) != asked.records:
                raise Refused("bad_record")
            return Outcome(name)
        now = self._clock.now()
        await admission.append(draft, None, 0, asked.records, self._store, self._crypto, self._limits, now)
        return Outcome(name)

    async def _forged(self, drafts: dict[bytes, Draft], outcomes: list[Outcome]) -> set[int]:
        """The requests whose signatures do not hold, where the last of a chain does not.

        A snapshot is no part of a chain: nothing signs for it but itself.
        """
        chains: dict[tuple[bytes, bytes, bytes, int, bytes], list[tuple[int, Envelope]]] = {}
        for index, outcome in enumerate(outcomes):
            for end in outcome.ends:
                header = end.header
                apart = end.hash if header.kind == SNAPSHOT else b""
                stream = (outcome.case, header.document, header.device, header.epoch, apart)
                chains.setdefault(stream, []).append((index, end))
        bad: set[int] = set()
        lasts = [chain[-1][1] for chain in chains.values()]
        for chain, holds in zip(chains.values(), await self._verify(drafts, lasts), strict=True):
            if not holds:
                each = await self._verify(drafts, [end for _, end in chain])
                bad.update(index for (index, _), good in zip(chain, each, strict=True) if not good)
        return bad

    async def _verify(self, drafts: dict[bytes, Draft], envelopes: Sequence[Envelope]) -> list[bool]:
        if not envelopes:
            return []
        return await self._crypto.verify_many(
            [
                (
                    drafts[each.header.case].membership.devices[each.header.device].sign,
                    each.signed,
                    each.signature,
                )
                for each in envelopes
            ]
        )

    async def _store_drafts(
        self, drafts: dict[bytes, Draft], outcomes: list[Outcome]
    ) -> list[tuple[Draft, list[int]]]:
        """Commit; the drafts that now stand, with the end that each of their writes came to."""
        changed = [draft for draft in drafts.values() if draft.writes]
        writes = [write for draft in changed for write in draft.writes]
        if not writes:
            return []
        try:
            results = await self._commit(writes, [draft.name for draft in changed])
        except StoreUnavailable:
            for draft in changed:
                self._cases.forget(draft.name)
            raise
        after = iter(results)
        stored = []
        for draft in changed:
            ends = [next(after) for _ in draft.writes]
            if None in ends:
                self._cases.forget(draft.name)
                for outcome in outcomes:
                    if outcome.case == draft.name and not outcome.code:
                        outcome.code = "closing"
                continue
            self._cases.put(draft.name, draft.apply(ends))
            stored.append((draft, [end for end in ends if end is not None]))
        return stored

    def _announce(self, draft: Draft, ends: list[int]) -> None:
        """Tell the audience, envelopes of one document together."""
        runs: dict[bytes, list[bytes]] = {}
        cursors: dict[bytes, int] = {}
        for write, end in zip(draft.writes, ends, strict=True):
            if isinstance(write, AppendEnvelopes):
                runs.setdefault(write.document, []).extend(write.envelopes)
                cursors[write.document] = end
            elif isinstance(write, Prune):
                self._audience.pruned(draft.name, write.document)
        for document, run in runs.items():
            self._audience.envelopes(draft.name, document, cursors[document], run)
