"""What may enter a case: the relay's rules for records and envelopes, judged on a draft of the case.

A draft is what a case becomes if the batch under way is stored. Its rules look at what is stored and at
what stands earlier in the batch alike, so that a whole batch can be one transaction.
Order of checks: right first, then size, then form, epoch and chain (docs/protocol.md, Wire).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kring.errors import KringError, ProtocolError
from kring.sharing import replay, rights
from kring.sharing.crypto import Crypto
from kring.sharing.envelope import EDIT, MAX_SNAPSHOT, SNAPSHOT, Envelope, parse_envelope
from kring.sharing.membership import FROZEN, Membership
from kring.sharing.records import (
    ZEROS,
    Ask,
    DeviceRevoke,
    Ends,
    Genesis,
    Join,
    Record,
    Recover,
    Revoke,
    Snapshot,
    SnapshotConfirm,
    parse_record,
)
from kring.sync.messages import ENVELOPE_MAX, RECORD_MAX, WHOLE_MAX
from sync_server.auth import Identity
from sync_server.cases import Case
from sync_server.errors import Refused
from sync_server.log_store import (
    AppendEnvelopes,
    AppendRecords,
    KeepSnapshot,
    LogStore,
    Prune,
    Tail,
    Write,
)
from sync_server.settings import Limits

Stream = tuple[bytes, bytes, int]
"""(document, device, epoch): a chain."""
DEVICE_AT = slice(54, 70)
DOCUMENT_AT = slice(34, 50)
CASE_AT = slice(2, 34)


@dataclass(slots=True)
class Draft:
    """A case as it will be. `base` is None for a case that is being founded."""

    name: bytes
    base: Case | None
    membership: Membership
    size: int
    tails: dict[Stream, Tail] = field(default_factory=dict)
    hashes: dict[tuple[Stream, int], bytes] = field(default_factory=dict)
    snapshots: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)

    @classmethod
    def of(cls, name: bytes, case: Case | None) -> Draft:
        return cls(name, case, case.membership if case else Membership(), case.size if case else 0)

    def tail(self, stream: Stream) -> Tail:
        return self.tails.get(stream) or (self.base.tails.get(stream) if self.base else None) or Tail()

    def kept(self, document: bytes) -> dict[bytes, bytes]:
        """The document's snapshots: whose each is, by hash."""
        if document not in self.snapshots:
            self.snapshots[document] = dict(self.base.snapshots.get(document, {})) if self.base else {}
        return self.snapshots[document]

    def apply(self, ends: Iterable[int | None]) -> Case:
        """The case after the draft was stored; `ends` are the store's answers to `writes`."""
        case = self.base or Case(self.membership, {}, {}, 0)
        case.membership = self.membership
        case.tails.update(self.tails)
        case.snapshots.update(self.snapshots)
        case.size = self.size
        for write, end in zip(self.writes, ends, strict=True):
            if isinstance(write, AppendEnvelopes) and end is not None:
                case.counts[write.document] = end
            if isinstance(write, KeepSnapshot | Prune) and end is not None:
                case.size -= end
        return case


@dataclass(slots=True)
class Run:
    """The envelopes of one put in one chain, and where that has come to. `epoch` is the current one."""

    stream: Stream
    after: Tail
    epoch: int
    seq: int
    hash: bytes
    fresh: list[Envelope] = field(default_factory=list)

    @classmethod
    def of(cls, draft: Draft, first: Envelope) -> Run:
        stream = (first.header.document, first.header.device, first.header.epoch)
        after = draft.tail(stream)
        epoch = draft.membership.epoch_at(first.header.document, draft.membership.length)
        return cls(stream, after, epoch, after.seq, after.hash)


@dataclass(frozen=True, slots=True)
class Put:
    """One admitted put: the envelopes' hashes to acknowledge, and for each stream the one to verify."""

    hashes: tuple[bytes, ...]
    ends: tuple[Envelope, ...]


async def put(
    draft: Draft,
    identity: Identity,
    envelopes: Sequence[bytes],
    store: LogStore,
    limits: Limits,
    now: int,
) -> Put:
    """Admit all of `envelopes`, or none. Raises Refused."""
    _may_write(draft.membership, identity, envelopes, now)
    if any(len(each) > ENVELOPE_MAX for each in envelopes):
        raise Refused("too_large")
    size = draft.size + sum(map(len, envelopes))
    if size > limits.case_quota:
        raise Refused("quota")
    runs: dict[tuple[bytes, int], Run] = {}
    hashes: list[bytes] = []
    for wire in envelopes:
        envelope = _parse(wire)
        hashes.append(envelope.hash)
        place = (envelope.header.document, envelope.header.epoch)
        run = runs.get(place)
        if run is None:
            run = runs[place] = Run.of(draft, envelope)
        if envelope.header.seq > run.seq:
            _follow(draft.membership, run, envelope)
        elif await _held(draft, run, envelope, store) != envelope.hash:
            raise Refused("sequence")
    fresh = [run for run in runs.values() if run.fresh]
    for run in fresh:
        _keep(draft, run)
    return Put(tuple(hashes), tuple(run.fresh[-1] for run in fresh))


