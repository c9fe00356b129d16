"""Making records and envelopes: what a device says, built on what the membership knows.

Nothing is sent or stored here. Each function returns what is to be appended or put; the relay may meanwhile
have moved on (`log_moved`), and then the same is made again on the longer log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kring.errors import ProtocolError
from kring.sharing import keyring as rings
from kring.sharing import labels
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys
from kring.sharing.invite import Link
from kring.sharing.keyring import Keyring
from kring.sharing.membership import FROZEN, Membership
from kring.sharing.proofs import device_message, invite_id, join_message
from kring.sharing.records import (
    Body,
    Cut,
    DeviceAdd,
    DeviceConfirm,
    Epoch,
    Genesis,
    Grant,
    Invite,
    Join,
    OwnerTransfer,
    Record,
    Recover,
    sign_record,
)
from kring.sharing.replay import extend
from kring.sharing.rules.common import handed_over

DOCUMENTS: Final = 16
"""Of every case from the start; most are empty until something needs a document of its own."""
NAME_MAX: Final = 1024
"""Bytes of UTF-8 of a joiner's name."""


@dataclass(frozen=True, slots=True)
class Founding:
    """A new case: the records for the relay's `create`, and what the owner's device keeps."""

    membership: Membership
    records: tuple[Record, ...]
    documents: Mapping[str, bytes]
    keyring: Keyring = field(repr=False)


class Author:
    """One device speaking in one case. `now` is in ms, by this device's clock."""

    def __init__(self, crypto: Crypto, keys: DeviceKeys, membership: Membership) -> None:
        self.crypto = crypto
        self.keys = keys
        self.membership = membership
        self.records: list[Record] = []

    @property
    def member(self) -> bytes:
        """The member whose device speaks. KeyError where it is not in the log."""
        return self.membership.devices[self.keys.id].member

    async def say(self, body: Body, now: int) -> Record:
        """Sign a record and take it into `membership` and `records`. ProtocolError if the rules forbid it."""
        genesis = isinstance(body, Genesis)
        record = await sign_record(
            self.crypto,
            self.keys,
            case=b"" if genesis else self.membership.case,
            position=self.membership.length,
            previous=self.membership.head,
            time=now,
            body=body,
        )
        self.membership, _ = extend(self.membership, [record])
        self.records.append(record)
        return record


async def found(
    crypto: Crypto, keys: DeviceKeys, paper: DeviceKeys, kinds: Sequence[str], now: int
) -> Founding:
    """A new case of `keys`: GENESIS, epoch 1 of each document, and the recovery sheet's device.

    There are DOCUMENTS of them, those of `kinds` among them, and their ids are sorted in the log: so neither
    their number nor their order tells what there is.
    """
    documents = {kind: crypto.random(16) for kind in kinds}
    spare = [crypto.random(16) for _ in range(DOCUMENTS - len(documents))]
    member, ring = crypto.random(16), Keyring()
    author = Author(crypto, keys, Membership())
    ids = tuple(sorted([*documents.values(), *spare]))
    await author.say(Genesis(member, keys.sign.public, keys.kem.public, crypto.random(32), ids), now)
    for document in ids:
        await new_epoch(author, ring, document, now)
    await add_device(author, ring, paper, paper=True, now=now)
    return Founding(author.membership, tuple(author.records), documents, ring)


async def new_epoch(author: Author, ring: Keyring, document: bytes, now: int) -> Record:
    """A fresh secret for the document, sealed to every device that may read it, kept in `ring`."""
    crypto, membership = author.crypto, author.membership
    last = membership.last_epoch(document)
    epoch, secret = last + 1, crypto.random(32)
    earlier: tuple[tuple[int, bytes], ...] = ()
    if last:
        earlier = await rings.seal_earlier(crypto, membership, ring, document, epoch, secret)
    readers = {each: membership.devices[each].kem for each in sorted(membership.readers(document))}
    wraps = await rings.seal_to(crypto, author.keys, membership.case, document, epoch, secret, readers)
    commit = rings.commitment(membership.case, document, epoch, secret)
    record = await author.say(Epoch(document, epoch, commit, wraps, earlier), now)
    ring.add(document, epoch, secret)
    return record


async def add_device(author: Author, ring: Keyring, new: DeviceKeys, *, paper: bool, now: int) -> Record:
    """Another device of the author's own member, whose keys are at hand (a recovery sheet's are)."""
    member = author.member
    proof = await _device_proof(author, new)
    wraps = await _wraps_to(author, ring, member, {new.id: new.kem.public})
    body = DeviceAdd(member, new.sign.public, new.kem.public, paper, proof, wraps)
    return await author.say(body, now)


