"""Coming back after a week: 5,000 changes of others that a relay has held, until the map shows them all.

A real relay in a process of its own, a real link, the app's own runner, engine and store. Only this process's
work is counted: what the device does, without waiting for the network.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from automerge import core

from kring.cases.engine import Engine, open_engine
from kring.platform.cpython.clock import SystemClock, SystemRandom
from kring.platform.cpython.network import CpythonNetwork
from kring.sharing.envelope import Envelope, parse_envelope
from kring.store.store import open_store
from kring.sync.runner import SyncRunner
from sync_server.log_store import AppendEnvelopes, AppendRecords, Tail
from sync_server.sqlite import SqliteLogStore
from tests.benchmarks.bench_client import Projected, projected, saved_of
from tests.benchmarks.crowd import CRYPTO, SHARED, Crowd, ports_in
from tests.benchmarks.relay.server_process import running
from tests.benchmarks.report import ROOT, record, versions

BEFORE = 5_000
WHILE_AWAY = 5_000
ROUNDS = 5
SECONDS = 120


async def fill_relay(folder: Path, crowd: Crowd, wires: Sequence[bytes]) -> None:
    """Put the case where a relay will find it, as the relay itself would have stored it."""
    store = SqliteLogStore(folder)
    case, log_length = crowd.membership.case, len(crowd.records)
    writes: list[AppendRecords | AppendEnvelopes] = [AppendRecords(case, 0, tuple(crowd.records))]
    tails: dict[tuple[bytes, bytes, int], Tail] = {}

    def chain(envelope: Envelope) -> tuple[bytes, bytes, int]:
        return envelope.header.document, envelope.header.device, envelope.header.epoch

    for key, group in groupby(map(parse_envelope, wires), chain):
        run = list(group)
        bodies, hashes = tuple(each.wire for each in run), tuple(each.hash for each in run)
        after = tails.get(key, Tail())
        writes.append(AppendEnvelopes(case, *key, log_length, after, bodies, hashes))
        tails[key] = Tail(run[-1].header.seq, run[-1].hash)
    assert None not in await store.commit(writes)
    await store.close()


class Shown:
    """The screen's view model, made again whenever a document has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.view: Projected = projected(engine.by_kind, None)  # type: ignore[arg-type]
        for handle in engine.by_kind.values():
            handle.subscribe(self._changed)

    def _changed(self) -> None:
        self.view = projected(self._engine.by_kind, self.view)  # type: ignore[arg-type]


async def come_back(folder: Path, origin: str, ends: dict[bytes, int]) -> tuple[float, float]:
    """Seconds of processor to catch up in `folder`, and for bare loads of what came of it."""
    ports = ports_in(folder)
    store = await open_store(await ports.file(), CRYPTO, bytes(32))
    engine = await open_engine(ports, store, (await store.cases.all())[0])
    shown = Shown(engine)
    before = shown.view
    done = asyncio.Event()

    def look() -> None:
        if all(engine.documents[name].cursor == end for name, end in ends.items()):
            done.set()

    engine.on_change(look)
    runner = SyncRunner(engine, CpythonNetwork(), origin, SystemClock(), SystemRandom())
    gc.collect()
    start = time.process_time()
    runner.start()
    async with asyncio.timeout(SECONDS):
        await done.wait()
    ours = time.process_time() - start
    assert shown.view != before
    assert not engine.refusal
    await runner.stop()
    saved = saved_of(engine)
    await engine.sender.abandon()
    await store.close()
    gc.collect()
    start = time.process_time()
    for data in saved.values():
        core.Document.load(data)
    return ours, time.process_time() - start


async def measure(folder: Path) -> tuple[list[float], list[float], int]:
    crowd = Crowd()
    first, past = await crowd.gather(), await crowd.edits(BEFORE)
    begun = crowd.made
    missed = await crowd.edits(WHILE_AWAY)
    made = {kind: first[kind] + past.get(kind, []) for kind in ("kring", *SHARED)}
    everything = [wire for kind in made for wire in made[kind] + missed.get(kind, [])]
    await fill_relay(folder / "relay", crowd, everything)
    serve = ROOT / "tests" / "benchmarks" / "relay" / "serve_relay.py"
    with running([sys.executable, str(serve), str(folder / "relay")], ROOT) as server:
        origin = f"http://127.0.0.1:{server.port}"
        store, engine = await crowd.measured(folder / "case", origin)
        await crowd.deliver(engine, made)
        ends = {crowd.documents[kind]: len(made[kind]) + len(missed[kind]) for kind in SHARED}
        await engine.close()
        await store.close()
        crowd.aside()
        ours, theirs = [], []
        for number in range(ROUNDS):
            copy = folder / f"round{number}"
            shutil.copytree(folder / "case", copy)
            taken, load = await come_back(copy, origin, ends)
            print(f"caught up in {taken * 1000:.0f} ms, bare load {load * 1000:.0f} ms", flush=True)
            ours.append(taken)
            theirs.append(load)
    return ours, theirs, crowd.made - begun


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        ours, theirs, missed = asyncio.run(measure(Path(name)))
    how = (
        f"{missed} envelopes of one change each, upon {BEFORE} edits, over a real link until the last view "
        f"model; over core.Document.load of the result; processor time, median of {ROUNDS}: "
        f"{statistics.median(ours) * 1000:.0f} over {statistics.median(theirs) * 1000:.0f} ms"
    )
    used = versions("automerge", "cryptography", "sqlite-utils", "websockets")
    record("client.catchup_5000", statistics.median(ours) / statistics.median(theirs), "ratio", how, used)
