"""What a snapshot says of who made which edit and when, and that its devices signed for just that."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import ProtocolError
from kring.sharing import codec
from kring.sharing.actor import actor_id
from kring.sharing.envelope import NOTHING, history
from kring.sharing.gate import Chain
from kring.sharing.provenance import Chains, Held, Source, held_by, pack_chains, unpack_chains, vouch
from kring.sharing.snapshots import Whole, pack_whole, parse_whole

DOCUMENT = b"d" * 16
PHONE, LAPTOP = Source(b"p" * 16, b"1" * 16), Source(b"l" * 16, b"2" * 16)
TIME = 1_795_000_000_000
CHAINS: Chains = {
    (b"l" * 16, 2): (Held(LAPTOP, 1, 1, TIME + 5), Held(PHONE, 2, 2, TIME - 9), Held(LAPTOP, 2, 1, TIME)),
    (b"p" * 16, 1): (Held(PHONE, 1, 3, TIME),),
}

IDS = st.binary(min_size=16, max_size=16)
HELD = st.builds(
    Held, st.builds(Source, IDS, IDS), st.integers(1, 2**40), st.integers(1, 4096), st.integers(0, 2**53)
)


def hashes_of(chains: Chains) -> dict[bytes, list[bytes]]:
    """A made-up hash for each change that the chains name."""
    found: dict[bytes, list[bytes]] = {}
    for actor, first, count in held_by(chains, DOCUMENT):
        known = found.setdefault(actor, [])
        for number in range(len(known) + 1, first + count):
            known.append(hashlib.sha256(actor + number.to_bytes(8)).digest())
    return found


def ends_of(chains: Chains, hashes: Mapping[bytes, Sequence[bytes]]) -> dict[Chain, bytes]:
    """The history digests that the devices of these chains would have signed."""
    ends = {}
    for chain, envelopes in chains.items():
        digest = NOTHING
        for each in envelopes:
            changes = hashes[actor_id(DOCUMENT, *each.source)][each.first - 1 : each.first - 1 + each.number]
            digest = history(digest, *each.source, each.time, changes)
        ends[chain] = digest
    return ends


@given(
    st.dictionaries(
        st.tuples(IDS, st.integers(1, 2**32 - 1)),
        st.lists(HELD, min_size=1, max_size=6).map(tuple),
        max_size=4,
    )
)
def test_SHR_2_chains_have_one_encoding_and_come_back(chains: Chains) -> None:
    packed = pack_chains(chains)
    assert unpack_chains(packed) == chains
    assert pack_chains(unpack_chains(packed)) == packed


@given(st.binary(max_size=200), st.booleans())
def test_SHR_3_P8_other_bytes_are_refused(raw: bytes, deflated: bool) -> None:
    data = zlib.compress(raw) if deflated else raw
    for parse in (unpack_chains, parse_whole):
        try:
            parse(data)
        except ProtocolError:
            continue
        assert parse is unpack_chains
        assert raw == codec.encode([])


def test_P8_a_few_bytes_do_not_inflate_without_bound() -> None:
    with pytest.raises(ProtocolError, match="bounds"):
        unpack_chains(zlib.compress(bytes(2**28), 9))


def test_a_whole_comes_back() -> None:
    whole = Whole(b"a saved document", CHAINS)
    assert parse_whole(pack_whole(whole)) == whole
    with pytest.raises(ProtocolError):
        parse_whole(pack_whole(Whole(b"", CHAINS)))


def test_P3_a_snapshot_counts_only_with_what_its_devices_signed() -> None:
    hashes = hashes_of(CHAINS)
    ends = ends_of(CHAINS, hashes)
    vouch(CHAINS, DOCUMENT, hashes, ends)

    phone, laptop = (b"p" * 16, 1), (b"l" * 16, 2)
    forged = {**CHAINS, phone: (Held(PHONE, 1, 3, TIME + 1),)}
    shorter = {**CHAINS, laptop: CHAINS[laptop][:2]}
    other_order = {**CHAINS, laptop: (CHAINS[laptop][1], CHAINS[laptop][0], CHAINS[laptop][2])}
    for chains in (forged, shorter, other_order, {phone: CHAINS[phone]}):
        with pytest.raises(ProtocolError):
            vouch(chains, DOCUMENT, hashes, ends)


def test_P3_a_snapshot_can_neither_make_up_nor_leave_out_nor_change_an_edit() -> None:
    hashes = hashes_of(CHAINS)
    ends = ends_of(CHAINS, hashes)
    actor = actor_id(DOCUMENT, *PHONE)
    made_up = {**hashes, actor: [*hashes[actor], b"x" * 32]}
    stranger = {**hashes, b"s" * 16: [b"x" * 32]}
    left_out = {**hashes, actor: hashes[actor][:-1]}
    changed = {**hashes, actor: [b"x" * 32, *hashes[actor][1:]]}
    for each in (made_up, stranger, left_out, changed):
        with pytest.raises(ProtocolError):
            vouch(CHAINS, DOCUMENT, each, ends)


def test_provenance_of_many_edits_is_small() -> None:
    """Some four bytes an edit: with the saved document it stays well within three times the latter."""
    held = tuple(Held(PHONE, number + 1, 1, TIME + number * 7_919) for number in range(5_000))
    assert len(pack_chains({(b"p" * 16, 1): held})) < 5 * len(held)
