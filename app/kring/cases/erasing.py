"""Erasing a case of this device: the proof first, while its key is here, then everything (SAF-9 to 11)."""

from __future__ import annotations

from contextlib import suppress

from kring.cases import secrets
from kring.cases.description import Description
from kring.cases.journal import Journal
from kring.cases.ledger import CHECKED, Ledger
from kring.cases.ports import Ports
from kring.cases.shapes import Erasure
from kring.errors import KringError, StoreCorrupt
from kring.sharing.device import DeviceKeys
from kring.sharing.erasure import Erased, sign_erasure
from kring.sharing.membership import Membership
from kring.store.cases import CaseRow
from kring.store.store import Store


async def erase_case(ports: Ports, store: Store, row: CaseRow) -> Erasure:
    """Erase a case that is not open. Raises StoreError; then it is whole, or gone but for a rest without keys
    that the next start erases.
    """
    erasure = await _prove(ports, store, row)
    await store.erase(row.number)
    return erasure


async def finish_erasing(store: Store) -> None:
    """What a crash left of cases that were being erased. Raises StoreError."""
    for number in store.cases.half_erased():
        await store.erase(number)


async def _prove(ports: Ports, store: Store, row: CaseRow) -> Erasure:
    """What there is to erase, signed; without a signature where the key itself cannot be read."""
    counts, boxes, keys = store.cases.counts(row.number), dict[str, bytes](), None
    with suppress(StoreCorrupt):
        boxes = await store.keys.all(row.number)
        keys = await secrets.unpack_device(ports.crypto, boxes)
    log = await _log(ports, store, row, boxes.get(CHECKED, b""))
    erased = Erased(
        case=row.id,
        device=keys.id if keys else bytes(16),
        sign=keys.sign.public if keys else bytes(32),
        time=ports.clock.now(),
        documents=counts["documents"],
        envelopes=counts["envelopes"] + counts["held"],
        snapshots=counts["snapshots"],
        keys=_keys(boxes),
        records=counts["log"],
        log_head=log.head,
        members=max(1, sum(member.state == "active" for member in log.members.values())),
        relay=Description.from_bytes(row.description).relay,
    )
    proof = await sign_erasure(ports.crypto, keys.sign, erased) if isinstance(keys, DeviceKeys) else ""
    return Erasure(
        row.id.hex(), erased.time, erased.documents, erased.envelopes, erased.keys, erased.members - 1,
        erased.relay, proof,
    )  # fmt: skip


async def _log(ports: Ports, store: Store, row: CaseRow, checked: bytes) -> Membership:
    """The log as far as it holds: a damaged case can be erased too."""
    ledger = Ledger(ports.crypto, row.id, row.number, store, Journal(store))
    with suppress(KringError):
        await ledger.load(checked)
    return ledger.membership


def _keys(boxes: dict[str, bytes]) -> int:
    """How many secrets these are: each epoch's is one."""
    epochs = 0
    with suppress(StoreCorrupt):
        epochs = len(secrets.unpack_epochs(boxes).secrets)
    return epochs + sum(name not in (secrets.EPOCHS, CHECKED) for name in boxes)
