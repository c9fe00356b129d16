"""The client beside its own engine: what an edit, an arriving envelope and an opened case cost on top."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automerge import core
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kring.cases.case import Case
from kring.cases.engine import Engine, open_engine
from kring.documents.columns import write_uleb
from kring.phases.netwerkatlas.mensen import view_model as mensen
from kring.phases.netwerkatlas.relatiekaart import view_model as relatiekaart
from kring.platform.cpython import crdt
from kring.sharing.envelope import open_many, parse_content, parse_envelope
from kring.store.store import open_store
from tests.benchmarks.crowd import CRYPTO, SHARED, Crowd, ports_in
from tests.benchmarks.report import record, versions

BATCH = 100
ROUNDS = 30
EDITS = 200
OPENINGS = 9

Projected = tuple[mensen.MensenView, relatiekaart.RelatiekaartView]


def projected(handles: dict[str, object], previous: Projected | None) -> Projected:
    """The screen's own way from documents to view models."""
    views = {kind: handle.view for kind, handle in handles.items()}  # type: ignore[attr-defined]
    conflicts = {kind: handle.conflicts for kind, handle in handles.items()}  # type: ignore[attr-defined]
    people = mensen.project(views, conflicts, previous[0] if previous else None)
    return people, relatiekaart.project(people, views, conflicts, previous[1] if previous else None)


class Bare:
    """What no client can do without: the engine's own work, one signature, one durable insert."""

    def __init__(self, folder: Path, saved: dict[str, bytes]) -> None:
        self.documents = {kind: core.Document.load(data) for kind, data in saved.items()}
        self.key = Ed25519PrivateKey.generate()
        self.public = self.key.public_key()
        self.message = bytes(250)
        self.signature = self.key.sign(self.message)
        self.db = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)")
        self.number = 0

    def apply(self, kind: str, chunks: list[bytes]) -> None:
        """Merge a batch in the cheapest way there is, and verify one signature for each."""
        message = bytearray(b"\x42\x00\x00\x00")
        write_uleb(message, len(chunks))
        for chunk in chunks:
            write_uleb(message, len(chunk))
            message += chunk
        self.documents[kind].receive_sync_message(core.SyncState(), core.Message.decode(bytes(message)))
        for _ in chunks:
            self.public.verify(self.signature, self.message)

    def edit(self) -> None:
        self.number += 1
        with self.documents["relatiekaart"].transaction() as transaction:
            transaction.put(core.ROOT, "bare", core.ScalarType.Int, self.number)
        signature = self.key.sign(self.message)
        self.db.execute("INSERT INTO t (data) VALUES (?)", [self.message + signature * 4])


async def chunks_in(engine: Engine, wires: list[bytes]) -> list[bytes]:
    """The changes inside envelopes that this engine can open."""
    items = []
    for wire in wires:
        envelope = parse_envelope(wire)
        secret = engine.keyring.secret(envelope.header.document, envelope.header.epoch)
        assert secret is not None
        items.append((envelope, secret))
    opened = await open_many(CRYPTO, items)
    return [chunk for plain in opened if plain for chunk in parse_content(plain).changes]


