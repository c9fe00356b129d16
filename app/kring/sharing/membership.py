"""What a membership log says at each of its positions: members, devices, rights, invites, epochs, cuts.

A value: replay.py makes a new one from records, nothing else changes it. "At position n" means after the
first n records. Histories are tuples of (position from which it holds, value), newest last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from typing import Final

from kring.sharing import labels, records, rights
from kring.sharing.records import Ends, Invite, Join

History = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Device:
    """`state`: "waiting" (answered an invite), "active", "frozen" or "revoked". Only the active have rights.

    `paper`: exists only on the printed recovery sheet. `invite`: the one that it answered, else empty.
    """

    id: bytes
    member: bytes
    sign: bytes
    kem: bytes
    paper: bool
    state: str
    invite: bytes = b""

    @property
    def active(self) -> bool:
        return self.state == ACTIVE


@dataclass(frozen=True, slots=True)
class Member:
    """`state` is "pending" (joined, not yet confirmed), "active" or "removed".

    `until`: ms, 0 for no end; `asked`: until when they would like to stay, 0 where they did not ask.
    """

    id: bytes
    role: str
    state: str
    invite: bytes = b""
    until: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class OpenInvite:
    """An invite in the log; `used` is the device that joined with it, empty before."""

    id: bytes
    author: bytes
    body: Invite
    used: bytes = b""
    withdrawn: bool = False

    @property
    def open(self) -> bool:
        return not self.used and not self.withdrawn


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a revoked device's chains end, in every epoch up to `epoch`: epoch → (sequence number, hash)."""

    epoch: int
    ends: Mapping[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Offered:
    """A document's newest SNAPSHOT; `confirmed` once another device has vouched for it."""

    author: bytes
    hash: bytes
    covers: Mapping[bytes, Ends]
    confirmed: bool = False

    def names(self, envelope: bytes) -> bool:
        """Whether this is the snapshot, by the hash of the whole of it."""
        return hashlib.sha256(labels.ENVELOPE_HASH + envelope).digest() == self.hash


@dataclass(frozen=True, slots=True)
class Wrap:
    """An epoch secret sealed to one device, and the device that sealed it."""

    author: bytes
    box: bytes


@dataclass(frozen=True)
class Membership:
    """Treat as immutable: `copy` before changing, as replay.py does.

    Keys: `granted` (member, document) → right now; `rights` (device, document); `epochs` document, value 0
    while a new epoch is owed; `wraps` (document, epoch, device); `commits` (document, epoch); `earlier`
    (document, epoch) → earlier epoch → its sealed secret; `cuts` (device, document); `joins` device;
    `snapshots` and `confirmed` (the newest confirmed one) document; `authored` member → number of
    records, those not counted that the owner says.
    `private` are documents of privétijd, `presented` those of them that have been presented.
    """

    case: bytes = b""
    owners: list[tuple[int, bytes]] = field(default_factory=list)
    documents: tuple[bytes, ...] = ()
    heads: list[bytes] = field(default_factory=list)
    members: dict[bytes, Member] = field(default_factory=dict)
    devices: dict[bytes, Device] = field(default_factory=dict)
    invites: dict[bytes, OpenInvite] = field(default_factory=dict)
    joins: dict[bytes, Join] = field(default_factory=dict)
    granted: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    rights: dict[tuple[bytes, bytes], History] = field(default_factory=dict)
    epochs: dict[bytes, History] = field(default_factory=dict)
    wraps: dict[tuple[bytes, int, bytes], Wrap] = field(default_factory=dict)
    commits: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    earlier: dict[tuple[bytes, int], Mapping[int, bytes]] = field(default_factory=dict)
    cuts: dict[tuple[bytes, bytes], Bound] = field(default_factory=dict)
    snapshots: dict[bytes, Offered] = field(default_factory=dict)
    confirmed: dict[bytes, Offered] = field(default_factory=dict)
    authored: dict[bytes, int] = field(default_factory=dict)
    private: set[bytes] = field(default_factory=set)
    presented: set[bytes] = field(default_factory=set)

    @property
    def owner(self) -> bytes:
        """The member who owns the case now; empty before GENESIS."""
        return self.owners[-1][1] if self.owners else b""

    def owner_at(self, position: int) -> bytes:
        """The member who owned the case at this position."""
        return next((member for since, member in reversed(self.owners) if since <= position), b"")

    @property
    def length(self) -> int:
        return len(self.heads)

    @property
    def head(self) -> bytes:
        """The chain hash that the next record names as its predecessor."""
        return self.heads[-1] if self.heads else records.ZEROS

    def head_at(self, position: int) -> bytes:
        """The chain hash of record `position` - 1; empty where the log does not reach."""
        return self.heads[position - 1] if 1 <= position <= len(self.heads) else b""

    def right_at(self, device: bytes, document: bytes, position: int) -> int:
        """0–3 (rights.py) of a device, by the log alone; neither cuts nor `until` are counted in.

        Two clients have two clocks and must judge alike, so `until` is kept by the relay and by the
        member's own app: see `right_now`.
        """
        known = self.devices.get(device)
        if known is None:
            return rights.NONE
        return _at(self.rights.get((device, document), ()), position)

    def right_now(self, device: bytes, document: bytes, now: int) -> int:
        """The right at the end of the log, and none once the member's `until` has passed. `now` in ms."""
        known = self.devices.get(device)
        if known is None or not self.in_time(known.member, now):
            return rights.NONE
        return self.right_at(device, document, self.length)

    def in_time(self, member: bytes, now: int) -> bool:
        until = self.members[member].until
        return until == 0 or now < until

    def epoch_at(self, document: bytes, position: int) -> int:
        """The epoch under which one may write; 0 before the first, and while a removal owes a new one."""
        return _at(self.epochs.get(document, ()), position)

    def last_epoch(self, document: bytes) -> int:
        return max((epoch for _, epoch in self.epochs.get(document, ())), default=0)

    def owed(self) -> list[bytes]:
        """The documents that had an epoch and now wait for a new one."""
        return [each for each in self.documents if self.epochs.get(each, ((0, 1),))[-1][1] == 0]

    def may_renew(self, device: bytes, document: bytes) -> bool:
        """Whether this device may make the document's next epoch; also of what was presented."""
        known = self.devices.get(device)
        if known is None or not known.active:
            return False
        needed = rights.BIJDRAGEN if self.last_epoch(document) else rights.BEHEREN
        return self.granted.get((known.member, document), rights.NONE) >= needed

    def cut(self, device: bytes, document: bytes, epoch: int) -> tuple[int, bytes] | None:
        """The last (sequence number, envelope hash) that counts in this chain; None where no cut ends it.

        (0, zeros) where a cut lets nothing of the chain count.
        """
        bound = self.cuts.get((device, document))
        if bound is None or epoch > bound.epoch:
            return None
        return bound.ends.get(epoch, (0, records.ZEROS))

    def devices_of(self, member: bytes) -> Iterator[Device]:
        """The member's devices that have not been revoked, waiting and frozen ones included."""
        return (each for each in self.devices.values() if each.member == member and each.state != REVOKED)

    def active_devices_of(self, member: bytes) -> Iterator[Device]:
        return (each for each in self.devices_of(member) if each.active)

    def frozen(self, member: bytes) -> bool:
        """Whether the member has devices, and a FREEZE holds them all."""
        states = {each.state for each in self.devices_of(member) if each.state != WAITING}
        return states == {FROZEN}

    def readers(self, document: bytes) -> set[bytes]:
        """The devices that may read the document now, and so hold wraps of a new epoch."""
        return {each for each in self.devices if self.right_at(each, document, self.length) > rights.NONE}

    def is_owner(self, device: bytes) -> bool:
        known = self.devices.get(device)
        return known is not None and known.active and known.member == self.owner

    def pending(self) -> list[Member]:
        """Who joined and waits for the owner's confirmation."""
        return [each for each in self.members.values() if each.state == PENDING]

    def copy(self) -> Membership:
        """A membership of its own: the containers are copied, the values in them never change."""
        own = {each.name: copy(getattr(self, each.name)) for each in fields(self)}
        return Membership(**own)


PENDING: Final = "pending"
ACTIVE: Final = "active"
REMOVED: Final = "removed"
WAITING: Final = "waiting"
FROZEN: Final = "frozen"
REVOKED: Final = "revoked"


def _at(history: History, position: int) -> int:
    for since, value in reversed(history):
        if since <= position:
            return value
    return 0
