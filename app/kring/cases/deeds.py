"""What this device of a professional did in the case, for the account that their organisation may ask.

That the case was opened is noted here, sealed, and told to nobody; what was changed and who gave access for
how long follows from the chains and the log, which prove it themselves (CAS-73).
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from kring.cases.authorship import made_in
from kring.cases.engine import Engine
from kring.cases.kring_document import KRING
from kring.cases.shapes import Professional, SignedAccount
from kring.domain.text_input import clean_line
from kring.errors import NotAllowed, ProtocolError, StoreCorrupt
from kring.phases import STARTS
from kring.sharing.account import (
    CREATE,
    DEEDS,
    DENIED,
    DONE,
    EXECUTE,
    MADE_BY,
    READ,
    UPDATE,
    Account,
    Event,
    sign_account,
)
from kring.sharing.deeds import (
    EXPORTED,
    FIRST,
    OPENED,
    REFUSED,
    Deed,
    chained,
    deed_hash,
    encode_deed,
    read_deeds,
)
from kring.sharing.records import Ask, Freeze, Grant, Join, Record, Revoke, parse_record
from kring.sharing.rights import OUTSIDERS

AGAIN_MS: Final = 15 * 60 * 1000
"""What is repeated within this time is one deed."""
MINUTE_MS: Final = 60 * 1000
"""Changes within one minute in one document are told together."""
MOST: Final = 10_000
"""So many deeds are kept, the newest."""
_PROFESSIONAL: Final = "professional"
_SAID: Final[dict[type, tuple[str, str]]] = {
    Join: ("joined", CREATE),
    Grant: ("granted", UPDATE),
    Ask: ("asked", EXECUTE),
    Freeze: ("frozen", UPDATE),
    Revoke: ("removed", UPDATE),
}


class Deeds:
    """For one open case. Notes nothing for who is there for themself."""

    def __init__(self, engine: Engine, most: int = MOST) -> None:
        self._engine, self._most = engine, most
        self._deeds: list[Deed] = []
        self._before = self._last = FIRST
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Take up what was noted in earlier starts. Raises StoreCorrupt."""
        try:
            found = read_deeds(await self._engine.store.deeds.all(self._engine.number))
        except ProtocolError as error:
            raise StoreCorrupt("the deeds of this device do not hold") from error
        self._deeds, self._before, self._last = found

    @property
    def kept(self) -> bool:
        """Whether this member is here for an organisation."""
        return self._role in OUTSIDERS

    async def opened(self) -> None:
        """The case is before somebody's eyes. Raises StoreError."""
        await self._note(OPENED)

    async def refused(self) -> None:
        """Something was asked that is not allowed. Raises StoreError."""
        await self._note(REFUSED)

    async def exported(self) -> None:
        """All that may be read was written into files. Raises StoreError."""
        await self._note(EXPORTED)

    async def professional(self) -> Professional:
        """What they typed of themself before, on this device. Raises StoreCorrupt."""
        kept = await self._engine.store.meta.get(_PROFESSIONAL)
        with suppress(ValueError, TypeError):
            return Professional(**json.loads(kept)) if kept else Professional()
        return Professional()

    async def account(self, about: Professional) -> SignedAccount:
        """The account, signed by this device. Raises NotAllowed, BadInput, StoreError."""
        if not self.kept:
            raise NotAllowed("only who is here for an organisation")
        about = Professional(
            clean_line(about.organisation, field="organisation", required=True),
            clean_line(about.name, field="name", required=True),
            clean_line(about.registration, field="registration"),
        )
        await self._keep(about)
        engine, membership = self._engine, self._engine.ledger.membership
        events = [*self._noted(), *await self._changed(), *self._said()]
        account = Account(
            system=f"{MADE_BY} {engine.ports.version}",
            case=engine.case,
            device=engine.keys.id,
            sign=engine.keys.sign.public,
            member=engine.member,
            role=self._role,
            **dataclasses.asdict(about),
            made=engine.ports.clock.now(),
            log_length=membership.length,
            log_head=membership.head,
            before=self._before,
            last=self._last,
            events=tuple(sorted(events, key=lambda each: (each.time, each.deed))),
        )
        return SignedAccount(account, await sign_account(engine.ports.crypto, engine.keys.sign, account))

    @property
    def _role(self) -> str:
        known = self._engine.ledger.membership.members.get(self._engine.member)
        return known.role if known is not None else ""

    async def _keep(self, about: Professional) -> None:
        store = self._engine.store
        box = await store.meta.seal(_PROFESSIONAL, json.dumps(dataclasses.asdict(about)).encode())
        await store.write(lambda: store.meta.put(box))

    async def _note(self, what: int) -> None:
        if not self.kept:
            return
        engine, store, case_no = self._engine, self._engine.store, self._engine.number
        async with self._turn:
            now = engine.ports.clock.now()
            before = next((each for each in reversed(self._deeds) if each.what == what), None)
            if before is not None and 0 <= now - before.time < AGAIN_MS:
                return
            number = self._deeds[-1].number + 1 if self._deeds else 1
            kinds = () if what == REFUSED else self._within_reach()
            deed = Deed(number, now, what, kinds)
            data = encode_deed(deed, self._last)
            box = await store.deeds.seal(case_no, number, data)
            await store.write(
                lambda: store.deeds.put(case_no, number, box),
                lambda: store.deeds.forget(case_no, number + 1 - self._most),
            )
            self._deeds, self._last = [*self._deeds, deed], deed_hash(data)
            old, self._deeds = self._deeds[: -self._most], self._deeds[-self._most :]
            self._before = chained(old, self._before)

    def _within_reach(self) -> tuple[str, ...]:
        return tuple(sorted(map(_known, self._engine.by_kind)))

    def _noted(self) -> Iterator[Event]:
        for deed in self._deeds:
            refused = deed.what == REFUSED
            yield Event(
                deed.time,
                DEEDS[deed.what],
                EXECUTE if refused else READ,
                DENIED if refused else DONE,
                deed.kinds,
                deed=deed.number,
            )

    async def _changed(self) -> Iterable[Event]:
        """What this device wrote, as its chains prove it."""
        engine = self._engine
        found: dict[tuple[int, str], Event] = {}
        for document in list(engine.documents.values()):
            for each in await made_in(engine, document):
                if each.device not in engine.selves:
                    continue
                kind = _known(engine.kind_of(document.id))
                minute = each.time // MINUTE_MS, kind
                first = found.get(minute, Event(each.time, "changed", UPDATE, DONE, (kind,)))
                found[minute] = dataclasses.replace(first, number=first.number + len(each.hashes))
        return found.values()

    def _said(self) -> Iterator[Event]:
        """What the log says of this member's access."""
        engine = self._engine
        for wire in engine.ledger.records():
            record = parse_record(wire)
            said = _SAID.get(type(record.body))
            if said is not None and self._concerns(record):
                word, action = said
                if isinstance(record.body, Revoke) and record.body.keep:
                    word = "lowered"
                until = record.body.until if isinstance(record.body, Grant | Ask) else 0
                yield Event(record.time, word, action, DONE, until=until, position=record.position + 1)

    def _concerns(self, record: Record) -> bool:
        devices, member = self._engine.ledger.membership.devices, self._engine.member
        if isinstance(record.body, Ask):
            return devices[record.author].member == member
        return getattr(record.body, "member", b"") == member


def _known(kind: str) -> str:
    """The kind, where it is one of Kring's own words: whatever else its maker wrote there is not told."""
    return kind if kind in STARTS or kind == KRING else ""
