"""Makes vectors/log.json: a log with every type of record, that both runtimes make byte for byte, for ever.

Run `python -m tests.compat.make_log_vectors` in the project's folder, and only when the protocol changes.
Boxes draw fresh randomness and are opened elsewhere (make_vectors.py): here their places are filled.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing import keyring, rights
from kring.sharing.author import Author
from kring.sharing.compare import compare_code
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys, device_keys
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership
from kring.sharing.proofs import device_message, invite_id, join_message
from kring.sharing.records import (
    BOX,
    Ask,
    Body,
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
from tests.compat.make_vectors import NOW, fixed

TARGET = Path(__file__).parent / "vectors" / "log.json"
BOXED = fixed("box ", BOX)
LATER = NOW + 86_400_000
MENSEN, PRIVE, KRING = (fixed(name, 16) for name in ("a document ", "b document ", "c document "))
OWNER, HELPER = fixed("owner ", 16), fixed("helper ", 16)
FIRST, SECOND = fixed("first secret "), fixed("second secret ")


class Scribe:
    """Several devices writing one log."""

    def __init__(self, crypto: Crypto) -> None:
        self.crypto = crypto
        self.membership = Membership()
        self.records: list[Record] = []

    async def device(self, name: str) -> DeviceKeys:
        return await device_keys(self.crypto, fixed(f"{name} sign "), fixed(f"{name} kem "))

    async def say(self, keys: DeviceKeys, body: Body) -> None:
        author = Author(self.crypto, keys, self.membership)
        self.records.append(await author.say(body, NOW + len(self.records)))
        self.membership = author.membership

    async def proof(self, keys: DeviceKeys, member: bytes) -> bytes:
        message = device_message(self.membership.case, member, keys.id)
        return await self.crypto.sign(keys.sign.private, message)

    async def join(self, seed: str, keys: DeviceKeys, member: bytes) -> None:
        pair = await self.crypto.sign_key(fixed(seed))
        invite = invite_id(pair.public)
        message = join_message(self.membership.case, invite, member, keys.id)
        proof = await self.crypto.sign(pair.private, message)
        await self.say(
            keys, Join(invite, member, keys.sign.public, keys.kem.public, fixed("name ", 40), proof)
        )

    async def epoch(self, keys: DeviceKeys, document: bytes, secret: bytes, ring: Keyring) -> None:
        membership = self.membership
        number = membership.last_epoch(document) + 1
        earlier: tuple[tuple[int, bytes], ...] = ()
        if number > 1:
            earlier = await keyring.seal_earlier(self.crypto, membership, ring, document, number, secret)
        commit = keyring.commitment(membership.case, document, number, secret)
        wraps = dict.fromkeys(sorted(membership.readers(document)), BOXED)
        await self.say(keys, Epoch(document, number, commit, wraps, earlier))
        ring.add(document, number, secret)


def boxes(documents: Iterable[bytes], device: DeviceKeys) -> Mapping[bytes, Mapping[bytes, bytes]]:
    return {document: {device.id: BOXED} for document in documents}


async def written(crypto: Crypto) -> Scribe:
    """One of everything, in an order that the rules allow."""
    scribe, ring = Scribe(crypto), Keyring()
    owner, paper, tablet, helper, new, sheet = [
        await scribe.device(name) for name in ("owner", "paper", "tablet", "helper", "new", "sheet")
    ]
    every = (MENSEN, PRIVE, KRING)
    await scribe.say(owner, Genesis(OWNER, owner.sign.public, owner.kem.public, fixed("salt "), every))
    for document in every:
        await scribe.epoch(owner, document, FIRST, ring)
    proof = await scribe.proof(paper, OWNER)
    await scribe.say(
        owner, DeviceAdd(OWNER, paper.sign.public, paper.kem.public, True, proof, boxes(every, paper))
    )
    public = [(await crypto.sign_key(fixed(seed))).public for seed in ("one ", "two ", "three ")]
    await scribe.say(owner, Invite(public[0], "netwerklid", {MENSEN: rights.BIJDRAGEN}, LATER))
    await scribe.join("one ", helper, HELPER)
    given = {MENSEN: rights.BIJDRAGEN}
    await scribe.say(owner, Grant(HELPER, given, LATER, boxes([MENSEN], helper)))
    await scribe.say(helper, Ask(LATER + 1))
    covers = {owner.id: ((1, 2**32, fixed("end ")),), helper.id: ((1, 4, fixed("other end ")),)}
    await scribe.say(owner, Snapshot(MENSEN, fixed("snapshot "), covers))
    await scribe.say(helper, SnapshotConfirm(MENSEN, fixed("snapshot ")))
    await scribe.say(owner, Freeze(HELPER, (helper.id,)))
    cut = {MENSEN: {helper.id: ((1, 5, fixed("last ")),)}}
    await scribe.say(owner, Revoke(HELPER, {MENSEN: rights.LEZEN}, cut))
    await scribe.say(owner, Grant(HELPER, given, 0, {}))
    await scribe.epoch(owner, MENSEN, SECOND, ring)
    await scribe.say(owner, Invite(public[1], "", {}, LATER, OWNER))
    await scribe.join("two ", tablet, OWNER)
    await scribe.say(owner, DeviceConfirm(tablet.id, boxes(every, tablet)))
    lost: Mapping[bytes, Mapping[bytes, tuple[()]]] = {each: {tablet.id: ()} for each in every}
    await scribe.say(owner, DeviceRevoke(tablet.id, lost))
    await scribe.say(owner, Invite(public[2], "professional", {}, LATER))
    await scribe.say(owner, Withdraw(invite_id(public[2])))
    await scribe.say(owner, PrivetijdStart(PRIVE))
    await scribe.say(owner, Present(PRIVE))
    gone = tuple(sorted((owner.id, paper.id)))
    proofs = [await scribe.proof(each, OWNER) for each in (new, sheet)]
    ends = {
        each: {owner.id: ((1, 2**64 - 1, fixed("owner end ")),) if each == MENSEN else (), paper.id: ()}
        for each in every
    }
    await scribe.say(
        paper,
        Recover(
            new.sign.public,
            new.kem.public,
            proofs[0],
            sheet.sign.public,
            sheet.kem.public,
            proofs[1],
            gone,
            ends,
        ),
    )
    await scribe.say(new, OwnerTransfer(HELPER, {}))
    return scribe


async def deterministic(crypto: Crypto) -> dict[str, Any]:
    """What two runtimes must make alike."""
    scribe = await written(crypto)
    membership = scribe.membership
    return {
        "records": [record.wire.hex() for record in scribe.records],
        "head": membership.head.hex(),
        "owner": membership.owner.hex(),
        "owed": [document.hex() for document in membership.owed()],
        "compare": compare_code(membership, {MENSEN: fixed("one frontier "), KRING: fixed("two ")}, 1234),
    }


async def main() -> None:
    TARGET.write_text(json.dumps(await deterministic(CpythonCrypto()), indent=1) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
