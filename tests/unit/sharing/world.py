"""A case with people in it, for tests: real crypto, every record signed, every envelope sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kring.sharing import author, envelope, recovery, rights
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.envelope import Content, Envelope
from kring.sharing.gate import START, Accept, Chain, Gate, Last, Verdict
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership
from kring.sharing.records import Body, Cut, Freeze, Record, Revoke
from kring.sharing.replay import verified
from kring.sharing.writing import write
from tests.simulation.engines import PlatformCrypto

NOW = 1_795_000_000_000
LATER = NOW + 86_400_000
KINDS = ("kring", "mensen", "relatiekaart", "prive")
NAME = "Zus van Noor de Wit"
RELAY = "https://relay.example"


@dataclass
class Person:
    keys: DeviceKeys
    member: bytes
    ring: Keyring
    gates: dict[bytes, Gate] = field(default_factory=dict)

    def gate(self, document: bytes) -> Gate:
        return self.gates.setdefault(document, Gate(document))


class World:
    """`records` is the log, `membership` what it says; `documents` maps kinds to ids."""

    crypto: Crypto
    owner: Person
    paper: Person
    seed: bytes
    records: list[Record]
    membership: Membership

    @classmethod
    async def founded(cls) -> World:
        self = cls()
        self.crypto = PlatformCrypto()
        keys = await new_device(self.crypto)
        self.seed = recovery.new_seed(self.crypto)
        paper = await recovery.paper_device(self.crypto, self.seed)
        founding = await author.found(self.crypto, keys, paper, KINDS, NOW)
        self.records = list(founding.records)
        self.membership = await verified(self.crypto, Membership(), founding.records)
        self.documents = dict(founding.documents)
        self.owner = Person(keys, self.membership.owner, founding.keyring)
        self.paper = Person(paper, self.membership.owner, Keyring())
        return self

    @property
    def mensen(self) -> bytes:
        return self.documents["mensen"]

    def author(self, person: Person) -> author.Author:
        return author.Author(self.crypto, person.keys, self.membership)

    async def take(self, *records: Record) -> None:
        """Append to the log, signatures checked."""
        self.membership = await verified(self.crypto, self.membership, records)
        self.records += records

    async def say(self, person: Person, body: Body) -> Record:
        record = await self.author(person).say(body, NOW)
        await self.take(record)
        return record

    async def joined(self, offer: Mapping[bytes, int] | None = None, inviter: Person | None = None) -> Person:
        """Someone who has joined and waits."""
        inviter = inviter or self.owner
        record, link = await author.invite(
            self.author(inviter), "netwerklid", offer or {self.mensen: rights.BIJDRAGEN}, LATER, RELAY, NOW
        )
        await self.take(record)
        keys = await new_device(self.crypto)
        join = await author.join(author.Author(self.crypto, keys, self.membership), link, NAME, NOW)
        await self.take(join)
        return Person(keys, self.membership.devices[keys.id].member, Keyring())

    async def granted(self, given: Mapping[bytes, int] | None = None, giver: Person | None = None) -> Person:
        """Someone who is in, with their keys."""
        given = given or {self.mensen: rights.BIJDRAGEN}
        giver = giver or self.owner
        person = await self.joined(given, giver)
        record = await author.grant(self.author(giver), giver.ring, person.member, given, 0, NOW)
        await self.take(record)
        assert await person.ring.update(self.crypto, person.keys, self.membership) == []
        return person

    async def rotate(self, person: Person, document: bytes) -> None:
        await self.take(await author.new_epoch(self.author(person), person.ring, document, NOW))

    async def second_device(self, person: Person) -> Person:
        keys = await new_device(self.crypto)
        speaker = self.author(person)
        await self.take(await author.add_device(speaker, person.ring, keys, paper=False, now=NOW))
        other = Person(keys, person.member, Keyring())
        assert await other.ring.update(self.crypto, keys, self.membership) == []
        return other

    async def own_device(self, person: Person) -> Person:
        """Another device of the person, that answered an invite and waits."""
        record, link = await author.invite(self.author(person), "", {}, LATER, RELAY, NOW)
        await self.take(record)
        keys = await new_device(self.crypto)
        await self.take(await author.join(author.Author(self.crypto, keys, self.membership), link, NAME, NOW))
        return Person(keys, person.member, Keyring())

    async def update(self, *people: Person) -> None:
        """Each opens all that was sealed to them."""
        for each in people:
            assert await each.ring.update(self.crypto, each.keys, self.membership) == []

    async def freeze(self, person: Person, by: Person | None = None) -> None:
        """Every active device of the person."""
        devices = sorted(each.id for each in self.membership.active_devices_of(person.member))
        await self.say(by or self.owner, Freeze(person.member, tuple(devices)))

    async def revoke(
        self,
        person: Person,
        ends: Mapping[bytes, Last],
        by: Person | None = None,
        keep: Mapping[bytes, int] | None = None,
    ) -> None:
        """Take rights from a member, all but `keep`, with the cut at `ends`: document → last that counts.

        Of the person's own device, in the newest epoch; nothing counts of what else they may have written.
        """
        await self.say(by or self.owner, Revoke(person.member, keep or {}, self.cut(person, ends, keep)))

    def cut(self, person: Person, ends: Mapping[bytes, Last], keep: Mapping[bytes, int] | None = None) -> Cut:
        chains = {
            document: {(person.keys.id, self.membership.last_epoch(document)): last}
            for document, last in ends.items()
        }
        return self.cut_at(person, chains, keep)

    def cut_at(
        self,
        person: Person,
        ends: Mapping[bytes, Mapping[Chain, Last]],
        keep: Mapping[bytes, int] | None = None,
    ) -> Cut:
        """A cut that ends a member's chains where `ends` says, in each document that they lose writing in."""
        granted, kept = self.membership.granted, keep or {}
        return {
            document: {
                device.id: tuple(
                    (epoch, last.seq, last.hash)
                    for (name, epoch), last in sorted(ends.get(document, {}).items())
                    if name == device.id and last != START
                )
                for device in self.membership.devices_of(person.member)
            }
            for document in self.membership.documents
            if granted.get((person.member, document), 0) >= rights.BIJDRAGEN > kept.get(document, 0)
        }

    async def write(
        self, person: Person, *changes: bytes, document: bytes | None = None, at: Membership | None = None
    ) -> Envelope:
        """An honest envelope, admitted by the writer's own gate."""
        gate = person.gate(document or self.mensen)
        content = Content(person.keys.id, person.keys.id, NOW, changes or (b"a change",))
        written = await write(self.crypto, person.keys, at or self.membership, person.ring, gate, content)
        gate.admit(*written)
        return written.envelope

    async def judge(
        self, gate: Gate, wire: bytes, ring: Keyring | None = None, membership: Membership | None = None
    ) -> Verdict:
        """All that a client does with one envelope before it looks at the changes. ProtocolError."""
        membership, ring = membership or self.membership, ring or self.owner.ring
        parsed = envelope.parse_envelope(wire)
        header = parsed.header
        device = membership.devices.get(header.device)
        signed = device is not None and all(
            await self.crypto.verify_many([(device.sign, parsed.signed, parsed.signature)])
        )
        secret = ring.secret(header.document, header.epoch)
        opened = None
        if secret is not None:
            opened = (await envelope.open_many(self.crypto, [(parsed, secret)]))[0]
        gate.follow([parsed], membership)
        return gate.judge(parsed, membership, signed=signed, keyed=secret is not None, plaintext=opened)

    async def accept(self, gate: Gate, wire: bytes) -> Accept:
        """Judge what must be accepted, and admit it."""
        verdict = await self.judge(gate, wire)
        assert isinstance(verdict, Accept), verdict
        gate.admit(envelope.parse_envelope(wire), verdict.content.history)
        return verdict

    async def forge(
        self, keys: DeviceKeys, secret: bytes, content: Content | None = None, **fields: int | bytes
    ) -> Envelope:
        """Any envelope that someone with these keys and this secret can make; by itself its chain's first."""
        content = content or Content(keys.id, bytes(16), NOW, (b"a change",))
        header: dict[str, int | bytes] = {
            "case": self.membership.case,
            "document": self.mensen,
            "epoch": 1,
            "seq": 1,
            "previous": bytes(32),
            "log_position": self.membership.length,
            "log_head": self.membership.head,
            "frontier": bytes(32),
            "plaintext": envelope.pack_content(content.following(envelope.NOTHING)),
        }
        return await envelope.seal(self.crypto, keys, secret, **(header | fields))  # type: ignore[arg-type]
