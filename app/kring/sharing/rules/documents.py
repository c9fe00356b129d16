"""Rules for the records about documents: epochs, snapshots, privétijd."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from kring.sharing import rights
from kring.sharing.membership import Membership, Offered, Wrap
from kring.sharing.proofs import Check
from kring.sharing.records import (
    Ends,
    Epoch,
    Present,
    PrivetijdStart,
    Record,
    Snapshot,
    SnapshotConfirm,
)
from kring.sharing.rules.common import reaches, refresh, require, speaker


def epoch(state: Membership, record: Record, body: Epoch) -> list[Check]:
    document, last = body.document, state.last_epoch(body.document)
    require(document in state.documents, "no such document")
    require(body.epoch == last + 1, "epochs count up by one")
    require(bool(body.earlier) == (last > 0), "every epoch but the first seals an earlier one")
    require(all(epoch <= last for epoch, _ in body.earlier), "an earlier epoch is earlier")
    require(state.may_renew(record.author, document), "no right to make an epoch")
    require(body.wraps.keys() == state.readers(document), "wraps for exactly the devices that may read")
    for device, box in body.wraps.items():
        state.wraps[document, body.epoch, device] = Wrap(record.author, box)
    state.commits[document, body.epoch] = body.commit
    state.earlier[document, body.epoch] = dict(body.earlier)
    state.epochs[document] = (*state.epochs.get(document, ()), (state.length + 1, body.epoch))
    return []


def snapshot(state: Membership, record: Record, body: Snapshot) -> list[Check]:
    held = state.granted.get((speaker(state, record).member, body.document), 0)
    require(held == rights.BEHEREN, "no right to make a snapshot")
    require(bool(body.covers) and all(body.covers.values()), "a snapshot covers something")
    require(body.covers.keys() <= state.devices.keys(), "a snapshot covers devices of the case")
    last = state.last_epoch(body.document)
    fits = all(epoch <= last for ends in body.covers.values() for epoch, _, _ in ends)
    require(fits, "a snapshot covers epochs that there are")
    before = state.confirmed.get(body.document)
    require(
        before is None or reaches(body.covers, before.covers), "a snapshot covers what a confirmed one does"
    )
    require(_within_cuts(state, body.document, body.covers), "a snapshot covers nothing past a cut")
    state.snapshots[body.document] = Offered(record.author, body.snapshot, body.covers)
    return []


def snapshot_confirm(state: Membership, record: Record, body: SnapshotConfirm) -> list[Check]:
    offered = state.snapshots.get(body.document)
    require(offered is not None and offered.hash == body.snapshot, "not the document's newest snapshot")
    assert offered is not None
    require(not offered.confirmed, "it has been confirmed")
    require(_within_cuts(state, body.document, offered.covers), "it covers something past a cut")
    document, author = body.document, record.author
    require(state.right_at(author, document, state.length) >= rights.BIJDRAGEN, "no right to confirm")
    maker = state.devices[offered.author].member
    others = {
        each.id
        for each in state.devices.values()
        if not each.paper
        and (each.member != maker or maker == state.owner)
        and state.right_at(each.id, document, state.length) >= rights.BIJDRAGEN
    } - {offered.author}
    require(author in others if others else author == offered.author, "another device confirms")
    state.snapshots[document] = state.confirmed[document] = dataclasses.replace(offered, confirmed=True)
    return []


def privetijd_start(state: Membership, record: Record, body: PrivetijdStart) -> list[Check]:
    require(speaker(state, record).member == state.owner, "privétijd is the owner's")
    require(body.document in state.documents and body.document not in state.private, "no such document")
    outsiders = [each for each in state.members.values() if each.role in rights.OUTSIDERS]
    held = any(state.granted.get((each.id, body.document)) for each in outsiders)
    require(not held, "a professional may read this document")
    state.private.add(body.document)
    return []


def present(state: Membership, record: Record, body: Present) -> list[Check]:
    require(speaker(state, record).member == state.owner, "the owner presents")
    require(body.document in state.private - state.presented, "nothing to present")
    state.presented.add(body.document)
    for member in list(state.members):
        refresh(state, member)
    return []


def _within_cuts(state: Membership, document: bytes, covers: Mapping[bytes, Ends]) -> bool:
    """Whether no chain is covered past the cut that ends it, or along another branch."""
    for device, ends in covers.items():
        for epoch, seq, end in ends:
            cut = state.cut(device, document, epoch)
            if cut is not None and not reaches({device: ((epoch, *cut),)}, {device: ((epoch, seq, end),)}):
                return False
    return True
