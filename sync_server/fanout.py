"""Who follows what, and getting it to them: each batch is encoded once for all who are up to date.

A follower that cannot keep up, or that starts behind, is fed from the store from its own cursor on,
page by page and as fast as it takes them, until it is up to date again. Nothing is queued for it.
Where what it missed was pruned, it gets the snapshot in its place (REL-36).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from kring.sync.messages import Events, Log, Snapshot
from sync_server import logs
from sync_server.errors import StoreUnavailable
from sync_server.log_store import LogStore
from sync_server.outlet import Outlet, Parcel

PAGE_BYTES = 512 * 1024
PAGE_ITEMS = 2_000
RECENT_BYTES = 16 * 1024 * 1024


Whole: TypeAlias = Callable[[bytes, bytes], Awaitable[Snapshot | None]]


@dataclass(eq=False, slots=True)
class Follower:
    """One link, where it stands in each document, and the task that brings it up to date."""

    outlet: Outlet
    case: bytes
    cursors: dict[bytes, int | None] = field(default_factory=dict)
    """None: up to date, and fed live."""
    told: dict[bytes, int] = field(default_factory=dict)
    """Up to where `handed` has been asked."""
    behind: set[bytes] = field(default_factory=set)
    task: asyncio.Task[None] | None = None
    drained: asyncio.Event = field(default_factory=asyncio.Event)
    on_current: Callable[[], None] | None = None


@dataclass(eq=False, slots=True)
class Topic:
    """One document of a case: how far it goes, who follows it, and which of them have all of it."""

    cursor: int
    followers: set[Follower] = field(default_factory=set)
    current: dict[Outlet, Follower] = field(default_factory=dict)


async def _no_whole(_case: bytes, _document: bytes) -> Snapshot | None:
    return None


class Fanout:
    """`whole` gives the snapshot of a document of which something was pruned."""

    def __init__(self, store: LogStore, whole: Whole = _no_whole) -> None:
        self._store, self._whole = store, whole
        self._cases: dict[bytes, set[Follower]] = {}
        self._topics: dict[tuple[bytes, bytes], Topic] = {}
        self._recent: OrderedDict[tuple[bytes, bytes, int], tuple[int, Parcel]] = OrderedDict()
        self._recent_bytes = 0

    def join(self, follower: Follower) -> None:
        """Hear of the case's log from now on."""
        self._cases.setdefault(follower.case, set()).add(follower)

    def follow(self, follower: Follower, document: bytes, cursor: int, count: int) -> None:
        """Feed `document` from `cursor` on; the relay holds `count`. At least one frame is sent."""
        self.unfollow(follower, document)
        topic = self._topics.setdefault((follower.case, document), Topic(count))
        topic.followers.add(follower)
        follower.told[document] = min(cursor, count)
        self._reach(topic, document, count)
        if cursor >= count:
            self._is_current(topic, follower, document)
            follower.outlet.send(Parcel(Events(document, count, ())))
        else:
            self._fall_behind(follower, document, cursor)

    def handed(self, follower: Follower) -> dict[bytes, int]:
        """How many envelopes of each document this link was given since the last time, where any were."""
        found = {}
        for document, cursor in follower.cursors.items():
            at = self._topics[follower.case, document].cursor if cursor is None else cursor
            number, follower.told[document] = at - follower.told[document], at
            if number > 0:
                found[document] = number
        return found

    def unfollow(self, follower: Follower, document: bytes) -> None:
        follower.cursors.pop(document, None)
        follower.behind.discard(document)
        topic = self._topics.get((follower.case, document))
        if topic is not None:
            topic.current.pop(follower.outlet, None)
            topic.followers.discard(follower)
            if not topic.followers:
                del self._topics[follower.case, document]

    def leave(self, follower: Follower) -> None:
        for document in list(follower.cursors):
            self.unfollow(follower, document)
        group = self._cases.get(follower.case)
        if group is not None:
            group.discard(follower)
            if not group:
                del self._cases[follower.case]
        if follower.task is not None:
            follower.task.cancel()

    def publish(self, case: bytes, document: bytes, cursor: int, envelopes: Sequence[bytes]) -> None:
        """`envelopes` were stored, `cursor` is the one after the last of them."""
        topic = self._topics.get((case, document))
        if topic is None:
            return
        start = cursor - len(envelopes)
        self._reach(topic, document, start)
        for page in _pages(envelopes):
            parcel = Parcel(Events(document, start + len(page), tuple(page)))
            self._remember((case, document, start), start + len(page), parcel)
            slow = []
            for outlet in topic.current:
                if outlet.congested:
                    slow.append(outlet)
                else:
                    outlet.send(parcel)
            topic.cursor = start + len(page)
            for outlet in slow:
                self._fall_behind(topic.current.pop(outlet), document, start)
            start = topic.cursor

    def publish_log(self, case: bytes, start: int, records: Sequence[bytes], but: Outlet) -> None:
        """Records were appended: told to all of the case except the one who did. Over a page, only that."""
        length = start + len(records)
        small = sum(map(len, records)) <= PAGE_BYTES
        whole = Parcel(Log(start, tuple(records), length)) if small else None
        notice = Parcel(Log(length, (), length))
        for follower in self._cases.get(case, ()):
            if follower.outlet is not but:
                fits = whole is not None and not follower.outlet.congested
                follower.outlet.send(whole if whole is not None and fits else notice)

    def forget(self, case: bytes, document: bytes) -> None:
        """Keep nothing in mind of this document: who comes now is fed from the store."""
        for key in [each for each in self._recent if each[:2] == (case, document)]:
            _, old = self._recent.pop(key)
            self._recent_bytes -= len(old.bytes)

    def _remember(self, key: tuple[bytes, bytes, int], end: int, parcel: Parcel) -> None:
        self._recent[key] = (end, parcel)
        self._recent_bytes += len(parcel.bytes)
        while self._recent_bytes > RECENT_BYTES:
            _, (_, old) = self._recent.popitem(last=False)
            self._recent_bytes -= len(old.bytes)

    def _reach(self, topic: Topic, document: bytes, cursor: int) -> None:
        """The store holds this much. What was not published here, is fetched by all who had the rest."""
        if topic.cursor != cursor:
            for follower in topic.current.values():
                self._fall_behind(follower, document, topic.cursor)
            topic.current.clear()
            topic.cursor = cursor

    def _is_current(self, topic: Topic, follower: Follower, document: bytes) -> None:
        follower.cursors[document] = None
        topic.current[follower.outlet] = follower

    def _fall_behind(self, follower: Follower, document: bytes, cursor: int) -> None:
        follower.cursors[document] = cursor
        follower.behind.add(document)
        if follower.task is None:
            follower.task = asyncio.get_running_loop().create_task(self._feed(follower))

    async def _feed(self, follower: Follower) -> None:
        try:
            while follower.behind:
                document = follower.behind.pop()
                while await self._feed_page(follower, document):
                    pass
        except StoreUnavailable as error:
            logs.event("store_unavailable", reason=str(error).lower())
            follower.outlet.close()
            return
        finally:
            follower.task = None
        if follower.on_current is not None:
            follower.on_current()

    async def _feed_page(self, follower: Follower, document: bytes) -> bool:
        """Send one page; False where there is none left, or the document is followed no more."""
        await _has_room(follower)
        at = follower.cursors.get(document)
        topic = self._topics.get((follower.case, document))
        if at is None or topic is None:
            return False
        if at == topic.cursor:
            self._is_current(topic, follower, document)
            return False
        known = self._recent.get((follower.case, document, at))
        if known is None:
            page = await self._store.envelopes(follower.case, document, at, PAGE_BYTES)
            if not page:
                if at >= await self._store.pruned(follower.case, document):
                    raise StoreUnavailable("missing_envelopes")
                await self._feed_whole(follower, document, at)
                return True
            if follower.cursors.get(document) != at:
                return True
            # The store may hold more already than was published; that comes to everybody in its turn.
            page = page[: topic.cursor - at]
            known = (at + len(page), Parcel(Events(document, at + len(page), tuple(page))))
        follower.cursors[document] = known[0]
        follower.outlet.send(known[1])
        return True

    async def _feed_whole(self, follower: Follower, document: bytes, at: int) -> None:
        """What was pruned from `at` on, as a snapshot; before it what it does not hold.

        In this order, and without counting them until the snapshot has come: so a follower that leaves
        halfway gets all of them again.
        """
        whole = await self._whole(follower.case, document)
        if whole is None:
            raise StoreUnavailable("missing_snapshot")
        ends, start = set(whole.ends), at
        while page := await self._store.kept(follower.case, document, start, PAGE_BYTES):
            start = page[-1][0] + 1
            await _has_room(follower)
            if follower.cursors.get(document) != at:
                return
            rest = tuple(body for _, body in page if body not in ends)
            if rest:
                follower.outlet.send(Parcel(Events(document, at, rest)))
        await _has_room(follower)
        if follower.cursors.get(document) == at:
            follower.cursors[document] = whole.cursor
            follower.outlet.send(Parcel(whole))


async def _has_room(follower: Follower) -> None:
    while follower.outlet.congested:
        follower.drained.clear()
        await follower.drained.wait()


def _pages(envelopes: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    start = size = 0
    for index, envelope in enumerate(envelopes):
        if index > start and (size + len(envelope) > PAGE_BYTES or index - start >= PAGE_ITEMS):
            yield envelopes[start:index]
            start, size = index, 0
        size += len(envelope)
    yield envelopes[start:]