async def apply_cost(crowd: Crowd, engine: Engine, bare: Bare) -> tuple[float, float]:
    """Seconds of processor for one envelope: ours, and the bare one's. Both take the same changes."""
    view: Projected | None = None
    ours, theirs = [], []
    made = await crowd.edits(BATCH * ROUNDS)
    crowd.aside()
    for kind, wires in made.items():
        document = crowd.documents[kind]
        for at in range(0, len(wires) - BATCH + 1, BATCH):
            page = tuple(wires[at : at + BATCH])
            chunks = await chunks_in(engine, list(page))
            view = projected(engine.by_kind, view)  # type: ignore[arg-type]
            cursor = engine.documents[document].cursor + len(page)
            gc.collect()
            start = time.process_time()
            await engine.take_events(document, cursor, page)
            view = projected(engine.by_kind, view)  # type: ignore[arg-type]
            ours.append(time.process_time() - start)
            start = time.process_time()
            bare.apply(kind, chunks)
            theirs.append(time.process_time() - start)
        rest = tuple(wires[len(wires) // BATCH * BATCH :])
        if rest:
            bare.apply(kind, await chunks_in(engine, list(rest)))
            await engine.take_events(document, engine.documents[document].cursor + len(rest), rest)
    return statistics.median(ours) / BATCH, statistics.median(theirs) / BATCH


async def edit_cost(crowd: Crowd, engine: Engine, bare: Bare | None) -> tuple[float, float]:
    """Wall seconds from a command to its durable envelope, and of the bare edit, in turn."""
    case = Case(engine)
    ours, theirs = [], []
    for _ in range(EDITS):
        command = crowd.command(engine.by_kind)
        start = time.perf_counter()
        await case.dispatch(command)
        await case.save()
        ours.append(time.perf_counter() - start)
        if bare is not None:
            start = time.perf_counter()
            bare.edit()
            theirs.append(time.perf_counter() - start)
    return statistics.median(ours), statistics.median(theirs or [0.0])


async def edit_work(crowd: Crowd, engine: Engine) -> float:
    """Seconds of processor for one edit: for growth, where the disk only adds noise."""
    case = Case(engine)
    spent = []
    for _ in range(EDITS):
        command = crowd.command(engine.by_kind)
        start = time.process_time()
        await case.dispatch(command)
        await case.save()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


async def opening_cost(folder: Path, number: int, saved: dict[str, bytes]) -> tuple[float, float]:
    """Seconds of processor from vault key to map, and of bare loads of the same documents."""
    ours, theirs = [], []
    for _ in range(OPENINGS):
        gc.collect()
        ports = ports_in(folder)
        start = time.process_time()
        store = await open_store(await ports.file(), CRYPTO, bytes(32))
        row = next(row for row in await store.cases.all() if row.number == number)
        engine = await open_engine(ports, store, row)
        view = projected(engine.by_kind, None)  # type: ignore[arg-type]
        ours.append(time.process_time() - start)
        assert len(view[0].people) > 40
        await engine.sender.abandon()
        await store.close()
        start = time.process_time()
        for data in saved.values():
            core.Document.load(data)
        theirs.append(time.process_time() - start)
    return statistics.median(ours), statistics.median(theirs)


async def run(measure: Callable[[str], bool]) -> None:
    used = versions("automerge", "cryptography", "sqlite-utils")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        crowd = Crowd()
        first = await crowd.gather()
        store, engine = await crowd.measured(folder / "case")
        await crowd.deliver(engine, {kind: first[kind] for kind in ("kring", *SHARED)})
        await crowd.deliver(engine, await crowd.edits(500))
        crowd.aside()
        small_edit = await edit_work(crowd, engine)
        small_apply, small_engine = await apply_only(crowd, engine)

        await crowd.deliver(engine, await crowd.edits(5000 - crowd.made))
        crowd.aside()
        (folder / "bare").mkdir()
        bare = Bare(folder / "bare", saved_of(engine))
        edit, bare_edit = await edit_cost(crowd, engine, bare)
        how = "median of 200 commands, dispatch and save, beside as many bare ones; wall time, same disk"
        record("client.edit_vs_engine", edit / bare_edit, "ratio", how, used)

        await engine.close()
        await store.close()
        row_number = engine.number
        ours, load = await opening_cost(folder / "case", row_number, saved_of(engine))
        how = f"vault key to map, {crowd.made} edits, over core.Document.load of the same; processor time"
        record("client.open_case_vs_load", ours / load, "ratio", how, used)

        ports = ports_in(folder / "case")
        store = await open_store(await ports.file(), CRYPTO, bytes(32))
        engine = await open_engine(ports, store, (await store.cases.all())[0])
        (folder / "bare2").mkdir()
        apply, bare_apply = await apply_cost(crowd, engine, Bare(folder / "bare2", saved_of(engine)))
        how = "batches of 100 envelopes of one change to the new view model, stored; processor time"
        record("client.apply_vs_engine", apply / bare_apply, "ratio", how, used)

        if measure("growth"):
            while crowd.made < 47_000:
                await crowd.deliver(engine, await crowd.edits(5000))
            crowd.aside()
            large_edit = await edit_work(crowd, engine)
            large_apply, large_engine = await apply_only(crowd, engine)
            value = max(large_edit / small_edit, large_apply / small_apply)
            own = (large_apply - large_engine) / (small_apply - small_engine)
            how = (
                f"the larger of edit ({large_edit / small_edit:.2f}) and apply "
                f"({large_apply / small_apply:.2f}) at {crowd.made} edits over 500; processor time. "
                f"Of apply, the engine's own merge grows by {large_engine / small_engine:.2f}, "
                f"all else by {own:.2f}"
            )
            record("client.growth", value, "ratio", how, used)
        await engine.sender.abandon()
        await store.close()


async def apply_only(crowd: Crowd, engine: Engine) -> tuple[float, float]:
    """Seconds for one envelope, and the part of it that is the engine's own merge."""
    view: Projected | None = None
    spent, merging = [], []
    inside = [0.0]
    merge = crdt._receive

    def timed(*given: Any) -> None:
        start = time.process_time()
        merge(*given)
        inside[0] += time.process_time() - start

    crdt._receive = timed
    made = await crowd.edits(BATCH * ROUNDS)
    crowd.aside()
    for kind, wires in made.items():
        document = crowd.documents[kind]
        for at in range(0, len(wires), BATCH):
            page = tuple(wires[at : at + BATCH])
            view = projected(engine.by_kind, view)  # type: ignore[arg-type]
            cursor = engine.documents[document].cursor + len(page)
            gc.collect()
            inside[0] = 0.0
            start = time.process_time()
            await engine.take_events(document, cursor, page)
            view = projected(engine.by_kind, view)  # type: ignore[arg-type]
            if len(page) == BATCH:
                spent.append(time.process_time() - start)
                merging.append(inside[0])
    crdt._receive = merge
    return statistics.median(spent) / BATCH, statistics.median(merging) / BATCH


def saved_of(engine: Engine) -> dict[str, bytes]:
    return {kind: engine.by_kind[kind].saved() for kind in SHARED}


def main() -> int:
    asyncio.run(run(lambda part: True))
    return 0
