"""The membership log as this device has verified it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kring.cases.journal import Journal
from kring.errors import LogForked, ProtocolError
from kring.sharing.crypto import Crypto
from kring.sharing.membership import Membership
from kring.sharing.records import parse_record
from kring.sharing.replay import replay, verified
from kring.store.store import Store

CHECKED: Final = "checked"


def mark_of(membership: Membership) -> bytes:
    """What stands under CHECKED for a log that was verified up to here."""
    return membership.length.to_bytes(4, "big") + membership.head


class Ledger:
    """Grows only by records whose signatures and rules hold."""

    def __init__(self, crypto: Crypto, case: bytes, number: int, store: Store, journal: Journal) -> None:
        self._crypto, self._case, self._number = crypto, case, number
        self._log, self._keys, self._journal = store.log, store.keys, journal
        self._records: list[bytes] = []
        self.membership = Membership()

    async def load(self, checked: bytes = b"") -> None:
        """Read what the store has, and replay it again. Raises ProtocolError or CryptoError.

        `checked` is what the vault keeps under CHECKED: how far signatures were checked before they were
        stored, and the chain hash there. It covers every byte up to that point, so those need no second look.
        """
        records = self._log.records(self._number)
        count, head = int.from_bytes(checked[:4], "big"), checked[4:]
        if head:
            before = replay(parse_record(each) for each in records[:count])
            if before.length != count or before.head != head or before.case != self._case:
                raise LogForked("the stored log is not the one that was checked")
            self.membership, self._records = before, records[:count]
        await self._extend(records[count:] if head else records)

    async def take(self, start: int, records: Sequence[bytes]) -> bool:
        """Verify and keep records, the first of which stands at `start`; whether anything was new.

        Raises LogForked, ProtocolError or CryptoError, and keeps nothing, where they do not hold.
        """
        known = len(self._records) - start
        if known < 0:
            raise ProtocolError("records from beyond the end of the log")
        if list(records[:known]) != self._records[start : start + len(records)]:
            raise LogForked("the log is not the one that this device has seen")
        fresh = list(records[known:])
        if not fresh:
            return False
        position = len(self._records)
        await self._extend(fresh)
        checked = await self._keys.seal(self._number, CHECKED, mark_of(self.membership))
        self._journal.add(
            lambda: self._log.add(self._number, position, fresh),
            lambda: self._keys.put(self._number, checked),
        )
        return True

    def tail(self) -> tuple[int, bytes]:
        """The length of the log, and its last record (empty where there is none)."""
        return len(self._records), self._records[-1] if self._records else b""

    def records(self) -> tuple[bytes, ...]:
        return tuple(self._records)

    async def _extend(self, records: list[bytes]) -> None:
        if not records:
            return
        membership = await verified(self._crypto, self.membership, [parse_record(each) for each in records])
        if membership.case != self._case:
            raise LogForked("the log is that of another case")
        self.membership = membership
        self._records += records
