"""Whether a change may follow on what a document already has. Pure; costs by the change.

Keeps, of each known change, its highest operation and what it depends on, and of each actor the last change.
A restored document knows only its newest changes; the rest is asked for once, when something refers to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from kring.documents.change import DecodedChange

ACCEPT = "accept"
WAIT = "wait"
MOST_DEPS: Final = 500
"""Of an own change, so that nobody can make so many heads that no change would fit."""


class Known(NamedTuple):
    """Of one change: counter of its last operation, and the changes it builds on."""

    max_op: int
    deps: tuple[bytes, ...]


class Last(NamedTuple):
    """Of one actor: its newest change."""

    seq: int
    hash: bytes


class Vetting:
    """What is known of one document. `earlier` gives every (hash, Known) where `self` began incomplete.

    `remembered` are the newest of them, oldest first; they are read before `earlier` is asked.
    """

    def __init__(
        self,
        known: dict[bytes, Known] | None = None,
        actors: dict[bytes, Last] | None = None,
        heads: Iterable[bytes] = (),
        earlier: Callable[[], Iterable[tuple[bytes, Known]]] | None = None,
        remembered: Iterable[tuple[bytes, Known]] | None = None,
    ) -> None:
        self._known = {} if known is None else known
        self._actors = {} if actors is None else actors
        self._heads = set(heads)
        self._earlier = earlier
        self._remembered = remembered

    @property
    def heads(self) -> tuple[bytes, ...]:
        return tuple(sorted(self._heads))

    @property
    def max_op(self) -> int:
        """The highest operation counter in the document; 0 when empty."""
        return max((self._get(head).max_op for head in self._heads), default=0)

    def __contains__(self, change_hash: bytes) -> bool:
        return self.find(change_hash) is not None

    def seq(self, actor: bytes) -> int:
        last = self.last(actor)
        return last.seq if last else 0

    def last(self, actor: bytes) -> Last | None:
        return self._actors.get(actor)

    def find(self, change_hash: bytes) -> Known | None:
        known = self._known.get(change_hash)
        if known is None:
            self._remember()
            known = self._known.get(change_hash)
        if known is None and self._earlier is not None:
            earlier, self._earlier = self._earlier, None
            self._put_before(earlier())
            known = self._known.get(change_hash)
        return known

    def _remember(self) -> None:
        if self._remembered is not None:
            remembered, self._remembered = self._remembered, None
            self._put_before(remembered)

    def _put_before(self, changes: Iterable[tuple[bytes, Known]]) -> None:
        older = dict(changes)
        older.update(self._known)  # the newest stay last, which is what `newest` counts on
        self._known = older

    def frontier(self, actor: bytes) -> tuple[bytes, ...]:
        """What a new change of `actor` builds on: the heads; of very many, the highest, and its own last."""
        if len(self._heads) <= MOST_DEPS:
            return self.heads
        highest = sorted(self._heads, key=lambda head: (self._get(head).max_op, head))[-MOST_DEPS:]
        last = self.last(actor)
        return tuple(sorted({*highest, last.hash} if last else highest))

    def missing(self, change: DecodedChange) -> bytes | None:
        """The first dependency that is not there."""
        for dep in change.deps:
            if self.find(dep) is None:
                return dep
        return None

    def check(self, change: DecodedChange, actor: bytes) -> str:
        """ACCEPT (also for what is already known), WAIT for a dependency, or why it is refused.

        `actor` is the one that the sender may use.
        """
        if change.actor != actor:
            return "foreign_actor"
        last = self.last(actor)
        if last is None or change.seq > last.seq:
            if self.missing(change) is not None:
                return WAIT
            if change.seq > (last.seq if last else 0) + 1:
                return "sequence_gap"
        else:
            return ACCEPT if change.hash in self else "sequence_used_twice"
        base = max([self._get(dep).max_op for dep in change.deps], default=0)
        if change.start_op != base + 1:
            return "wrong_start_op"
        if last is not None and not self._descends(change.deps, last.hash):
            return "not_after_own"
        return ACCEPT

    def admit(self, change: DecodedChange) -> None:
        """Take in a change that `check` accepted and that was not known."""
        self._known[change.hash] = Known(change.max_op, change.deps)
        self._actors[change.actor] = Last(change.seq, change.hash)
        self._heads.difference_update(change.deps)
        self._heads.add(change.hash)

    def draft(self) -> Draft:
        """A layer on top that can be filled and thrown away, or committed. O(heads)."""
        return Draft(self)

    def newest(self, count: int) -> Iterator[tuple[bytes, Known]]:
        """The last `count` changes taken in, oldest first."""
        self._remember()
        items = list(self._known.items()) if len(self._known) <= count else None
        if items is None:
            newest: list[tuple[bytes, Known]] = []
            for key in reversed(self._known):
                newest.append((key, self._known[key]))
                if len(newest) == count:
                    break
            items = newest[::-1]
        return iter(items)

    @property
    def actors(self) -> dict[bytes, Last]:
        return self._actors

    def _get(self, change_hash: bytes) -> Known:
        known = self.find(change_hash)
        if known is None:
            raise KeyError(change_hash)
        return known

    def _descends(self, deps: tuple[bytes, ...], own: bytes) -> bool:
        """Whether `own` is among `deps` or what they build on. Looks no further back than `own` is."""
        if own in deps:
            return True
        floor = self._get(own).max_op
        seen = set(deps)
        waiting = list(deps)
        while waiting:
            known = self._get(waiting.pop())
            if known.max_op <= floor:
                continue
            for dep in known.deps:
                if dep == own:
                    return True
                if dep not in seen:
                    seen.add(dep)
                    waiting.append(dep)
        return False


class Draft(Vetting):
    """Changes on trial above a base, which stays as it is until `commit`."""

    def __init__(self, base: Vetting) -> None:
        super().__init__(heads=base.heads)
        self._base = base

    def find(self, change_hash: bytes) -> Known | None:
        return self._known.get(change_hash) or self._base.find(change_hash)

    def last(self, actor: bytes) -> Last | None:
        return self._actors.get(actor) or self._base.last(actor)

    def commit(self) -> None:
        self._base._known.update(self._known)
        self._base._actors.update(self._actors)
        self._base._heads = self._heads
        super().__init__(heads=self._heads)
