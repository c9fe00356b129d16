"""What several rules of the membership log share (docs/protocol.md, Rules of replay)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kring.errors import ProtocolError
from kring.sharing import rights
from kring.sharing.device import device_id
from kring.sharing.membership import ACTIVE, REVOKED, Bound, Device, Membership, Wrap
from kring.sharing.records import MAX_DEVICES, MEMBER_DEVICES, Cut, Ends, Record


def require(holds: bool, rule: str) -> None:
    if not holds:
        raise ProtocolError(rule)


def speaker(state: Membership, record: Record) -> Device:
    device = state.devices.get(record.author)
    require(device is not None and device.active, "the author is no device of this case")
    assert device is not None
    require(state.members[device.member].state == ACTIVE, "the author's member is not active")
    return device


def add_device(
    state: Membership,
    member: bytes,
    sign: bytes,
    kem: bytes,
    *,
    paper: bool = False,
    state_now: str = ACTIVE,
    invite: bytes = b"",
) -> bytes:
    name = device_id(sign, kem)
    require(name not in state.devices, "the device is there already")
    there = sum(device.state != REVOKED for device in state.devices.values())
    require(there < MAX_DEVICES, "too many devices")
    own = sum(1 for _ in state.devices_of(member))
    require(member == state.owner or own < MEMBER_DEVICES, "too many devices of one member")
    state.devices[name] = Device(name, member, sign, kem, paper, state_now, invite)
    return name


def readable(state: Membership, member: bytes) -> list[bytes]:
    return [each for each in state.documents if state.granted.get((member, each))]


def written(state: Membership, member: bytes) -> list[bytes]:
    """The documents in which the member may contribute, and so may have written since an earlier cut."""
    return [each for each in state.documents if state.granted.get((member, each), 0) >= rights.BIJDRAGEN]


def refresh(state: Membership, member: bytes) -> None:
    """Bring the history of each device of `member` in line with what is granted now."""
    since = state.length + 1
    for device in [each for each in state.devices.values() if each.member == member]:
        for document in state.documents:
            history = state.rights.get((device.id, document), ())
            before = history[-1][1] if history else rights.NONE
            most = rights.LEZEN if document in state.presented else rights.BEHEREN
            granted = min(most, state.granted.get((member, document), rights.NONE))
            right = granted if device.active else rights.NONE
            if right == before:
                continue
            state.rights[device.id, document] = (*history, (since, right))
            if right == rights.NONE:
                owe(state, document)


def owe(state: Membership, document: bytes) -> None:
    """From here on the document waits for a new epoch, and nothing can be written in it."""
    epochs = state.epochs.get(document, ())
    if epochs and epochs[-1][1]:
        state.epochs[document] = (*epochs, (state.length + 1, 0))


def keep_wraps(
    state: Membership,
    author: bytes,
    documents: Iterable[bytes],
    devices: set[bytes],
    wraps: Mapping[bytes, Mapping[bytes, bytes]],
) -> None:
    """One wrap for each device and each of these documents that has an epoch, no more and no fewer."""
    live = {each for each in documents if state.epoch_at(each, state.length)}
    require(wraps.keys() == live, "wraps for exactly the documents with an epoch")
    for document, boxes in wraps.items():
        require(boxes.keys() == devices, "wraps for exactly the member's devices")
        for device, box in boxes.items():
            state.wraps[document, state.last_epoch(document), device] = Wrap(author, box)


def keep_cut(state: Membership, documents: list[bytes], devices: set[bytes], cut: Cut) -> None:
    """A cut says of each device, in each document in which it contributed, where its chains end."""
    require(cut.keys() == set(documents), "a cut names exactly the documents concerned")
    for document, ends in cut.items():
        require(ends.keys() == devices, "a cut names exactly the devices revoked")
        last = state.last_epoch(document)
        for device, listed in ends.items():
            before = state.cuts.get((device, document), Bound(0, {}))
            fits = all(before.epoch < epoch <= last for epoch, _, _ in listed)
            require(fits, "a cut ends chains of epochs since an earlier one")
            fresh = {epoch: (seq, last_hash) for epoch, seq, last_hash in listed}
            confirmed = state.confirmed.get(document)
            covered = confirmed.covers.get(device, ()) if confirmed is not None else ()
            pruned = {device: tuple(each for each in covered if each[0] > before.epoch)}
            require(reaches({device: listed}, pruned), "a cut ends no chain before what a snapshot covers")
            state.cuts[device, document] = Bound(last, {**before.ends, **fresh})


def reaches(ends: Mapping[bytes, Ends], others: Mapping[bytes, Ends]) -> bool:
    """Whether each chain in `others` is in `ends` too, and ends there at the same place or later."""
    known = {(device, epoch): (seq, end) for device, each in ends.items() for epoch, seq, end in each}
    for device, each in others.items():
        for epoch, seq, end in each:
            there, hash_ = known.get((device, epoch), (0, b""))
            if there < seq or (there == seq and hash_ != end):
                return False
    return True


def handed_over(state: Membership, member: bytes) -> list[bytes]:
    """The documents that OWNER_TRANSFER gives to this member.

    What was said in privétijd stays with those who were there, whoever owns the case (P9): an outsider gets
    none of it, and an owner who is one has none to give.
    """
    closed = state.private if state.members[member].role in rights.OUTSIDERS else set()
    return [each for each in readable(state, state.owner) if each not in closed]


def may_give(state: Membership, giver: bytes, role: str, offer: Mapping[bytes, int]) -> None:
    for document, right in offer.items():
        require(document in state.documents, "no such document")
        require(
            role not in rights.OUTSIDERS or document not in state.private, "not for this role in privétijd"
        )
        require(state.granted.get((giver, document), 0) == rights.BEHEREN, "no right to share in")
        require(giver == state.owner or right < rights.BEHEREN, "only the owner gives beheren")


def outranks(state: Membership, author: bytes, member: bytes) -> bool:
    """The owner over all others; `beheren` over lower rights, in every document that the other has."""
    if author == state.owner:
        return member != state.owner
    if member == state.owner:
        return False
    held = {each: state.granted.get((member, each), 0) for each in state.documents}
    return all(
        right < rights.BEHEREN == state.granted.get((author, document), 0)
        for document, right in held.items()
        if right
    ) and any(held.values())
