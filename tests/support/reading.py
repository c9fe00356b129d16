"""All that a device can read of what it was given: what it keeps, and what the relay served it."""

from __future__ import annotations

from kring.cases.case import Case
from kring.errors import ProtocolError
from kring.sharing.envelope import Envelope, open_many, parse_envelope
from kring.sync.messages import Events, Log, Snapshot, parse_from_server
from tests.simulation.world import Device


async def readable(device: Device, case: Case) -> bytes:
    """Every byte in the clear: its documents with their whole history, the log, and each envelope that it was
    served or keeps and has a key of, opened."""
    engine = case._engine
    found = [handle.saved() for document in engine.documents.values() if (handle := document.handle)]
    found += [chunk for each in engine.documents.values() if each.handle for chunk in each.handle.changes()]
    found += engine.ledger.records()
    envelopes: list[Envelope] = []
    served = list(device.air.served or ())
    for frame in map(parse_from_server, served):
        if isinstance(frame, Log):
            found += frame.records
        wires = frame.envelopes if isinstance(frame, Events) else ()
        wires = (frame.envelope, *frame.ends) if isinstance(frame, Snapshot) else wires
        envelopes += _parsed(wires)
    envelopes += _parsed([data for _, data in _kept(case)])
    ring = engine.keyring
    known = [(each, ring.secret(each.header.document, each.header.epoch)) for each in envelopes]
    opened = await open_many(engine.ports.crypto, [(each, key) for each, key in known if key is not None])
    return b"\n".join([*found, *served, device.file.dump(), *(each for each in opened if each is not None)])


def _kept(case: Case) -> list[tuple[int, bytes]]:
    engine = case._engine
    rows = [row for name in engine.documents for row in engine.store.envelopes.after(engine.number, name, 0)]
    return [*rows, *((0, held.data) for held in engine.store.held.all(engine.number))]


def _parsed(wires: object) -> list[Envelope]:
    found = []
    for wire in wires:  # type: ignore[attr-defined]
        try:
            found.append(parse_envelope(wire))
        except ProtocolError:
            continue
    return found
