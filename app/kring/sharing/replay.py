"""The rules of the membership log: from records to Membership (docs/protocol.md, Membership log).

Pure. Signatures are not checked here but handed out as (public key, message, signature), so that a caller can
check all of them in one batch; `verified` does both. What breaks a rule raises ProtocolError (LogForked where
the record does not follow the head), and the membership given stays as it was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from kring.errors import CryptoError, LogForked, ProtocolError
from kring.sharing.crypto import Crypto
from kring.sharing.device import device_id
from kring.sharing.membership import Membership
from kring.sharing.proofs import Check
from kring.sharing.records import (
    MEMBER_RECORDS,
    Ask,
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
    case_id,
)
from kring.sharing.rules import devices, documents, members
from kring.sharing.rules.common import require, speaker


def extend(membership: Membership, records: Iterable[Record]) -> tuple[Membership, list[Check]]:
    """The membership after these records, and the signatures that must hold for it to count."""
    state = membership.copy()
    checks: list[Check] = []
    for record in records:
        if record.position == 0 and state.length == 0:
            if not isinstance(record.body, Genesis):
                raise ProtocolError("a log starts with GENESIS")
            state = dataclasses.replace(
                state,
                case=case_id(record.payload),
                owners=[(1, record.body.member)],
                documents=record.body.documents,
            )
        checks += _apply(state, record)
    return state, checks


def replay(records: Iterable[Record]) -> Membership:
    """The membership that records say whose signatures have been checked before."""
    return extend(Membership(), records)[0]


async def verified(crypto: Crypto, membership: Membership, records: Iterable[Record]) -> Membership:
    """`extend` with every signature checked. Raises ProtocolError, LogForked or CryptoError."""
    state, checks = extend(membership, records)
    if not all(await crypto.verify_many(checks)):
        raise CryptoError("a record's signature does not hold")
    return state


def _apply(state: Membership, record: Record) -> list[Check]:
    body = record.body
    if record.position != state.length or record.previous != state.head:
        raise LogForked("the record does not follow the head of the log")
    require(isinstance(body, Genesis) == (record.position == 0), "GENESIS is the first record and no other")
    require(record.case == (b"" if isinstance(body, Genesis) else state.case), "a record of another case")
    if isinstance(body, Genesis | Join):
        require(record.author == device_id(body.sign, body.kem), "the author is not the new device")
        sign, member = body.sign, body.member
    else:
        author = speaker(state, record)
        sign, member = author.sign, author.member
    _count(state, member)
    checks = [(sign, record.signed, record.signature)]
    checks += _RULES[type(body)](state, record, body)
    state.heads.append(record.chain_hash)
    return checks


def _count(state: Membership, member: bytes) -> None:
    """Records said while one owned the case are not held against one later."""
    if member != state.owner:
        state.authored[member] = state.authored.get(member, 0) + 1
        require(state.authored[member] <= MEMBER_RECORDS, "this member has said enough")


_RULES: Final[Mapping[type[Any], Callable[[Membership, Record, Any], list[Check]]]] = {
    Genesis: members.genesis,
    DeviceAdd: devices.device_add,
    DeviceRevoke: devices.device_revoke,
    Invite: members.invite,
    Join: members.join,
    Grant: members.grant,
    Freeze: devices.freeze,
    Revoke: members.revoke,
    Epoch: documents.epoch,
    Snapshot: documents.snapshot,
    PrivetijdStart: documents.privetijd_start,
    Present: documents.present,
    OwnerTransfer: members.owner_transfer,
    Recover: devices.recover,
    DeviceConfirm: devices.device_confirm,
    Withdraw: members.withdraw,
    Ask: members.ask,
    SnapshotConfirm: documents.snapshot_confirm,
}
