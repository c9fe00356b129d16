"""What an incoming envelope costs in sharing alone: parse, open and judge, beside its one Ed25519 verify."""

from __future__ import annotations

import asyncio
import statistics
import time

from kring.sharing.envelope import open_many, parse_envelope
from kring.sharing.gate import Accept, Gate
from tests.benchmarks.report import record, versions
from tests.unit.sharing.world import World

ENVELOPES = 500
ROUNDS = 9


async def measure() -> tuple[float, float]:
    """Medians in µs of processor time an envelope: (all but the verify, the verify)."""
    world = await World.founded()
    person = await world.granted()
    wires = [(await world.write(person, bytes(200))).wire for _ in range(ENVELOPES)]
    secret = person.ring.secret(world.mensen, 1)
    assert secret is not None
    sharing, verifying = [], []
    for _ in range(ROUNDS):
        gate = Gate(world.mensen)
        start = time.process_time()
        parsed = [parse_envelope(wire) for wire in wires]
        items = [(world.membership.devices[e.header.device].sign, e.signed, e.signature) for e in parsed]
        checked = time.process_time()
        signed = await world.crypto.verify_many(items)
        verified = time.process_time()
        opened = await open_many(world.crypto, [(each, secret) for each in parsed])
        for each, holds, plaintext in zip(parsed, signed, opened, strict=True):
            verdict = gate.judge(each, world.membership, signed=holds, keyed=True, plaintext=plaintext)
            assert isinstance(verdict, Accept)
            gate.admit(each, verdict.content.history)
        end = time.process_time()
        sharing.append((checked - start + end - verified) / ENVELOPES * 1e6)
        verifying.append((verified - checked) / ENVELOPES * 1e6)
    return statistics.median(sharing), statistics.median(verifying)


def main() -> None:
    sharing, verifying = asyncio.run(measure())
    how = f"{ENVELOPES} envelopes of 200 bytes in one batch, median of {ROUNDS}"
    used = versions("cryptography", "cbor2")
    record("sharing.envelope_us", sharing, "µs", f"parse, open and judge without the verify; {how}", used)
    record(
        "sharing.envelope_vs_verify", sharing / verifying, "ratio", f"the same over the verify; {how}", used
    )
