"""Rules for the records about devices."""

from __future__ import annotations

import dataclasses

from kring.sharing.membership import ACTIVE, FROZEN, REMOVED, REVOKED, WAITING, Membership
from kring.sharing.proofs import Check, device_message
from kring.sharing.records import DeviceAdd, DeviceConfirm, DeviceRevoke, Freeze, Record, Recover
from kring.sharing.rules.common import (
    add_device,
    keep_cut,
    keep_wraps,
    outranks,
    readable,
    refresh,
    require,
    speaker,
    written,
)


def device_add(state: Membership, record: Record, body: DeviceAdd) -> list[Check]:
    require(speaker(state, record).member == body.member, "a member adds only devices of their own")
    device = add_device(state, body.member, body.sign, body.kem, paper=body.paper)
    refresh(state, body.member)
    keep_wraps(state, record.author, readable(state, body.member), {device}, body.wraps)
    return [(body.sign, device_message(state.case, body.member, device), body.proof)]


def device_confirm(state: Membership, record: Record, body: DeviceConfirm) -> list[Check]:
    device = state.devices.get(body.device)
    require(device is not None and device.state == WAITING, "no such device waits")
    assert device is not None
    require(speaker(state, record).member == device.member, "a member confirms only devices of their own")
    state.devices[device.id] = dataclasses.replace(device, state=ACTIVE)
    refresh(state, device.member)
    keep_wraps(state, record.author, readable(state, device.member), {device.id}, body.wraps)
    return []


def device_revoke(state: Membership, record: Record, body: DeviceRevoke) -> list[Check]:
    device = state.devices.get(body.device)
    require(device is not None and device.state != REVOKED, "no such device")
    assert device is not None
    author = speaker(state, record)
    require(device.id != author.id, "a device does not revoke itself")
    own = author.member == device.member
    require(own or outranks(state, author.member, device.member), "not this member's to revoke")
    keep_cut(state, written(state, device.member), {device.id}, body.cut)
    state.devices[device.id] = dataclasses.replace(device, state=REVOKED)
    refresh(state, device.member)
    return []


def freeze(state: Membership, record: Record, body: Freeze) -> list[Check]:
    author = speaker(state, record)
    member = state.members.get(body.member)
    require(member is not None and member.state != REMOVED, "no such member")
    assert member is not None
    own = author.member == member.id and author.id not in body.devices
    require(own or outranks(state, author.member, member.id), "not this member's to freeze")
    for name in body.devices:
        device = state.devices.get(name)
        require(device is not None and device.member == member.id and device.active, "no such device")
        assert device is not None
        state.devices[name] = dataclasses.replace(device, state=FROZEN)
    refresh(state, member.id)
    return []


def recover(state: Membership, record: Record, body: Recover) -> list[Check]:
    author = speaker(state, record)
    require(author.paper, "only a recovery sheet recovers")
    require(author.id in body.revoked, "the sheet that was used is retired")
    known = [state.devices.get(each) for each in body.revoked]
    require(
        all(each is not None and each.member == author.member and each.state != REVOKED for each in known),
        "a member revokes only devices of their own",
    )
    keep_cut(state, written(state, author.member), set(body.revoked), body.cut)
    for name in body.revoked:
        state.devices[name] = dataclasses.replace(state.devices[name], state=REVOKED)
    device = add_device(state, author.member, body.sign, body.kem)
    paper = add_device(state, author.member, body.paper_sign, body.paper_kem, paper=True)
    refresh(state, author.member)
    return [
        (body.sign, device_message(state.case, author.member, device), body.proof),
        (body.paper_sign, device_message(state.case, author.member, paper), body.paper_proof),
    ]
