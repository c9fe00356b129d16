"""Hypothesis strategies for record bodies, and records whose signatures nobody checks."""

from __future__ import annotations

from hypothesis import strategies as st

from kring.sharing import codec, rights
from kring.sharing.records import (
    BOX,
    EARLIER,
    MAX_POSITION,
    Ask,
    Body,
    DeviceAdd,
    DeviceConfirm,
    DeviceRevoke,
    Epoch,
    Freeze,
    Genesis,
    Grant,
    Invite,
    Join,
    OwnerTransfer,
    Present,
    PrivetijdStart,
    Record,
    Recover,
    Revoke,
    Snapshot,
    SnapshotConfirm,
    Withdraw,
    encode_payload,
    parse_record,
)

IDS = st.binary(min_size=16, max_size=16)
HASHES = st.binary(min_size=32, max_size=32)
TIMES = st.integers(0, 2**53)
KEMS = st.binary(min_size=4, max_size=4).map(lambda four: four * 304)
PROOFS = st.binary(min_size=4, max_size=4).map(lambda four: four * 16)
BOXES = st.binary(min_size=4, max_size=4).map(lambda four: four * (BOX // 4))
WRAPS = st.dictionaries(IDS, st.dictionaries(IDS, BOXES, max_size=2), max_size=2)
RIGHTS = st.dictionaries(IDS, st.integers(1, 3), max_size=3)
EPOCHS = st.integers(1, 2**32 - 1)
ENDS = st.dictionaries(EPOCHS, st.tuples(st.integers(1, 2**64 - 1), HASHES), max_size=3).map(
    lambda ends: tuple((epoch, *end) for epoch, end in sorted(ends.items()))
)
CHAINS = st.dictionaries(IDS, ENDS, max_size=3)
CUTS = st.dictionaries(IDS, CHAINS, max_size=3)
DEVICES = st.sets(IDS, min_size=1, max_size=3).map(lambda ids: tuple(sorted(ids)))
SEALED = st.dictionaries(EPOCHS, st.binary(min_size=EARLIER, max_size=EARLIER), max_size=3).map(
    lambda earlier: tuple(sorted(earlier.items()))
)

STRATEGIES: tuple[st.SearchStrategy[Body], ...] = (
    st.builds(Genesis, IDS, HASHES, KEMS, HASHES, st.lists(IDS, min_size=1, max_size=5).map(tuple)),
    st.builds(DeviceAdd, IDS, HASHES, KEMS, st.booleans(), PROOFS, WRAPS),
    st.builds(DeviceRevoke, IDS, CUTS),
    st.builds(
        Invite, HASHES, st.sampled_from(("", *rights.ROLES)), RIGHTS, TIMES, st.one_of(st.just(b""), IDS)
    ),
    st.builds(Join, IDS, IDS, HASHES, KEMS, st.binary(max_size=60), PROOFS),
    st.builds(Grant, IDS, RIGHTS, TIMES, WRAPS),
    st.builds(Freeze, IDS, DEVICES),
    st.builds(Revoke, IDS, RIGHTS, CUTS),
    st.builds(Epoch, IDS, EPOCHS, HASHES, st.dictionaries(IDS, BOXES, max_size=3), SEALED),
    st.builds(Snapshot, IDS, HASHES, CHAINS),
    st.builds(PrivetijdStart, IDS),
    st.builds(Present, IDS),
    st.builds(OwnerTransfer, IDS, WRAPS),
    st.builds(Recover, HASHES, KEMS, PROOFS, HASHES, KEMS, PROOFS, DEVICES, CUTS),
    st.builds(DeviceConfirm, IDS, WRAPS),
    st.builds(Withdraw, IDS),
    st.builds(Ask, TIMES),
    st.builds(SnapshotConfirm, IDS, HASHES),
)
"""One for each type of record, in the order of their numbers."""
BODIES: st.SearchStrategy[Body] = st.one_of(*STRATEGIES)


def unsigned(
    body: Body,
    *,
    case: bytes = b"",
    position: int = 0,
    previous: bytes = bytes(32),
    author: bytes = bytes(16),
    time: int = 0,
) -> Record:
    """A well-formed record whose signature is 64 zero bytes."""
    payload = encode_payload(case, position, previous, author, time, body)
    return parse_record(codec.encode([payload, bytes(64)]))


RECORDS = st.builds(
    lambda body, case, position, previous, author, time: unsigned(
        body,
        case=b"" if isinstance(body, Genesis) else case,
        position=position,
        previous=previous,
        author=author,
        time=time,
    ),
    BODIES,
    HASHES,
    st.integers(0, MAX_POSITION),
    HASHES,
    IDS,
    TIMES,
)
