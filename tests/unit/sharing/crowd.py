"""Members, honest and not, who say all kinds of things in one log; signatures are left out.

About half of what is said keeps the rules, so that logs grow into every corner; the rest is said by the wrong
device, about the wrong one, or with something missing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import get_args

from kring.errors import ProtocolError
from kring.sharing import records, rights
from kring.sharing.device import device_id
from kring.sharing.membership import WAITING, Membership
from kring.sharing.proofs import invite_id
from kring.sharing.records import (
    BOX,
    EARLIER,
    Ask,
    Body,
    Cut,
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
)
from kring.sharing.replay import extend
from kring.sharing.rules.common import handed_over
from tests.unit.sharing.bodies import unsigned

NOW = 1000
BOXED, SEALED, HASH, PROOF = bytes(BOX), bytes(EARLIER), b"h" * 32, bytes(64)
TYPES = get_args(Body)
Said = tuple[Body, bytes] | None
"""A body and the device that says it; None where there is nothing of the kind to say now."""


class Crowd:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.records: list[Record] = []
        self.refused: set[type[Body]] = set()
        self.membership = Membership()
        documents = tuple(sorted(self.random.randbytes(16) for _ in range(3)))
        sign, kem = self.keys()
        owner = self.random.randbytes(16)
        assert self.say(Genesis(owner, sign, kem, bytes(32), documents), device_id(sign, kem))
        for document in documents:
            assert self.say(Epoch(document, 1, HASH, self.boxes(document), ()), device_id(sign, kem))
        self.kinds: tuple[Callable[[], Said], ...] = (
            self.invite, self.invite, self.join, self.join, self.grant, self.grant, self.grant, self.epoch,
            self.epoch, self.epoch, self.own_invite, self.device_add, self.device_confirm, self.device_revoke,
            self.freeze, self.revoke, self.revoke, self.withdraw, self.ask, self.snapshot,
            self.snapshot_confirm, self.privetijd_start, self.present, self.owner_transfer, self.recover,
        )  # fmt: skip

    def step(self) -> bool:
        """Let somebody say something; whether it was taken."""
        made = self.random.choice(self.kinds)()
        if made is None:
            return False
        body, author = made
        if self.random.random() < 0.15:
            author = self.device()
        taken = self.say(body, author)
        if not taken:
            self.refused.add(type(body))
        return taken

    def say(self, body: Body, author: bytes) -> bool:
        record = unsigned(
            body,
            case=self.membership.case,
            position=self.membership.length,
            previous=self.membership.head,
            author=author,
            time=NOW,
        )
        before, kept = self.membership, self.membership.copy()
        try:
            self.membership, checks = extend(before, [record])
        except ProtocolError:
            assert before == kept
            return False
        assert before == kept
        assert (record.signed, record.signature) in [(message, signature) for _, message, signature in checks]
        self.records.append(record)
        return True

    def keys(self) -> tuple[bytes, bytes]:
        return self.random.randbytes(32), self.random.randbytes(32) * 38

    def boxes(self, document: bytes) -> dict[bytes, bytes]:
        return dict.fromkeys(self.membership.readers(document), BOXED)

    def device(self) -> bytes:
        """Mostly one that may speak."""
        every = list(self.membership.devices.values())
        return self.random.choice([each.id for each in every if each.active or self.random.random() < 0.2])

    def member(self) -> bytes:
        return self.random.choice(list(self.membership.members))

    def document(self) -> bytes:
        return self.random.choice(self.membership.documents)

    def owners(self) -> bytes:
        """Mostly a device of the owner, else any."""
        own = [each.id for each in self.membership.active_devices_of(self.membership.owner)]
        return self.random.choice(own) if own and self.random.random() < 0.6 else self.device()

    def rights(self) -> dict[bytes, int]:
        some = self.random.sample(self.membership.documents, self.random.randint(1, 3))
        return {each: self.random.randint(1, 3) for each in some}

    def wraps(self, documents: Iterable[bytes], devices: Iterable[bytes]) -> dict[bytes, dict[bytes, bytes]]:
        state = self.membership
        live = [each for each in documents if state.epoch_at(each, state.length)]
        return {each: dict.fromkeys(devices, BOXED) for each in live}

    def readable(self, member: bytes) -> list[bytes]:
        state = self.membership
        return [each for each in state.documents if state.granted.get((member, each))]

    def cut(self, member: bytes, devices: Iterable[bytes], keep: dict[bytes, int] | None = None) -> Cut:
        """A cut that fits; what it lists is another matter, and the relay's."""
        state, kept = self.membership, keep or {}
        cut: dict[bytes, dict[bytes, records.Ends]] = {}
        for document in state.documents:
            if state.granted.get((member, document), 0) < rights.BIJDRAGEN or kept.get(document, 0) >= 2:
                continue
            cut[document] = {}
            for device in devices:
                bound = state.cuts.get((device, document))
                first = bound.epoch + 1 if bound else 1
                epochs = range(first, state.last_epoch(document) + 1)
                listed = {each: (1, HASH) for each in epochs if self.random.random() < 0.7}
                if self.random.random() < 0.9:
                    covered = self.covered(document).get(device, ())
                    listed |= {each: (seq, end) for each, seq, end in covered if each >= first}
                cut[document][device] = tuple((each, *listed[each]) for each in sorted(listed))
        return cut

    def covered(self, document: bytes) -> dict[bytes, records.Ends]:
        confirmed = self.membership.confirmed.get(document)
        return dict(confirmed.covers) if confirmed else {}

    def invite(self) -> Said:
        public, role = self.random.randbytes(32), self.random.choice(rights.ROLES)
        return Invite(public, role, self.rights(), NOW + self.random.choice((-1, 1, 1, 1))), self.owners()

    def own_invite(self) -> Said:
        author = self.device()
        member = self.membership.devices[author].member
        return Invite(self.random.randbytes(32), "", {}, NOW + 1, member), author

    def join(self) -> Said:
        if not self.membership.invites:
            return None
        invites = list(self.membership.invites.values())
        invite = self.random.choice([each for each in invites if each.open] or invites)
        sign, kem = self.keys()
        member = invite.body.member or self.random.randbytes(16)
        assert invite.id == invite_id(invite.body.invite)
        return Join(invite.id, member, sign, kem, b"", PROOF), device_id(sign, kem)

    def withdraw(self) -> Said:
        if not self.membership.invites or self.random.random() < 0.7:
            return None
        return Withdraw(self.random.choice(list(self.membership.invites))), self.owners()

    def grant(self) -> Said:
        state, member = self.membership, self.member()
        given = self.rights()
        frozen = state.frozen(member)
        if frozen or self.random.random() < 0.5:
            held = {each: state.granted[member, each] for each in self.readable(member)}
            given = held | {each: max(right, held.get(each, 0)) for each, right in given.items()}
        targets = [
            each.id for each in state.devices_of(member) if each.active or (frozen and each.state != WAITING)
        ]
        until = self.random.choice((0, 0, 500, state.members[member].until))
        return Grant(member, given, until, self.wraps(given, targets)), self.owners()

    def ask(self) -> Said:
        state = self.membership
        ending = [each.id for each in state.devices.values() if state.members[each.member].until]
        author = self.random.choice(ending) if ending else self.device()
        return Ask(self.random.choice((400, 600, 700))), author

    def epoch(self) -> Said:
        state, document = self.membership, self.document()
        number = state.last_epoch(document) + 1
        before = sorted(self.random.sample(range(1, number), min(number - 1, self.random.randint(1, 3))))
        earlier = tuple((each, SEALED) for each in before)
        return Epoch(document, number, HASH, self.boxes(document), earlier), self.device()

    def device_add(self) -> Said:
        author = self.device()
        member, (sign, kem) = self.membership.devices[author].member, self.keys()
        wraps = self.wraps(self.readable(member), [device_id(sign, kem)])
        return DeviceAdd(member, sign, kem, self.random.random() < 0.5, PROOF, wraps), author

    def device_confirm(self) -> Said:
        waiting = [each for each in self.membership.devices.values() if each.state == WAITING]
        if not waiting:
            return None
        device = self.random.choice(waiting)
        author = self.random.choice([each.id for each in self.membership.devices_of(device.member)])
        return DeviceConfirm(device.id, self.wraps(self.readable(device.member), [device.id])), author

    def device_revoke(self) -> Said:
        device = self.membership.devices[self.device()]
        own = [each.id for each in self.membership.devices_of(device.member)]
        author = self.random.choice(own) if own and self.random.random() < 0.5 else self.owners()
        return DeviceRevoke(device.id, self.cut(device.member, [device.id])), author

    def freeze(self) -> Said:
        member = self.member()
        active = sorted(each.id for each in self.membership.active_devices_of(member))
        if not active:
            return None
        some = active if self.random.random() < 0.6 else active[:1]
        return Freeze(member, tuple(some)), self.random.choice((self.owners(), active[-1]))

    def revoke(self) -> Said:
        state, member = self.membership, self.member()
        held = {each: state.granted[member, each] for each in self.readable(member)}
        keep: dict[bytes, int] = {}
        if self.random.random() < 0.7:
            keep = {each: self.random.randint(1, right) for each, right in held.items()}
        devices = [each.id for each in state.devices_of(member)]
        return Revoke(member, keep, self.cut(member, devices, keep)), self.owners()

    def snapshot(self) -> Said:
        document = self.document()
        covers: dict[bytes, records.Ends] = {self.device(): ((self.random.randint(1, 2), 2, HASH),)}
        if self.random.random() < 0.9:
            covers |= self.covered(document)
        return Snapshot(document, self.random.randbytes(32), covers), self.owners()

    def snapshot_confirm(self) -> Said:
        if not self.membership.snapshots:
            return None
        document, offered = self.random.choice(list(self.membership.snapshots.items()))
        return SnapshotConfirm(document, offered.hash), self.device()

    def privetijd_start(self) -> Said:
        return (PrivetijdStart(self.document()), self.owners()) if self.random.random() < 0.3 else None

    def present(self) -> Said:
        return (Present(self.document()), self.owners()) if self.random.random() < 0.2 else None

    def owner_transfer(self) -> Said:
        member = self.member()
        targets = [each.id for each in self.membership.active_devices_of(member)]
        if not targets or self.random.random() < 0.4:
            return None
        given = handed_over(self.membership, member)
        return OwnerTransfer(member, self.wraps(given, targets)), self.owners()

    def recover(self) -> Said:
        state = self.membership
        papers = [each for each in state.devices.values() if each.paper and each.active]
        if not papers or self.random.random() < 0.5:
            return None
        paper = self.random.choice(papers)
        own = sorted(each.id for each in state.devices_of(paper.member))
        gone = own if self.random.random() < 0.5 else [paper.id]
        (sign, kem), (paper_sign, paper_kem) = self.keys(), self.keys()
        cut = self.cut(paper.member, gone)
        return Recover(sign, kem, PROOF, paper_sign, paper_kem, PROOF, tuple(gone), cut), paper.id
