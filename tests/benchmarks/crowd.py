"""Five members who edit one case at the same time: real records, envelopes and changes, without a relay."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kring.cases.description import Description
from kring.cases.engine import Engine, open_engine
from kring.cases.founding import KINDS, steps_to_add
from kring.cases.kring_document import start as start_kring
from kring.cases.ledger import CHECKED, mark_of
from kring.cases.ports import Ports, StorageReport
from kring.cases.secrets import DEVICE, pack_device
from kring.documents.bus import Context
from kring.documents.handle import Edit, Handle
from kring.documents.schema import KIND, SCHEMA
from kring.domain.ids import CLIENT, new_person_id
from kring.phases import HANDLERS, SCHEMAS, STARTS
from kring.phases.netwerkatlas.mensen.commands import AddPerson, DescribePerson, RenamePerson, SetPersonFields
from kring.phases.netwerkatlas.relatiekaart.commands import PlacePerson, SetSupport, SetTieQuality
from kring.platform.cpython.clock import SystemClock, SystemRandom
from kring.platform.cpython.crdt import CpythonCrdt
from kring.platform.cpython.crypto import CpythonCrypto
from kring.platform.cpython.files import FolderStoreFile, FolderVaultFile
from kring.platform.memory.clock import SeededRandom
from kring.platform.memory.files import MemoryStoreFile
from kring.platform.memory.no_network import NoNetwork
from kring.sharing import author
from kring.sharing.actor import actor_id
from kring.sharing.author import Author
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.envelope import Content
from kring.sharing.gate import Gate
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership
from kring.sharing.writing import write
from kring.store.cases import CaseRow
from kring.store.file import StoreFile
from kring.store.store import Store, open_store
from kring.store.vault import PassphraseVault

NOW = 1_795_000_000_000
CRYPTO, CRDT = CpythonCrypto(), CpythonCrdt()
SHARED = ("mensen", "relatiekaart")
LONG = 60
"""Characters of a note from which on typing also deletes."""

BURST = 40
"""Edits that a member makes before hearing of the others: the engine is slow on much shorter ones."""


@dataclass
class Writer:
    """One member's device, as far as making envelopes goes."""

    keys: DeviceKeys
    ring: Keyring
    documents: dict[str, bytes]
    handles: dict[str, Handle] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    open: dict[str, list[bytes]] = field(default_factory=dict)
    nonce: bytes = field(default_factory=lambda: CRYPTO.random(16))

    def begin(self) -> None:
        for kind, document in self.documents.items():
            actor = actor_id(document, self.keys.id, self.nonce)
            handle = Handle(CRDT, kind, actor, SCHEMAS.get(kind))
            self.open[kind] = []
            handle.on_local = self.open[kind].append
            self.handles[kind], self.gates[kind] = handle, Gate(document)

    async def seal(self, membership: Membership, kind: str, chunks: Sequence[bytes]) -> bytes:
        gate = self.gates[kind]
        content = Content(self.keys.id, self.nonce, NOW, tuple(chunks))
        written = await write(CRYPTO, self.keys, membership, self.ring, gate, content)
        gate.admit(*written)
        return written.envelope.wire

    async def sealed(self, membership: Membership) -> dict[str, list[bytes]]:
        """An envelope for each open change."""
        made = {
            kind: [await self.seal(membership, kind, [chunk]) for chunk in chunks]
            for kind, chunks in self.open.items()
            if chunks
        }
        for chunks in self.open.values():
            chunks.clear()
        return made


