"""A new case of this person, made whole on the device before anything else hears of it."""

from __future__ import annotations

from kring.cases import secrets
from kring.cases.description import CaseKind, Description
from kring.cases.document import Handles
from kring.cases.journal import Step
from kring.cases.kring_document import KRING
from kring.cases.kring_document import SCHEMA as KRING_SCHEMA
from kring.cases.kring_document import start as start_kring
from kring.cases.ledger import CHECKED, mark_of
from kring.cases.ports import Ports
from kring.cases.receiving import stored
from kring.documents.handle import Edit
from kring.documents.schema import KIND, SCHEMA
from kring.phases import SCHEMAS, STARTS
from kring.sharing.author import found
from kring.sharing.device import new_device
from kring.sharing.envelope import Content
from kring.sharing.gate import Gate
from kring.sharing.recovery import new_seed, paper_device
from kring.sharing.writing import write
from kring.store.cases import CaseRow
from kring.store.store import Store

KINDS = (KRING, *STARTS)


async def found_case(
    ports: Ports, store: Store, title: str, name: str, kind: CaseKind, relay: str
) -> CaseRow:
    """Make keys, log and the first envelope of each document; durable in one transaction. StoreError."""
    crypto, now = ports.crypto, ports.clock.now()
    keys, seed, nonce = await new_device(crypto), new_seed(crypto), crypto.random(16)
    founding = await found(crypto, keys, await paper_device(crypto, seed), KINDS, now)
    membership, ring = founding.membership, founding.keyring
    handles = Handles(ports.crdt, {**SCHEMAS, KRING: KRING_SCHEMA}, keys.id, nonce)
    rows = []
    for each, document in founding.documents.items():
        chunks = _first_changes(handles, document, each, title, name, membership.owner)
        content = Content(keys.id, nonce, now, tuple(chunks))
        written = await write(crypto, keys, membership, ring, Gate(document), content)
        rows.append(stored(written.envelope))
    description = Description(kind, title, name, "klant", relay)
    row = CaseRow(store.cases.free_number(), membership.case, description.to_bytes())
    keep = await steps_to_add(
        store,
        row,
        {
            secrets.DEVICE: secrets.pack_device(keys),
            secrets.EPOCHS: secrets.pack_epochs(ring),
            secrets.PAPER: seed,
            CHECKED: mark_of(membership),
        },
    )
    await store.write(
        *keep,
        lambda: store.log.add(row.number, 0, [record.wire for record in founding.records]),
        lambda: store.envelopes.add(row.number, rows),
    )
    return row


async def steps_to_add(store: Store, row: CaseRow, keys: dict[str, bytes]) -> list[Step]:
    """The writes that register a case with its keys; to be done in one transaction."""
    case = await store.cases.seal(row.id, row.description)
    boxes = [await store.keys.seal(row.number, name, secret) for name, secret in keys.items()]
    return [
        lambda: store.cases.add(row.number, row.id, case),
        *(lambda box=box: store.keys.put(row.number, box) for box in boxes),
    ]


def _first_changes(
    handles: Handles, document: bytes, kind: str, title: str, name: str, member: bytes
) -> list[bytes]:
    handle = handles.empty(document, kind)
    chunks: list[bytes] = []
    handle.on_local = chunks.append

    def first(edit: Edit) -> None:
        edit.put((KIND,), kind)
        edit.put((SCHEMA,), handle.schema.version)
        if kind == KRING:
            start_kring(edit, title, member, name)
        else:
            STARTS[kind](edit, name)

    handle.change("", first)
    return chunks
