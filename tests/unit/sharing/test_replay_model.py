"""Random logs by random members: whatever is taken in, the promises of the log hold after each record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kring.sharing import rights
from kring.sharing.membership import ACTIVE, REMOVED, REVOKED, WAITING, Membership
from kring.sharing.records import (
    MAX_EARLIER,
    Epoch,
    Genesis,
    Grant,
    Join,
    OwnerTransfer,
    Present,
    PrivetijdStart,
    Record,
    Recover,
    Revoke,
    SnapshotConfirm,
)
from kring.sharing.replay import replay
from tests.unit.sharing.crowd import TYPES, Crowd

LEZEN, BIJDRAGEN, BEHEREN = rights.LEZEN, rights.BIJDRAGEN, rights.BEHEREN
Promise = Callable[[Membership, Membership, Record], None]


def the_owner_stays_until_they_hand_over(before: Membership, after: Membership, record: Record) -> None:
    owner = after.owner
    assert after.members[owner].state == ACTIVE
    assert any(True for _ in after.devices_of(owner))
    assert (owner != before.owner) == isinstance(record.body, OwnerTransfer | Genesis)
    assert before.owner in ("", b"", after.owner_at(before.length))
    for document in after.documents:
        held = after.granted.get((owner, document), 0)
        if document not in after.private or after.members[owner].role not in rights.OUTSIDERS:
            lacks = [each for each in after.members.values() if each.role in rights.OUTSIDERS]
            assert held == BEHEREN or lacks


def nobody_is_put_out_by_who_does_not_outrank_them(
    before: Membership, after: Membership, record: Record
) -> None:
    author = after.devices[record.author].member
    for name, was in before.devices.items():
        now = after.devices[name]
        if was.state == now.state or was.member == author:
            continue
        if now.state == ACTIVE:
            assert isinstance(record.body, Grant)
            assert author == before.owner
            continue
        assert was.member != before.owner
        for document in after.documents:
            held = before.granted.get((was.member, document), 0)
            assert author == before.owner or held < before.granted.get((author, document), 0) or not held


def rights_are_raised_by_who_has_them_and_lowered_by_revoke(
    before: Membership, after: Membership, record: Record
) -> None:
    author = after.devices[record.author].member
    for member in after.members:
        for document in after.documents:
            was, now = (each.granted.get((member, document), 0) for each in (before, after))
            if now < was:
                assert isinstance(record.body, Revoke)
                assert member != before.owner
            if now > was and isinstance(record.body, OwnerTransfer):
                assert member == after.owner
                assert before.granted[author, document] == BEHEREN
            elif now > was and not isinstance(record.body, Genesis):
                assert isinstance(record.body, Grant)
                assert member != author
                assert before.granted[author, document] == BEHEREN
                assert author == before.owner or now < BEHEREN


def only_active_devices_of_active_members_have_rights(
    before: Membership, after: Membership, record: Record
) -> None:
    for device in after.devices.values():
        active = device.active and after.members[device.member].state == ACTIVE
        for document in after.documents:
            has = after.right_at(device.id, document, after.length)
            granted = after.granted.get((device.member, document), 0)
            most = LEZEN if document in after.presented else BEHEREN
            assert has == (min(granted, most) if active else 0)


def who_lost_a_right_cannot_write_before_or_read_after_the_next_epoch(
    before: Membership, after: Membership, record: Record
) -> None:
    for document in after.documents:
        epoch = after.epoch_at(document, after.length)
        assert (document in after.owed()) == (epoch == 0 and after.last_epoch(document) > 0)
        for device in before.devices:
            was, now = (each.right_at(device, document, each.length) for each in (before, after))
            stopped = now < BIJDRAGEN <= was and document not in after.presented
            if (was and not now) or stopped:
                assert epoch == 0
        if epoch:
            wrapped = {name for where, number, name in after.wraps if (where, number) == (document, epoch)}
            assert after.readers(document) <= wrapped
            if isinstance(record.body, Epoch) and record.body.document == document:
                assert after.readers(document) == wrapped


def whoever_once_contributed_and_no_longer_may_is_cut(
    before: Membership, after: Membership, record: Record
) -> None:
    """And in no epoch that is current: a device that is there again counts in what it writes now."""
    for device in after.devices.values():
        for document in after.documents:
            current = after.epoch_at(document, after.length)
            granted = after.granted.get((device.member, document), 0)
            history = after.rights.get((device.id, document), ())
            if device.state == REVOKED or granted < BIJDRAGEN:
                for number, (_, held) in enumerate(history):
                    if held >= BIJDRAGEN:
                        since = history[number][0]
                        first = max(1, after.epoch_at(document, since))
                        assert after.last_epoch(document) == 0 or after.cut(device.id, document, first)
            if current and after.right_at(device.id, document, after.length) >= BIJDRAGEN:
                assert after.cut(device.id, document, current) is None
            for epoch in range(1, after.last_epoch(document) + 1):
                was = before.cut(device.id, document, epoch)
                assert was is None or after.cut(device.id, document, epoch) == was


def the_past_stays_as_it_was(before: Membership, after: Membership, record: Record) -> None:
    for position in {before.length, before.length // 2, 1}:
        assert position > before.length or after.owner_at(position) == before.owner_at(position)
        assert position > before.length or after.head_at(position) == before.head_at(position)
        for document in before.documents:
            assert after.epoch_at(document, position) == before.epoch_at(document, position)
            for device in before.devices:
                right = before.right_at(device, document, position)
                assert after.right_at(device, document, position) == right
    assert all(after.commits[place] == commit for place, commit in before.commits.items())
    assert all(after.earlier[place] == sealed for place, sealed in before.earlier.items())
    for name, device in before.devices.items():
        assert (after.devices[name].member, after.devices[name].sign) == (device.member, device.sign)
        assert device.state != REVOKED or after.devices[name].state == REVOKED
    for name, member in before.members.items():
        assert member.state != REMOVED or after.members[name].state == REMOVED


def outsiders_have_nothing_of_privetijd(before: Membership, after: Membership, record: Record) -> None:
    assert before.private <= after.private
    assert before.presented <= after.presented <= after.private
    if isinstance(record.body, PrivetijdStart | Present):
        assert after.devices[record.author].member == before.owner
    outsiders = {each.id for each in after.members.values() if each.role in rights.OUTSIDERS}
    for document in after.private:
        assert not any(after.granted.get((member, document)) for member in outsiders)
        assert not any(after.devices[each].member in outsiders for each in after.readers(document))


def an_invite_brings_one_device_and_no_right(before: Membership, after: Membership, record: Record) -> None:
    used = [invite for invite in after.invites.values() if invite.used]
    assert len({invite.used for invite in used}) == len(used)
    assert not any(invite.used and invite.withdrawn for invite in after.invites.values())
    if isinstance(record.body, Join):
        device = after.devices[record.author]
        new_member = device.member not in before.members
        assert (device.state == WAITING) == (not new_member)
        assert after.granted == before.granted
        assert after.rights == before.rights
        assert after.wraps == before.wraps


def only_the_owner_moves_the_end_of_access(before: Membership, after: Membership, record: Record) -> None:
    author = after.devices[record.author].member
    for name, was in before.members.items():
        now = after.members[name]
        if was.state == ACTIVE and now.until != was.until:
            assert author == before.owner
        if was.asked and not now.asked:
            assert author == before.owner or now.state == REMOVED


def epochs_lead_to_earlier_ones(before: Membership, after: Membership, record: Record) -> None:
    for (_, epoch), sealed in after.earlier.items():
        assert bool(sealed) == (epoch > 1)
        assert len(sealed) <= MAX_EARLIER
        assert all(0 < each < epoch for each in sealed)


def what_is_pruned_was_vouched_for(before: Membership, after: Membership, record: Record) -> None:
    for document, offered in after.confirmed.items():
        assert offered.confirmed
        if before.confirmed.get(document) == offered:
            continue
        assert isinstance(record.body, SnapshotConfirm)
        assert before.snapshots[document].hash == offered.hash
        maker, by = after.devices[offered.author].member, after.devices[record.author].member
        others = [
            each.id
            for each in after.active_devices_of(after.owner)
            if not each.paper and after.right_at(each.id, document, after.length) >= BIJDRAGEN
        ]
        assert by in (after.owner, *after.members.keys() - {maker}) or not others


def no_cut_takes_back_what_a_confirmed_snapshot_covers(
    before: Membership, after: Membership, record: Record
) -> None:
    for document, confirmed in after.confirmed.items():
        for device, ends in confirmed.covers.items():
            for epoch, seq, end in ends:
                cut = after.cut(device, document, epoch)
                assert cut is None or cut[0] > seq or cut == (seq, end)
        earlier = before.confirmed.get(document)
        if earlier is not None:
            assert earlier.covers.keys() <= confirmed.covers.keys()


def a_sheet_that_was_used_is_retired(before: Membership, after: Membership, record: Record) -> None:
    if isinstance(record.body, Recover):
        assert before.devices[record.author].paper
        assert after.devices[record.author].state == REVOKED
        own = {
            each.id for each in after.devices.values() if each.member == after.devices[record.author].member
        }
        assert len(own - before.devices.keys()) == 2


PROMISES: tuple[Promise, ...] = (
    the_owner_stays_until_they_hand_over,
    nobody_is_put_out_by_who_does_not_outrank_them,
    rights_are_raised_by_who_has_them_and_lowered_by_revoke,
    only_active_devices_of_active_members_have_rights,
    who_lost_a_right_cannot_write_before_or_read_after_the_next_epoch,
    whoever_once_contributed_and_no_longer_may_is_cut,
    the_past_stays_as_it_was,
    outsiders_have_nothing_of_privetijd,
    an_invite_brings_one_device_and_no_right,
    only_the_owner_moves_the_end_of_access,
    epochs_lead_to_earlier_ones,
    what_is_pruned_was_vouched_for,
    no_cut_takes_back_what_a_confirmed_snapshot_covers,
    a_sheet_that_was_used_is_retired,
)


@pytest.mark.parametrize("seed", range(12))
def test_P4_P5_P9_SHR_4_to_10_40_to_50_hold_in_random_logs(seed: int) -> None:
    crowd = Crowd(seed)
    refused = 0
    for _ in range(400):
        before = crowd.membership
        if crowd.step():
            for promise in PROMISES:
                promise(before, crowd.membership, crowd.records[-1])
        else:
            refused += 1
    assert replay(crowd.records) == crowd.membership
    assert refused > 60
    assert len(crowd.records) > 60


def test_the_random_logs_reach_every_kind_of_record_taken_and_refused() -> None:
    taken, refused = set(), set()
    for seed in range(12, 24):
        crowd = Crowd(seed)
        for _ in range(400):
            crowd.step()
        taken |= {type(record.body) for record in crowd.records}
        refused |= crowd.refused
    assert taken == set(TYPES)
    assert refused == set(TYPES) - {Genesis}
