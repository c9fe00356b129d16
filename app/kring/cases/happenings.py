"""What happened in a case, for its owner: who came for what, and who was let in, changed or removed.

Two sources, both chained so that nothing can be taken out unseen: the relay's access log, which only the
owner's devices fetch, and the membership log, which every device has verified.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from kring.cases.engine import Engine
from kring.cases.members import name_of, organisation_of
from kring.cases.shapes import Happening
from kring.errors import ProtocolError
from kring.sharing import access, codec
from kring.sharing.access import FIRST, Entry, read_entries
from kring.sharing.records import (
    Ask,
    DeviceAdd,
    DeviceConfirm,
    DeviceRevoke,
    Freeze,
    Grant,
    Invite,
    Join,
    OwnerTransfer,
    Record,
    Recover,
    Revoke,
    Withdraw,
    parse_record,
)
from kring.sync.runner import SyncRunner

REWRITTEN: Final = "relay_access"
"""How a relay that changed its access log is named."""
VISIT_MS: Final = 60 * 60 * 1000
"""Who comes back within this time was not away."""
MOST_ENTRIES: Final = 1_000_000

_FETCHED: Final = {
    access.LOGIN: "opened",
    access.FETCHED: "read",
    access.WHOLE: "read",
    access.PUT: "changed",
    access.REFUSED: "refused",
}
_SAID: Final[dict[type, str]] = {
    Invite: "invited",
    Withdraw: "withdrawn",
    Join: "asked",
    Grant: "granted",
    Ask: "asked_longer",
    Freeze: "frozen",
    Revoke: "removed",
    DeviceAdd: "device_added",
    DeviceConfirm: "device_added",
    DeviceRevoke: "device_removed",
    Recover: "recovered",
    OwnerTransfer: "transferred",
}


class Happenings:
    """For one open case. `refresh` fetches what is new; `entries` shows it."""

    def __init__(self, engine: Engine, runner: SyncRunner | None) -> None:
        self._engine, self._runner = engine, runner
        self._entries: list[Entry] = []
        self._last = FIRST
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Take up what was fetched in earlier starts. Raises StoreCorrupt."""
        for page in await self._engine.store.access.all(self._engine.number):
            read, self._last = read_entries(_unpack(page), self._last)
            self._entries += read

    async def refresh(self) -> None:
        """Fetch what is new. A relay whose log is not the one known is named, and nothing of it taken.

        Raises NetworkError or StoreError.
        """
        engine, runner = self._engine, self._runner
        if runner is None or not engine.owner:
            return
        async with self._turn:
            while await self._page(runner):
                engine.notify()

    async def _page(self, runner: SyncRunner) -> bool:
        """Fetch and keep some of what is new; False where there was nothing, or nothing to be believed."""
        engine, start = self._engine, len(self._entries)
        page = await runner.get_access(start)
        try:
            if page.length < start:
                raise ProtocolError("the access log became shorter")
            read, last = read_entries(page.entries, self._last)
        except ProtocolError:
            engine.named(REWRITTEN)
            return False
        if read:
            await self._keep(start, codec.encode(list(page.entries)))
            self._entries, self._last = [*self._entries, *read], last
        return bool(read)

    async def _keep(self, start: int, page: bytes) -> None:
        number, store = self._engine.number, self._engine.store
        box = await store.access.seal(number, start, page)
        await store.write(lambda: store.access.put(number, start, box))

    async def in_turn(self) -> None:
        """As `refresh`, for a device in step with the relay that nobody watches."""
        if self._engine.owner:
            await self.refresh()

    @property
    def entries(self) -> tuple[Happening, ...]:
        """Newest first; nothing for who is not the owner."""
        if not self._engine.owner:
            return ()
        found = [*self._fetched(), *self._said()]
        return tuple(sorted(found, key=lambda each: each.time, reverse=True))

    def _fetched(self) -> Iterable[Happening]:
        membership = self._engine.ledger.membership
        came: dict[bytes, int] = {}
        for entry in self._entries:
            word = _FETCHED.get(entry.what)
            device = membership.devices.get(entry.who)
            if word == "opened" and entry.who in membership.invites:
                yield self._happening(entry.time, "link_opened", b"", number=entry.number)
            if word is None or device is None:
                continue
            if device.id == self._engine.keys.id and word in ("opened", "read"):
                continue  # this device itself, in step with the relay
            if word == "opened":
                since, came[device.id] = came.get(device.id, -VISIT_MS), entry.time
                if entry.time - since < VISIT_MS:
                    continue  # the same visit: a phone loses its connection and comes back all the time
            kind = self._engine.kind_of(entry.document) if entry.document else ""
            yield self._happening(entry.time, word, device.member, kind=kind, number=entry.number)

    def _said(self) -> Iterable[Happening]:
        for wire in self._engine.ledger.records():
            record = parse_record(wire)
            word = _SAID.get(type(record.body))
            if word is not None:
                yield self._by_record(record, word)

    def _by_record(self, record: Record, word: str) -> Happening:
        body, devices = record.body, self._engine.ledger.membership.devices
        if isinstance(body, Revoke) and body.keep:
            word = "lowered"
        member = devices[record.author].member
        about = getattr(body, "member", b"")
        if isinstance(body, DeviceRevoke | DeviceConfirm):
            about = devices[body.device].member
        return self._happening(record.time, word, member, about=b"" if about == member else about)

    def _happening(
        self, time: int, word: str, member: bytes, *, about: bytes = b"", kind: str = "", number: int = 0
    ) -> Happening:
        engine = self._engine
        known = engine.ledger.membership.members.get(member)
        return Happening(
            time,
            word,
            member.hex(),
            name_of(engine, member) if member else "",
            known.role if known is not None else "",
            about.hex(),
            name_of(engine, about) if about else "",
            kind,
            number,
            organisation_of(engine, member),
        )


def _unpack(page: bytes) -> list[bytes]:
    entries = codec.decode(page, len(page), MOST_ENTRIES)
    assert isinstance(entries, list)  # sealed by this device
    return entries
