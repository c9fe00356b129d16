"""Documents whole, as the relay hands them out: a snapshot with the last envelope of each chain in it."""

from __future__ import annotations

from collections.abc import Mapping

from kring.sharing.membership import Membership, Offered
from kring.sync.messages import Snapshot
from sync_server.cases import Cases
from sync_server.log_store import LogStore


class Wholes:
    """None, everywhere, where there is no such snapshot. Every call may raise StoreUnavailable."""

    def __init__(self, store: LogStore, cases: Cases) -> None:
        self._store, self._cases = store, cases

    async def offered(self, case: bytes, document: bytes) -> Snapshot | None:
        """What the newest SNAPSHOT names, confirmed or not."""
        return await self._whole(case, document, (await self._log(case)).snapshots)

    async def confirmed(self, case: bytes, document: bytes) -> Snapshot | None:
        """What stands in the place of the envelopes that were pruned."""
        return await self._whole(case, document, (await self._log(case)).confirmed)

    async def _log(self, case: bytes) -> Membership:
        found = await self._cases.get(case)
        return found.membership if found is not None else Membership()

    async def _whole(
        self, case: bytes, document: bytes, snapshots: Mapping[bytes, Offered]
    ) -> Snapshot | None:
        if document not in snapshots:
            return None
        named = snapshots[document]
        chains = [
            (device, epoch, seq) for device in sorted(named.covers) for epoch, seq, _ in named.covers[device]
        ]
        envelope = await self._store.snapshot(case, document, named.hash)
        ends = await self._store.ends(case, document, chains)
        if envelope is None or len(ends) != len(chains):
            return None
        return Snapshot(document, await self._store.pruned(case, document), envelope, tuple(ends))
