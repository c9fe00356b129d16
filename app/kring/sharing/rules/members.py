"""Rules for the records about members, their rights and invites."""

from __future__ import annotations

import dataclasses

from kring.sharing import rights
from kring.sharing.membership import (
    ACTIVE,
    FROZEN,
    PENDING,
    REMOVED,
    REVOKED,
    WAITING,
    Member,
    Membership,
    OpenInvite,
)
from kring.sharing.proofs import Check, invite_id, join_message
from kring.sharing.records import (
    MAX_INVITES,
    MEMBER_INVITES,
    Ask,
    Genesis,
    Grant,
    Invite,
    Join,
    OwnerTransfer,
    Record,
    Revoke,
    Withdraw,
)
from kring.sharing.rules.common import (
    add_device,
    handed_over,
    keep_cut,
    keep_wraps,
    may_give,
    outranks,
    owe,
    readable,
    refresh,
    require,
    speaker,
    written,
)


def genesis(state: Membership, record: Record, body: Genesis) -> list[Check]:
    require(list(body.documents) == sorted(set(body.documents)), "documents are sorted and differ")
    state.members[body.member] = Member(body.member, rights.OWNER_ROLE, ACTIVE)
    for document in body.documents:
        state.granted[body.member, document] = rights.BEHEREN
    add_device(state, body.member, body.sign, body.kem)
    refresh(state, body.member)
    return []


def invite(state: Membership, record: Record, body: Invite) -> list[Check]:
    author = speaker(state, record)
    if body.member:
        require(body.member == author.member, "a member invites only devices of their own")
        require(not body.offer and not body.role, "another device has its member's role and rights")
    else:
        require(bool(body.role), "an invite names a role")
        require(bool(body.offer) or author.member == state.owner, "an invite offers something")
        may_give(state, author.member, body.role, body.offer)
    name = invite_id(body.invite)
    require(name not in state.invites, "the invite is there already")
    inviters = [state.devices[each.author].member for each in state.invites.values() if each.open]
    require(len(inviters) < MAX_INVITES, "too many invites")
    own = inviters.count(author.member)
    require(author.member == state.owner or own < MEMBER_INVITES, "too many invites of one member")
    state.invites[name] = OpenInvite(name, author.id, body)
    return []


def withdraw(state: Membership, record: Record, body: Withdraw) -> list[Check]:
    invite = state.invites.get(body.invite)
    require(invite is not None and invite.open, "no such invite, or it was used")
    assert invite is not None
    author = speaker(state, record).member
    require(author in (state.owner, state.devices[invite.author].member), "not this member's to withdraw")
    state.invites[invite.id] = dataclasses.replace(invite, withdrawn=True)
    return []


def join(state: Membership, record: Record, body: Join) -> list[Check]:
    invite = state.invites.get(body.invite)
    require(invite is not None and invite.open, "no such invite, or it was used")
    assert invite is not None
    require(record.time <= invite.body.expires, "the invite has expired")
    require(state.devices[invite.author].active, "who invited is no longer there")
    if invite.body.member:
        require(body.member == invite.body.member, "the invite is for a device of another member")
        device = add_device(state, body.member, body.sign, body.kem, state_now=WAITING, invite=invite.id)
    else:
        require(body.member not in state.members, "the member id is taken")
        device = add_device(state, body.member, body.sign, body.kem)
        state.members[body.member] = Member(body.member, invite.body.role, PENDING, invite.id)
    state.joins[device] = body
    state.invites[invite.id] = dataclasses.replace(invite, used=device)
    return [(invite.body.invite, join_message(state.case, invite.id, body.member, device), body.proof)]


def grant(state: Membership, record: Record, body: Grant) -> list[Check]:
    author = speaker(state, record)
    member = state.members.get(body.member)
    require(member is not None and member.state != REMOVED, "no such member")
    assert member is not None
    require(member.id not in (author.member, state.owner), "nobody grants to themself or the owner")
    require(bool(body.rights), "a grant gives something")
    may_give(state, author.member, member.role, body.rights)
    if state.frozen(member.id):
        require(author.member == state.owner, "only the owner lifts a freeze")
        require(set(readable(state, member.id)) <= body.rights.keys(), "lifting a freeze names each right")
        for device in list(state.devices_of(member.id)):
            if device.state == FROZEN:
                state.devices[device.id] = dataclasses.replace(device, state=ACTIVE)
    asked = 0
    if member.state == ACTIVE and author.member != state.owner:
        require(body.until == member.until, "only the owner moves the end of a member's access")
        asked = member.asked
    for document, right in body.rights.items():
        before = state.granted.get((member.id, document), rights.NONE)
        require(right >= before, "a grant never lowers a right; revoke first")
        state.granted[member.id, document] = right
    state.members[member.id] = dataclasses.replace(member, state=ACTIVE, until=body.until, asked=asked)
    refresh(state, member.id)
    devices = {each.id for each in state.active_devices_of(member.id)}
    keep_wraps(state, record.author, body.rights, devices, body.wraps)
    return []


def ask(state: Membership, record: Record, body: Ask) -> list[Check]:
    member = state.members[speaker(state, record).member]
    require(bool(member.until) and body.until > member.until, "only for longer, and by who has an end")
    state.members[member.id] = dataclasses.replace(member, asked=body.until)
    return []


def revoke(state: Membership, record: Record, body: Revoke) -> list[Check]:
    member = state.members.get(body.member)
    require(member is not None and member.state != REMOVED, "no such member")
    assert member is not None
    require(outranks(state, speaker(state, record).member, member.id), "not this member's to remove")
    before = {each: state.granted[member.id, each] for each in readable(state, member.id)}
    require(all(right <= before.get(each, 0) for each, right in body.keep.items()), "to keep is not to get")
    require(not body.keep or body.keep != before, "a revoke takes something")
    lost = [each for each in written(state, member.id) if body.keep.get(each, 0) < rights.BIJDRAGEN]
    devices = {each.id for each in state.devices_of(member.id)}
    keep_cut(state, lost, devices, body.cut)
    for document in before:
        state.granted.pop((member.id, document))
    for document, right in body.keep.items():
        state.granted[member.id, document] = right
    # Devices that stay count again in later epochs only, so each document that was cut needs a later one.
    for document in lost if body.keep else ():
        owe(state, document)
    if not body.keep:
        for name in devices:
            state.devices[name] = dataclasses.replace(state.devices[name], state=REVOKED)
        state.members[member.id] = dataclasses.replace(member, state=REMOVED, asked=0)
    refresh(state, member.id)
    return []


def owner_transfer(state: Membership, record: Record, body: OwnerTransfer) -> list[Check]:
    require(speaker(state, record).member == state.owner, "only the owner hands a case over")
    member = state.members.get(body.member)
    require(member is not None and member.state == ACTIVE and member.id != state.owner, "no such member")
    assert member is not None
    states = {each.state for each in state.devices_of(member.id)} - {WAITING}
    require(states == {ACTIVE}, "a device of theirs is frozen, or they have none")
    given = handed_over(state, member.id)
    for document in given:
        state.granted[member.id, document] = rights.BEHEREN
    state.members[member.id] = dataclasses.replace(member, until=0, asked=0)
    state.owners.append((state.length + 1, member.id))
    refresh(state, member.id)
    devices = {each.id for each in state.active_devices_of(member.id)}
    keep_wraps(state, record.author, given, devices, body.wraps)
    return []
