"""Which changes each envelope held and when, kept after the envelopes themselves are gone (docs/protocol.md,
Snapshots).

A chain's last envelope is signed by its device and holds the history digest of the whole chain. So whoever
has that envelope, the document and these few numbers can tell of every edit who made it and when, and that
none was made up, left out or moved.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from kring.errors import ProtocolError
from kring.sharing import codec, shape
from kring.sharing.actor import actor_id
from kring.sharing.envelope import MAX_CHANGES, NOTHING, history
from kring.sharing.gate import Chain

MAX_BYTES: Final = 16 * 1024 * 1024
"""Of all chains of a document, inflated."""
MAX_ITEMS: Final = 4_000_000


class Source(NamedTuple):
    """Whose actor made changes."""

    device: bytes
    actor_nonce: bytes


class Held(NamedTuple):
    """What one envelope held: `number` changes of an actor from sequence number `first` on; time in ms."""

    source: Source
    first: int
    number: int
    time: int


Chains = Mapping[Chain, Sequence[Held]]
"""(device, epoch) → what its envelopes held, from the first one on."""


def pack_chains(chains: Chains) -> bytes:
    """Deflated CBOR: for each chain `[device, epoch, sources, [source], [skip], [count], [time]]`.

    `skip` is how far `first` is from what followed last in this chain of that source (from 1); `time` from
    the time before; both zigzag, for they may go back.
    """
    packed = [_pack_chain(chain, chains[chain]) for chain in sorted(chains)]
    return zlib.compress(codec.encode(packed), 9)


def unpack_chains(data: bytes) -> Chains:
    """Raises ProtocolError for what `pack_chains` does not make."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise ProtocolError("not deflated") from error
    if not inflater.eof or inflater.unconsumed_tail or inflater.unused_data:
        raise ProtocolError("not one deflated whole within its bounds")
    listed = shape.listing(_unpack_chain, 0, MAX_ITEMS)(codec.decode(raw, MAX_BYTES, MAX_ITEMS))
    if any(one[0] >= other[0] for one, other in pairwise(listed)):
        raise ProtocolError("chains are sorted and differ")
    return dict(listed)


def held_by(chains: Chains, document: bytes) -> Iterable[tuple[bytes, int, int]]:
    """(actor, first sequence number, number of changes) of all that the chains hold."""
    for envelopes in chains.values():
        for each in envelopes:
            yield actor_id(document, *each.source), each.first, each.number


def vouch(
    chains: Chains, document: bytes, hashes: Mapping[bytes, Sequence[bytes]], ends: Mapping[Chain, bytes]
) -> None:
    """Raise ProtocolError unless the chains' own devices signed for exactly these changes.

    `hashes`: actor → the hashes of its changes in the document, in their order; `ends`: the history digest in
    the last envelope of each chain.
    """
    if chains.keys() != ends.keys():
        raise ProtocolError("not the chains that the ends are of")
    seen: dict[bytes, set[int]] = {actor: set() for actor in hashes}
    for chain, envelopes in chains.items():
        digest = NOTHING
        for each in envelopes:
            actor = actor_id(document, *each.source)
            changes = hashes.get(actor, ())[each.first - 1 : each.first - 1 + each.number]
            if len(changes) != each.number:
                raise ProtocolError("a chain names a change that is not there")
            digest = history(digest, *each.source, each.time, changes)
            seen[actor].update(range(each.first, each.first + each.number))
        if digest != ends[chain]:
            raise ProtocolError("a chain's history is not what its device signed")
    if any(len(seen[actor]) != len(changes) for actor, changes in hashes.items()):
        raise ProtocolError("a change that no chain holds")


def _pack_chain(chain: Chain, envelopes: Sequence[Held]) -> codec.Value:
    device, epoch = chain
    sources = list(dict.fromkeys(each.source for each in envelopes))
    index = {source: number for number, source in enumerate(sources)}
    following = dict.fromkeys(sources, 1)
    skips, times, before = [], [], 0
    for each in envelopes:
        skips.append(_zigzag(each.first - following[each.source]))
        times.append(_zigzag(each.time - before))
        following[each.source], before = each.first + each.number, each.time
    return [
        device,
        epoch,
        [list(source) for source in sources],
        [index[each.source] for each in envelopes],
        skips,
        [each.number for each in envelopes],
        times,
    ]


def _unpack_chain(value: codec.Value) -> tuple[Chain, tuple[Held, ...]]:
    if type(value) is not list or len(value) != 7:
        raise ProtocolError("a chain has seven parts")
    chain = _ID(value[0]), _EPOCH(value[1])
    sources = _SOURCES(value[2])
    columns = [_NUMBERS(each) for each in value[3:]]
    if len({len(each) for each in columns}) != 1:
        raise ProtocolError("columns of different lengths")
    following = dict.fromkeys(sources, 1)
    envelopes: list[Held] = []
    time = 0
    for number, skip, count, difference in zip(*columns, strict=True):
        if number >= len(sources) or not 1 <= count <= MAX_CHANGES:
            raise ProtocolError("no such source, or no such number of changes")
        source = sources[number]
        first, time = following[source] + _unzigzag(skip), time + _unzigzag(difference)
        if first < 1 or not 0 <= time <= shape.MAX_TIME:
            raise ProtocolError("no such change, or no such time")
        following[source] = first + count
        envelopes.append(Held(source, first, count, time))
    if tuple(dict.fromkeys(each.source for each in envelopes)) != sources:
        raise ProtocolError("sources are listed once, as they come")
    return chain, tuple(envelopes)


def _source(value: codec.Value) -> Source:
    return Source(*shape.listing(_ID, 2, 2)(value))


def _zigzag(number: int) -> int:
    return 2 * number if number >= 0 else -2 * number - 1


def _unzigzag(number: int) -> int:
    return -(number + 1 >> 1) if number & 1 else number >> 1


_ID: Final = shape.exact(16)
_EPOCH: Final = shape.uint(1, 2**32 - 1)
_SOURCES: Final = shape.listing(_source, 1, MAX_ITEMS)
_NUMBERS: Final = shape.listing(shape.uint(0, 2**54), 1, MAX_ITEMS)
