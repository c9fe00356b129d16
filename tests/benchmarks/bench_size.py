"""What 50,000 edits take on disk once a snapshot stands for them: at the relay, and on a phone.

Both over the size of the plain Automerge documents, as `save()` writes them. The stores are the real ones,
and what is put in them is what the relay and the app put there; every byte of their folders counts.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from automerge import core

from kring.cases.engine import Engine
from kring.cases.snapshotting import Snapshotting
from kring.cases.speaking import Speaking
from kring.cases.wholes import covered
from kring.sharing.author import Author
from kring.sharing.envelope import SNAPSHOT, Envelope, seal
from kring.sharing.records import ZEROS, Ends, Snapshot, SnapshotConfirm
from kring.sharing.snapshots import Whole, pack_whole
from sync_server.log_store import AppendRecords, KeepSnapshot, Prune, Write
from sync_server.sqlite import SqliteLogStore
from tests.benchmarks.bench_catchup import fill_relay
from tests.benchmarks.bench_client import saved_of
from tests.benchmarks.crowd import CRYPTO, NOW, SHARED, Crowd
from tests.benchmarks.report import record, versions

EDITS = 50_000
GOAL = 3.0


def bytes_in(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.iterdir())


def covers_of(engine: Engine, document: bytes) -> dict[bytes, Ends]:
    found: dict[bytes, Ends] = {}
    for (device, epoch), last in sorted(engine.documents[document].gate.frontier.items()):
        found[device] = (*found.get(device, ()), (epoch, last.seq, last.hash))
    return found


async def snapshot_of(crowd: Crowd, engine: Engine, snapshotting: Snapshotting, document: bytes) -> Envelope:
    """The owner's snapshot of a document: of what the measured device holds too."""
    found, owner, membership = engine.documents[document], crowd.writers[0], crowd.membership
    assert found.handle is not None
    ends = {chain: last.seq for chain, last in found.gate.frontier.items()}
    chains = await snapshotting._past.gather(document, found.past, ends)
    epoch = membership.epoch_at(document, membership.length)
    secret = owner.ring.secret(document, epoch)
    assert secret is not None
    return await seal(
        CRYPTO, owner.keys, secret, case=membership.case, document=document, epoch=epoch, seq=1,
        previous=ZEROS, log_position=membership.length, log_head=membership.head,
        frontier=found.gate.digest(),
        plaintext=pack_whole(Whole(found.handle.saved(), chains)), kind=SNAPSHOT,
    )  # fmt: skip


async def confirmed(crowd: Crowd, engine: Engine, snapshotting: Snapshotting, relay: Path) -> None:
    """Snapshots by the owner, confirmed by the measured device: in the log, at the relay, and here."""
    assert crowd.reader is not None
    for kind in SHARED:
        document = crowd.documents[kind]
        envelope = await snapshot_of(crowd, engine, snapshotting, document)
        print(f"{kind}: snapshot of {len(envelope.wire):,} bytes", flush=True)
        offering = Author(CRYPTO, crowd.writers[0].keys, crowd.membership)
        start, covers = crowd.membership.length, covers_of(engine, document)
        await offering.say(Snapshot(document, envelope.hash, covers), NOW)
        confirming = Author(CRYPTO, crowd.reader, offering.membership)
        await confirming.say(SnapshotConfirm(document, envelope.hash), NOW)
        records = tuple(each.records[0].wire for each in (offering, confirming))
        crowd.membership = confirming.membership
        await prune(relay, crowd, document, envelope, start, records, covers)
        await engine.take_log(start, records)


async def prune(
    relay: Path,
    crowd: Crowd,
    document: bytes,
    envelope: Envelope,
    start: int,
    records: tuple[bytes, ...],
    covers: Mapping[bytes, Ends],
) -> None:
    """What the relay stores when it takes the snapshot and these records."""
    case, device = crowd.membership.case, envelope.header.device
    ends = tuple((*chain, *end) for chain, end in covered(covers).items())
    writes: list[Write] = [
        KeepSnapshot(case, document, device, start, envelope.hash, envelope.wire),
        AppendRecords(case, start, records),
        Prune(case, document, envelope.hash, ends),
    ]
    store = SqliteLogStore(relay)
    assert None not in await store.commit(writes)
    await store.close()


async def measure(folder: Path, edits: int) -> tuple[float, float, int]:
    """Bytes over bytes: of the relay, and of the phone; and how many edits there are."""
    crowd = Crowd(members=2)
    made = await crowd.gather()
    relay, phone = folder / "relay", folder / "phone"
    for kind, wires in (await crowd.edits(edits)).items():
        made[kind] = made.get(kind, []) + wires
    print(f"{crowd.made:,} edits made", flush=True)
    await fill_relay(relay, crowd, [wire for wires in made.values() for wire in wires])
    store, engine = await crowd.measured(phone)
    await crowd.deliver(engine, made)
    await engine.save()
    full = bytes_in(relay), bytes_in(phone)
    snapshotting = Snapshotting(engine, Speaking(engine, None))
    await confirmed(crowd, engine, snapshotting, relay)
    await snapshotting.prune()
    plain = sum(len(core.Document.load(data).save()) for data in saved_of(engine).values())
    await engine.close()
    await store.close()
    print(
        f"plain {plain:,}; relay {full[0]:,} to {bytes_in(relay):,}; phone {full[1]:,} to {bytes_in(phone):,}"
    )
    return bytes_in(relay) / plain, bytes_in(phone) / plain, crowd.made


def main(edits: int = EDITS) -> int:
    with tempfile.TemporaryDirectory() as folder:
        relay, phone, made = asyncio.run(measure(Path(folder), edits))
    if edits == EDITS:
        how = (
            f"bytes on disk over Automerge save(), after snapshots, {made:,} edits, an envelope each:"
            f" relay {relay:.2f}, phone {phone:.2f}; the worse of both"
        )
        record("store.size_vs_save", max(relay, phone), "ratio", how, versions("automerge", "sqlite-utils"))
    print(f"relay {relay:.2f}, phone {phone:.2f}")
    return int(max(relay, phone) > GOAL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else EDITS))
