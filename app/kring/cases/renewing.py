"""Own envelopes that were never sent, sealed anew under the epoch that has come meanwhile (P6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kring.cases.contents import contents, ends, parsed
from kring.errors import StoreCorrupt
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys
from kring.sharing.envelope import Envelope
from kring.sharing.gate import START, Chain, Gate, Last, chain_of
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership
from kring.sharing.writing import Written, write
from kring.store.store import Store


@dataclass(frozen=True, slots=True)
class Renewed:
    """`written` in their order, and the chains that end earlier now, because those took their place."""

    written: tuple[Written, ...]
    ends: dict[Chain, Last]

    def enter(self, gate: Gate) -> None:
        """Let the gate go by it; to be done when it goes to the store."""
        for chain, last in self.ends.items():
            gate.rewind(chain, last)
        for each in self.written:
            gate.admit(each.envelope, each.history)


async def renew(
    crypto: Crypto,
    keys: DeviceKeys,
    membership: Membership,
    ring: Keyring,
    gate: Gate,
    stale: Sequence[Envelope],
    store: Store,
    number: int,
) -> Renewed:
    """The same contents again, in the chain of the current epoch, in the order of `stale`.

    NotAllowed without the right or a key; StoreCorrupt where what stands in the store does not open.
    """
    said = await contents(crypto, ring, stale)
    before: dict[Chain, Last] = {}
    for each in stale:
        if chain_of(each.header) not in before:
            before[chain_of(each.header)] = await _before(crypto, ring, each, store, number)
    trial = Gate(gate.document, gate.frontier)
    for chain, last in before.items():
        trial.rewind(chain, last)
    written = []
    for content in said:
        written.append(await write(crypto, keys, membership, ring, trial, content))
        trial.admit(*written[-1])
    return Renewed(tuple(written), before)


async def _before(crypto: Crypto, ring: Keyring, first: Envelope, store: Store, number: int) -> Last:
    """Where the chain stood before its first envelope that was not sent."""
    header = first.header
    if header.seq == 1:
        return START
    wire = store.envelopes.at(number, header.document, header.device, header.epoch, header.seq - 1)
    if wire is None:
        raise StoreCorrupt("an own envelope is gone from the store")
    return (await ends(crypto, ring, [parsed(wire)]))[0]