class Crowd:
    """The members, and one more who is measured: their envelopes come to that one."""

    def __init__(self, seed: int = 1, members: int = 5) -> None:
        self.random = random.Random(seed)
        self.ids = SeededRandom(seed)
        self.members = members
        self.writers: list[Writer] = []
        self.reader: DeviceKeys | None = None
        self.membership = Membership()
        self.records: list[bytes] = []
        self.documents: dict[str, bytes] = {}
        self.made = 0

    async def gather(self) -> dict[str, list[bytes]]:
        """Found the case and let everybody in; the first envelopes by kind."""
        keys = await new_device(CRYPTO)
        founding = await author.found(CRYPTO, keys, await new_device(CRYPTO), KINDS, NOW)
        self.documents = dict(founding.documents)
        self.membership = founding.membership
        self.records = [record.wire for record in founding.records]
        owner = Writer(keys, founding.keyring, self.documents)
        owner.begin()
        self.writers.append(owner)
        for _ in range(self.members - 1):
            other = await new_device(CRYPTO)
            await self._let_in(owner, other)
            writer = Writer(other, founding.keyring, {kind: self.documents[kind] for kind in SHARED})
            writer.begin()
            self.writers.append(writer)
        self.reader = await new_device(CRYPTO)
        await self._let_in(owner, self.reader)
        for kind in KINDS:
            owner.handles[kind].change("", self._first(kind))
        self._exchange()
        return await owner.sealed(self.membership)

    def _first(self, kind: str) -> Callable[[Edit], None]:
        def first(edit: Edit) -> None:
            edit.put((KIND,), kind)
            edit.put((SCHEMA,), 1)
            if kind in STARTS:
                STARTS[kind](edit, "Noor")
            else:
                start_kring(edit, "Kring", self.membership.owner, "Noor")

        return first

    async def _let_in(self, owner: Writer, other: DeviceKeys) -> None:
        given = {self.documents[kind]: 2 for kind in SHARED} | {self.documents["kring"]: 1}
        speaking = Author(CRYPTO, owner.keys, self.membership)
        _, link = await author.invite(
            speaking, "netwerklid", given, NOW + 10**9, "https://relay.example", NOW
        )
        joining = Author(CRYPTO, other, speaking.membership)
        await author.join(joining, link, "Bas", NOW)
        granting = Author(CRYPTO, owner.keys, joining.membership)
        member = joining.membership.devices[other.id].member
        await author.grant(granting, owner.ring, member, given, 0, NOW)
        self.membership = granting.membership
        self.records += [each.records[0].wire for each in (speaking, joining, granting)]

    async def edits(self, count: int) -> dict[str, list[bytes]]:
        """About `count` edits, an envelope each, by everybody in turn; by kind, in an order that fits."""
        made: dict[str, list[bytes]] = {kind: [] for kind in SHARED}
        total = 0
        while total < count:
            for writer in self.writers:
                for _ in range(min(BURST, count // len(self.writers))):
                    self._edit(writer)
            self._exchange()
            for writer in self.writers:
                for kind, wires in (await writer.sealed(self.membership)).items():
                    made[kind] += wires
                    total += len(wires)
        self.made += total
        return made

    def _exchange(self) -> None:
        for writer in self.writers:
            for other in self.writers:
                for kind, chunks in other.open.items():
                    if other is not writer and kind in writer.handles:
                        writer.handles[kind].receive(chunks)

    def _edit(self, writer: Writer) -> None:
        command = self.command(writer.handles)
        HANDLERS[type(command)](Context(writer.handles, SystemRandom(), SystemClock()), command)

    def command(self, handles: dict[str, Handle]) -> object:
        """What somebody might do: 60 people and 150 ties at most, then changes of what is there."""
        people = [each for each in handles["mensen"].view["people"] if each != CLIENT]  # type: ignore[union-attr]
        pick, word = self.random.random(), f"woord{self.random.randrange(10_000)}"
        if len(people) < 60 and (pick < 0.3 or len(people) < 2):
            return AddPerson(new_person_id(self.ids), word.title(), ring=self.random.randint(1, 3))
        person = self.random.choice(people)
        if pick < 0.3:
            return RenamePerson(person, word.title())
        if pick < 0.45:
            return self._typing(handles, person)
        if pick < 0.52:
            return SetPersonFields(person, birth=word)
        if pick < 0.7:
            return PlacePerson(person, self.random.randint(1, 3), self.random.random() * 6)
        other = people[(people.index(person) + 1 + self.random.randrange(2)) % len(people)]
        first = CLIENT if pick < 0.8 or other == person else other
        if pick < 0.9:
            return SetTieQuality(first, person, self.random.choice(("sterk", "gewoon", "gespannen")))
        return SetSupport(self.random.choice("EMGA"), first, person, self.random.random() < 0.8)

    def _typing(self, handles: dict[str, Handle], person: str) -> object:
        """A typing pause: 20 characters more in a note, and as many less where it has become long.

        The limit is low, so that an edit at the start of a case is as much work as one at its end.
        """
        note: str = handles["mensen"].view["people"][person]["note"]  # type: ignore[index,call-overload,assignment]
        words = "".join(self.random.choice("aeiou nrstdlkm") for _ in range(20))
        kept = note if len(note) < LONG else note[20:]
        at = len(kept) if self.random.random() < 0.8 else self.random.randrange(len(kept) + 1)
        return DescribePerson(person, note, kept[:at] + words + kept[at:])

    async def measured(self, folder: Path, relay: str = "") -> tuple[Store, Engine]:
        """The store and the engine of the one who is measured, on a real file."""
        ports = ports_in(folder)
        store = await open_store(await ports.file(), CRYPTO, bytes(32))
        description = Description("shared", "Kring", "Ik", "netwerklid", relay, founded=True)
        row = CaseRow(store.cases.free_number(), self.membership.case, description.to_bytes())
        assert self.reader is not None
        await store.write(
            *await steps_to_add(
                store, row, {DEVICE: pack_device(self.reader), CHECKED: mark_of(self.membership)}
            ),
            lambda: store.log.add(row.number, 0, self.records),
        )
        return store, await open_engine(ports, store, row)

    def aside(self) -> None:
        """Keep the collector from walking the others' devices: they live in this process only here."""
        gc.collect()
        gc.freeze()

    async def deliver(self, engine: Engine, made: dict[str, list[bytes]], batch: int = 100) -> None:
        """As the runner would."""
        for kind, wires in made.items():
            document = self.documents[kind]
            for at in range(0, len(wires), batch):
                page = tuple(wires[at : at + batch])
                cursor = engine.documents[document].cursor if document in engine.documents else 0
                await engine.take_events(document, cursor + len(page), page)


def ports_in(folder: Path) -> Ports:
    store = FolderStoreFile(folder)

    async def file() -> StoreFile:
        return store

    async def storage() -> StorageReport:
        return StorageReport(store.size(), True, "file")

    async def strong(passphrase: str) -> int:
        return 4

    async def nothing() -> None:
        return None

    return Ports(
        crdt=CRDT,
        crypto=CRYPTO,
        clock=SystemClock(),
        random=SystemRandom(),
        network=NoNetwork(),
        file=file,
        scratch=MemoryStoreFile,
        vault=PassphraseVault(CRYPTO, FolderVaultFile(folder)),
        relay="",
        app="",
        strength=strong,
        storage=storage,
        take_over=nothing,
        left=nothing,
        prefer=lambda name, value: None,
        version="benchmark",
    )