async def confirm_device(author: Author, ring: Keyring, device: bytes, now: int) -> Record:
    """Let another device of the author's own member begin, which answered an invite."""
    kem = author.membership.devices[device].kem
    wraps = await _wraps_to(author, ring, author.member, {device: kem})
    return await author.say(DeviceConfirm(device, wraps), now)


async def recover(
    author: Author, new: DeviceKeys, paper: DeviceKeys, revoked: Iterable[bytes], cut: Cut, now: int
) -> Record:
    """By the device on a sheet: `new` and the sheet `paper` come, `revoked` and the sheet used go."""
    proofs = [await _device_proof(author, each) for each in (new, paper)]
    gone = tuple(sorted({*revoked, author.keys.id}))
    body = Recover(
        new.sign.public, new.kem.public, proofs[0], paper.sign.public, paper.kem.public, proofs[1], gone, cut
    )
    return await author.say(body, now)


async def transfer(author: Author, ring: Keyring, member: bytes, now: int) -> Record:
    """Make another member the owner of the case."""
    membership = author.membership
    given = handed_over(membership, member)
    targets = {each.id: each.kem for each in membership.active_devices_of(member)}
    wraps = await ring.wraps(author.crypto, author.keys, membership, given, targets)
    return await author.say(OwnerTransfer(member, wraps), now)


async def _device_proof(author: Author, new: DeviceKeys) -> bytes:
    message = device_message(author.membership.case, author.member, new.id)
    return await author.crypto.sign(new.sign.private, message)


async def _wraps_to(
    author: Author, ring: Keyring, member: bytes, targets: Mapping[bytes, bytes]
) -> dict[bytes, dict[bytes, bytes]]:
    """Wraps of all that the member may read, for these devices (id → X-Wing public key)."""
    membership = author.membership
    readable = [each for each in membership.documents if membership.granted.get((member, each))]
    return await ring.wraps(author.crypto, author.keys, membership, readable, targets)


async def invite(
    author: Author, role: str, offer: Mapping[bytes, int], expires: int, relay: str, now: int
) -> tuple[Record, Link]:
    """An INVITE and the link for it, which is to be given to one person.

    Without a role it is for another device of the author's own member.
    """
    seed = author.crypto.random(32)
    pair = await author.crypto.sign_key(seed)
    member = b"" if role else author.member
    record = await author.say(Invite(pair.public, role, dict(offer), expires, member), now)
    return record, Link(author.membership.case, author.keys.id, seed, relay)


async def join(author: Author, link: Link, name: str, now: int) -> Record:
    """A JOIN by a new device that read the log by its link. ProtocolError where the invite does not stand."""
    crypto, membership = author.crypto, author.membership
    pair = await crypto.sign_key(link.seed)
    used, inviter = invite_id(pair.public), membership.devices.get(link.owner)
    found = membership.invites.get(used)
    if membership.case != link.case or inviter is None or found is None or found.author != link.owner:
        raise ProtocolError("this log is not the one that the link names")
    encoded = name.encode()
    if not 0 < len(encoded) <= NAME_MAX:
        raise ProtocolError("a name has 1 to 1024 bytes")
    member, keys = found.body.member or crypto.random(16), author.keys
    box = await crypto.hpke_seal(inviter.kem, _name_info(membership.case, used, keys.id), encoded)
    proof = await crypto.sign(link.seed, join_message(membership.case, used, member, keys.id))
    return await author.say(Join(used, member, keys.sign.public, keys.kem.public, box, proof), now)


async def joiner_name(crypto: Crypto, keys: DeviceKeys, membership: Membership, device: bytes) -> str:
    """The name that came with a JOIN, opened by the device that invited. CryptoError or ProtocolError."""
    joined = membership.joins[device]
    info = _name_info(membership.case, joined.invite, device)
    try:
        return (await crypto.hpke_open(keys.kem.private, info, joined.name)).decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("the name is no text") from error


async def grant(
    author: Author, ring: Keyring, member: bytes, given: Mapping[bytes, int], until: int, now: int
) -> Record:
    """Confirm a joiner, or give a member more: rights and the keys that go with them."""
    membership = author.membership
    frozen = membership.frozen(member)
    targets = {
        each.id: each.kem
        for each in membership.devices_of(member)
        if each.active or (frozen and each.state == FROZEN)
    }
    wraps = await ring.wraps(author.crypto, author.keys, membership, given, targets)
    return await author.say(Grant(member, dict(given), until, wraps), now)


def _name_info(case: bytes, invite: bytes, device: bytes) -> bytes:
    return labels.NAME + case + invite + device
