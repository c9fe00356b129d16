"""The acceptance gate: what may enter a document (docs/protocol.md, Acceptance gate).

Pure: it is given facts that others established (is the signature true, what did the ciphertext open to) and
the membership log, and it says accept, wait, known or quarantine. It judges alike on every device, because it
looks at no clock and at nothing that two honest devices could see differently for ever. The changes inside an
accepted envelope are vetted by the documents' own decoder before they touch a document; only then is the
envelope `admit`ted, or `refuse`d where one of them is bad.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from kring.errors import ProtocolError
from kring.sharing import labels, rights
from kring.sharing.actor import actor_id
from kring.sharing.envelope import EDIT, NOTHING, Content, Envelope, Header, parse_content
from kring.sharing.membership import Membership
from kring.sharing.records import ZEROS

Chain = tuple[bytes, int]
"""(device, epoch): what one device writes in one document in one epoch."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Everything but the changes themselves is in order. `actor` is the only actor that they may name."""

    content: Content
    actor: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Judge again once more is known. `reason`: "log", "sequence", "key" or "cut"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """A number that this device has been through; a repeat, to be dropped."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Keep the bytes, show the owner, never apply. `reason` is a stable code (docs/protocol.md)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """`visible` found nothing against the envelope."""


Verdict = Accept | Wait | Known | Quarantine


class Last(NamedTuple):
    """The last envelope of a chain that was admitted; `history` is the digest that it carries."""

    seq: int = 0
    hash: bytes = ZEROS
    log_position: int = 0
    history: bytes = NOTHING


START: Final = Last()
PASSED: Final = Passed()


def chain_of(header: Header) -> Chain:
    return header.device, header.epoch


def visible(
    envelope: Envelope, membership: Membership, last: Last, *, signed: bool
) -> Passed | Wait | Known | Quarantine:
    """Every check that needs no key, in the order of the protocol; the relay can make them too.

    `last` is of the envelope's own chain; `signed` says whether the signature is true under the
    key that the membership has for the device (False where it has none).
    """
    header = envelope.header
    if header.case != membership.case or header.document not in membership.documents:
        return Quarantine("place")
    if header.device in membership.devices and not signed:
        return Quarantine("signature")
    cut = membership.cut(header.device, header.document, header.epoch)
    if cut is not None and (header.seq > cut[0] or (header.seq == cut[0] and envelope.hash != cut[1])):
        return Quarantine("cut")
    if header.log_position > membership.length:
        return Wait("log")
    if header.device not in membership.devices:
        return Quarantine("device")
    if header.kind != EDIT:
        return Quarantine("kind")
    if membership.head_at(header.log_position) != header.log_head:
        return Quarantine("head")
    if membership.right_at(header.device, header.document, header.log_position) < rights.BIJDRAGEN:
        return Quarantine("right")
    if header.epoch != membership.epoch_at(header.document, header.log_position):
        return Quarantine("epoch")
    return _in_sequence(envelope, last)


def _in_sequence(envelope: Envelope, last: Last) -> Passed | Wait | Known | Quarantine:
    header = envelope.header
    if header.seq < last.seq or envelope.hash == last.hash:
        return Known()
    if header.seq == last.seq:
        return Quarantine("fork")
    if header.seq > last.seq + 1:
        return Wait("sequence")
    if header.previous != last.hash:
        return Quarantine("fork")
    if header.log_position < last.log_position:
        return Quarantine("position")
    return PASSED


def _spoken_for(header: Header, device: bytes, membership: Membership) -> Wait | Quarantine | None:
    """What is against this author bringing changes of `device`: their own, their member's, or adopted.

    A device that is not in the log may come into it, and then it depends on whose it is: so that waits.
    """
    if device == header.device:
        return None
    known, member = membership.devices.get(device), membership.devices[header.device].member
    if known is None:
        return Wait("log")
    if member in (known.member, membership.owner_at(header.log_position)):
        return None
    return Quarantine("content")


class Gate:
    """The gate of one document: how far each chain has been let in, and which are broken."""

    def __init__(self, document: bytes, frontier: Mapping[Chain, Last] | None = None) -> None:
        self.document = document
        self._frontier = dict(frontier or {})
        self._broken: dict[Chain, int] = {}
        self._pins: dict[Chain, dict[int, bytes]] = {}

    @property
    def frontier(self) -> Mapping[Chain, Last]:
        """chain → last admitted; give it back to the constructor to go on after a restart."""
        return dict(self._frontier)

    def last(self, device: bytes, epoch: int) -> Last:
        return self._frontier.get((device, epoch), START)

    def digest(self) -> bytes:
        """The frontier digest for a new envelope's header."""
        seen = hashlib.sha256(labels.FRONTIER)
        for (device, epoch), last in sorted(self._frontier.items()):
            seen.update(device + epoch.to_bytes(4) + last.seq.to_bytes(8) + last.hash)
        return seen.digest()

    def follow(self, envelopes: Iterable[Envelope], membership: Membership) -> None:
        """Follow each chain that a cut ends back from there, as far as `envelopes` reach.

        To be done before they are judged: only what leads to the cut counts, or a relay could show a new
        member another, older chain by the same removed device.
        """
        cut: dict[Chain, dict[bytes, Envelope]] = {}
        for each in envelopes:
            header = each.header
            if membership.cut(header.device, self.document, header.epoch) is not None:
                cut.setdefault(chain_of(header), {})[each.hash] = each
        for chain, by_hash in cut.items():
            pins = self._pins_of(chain, membership)
            at = min(pins)
            while (found := by_hash.get(pins[at])) is not None and found.header.seq == at:
                at -= 1
                pins[at] = found.header.previous

    def judge(
        self,
        envelope: Envelope,
        membership: Membership,
        *,
        signed: bool,
        keyed: bool,
        plaintext: bytes | None,
    ) -> Verdict:
        """`keyed`: this device has the epoch's secret. `plaintext`: what opened with it, else None."""
        header = envelope.header
        if header.document != self.document:
            return Quarantine("place")
        chain = chain_of(header)
        verdict = visible(envelope, membership, self.last(*chain), signed=signed)
        if isinstance(verdict, Quarantine | Known):
            return verdict
        pinned = self._pinned(envelope, membership)
        if pinned is not None:
            return pinned
        if isinstance(verdict, Wait):
            broken = self._broken.get(chain)
            return Quarantine("chain") if broken is not None and header.seq > broken else verdict
        if chain in self._broken:
            return Quarantine("chain")
        return self._opened(envelope, membership, keyed, plaintext)

    def _opened(
        self, envelope: Envelope, membership: Membership, keyed: bool, plaintext: bytes | None
    ) -> Verdict:
        if not keyed:
            return Wait("key")
        if plaintext is None:
            return self._bad(envelope, "seal")
        try:
            content = parse_content(plaintext)
        except ProtocolError:
            return self._bad(envelope, "content")
        header = envelope.header
        if content.history != content.history_after(self.last(*chain_of(header)).history):
            return self._bad(envelope, "content")
        match _spoken_for(header, content.device, membership):
            case Wait() as wait:
                return wait
            case Quarantine(reason):
                return self._bad(envelope, reason)
        return Accept(content, actor_id(header.document, content.device, content.actor_nonce))

    def _bad(self, envelope: Envelope, reason: str) -> Quarantine:
        self.refuse(envelope)
        return Quarantine(reason)

    def _pinned(self, envelope: Envelope, membership: Membership) -> Wait | Quarantine | None:
        """In a chain that a cut ends, only what `follow` found to lead there counts."""
        header = envelope.header
        if membership.cut(header.device, header.document, header.epoch) is None:
            return None
        expected = self._pins_of(chain_of(header), membership).get(header.seq)
        if expected is None:
            return Wait("cut")
        return None if expected == envelope.hash else Quarantine("cut")

    def _pins_of(self, chain: Chain, membership: Membership) -> dict[int, bytes]:
        """Of a chain that a cut ends, once for all: which hash each number must have, from the cut down."""
        end = membership.cut(chain[0], self.document, chain[1])
        assert end is not None
        return self._pins.setdefault(chain, {end[0]: end[1]})

    def admit(self, envelope: Envelope, history: bytes) -> None:
        """Let an accepted envelope count: its changes have been vetted and stored; `history` is its own."""
        header = envelope.header
        if header.seq != self.last(*chain_of(header)).seq + 1:
            raise ProtocolError("admitted out of order")
        self._frontier[chain_of(header)] = Last(header.seq, envelope.hash, header.log_position, history)

    def refuse(self, envelope: Envelope) -> None:
        """A change inside was bad: what this device says after it cannot be built on either.

        `judge` does this itself for what does not open. Not kept over a restart; judging again restores it.
        """
        self._broken.setdefault(chain_of(envelope.header), envelope.header.seq)

    def rewind(self, chain: Chain, last: Last) -> None:
        """Count the chain no further than `last`: what came after it has been taken out of the document."""
        if last.seq:
            self._frontier[chain] = last
        else:
            self._frontier.pop(chain, None)
        self._broken.pop(chain, None)

    def overrun(self, membership: Membership) -> list[Chain]:
        """Chains let in past their cut, or along another branch than the one that leads there.

        The document must be built again without that part. A branch shows as soon as `follow` has come
        down to where the chain stands here.
        """
        return [chain for chain, last in self._frontier.items() if self._astray(chain, last, membership)]

    def _astray(self, chain: Chain, last: Last, membership: Membership) -> bool:
        cut = membership.cut(chain[0], self.document, chain[1])
        if cut is None:
            return False
        return last.seq > cut[0] or self._pins_of(chain, membership).get(last.seq, last.hash) != last.hash
