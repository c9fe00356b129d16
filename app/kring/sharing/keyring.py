"""Epoch secrets: sealed to devices, opened from the membership, kept by document and epoch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from kring.errors import CryptoError
from kring.sharing import labels
from kring.sharing.crypto import Crypto, Sealed
from kring.sharing.device import DeviceKeys
from kring.sharing.membership import Membership, Wrap
from kring.sharing.records import MAX_EARLIER

Secrets = Mapping[tuple[bytes, int], bytes]
"""(document, epoch) → 32-byte secret."""


class Keyring:
    """The epoch secrets that this device can reach. Holds them in memory only."""

    def __init__(self, secrets: Secrets | None = None) -> None:
        self._secrets = dict(secrets or {})

    @property
    def secrets(self) -> Secrets:
        """To be sealed by the store."""
        return dict(self._secrets)

    def add(self, document: bytes, epoch: int, secret: bytes) -> None:
        self._secrets[document, epoch] = secret

    def secret(self, document: bytes, epoch: int) -> bytes | None:
        return self._secrets.get((document, epoch))

    def held(self, document: bytes) -> list[int]:
        """The epochs of which a secret is here, whether the log knows them or not."""
        return sorted(epoch for name, epoch in self._secrets if name == document)

    async def update(
        self, crypto: Crypto, keys: DeviceKeys, membership: Membership
    ) -> list[tuple[bytes, int]]:
        """Open every wrap for this device that is new, and what those seal of earlier epochs.

        Returns the (document, epoch) pairs that stay closed: the wrap does not hold the secret that EPOCH
        committed to, and no other epoch leads there. A later GRANT or EPOCH can bring a better one. A secret
        held that is not the one committed to goes: somebody else's epoch came before the one it was made for.
        """
        mine: dict[bytes, dict[int, Wrap]] = {document: {} for document in membership.documents}
        for (document, epoch, device), wrap in membership.wraps.items():
            if device == keys.id:
                mine[document][epoch] = wrap
        failed = []
        for document, wraps in mine.items():
            await self._follow(crypto, membership, document, self._lacking(document))
            for epoch in sorted(wraps, reverse=True):
                if (document, epoch) in self._secrets:
                    continue
                secret = await _unwrap(crypto, keys, membership.case, document, epoch, wraps[epoch])
                if self._keep(membership, document, epoch, secret):
                    await self._follow(crypto, membership, document, self._lacking(document))
                else:
                    failed.append((document, epoch))
        return [each for each in failed if each not in self._secrets]

    async def links(self, crypto: Crypto, membership: Membership, document: bytes) -> Mapping[int, set[int]]:
        """For each epoch held, those before it whose secrets it truly holds; what they open is kept.

        What EPOCH claims is tried, for its author may have sealed nonsense.
        """
        return await self._follow(crypto, membership, document, lambda epoch: True)

    async def _follow(
        self, crypto: Crypto, membership: Membership, document: bytes, wanted: Callable[[int], bool]
    ) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        todo = self._held(membership, document)
        while todo:
            epoch = todo.pop()
            if epoch in found:
                continue
            secret, sealed = self._secrets[document, epoch], membership.earlier.get((document, epoch), {})
            tried = [each for each in sealed if wanted(each)]
            items = [
                _earlier_item(crypto, membership.case, document, epoch, each, secret, sealed[each])
                for each in tried
            ]
            opened = await crypto.open_many(items) if items else []
            pairs = zip(tried, opened, strict=True)
            found[epoch] = {
                each for each, data in pairs if data and self._keep(membership, document, each, data)
            }
            todo += sorted(found[epoch])
        return found

    def _lacking(self, document: bytes) -> Callable[[int], bool]:
        return lambda epoch: (document, epoch) not in self._secrets

    async def loose(self, crypto: Crypto, membership: Membership, document: bytes) -> list[int]:
        """The epochs held here that a device which has only the newest one could not reach, newest first.

        Where there are any, a device that may contribute makes a new epoch, which leads to them.
        """
        links = await self.links(crypto, membership, document)
        reached = _reached(links, membership.last_epoch(document))
        return sorted(links.keys() - reached, reverse=True)

    def _held(self, membership: Membership, document: bytes) -> list[int]:
        """The epochs held that are in the log; a secret that is not the one committed to goes."""
        held = [(name, epoch) for name, epoch in self._secrets if name == document]
        known = [each for each in held if each in membership.commits]
        return sorted(each[1] for each in known if self._keep(membership, *each, self._secrets.pop(each)))

    def _keep(self, membership: Membership, document: bytes, epoch: int, secret: bytes) -> bool:
        expected = membership.commits.get((document, epoch))
        true = commitment(membership.case, document, epoch, secret) == expected
        if true:
            self._secrets[document, epoch] = secret
        return true

    async def wraps(
        self,
        crypto: Crypto,
        keys: DeviceKeys,
        membership: Membership,
        documents: Iterable[bytes],
        devices: Mapping[bytes, bytes],
    ) -> dict[bytes, dict[bytes, bytes]]:
        """For each document that has an epoch, a box for each device. CryptoError where a key is missing."""
        boxes: dict[bytes, dict[bytes, bytes]] = {}
        for document in documents:
            epoch = membership.epoch_at(document, membership.length)
            if epoch == 0:
                continue
            secret = self.secret(document, epoch)
            if secret is None:
                raise CryptoError("this device has no key of that document")
            boxes[document] = await seal_to(crypto, keys, membership.case, document, epoch, secret, devices)
        return boxes


async def _unwrap(
    crypto: Crypto, keys: DeviceKeys, case: bytes, document: bytes, epoch: int, wrap: Wrap
) -> bytes:
    """What the wrap holds, which may be anything; empty where it does not open."""
    try:
        info = wrap_info(case, document, epoch, wrap.author, keys.id)
        return await crypto.hpke_open(keys.kem.private, info, wrap.box)
    except CryptoError:
        return b""


async def seal_to(
    crypto: Crypto,
    keys: DeviceKeys,
    case: bytes,
    document: bytes,
    epoch: int,
    secret: bytes,
    devices: Mapping[bytes, bytes],
) -> dict[bytes, bytes]:
    """The epoch secret sealed to each device (id → X-Wing public key): id → box."""
    return {
        device: await crypto.hpke_seal(kem, wrap_info(case, document, epoch, keys.id, device), secret)
        for device, kem in devices.items()
    }


async def seal_earlier(
    crypto: Crypto, membership: Membership, ring: Keyring, document: bytes, epoch: int, secret: bytes
) -> tuple[tuple[int, bytes], ...]:
    """EPOCH's `earlier`: the secrets held here from which, step by step, all that are held can be reached.

    Raises CryptoError where this device holds none.
    """
    links = await ring.links(crypto, membership, document)
    reached: set[int] = set()
    chosen: list[int] = []
    for each in sorted(links, reverse=True):
        if each not in reached and len(chosen) < MAX_EARLIER:
            chosen.append(each)
            reached |= _reached(links, each)
    if not chosen:
        raise CryptoError("this device has no key of that document")
    sealed = []
    for each in sorted(chosen):
        before = ring.secret(document, each)
        assert before is not None
        item = _earlier_item(crypto, membership.case, document, epoch, each, secret, before)
        sealed.append((each, await crypto.seal(item)))
    return tuple(sealed)


def _reached(links: Mapping[int, set[int]], start: int) -> set[int]:
    reached: set[int] = set()
    todo = [start]
    while todo:
        epoch = todo.pop()
        if epoch in links and epoch not in reached:
            reached.add(epoch)
            todo += links[epoch]
    return reached


def commitment(case: bytes, document: bytes, epoch: int, secret: bytes) -> bytes:
    """EPOCH's `commit`: no two readers can be given different secrets of one epoch."""
    return hashlib.sha256(labels.EPOCH + case + document + epoch.to_bytes(4) + secret).digest()


def wrap_info(case: bytes, document: bytes, epoch: int, author: bytes, recipient: bytes) -> bytes:
    return labels.WRAP + case + document + epoch.to_bytes(4) + author + recipient


def _earlier_item(
    crypto: Crypto, case: bytes, document: bytes, epoch: int, before: int, secret: bytes, data: bytes
) -> Sealed:
    info = labels.EARLIER + case + document + epoch.to_bytes(4) + before.to_bytes(4)
    derived = crypto.hkdf(secret, b"", info, 44)
    return Sealed(derived[:32], derived[32:], data, info)