def _may_write(membership: Membership, identity: Identity, envelopes: Iterable[bytes], now: int) -> None:
    """An envelope is put by the device that signed it; too short to say whose it is, it is nobody's."""
    if identity.joiner:
        raise Refused("not_allowed")
    documents = set()
    for wire in envelopes:
        if wire[CASE_AT] != identity.case or wire[DEVICE_AT] != identity.id:
            raise Refused("not_allowed")
        documents.add(wire[DOCUMENT_AT])
    for document in documents:
        if membership.right_now(identity.id, document, now) < rights.BIJDRAGEN:
            raise Refused("not_allowed")


def _parse(wire: bytes) -> Envelope:
    try:
        return parse_envelope(wire)
    except ProtocolError:
        raise Refused("bad_envelope") from None


def _follow(membership: Membership, run: Run, envelope: Envelope) -> None:
    """Add the envelope to the run, if it is the next one."""
    header = envelope.header
    if header.epoch != run.epoch:
        raise Refused("stale_epoch")
    if header.kind != EDIT or membership.head_at(header.log_position) != header.log_head:
        raise Refused("bad_envelope")
    if header.seq != run.seq + 1 or header.previous != run.hash:
        raise Refused("sequence")
    run.fresh.append(envelope)
    run.seq, run.hash = header.seq, envelope.hash


async def _held(draft: Draft, run: Run, envelope: Envelope, store: LogStore) -> bytes:
    """The hash of the envelope that has this sequence number already."""
    seq = envelope.header.seq
    if seq > run.after.seq:
        return run.fresh[seq - run.after.seq - 1].hash
    known = draft.hashes.get((run.stream, seq))
    if known is not None:
        return known
    stored = await store.hashes(draft.name, *run.stream, seq, seq)
    return stored[0] if stored else b""


def _keep(draft: Draft, run: Run) -> None:
    document, device, epoch = run.stream
    draft.tails[run.stream] = Tail(run.seq, run.hash)
    for envelope in run.fresh:
        draft.hashes[run.stream, envelope.header.seq] = envelope.hash
    wires = tuple(each.wire for each in run.fresh)
    draft.size += sum(map(len, wires))
    draft.writes.append(
        AppendEnvelopes(
            draft.name,
            document,
            device,
            epoch,
            draft.membership.length,
            run.after,
            wires,
            tuple(each.hash for each in run.fresh),
        )
    )


def put_snapshot(draft: Draft, identity: Identity, wire: bytes, limits: Limits, now: int) -> Put:
    """Admit a snapshot, in the place of what this device put before and no record names. Raises Refused."""
    membership = draft.membership
    _may_write(membership, identity, [wire], now)
    if membership.right_now(identity.id, wire[DOCUMENT_AT], now) != rights.BEHEREN:
        raise Refused("not_allowed")
    if len(wire) > MAX_SNAPSHOT:
        raise Refused("too_large")
    if draft.size + len(wire) > limits.case_quota:
        raise Refused("quota")
    envelope = _parse(wire)
    header = envelope.header
    if header.epoch != membership.epoch_at(header.document, membership.length):
        raise Refused("stale_epoch")
    first = (header.seq, header.previous) == (1, ZEROS)
    if header.kind != SNAPSHOT or not first or membership.head_at(header.log_position) != header.log_head:
        raise Refused("bad_envelope")
    kept = draft.kept(header.document)
    if envelope.hash not in kept:
        named = {
            each[header.document].hash
            for each in (membership.snapshots, membership.confirmed)
            if header.document in each
        }
        gone = tuple(each for each, device in kept.items() if device == identity.id and each not in named)
        for each in gone:
            del kept[each]
        kept[envelope.hash] = identity.id
        draft.size += len(wire)
        draft.writes.append(
            KeepSnapshot(
                draft.name, header.document, identity.id, membership.length, envelope.hash, wire, gone
            )
        )
    return Put((envelope.hash,), (envelope,))


async def append(
    draft: Draft,
    identity: Identity | None,
    position: int,
    wires: Sequence[bytes],
    store: LogStore,
    crypto: Crypto,
    limits: Limits,
    now: int,
) -> None:
    """Admit all of these records, or none; `identity` None founds the case. Raises Refused."""
    if identity is not None:
        _may_append(draft.membership, identity)
    if any(len(each) > RECORD_MAX for each in wires):
        raise Refused("too_large")
    parsed = _parse_records(wires)
    if identity is None:
        _is_founding(parsed)
    else:
        _is_own(identity, parsed)
        _is_in_time(draft.membership, identity, parsed, now)
    if position != draft.membership.length:
        raise Refused("log_moved")
    size = draft.size + sum(map(len, wires))
    if size > limits.case_quota or position + len(wires) > limits.records_per_case:
        raise Refused("quota")
    try:
        membership = await replay.verified(crypto, draft.membership, parsed)
    except KringError:
        raise Refused("bad_record") from None
    await _cuts_fit(draft, parsed, store)
    await _snapshots_fit(draft, parsed, store)
    draft.membership = membership
    draft.size = size
    draft.writes.append(AppendRecords(membership.case, position, tuple(wires)))
    for record in parsed:
        if isinstance(record.body, SnapshotConfirm):
            _prune(draft, record.body.document)


