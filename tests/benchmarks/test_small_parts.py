"""Microbenchmarks of the parts that every envelope and record goes through: to compare two versions by hand.

`make bench` runs them and keeps the figures; in the test run each is called once, to see that it still works.
"""

from __future__ import annotations

import os
from typing import Any

from kring.documents.change import decode_change
from kring.documents.change_encoder import encode_change
from kring.documents.handle import Edit, Handle
from kring.platform.cpython.crdt import CpythonCrdt
from kring.sharing import codec
from kring.sharing.envelope import parse_envelope
from kring.sharing.provenance import Held, Source, pack_chains, unpack_chains
from kring.sharing.records import parse_record
from kring.sharing.replay import replay
from tests.unit.sharing.world import World


async def test_parse_an_envelope(benchmark: Any) -> None:
    world = await World.founded()
    wire = (await world.write(await world.granted(), bytes(200))).wire
    assert benchmark(parse_envelope, wire).wire == wire


async def test_parse_a_record(benchmark: Any) -> None:
    wire = (await World.founded()).records[-1].wire
    assert benchmark(parse_record, wire).wire == wire


async def test_replay_a_founding(benchmark: Any) -> None:
    world = await World.founded()
    assert benchmark(replay, world.records).head == world.membership.head


def eight(edit: Edit) -> None:
    for number in range(8):
        edit.put((f"key{number}",), number)


def test_decode_a_change(benchmark: Any) -> None:
    chunks: list[bytes] = []
    handle = Handle(CpythonCrdt(), "mensen", os.urandom(16))
    handle.on_local = chunks.append
    handle.change("", eight)
    assert benchmark(decode_change, chunks[0]).chunk == chunks[0]
    change = decode_change(chunks[0])
    assert encode_change(change.actor, change.seq, change.deps, change.ops) == chunks[0]


def test_unpack_who_made_what(benchmark: Any) -> None:
    source = Source(bytes(16), bytes(16))
    held = {(bytes(16), 1): tuple(Held(source, number + 1, 1, number * 7_919) for number in range(1_000))}
    assert benchmark(unpack_chains, pack_chains(held)) == held


def test_decode_canonical_cbor(benchmark: Any) -> None:
    data = codec.encode([bytes(32) for _ in range(100)])
    assert len(benchmark(codec.decode, data, 1 << 20)) == 100
