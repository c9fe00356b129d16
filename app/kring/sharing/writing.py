"""Making envelopes: the next one of this device in a chain, sealed under the newest epoch that it can."""

from __future__ import annotations

from typing import NamedTuple

from kring.errors import NotAllowed
from kring.sharing import rights
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys
from kring.sharing.envelope import Content, Envelope, pack_content, seal
from kring.sharing.gate import Gate
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership


class Written(NamedTuple):
    """An own envelope, and the history digest in it."""

    envelope: Envelope
    history: bytes


def sealing_epoch(membership: Membership, ring: Keyring, document: bytes) -> int:
    """The newest epoch of which the secret is here; 0 where none is."""
    epochs = range(membership.last_epoch(document), 0, -1)
    return next((epoch for epoch in epochs if ring.secret(document, epoch) is not None), 0)


def may_write(membership: Membership, keys: DeviceKeys, ring: Keyring, document: bytes) -> bool:
    """Whether an edit can be made and kept, be it that it is sent only under a later epoch."""
    contributes = membership.right_at(keys.id, document, membership.length) >= rights.BIJDRAGEN
    return contributes and sealing_epoch(membership, ring, document) > 0


async def write(
    crypto: Crypto,
    keys: DeviceKeys,
    membership: Membership,
    ring: Keyring,
    gate: Gate,
    content: Content,
    epoch: int = 0,
) -> Written:
    """The next envelope of this device in the gate's document. NotAllowed without right or key.

    Store it, then `gate.admit` it, then send it: a number is never used twice. While the document owes an
    epoch, or the key of the current one has not come, it is sealed under an older one, to be kept: no gate
    takes it, and it must be written anew, under the current epoch, before it is sent. `epoch`: under this one
    of those that are held, to be kept likewise.
    """
    document, position = gate.document, membership.length
    if not may_write(membership, keys, ring, document):
        raise NotAllowed("this device may not write here now")
    epoch = epoch or sealing_epoch(membership, ring, document)
    secret = ring.secret(document, epoch)
    assert secret is not None
    last = gate.last(keys.id, epoch)
    following = content.following(last.history)
    envelope = await seal(
        crypto,
        keys,
        secret,
        case=membership.case,
        document=document,
        epoch=epoch,
        seq=last.seq + 1,
        previous=last.hash,
        log_position=position,
        log_head=membership.head,
        frontier=gate.digest(),
        plaintext=pack_content(following),
    )
    return Written(envelope, following.history)