def _may_append(membership: Membership, identity: Identity) -> None:
    if identity.joiner:
        if identity.joined:
            raise Refused("not_allowed")
        return
    device = membership.devices.get(identity.id)
    if device is None or not device.active:
        raise Refused("not_allowed")


def _is_in_time(membership: Membership, identity: Identity, records: Iterable[Record], now: int) -> None:
    """Whose time is over can ask for more of it, and say nothing else."""
    device = membership.devices.get(identity.id)
    over = device is not None and not membership.in_time(device.member, now)
    if over and not all(isinstance(each.body, Ask) for each in records):
        raise Refused("not_allowed")


def _parse_records(wires: Iterable[bytes]) -> list[Record]:
    try:
        return [parse_record(wire) for wire in wires]
    except ProtocolError:
        raise Refused("bad_record") from None


def _is_founding(records: Sequence[Record]) -> None:
    if not isinstance(records[0].body, Genesis) or any(each.author != records[0].author for each in records):
        raise Refused("bad_record")


def _is_own(identity: Identity, records: Sequence[Record]) -> None:
    if identity.joiner:
        body = records[0].body
        if len(records) != 1 or not isinstance(body, Join) or body.invite != identity.id:
            raise Refused("not_allowed")
    elif any(each.author != identity.id for each in records):
        raise Refused("not_allowed")


async def _cuts_fit(draft: Draft, records: Iterable[Record], store: LogStore) -> None:
    """Each end in a cut stands in that chain here, and is its last one unless the device is frozen.

    So no honest edit can slip in between and be lost; and of a frozen device, which can send no more, the
    author may leave out what its own gate refused.
    """
    for record in records:
        if isinstance(record.body, Revoke | DeviceRevoke | Recover):
            for document, devices in record.body.cut.items():
                for device, ends in devices.items():
                    await _ends_fit(draft, document, device, ends, store)


async def _ends_fit(draft: Draft, document: bytes, device: bytes, ends: Ends, store: LogStore) -> None:
    membership = draft.membership
    known = membership.devices.get(device)
    frozen = known is not None and known.state == FROZEN
    bound = membership.cuts.get((device, document))
    listed = {epoch: (seq, end) for epoch, seq, end in ends}
    first = 1 if bound is None else bound.epoch + 1
    for epoch in range(first, membership.last_epoch(document) + 1):
        tail = draft.tail((document, device, epoch))
        seq, end = listed.pop(epoch, (0, ZEROS))
        if (seq, end) == (tail.seq, tail.hash):
            continue
        if not frozen or seq > tail.seq:
            raise Refused("sequence")
        if seq and await store.hashes(draft.name, document, device, epoch, seq, seq) != [end]:
            raise Refused("sequence")
    if listed:
        raise Refused("sequence")


async def _snapshots_fit(draft: Draft, records: Iterable[Record], store: LogStore) -> None:
    """A snapshot that is named is here, by who names it, and each end that it covers stands in its chain."""
    for record in records:
        if isinstance(record.body, Snapshot):
            await _snapshot_fits(draft, record.author, record.body, store)
        elif isinstance(record.body, SnapshotConfirm) and (
            record.body.snapshot not in draft.kept(record.body.document)
        ):
            raise Refused("bad_record")


async def _snapshot_fits(draft: Draft, author: bytes, body: Snapshot, store: LogStore) -> None:
    if draft.kept(body.document).get(body.snapshot) != author:
        raise Refused("bad_record")
    whole = await store.snapshot(draft.name, body.document, body.snapshot)
    covered = _covered(body.covers)
    ends = await store.ends(draft.name, body.document, [each[:3] for each in covered])
    if whole is None or [parse_envelope(each).hash for each in ends] != [each[3] for each in covered]:
        raise Refused("sequence")
    if len(whole) + sum(map(len, ends)) > WHOLE_MAX:
        raise Refused("too_large")


def _prune(draft: Draft, document: bytes) -> None:
    """What the snapshot holds that is confirmed now need not be kept one by one."""
    confirmed = draft.membership.confirmed[document]
    kept = draft.kept(document)
    draft.snapshots[document] = {confirmed.hash: kept[confirmed.hash]}
    draft.writes.append(Prune(draft.name, document, confirmed.hash, _covered(confirmed.covers)))


def _covered(covers: Mapping[bytes, Ends]) -> tuple[tuple[bytes, int, int, bytes], ...]:
    return tuple((device, epoch, seq, end) for device in sorted(covers) for epoch, seq, end in covers[device])
