"""Taking a member out, or changing what they may see and do (docs/protocol.md, Removing).

What a person decided is kept before anything is said, and carried out step by step: each step looks at the
log as it has become, so a crash, a lost connection or somebody else's step in between does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from kring.cases.cutting import STEPS, UNSEEN
from kring.cases.engine import Engine
from kring.cases.intentions import Intention, Intentions
from kring.cases.lowering import TRIES, freeze, granted, revoke
from kring.cases.rotating import Rotating
from kring.cases.speaking import Nothing, Speaking
from kring.cases.standing import standing
from kring.errors import ChainMoved, KringError, LogChanged, NetworkError, NotAllowed, StoreError
from kring.sharing.author import Author, grant
from kring.sharing.membership import ACTIVE, Membership
from kring.sharing.rules.common import outranks


class Removing:
    """For one open case."""

    def __init__(self, engine: Engine, speaking: Speaking, rotating: Rotating) -> None:
        self._engine, self._speaking, self._rotating = engine, speaking, rotating
        self._turn = asyncio.Lock()
        self.intentions = Intentions(engine)

    async def decide(self, intention: Intention) -> None:
        """Keep what was decided and do it; without a connection it is done as soon as there is one.

        Raises NotAllowed, LogChanged, BadInput or StoreError; then nothing was decided.
        """
        self._require(intention.member)
        await self.intentions.keep(intention)
        try:
            await self._carry(intention.member)
        except (NetworkError, StoreError):
            return
        except KringError:
            await self.intentions.forget(intention.member)
            raise

    async def take_back(self, member: bytes) -> None:
        """Do not do it after all, as far as it has not been done."""
        async with self._turn:
            if self.intentions.of(member) is not None:
                await self.intentions.forget(member)

    async def carry_out(self) -> None:
        """Go on with all that was decided. Raises NetworkError or StoreError."""
        for intention in self.intentions.all():
            try:
                await self._carry(intention.member)
            except (NetworkError, StoreError):
                raise
            except KringError:
                await self.intentions.keep(
                    replace(self.intentions.of(intention.member) or intention, stale=True)
                )

    async def _carry(self, member: bytes) -> None:
        async with self._turn:
            intention = self.intentions.of(member)
            if intention is None or intention.stale:
                return
            if intention.rights is None:
                await self._remove(member)
            else:
                await self._change(member, intention.rights, intention.until)
            await self._rotating.clear()
            await self.intentions.forget(member)

    async def _remove(self, member: bytes) -> None:
        for back in STEPS:
            await self._speaking.append(lambda author: freeze(self._engine, author, member))
            await self._speaking.runner.settled()
            try:
                cut = partial(revoke, self._engine, member=member, keep={}, still=True, back=back)
                await self._speaking.append(cut)
                return
            except ChainMoved:
                continue
        raise NetworkError(UNSEEN)

    async def _change(self, member: bytes, wanted: Mapping[bytes, int], until: int) -> None:
        before = self._granted(member)
        keep = {each: min(right, wanted.get(each, 0)) for each, right in before.items() if wanted.get(each)}
        if keep != before:
            await self._lower(member, keep)
        membership = self._engine.ledger.membership
        known = membership.members[member]
        open_ = known.asked or membership.frozen(member)
        if dict(wanted) != self._granted(member) or until != known.until or open_:
            await self._step(member, lambda author: self._grant(author, member, wanted, until))

    async def _lower(self, member: bytes, keep: Mapping[bytes, int]) -> None:
        """Without a FREEZE, so that nobody is sent away for a moment; with one where that fails."""
        for _ in range(TRIES):
            await self._speaking.runner.settled()
            try:
                await self._step(
                    member, lambda author: revoke(self._engine, author, member, keep, still=False)
                )
                return
            except ChainMoved:
                continue
        if not self._engine.owner:
            raise NetworkError("they keep writing")
        for back in STEPS:
            await self._step(member, lambda author: freeze(self._engine, author, member))
            await self._speaking.runner.settled()
            try:
                cut = partial(revoke, self._engine, member=member, keep=keep, still=False, back=back)
                await self._step(member, cut)
                return
            except ChainMoved:
                continue
        raise NetworkError(UNSEEN)

    async def _grant(self, author: Author, member: bytes, wanted: Mapping[bytes, int], until: int) -> None:
        """The owner names each right again; another member only what they give, and no other end."""
        if self._engine.owner:
            given = dict(wanted)
        else:
            before = self._granted(member)
            given = {each: right for each, right in wanted.items() if right > before.get(each, 0)}
        if not given:
            raise Nothing
        now = self._engine.ports.clock.now()
        await grant(author, self._engine.keyring, member, given, until, now)

    async def _step(self, member: bytes, speak: Callable[[Author], Awaitable[None]]) -> None:
        """Say it only while the member stands as the person saw it, or as the step before left it."""

        async def looking(author: Author) -> None:
            self._as_seen(author.membership, member)
            await speak(author)
            await self._expect(member, author.membership)

        await self._speaking.append(looking)

    def _as_seen(self, membership: Membership, member: bytes) -> None:
        intention = self.intentions.of(member)
        if intention is None or standing(membership, member) not in intention.seen:
            raise LogChanged

    async def _expect(self, member: bytes, after: Membership) -> None:
        """Known before it is said, so that a crash in between is not taken for somebody else's step."""
        intention = self.intentions.of(member)
        if intention is not None:
            seen = (*intention.seen, standing(after, member))
            await self.intentions.keep(replace(intention, seen=seen))

    def _granted(self, member: bytes) -> dict[bytes, int]:
        return granted(self._engine.ledger.membership, member)

    def _require(self, member: bytes) -> None:
        assert self._speaking.runner is not None
        membership = self._engine.ledger.membership
        known = membership.members.get(member)
        allowed = known is not None and known.state == ACTIVE
        if not allowed or not outranks(membership, self._engine.member, member):
            raise NotAllowed("not this member's to change")
