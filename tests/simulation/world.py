"""Devices with real Automerge, real crypto and the real client core, around one relay."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from kring.cases.case import Case
from kring.cases.kring import Kring
from kring.cases.ports import Ports, StorageReport
from kring.documents.crdt import Crdt
from kring.errors import StoreError
from kring.platform.memory.clock import MemoryClock, SeededRandom
from kring.platform.memory.crypto import SeededCrypto
from kring.platform.memory.files import MemoryStoreFile
from kring.store.file import StoreFile
from kring.store.vault import KdfCost, KdfPolicy, PassphraseVault
from tests.simulation.air import ORIGIN, Air, Noise, Station
from tests.simulation.engines import PlatformCrdt

CHEAP = KdfPolicy(cost=KdfCost(8, 1), least=KdfCost(8, 1))


class QuickCrypto(SeededCrypto):
    """Argon2id at a cost that a thousand runs can pay; all else is as it is."""

    async def argon2id(self, secret: bytes, salt: bytes, memory_kib: int, passes: int, length: int) -> bytes:
        return await super().argon2id(secret, salt, 8, 1, length)


class MemoryVaultFile:
    def __init__(self) -> None:
        self.record: bytes | None = None

    async def read(self) -> bytes | None:
        return self.record

    async def write(self, record: bytes) -> None:
        self.record = record

    async def replace(self, known: bytes, record: bytes) -> None:
        if self.record != known:
            raise StoreError("the vault record is not the one that was read")
        self.record = record


class Device:
    """One phone. `crash` is a kill at any instant; `start` opens what was durable."""

    def __init__(self, name: str, air: Air, clock: MemoryClock, seed: int, crdt: Crdt) -> None:
        self.name, self.clock, self.seed, self.crdt = name, clock, seed, crdt
        self.air = air
        self.file, self.vault = MemoryStoreFile(), MemoryVaultFile()
        self.starts = 0
        self.kring: Kring | None = None

    async def start(self) -> Kring:
        """As a new process on the same storage."""
        self.starts += 1
        crypto = QuickCrypto(crc32(f"{self.seed} {self.name} {self.starts}".encode()))

        async def file() -> StoreFile:
            return self.file

        async def storage() -> StorageReport:
            return StorageReport(0, True, "memory")

        async def strong(passphrase: str) -> int:
            return 4

        async def nothing() -> None:
            return None

        self.kring = Kring(
            Ports(
                crdt=self.crdt,
                crypto=crypto,
                clock=self.clock,
                random=SeededRandom(f"{self.seed}-{self.name}-{self.starts}"),
                network=self.air,
                file=file,
                scratch=MemoryStoreFile,
                vault=PassphraseVault(crypto, self.vault, CHEAP),
                relay=ORIGIN,
                app=ORIGIN,
                strength=strong,
                storage=storage,
                take_over=nothing,
                left=nothing,
                prefer=lambda name, value: None,
                version="simulation",
            )
        )
        await self.kring.look()
        if self.kring.state == "new":
            await self.kring.create_vault("geheim")
        else:
            await self.kring.unlock("geheim")
        return self.kring

    async def crash(self) -> None:
        """Kill the process: nothing is saved, nothing said goodbye."""
        kring, self.kring = self.kring, None
        if kring is not None:
            self.file.crash()
            with suppress(sqlite3.ProgrammingError):  # what was under way finds the store gone
                await kring.abandon()

    @property
    def running(self) -> Kring:
        assert self.kring is not None
        return self.kring


class World:
    """A relay, a clock and some devices."""

    def __init__(self, folder: Path, seed: int = 0, loud: bool = False) -> None:
        self.clock, self.seed = MemoryClock(), seed
        self.noise = Noise(seed, loud)
        self.station = Station(folder, self.clock, seed)
        self.devices: list[Device] = []

    async def device(self, name: str, crdt: Crdt | None = None, air: Air | None = None) -> Device:
        """On the platform's engine and over a network as bad as `noise`, unless told otherwise."""
        air = air or Air(self.station, self.noise)
        device = Device(name, air, self.clock, self.seed, crdt or PlatformCrdt())
        self.devices.append(device)
        await device.start()
        return device

    async def run(self, turns: int = 30) -> None:
        """Let everybody do what they can do now."""
        for _ in range(turns):
            await asyncio.sleep(0)

    async def until(self, holds: Callable[[], object], seconds: float = 300) -> None:
        """Let time pass until `holds`."""
        for _ in range(int(seconds / 0.25)):
            for _ in range(10):
                if holds():
                    return
                await self.run(5)
            self.clock.advance(0.25)
        raise AssertionError("it did not come to that")

    async def share(
        self, owner: Case, other: Device, offer: dict[str, str], role: str = "netwerklid"
    ) -> Case:
        """Invite, join, compare the code, confirm."""
        invitation = await owner.invite(other.name, "netwerklid", offer, 7)
        case = await other.running.join(invitation.link, other.name)
        await self.until(lambda: owner.requests)
        request = owner.requests[0]
        assert request.name == other.name
        assert request.code == next(each.code for each in other.running.cases if each.id == case)
        await owner.confirm(request.id)
        await self.until(
            lambda: next(each.kind for each in other.running.cases if each.id == case) == "shared"
        )
        return await other.running.open_case(case)

    async def synced(self, *cases: Case) -> None:
        await self.until(lambda: all(case.status.sync == "synced" for case in cases))

    async def close(self) -> None:
        for device in self.devices:
            if device.kring is not None:
                await device.kring.lock()
        await self.station.stop()
