"""A recovery sheet at work on an empty device: from its seed to an ordinary case (docs/protocol.md, P11).

The device first is the one on the paper: it logs in as that, checks the log against what the sheet says of
it, and takes everything in. Then a person chooses which of their devices are lost. Those are held still, and
when all that they sent is here, one RECOVER brings a new device and a new sheet and shuts out the lost ones
and the paper that was used; new epochs follow. What was chosen, and every key, is durable before
anything is said, so a crash at any step is taken up again.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from typing import Final

from kring.cases import secrets
from kring.cases.cutting import cut_of
from kring.cases.description import CaseKind, Description
from kring.cases.devices import Devices
from kring.cases.engine import Engine, open_engine
from kring.cases.founding import steps_to_add
from kring.cases.members import name_of
from kring.cases.ports import Ports
from kring.cases.rotating import Rotating
from kring.cases.shapes import Device, Listener, RecoveryProgress, RecoveryStep
from kring.cases.speaking import Nothing, Speaking
from kring.errors import (
    BadInput,
    ChainMoved,
    KringError,
    NetworkError,
    SheetMismatch,
    SheetUnknown,
    StoreError,
)
from kring.sharing import author as authors
from kring.sharing.author import Author
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.membership import REVOKED
from kring.sharing.records import Freeze
from kring.sharing.recovery import Sheet, new_seed, paper_device
from kring.store.cases import CaseRow
from kring.store.store import Store
from kring.sync.runner import SyncRunner

RETRY_SECONDS: Final = 1.0


async def begin_recovery(ports: Ports, store: Store, sheet: Sheet) -> CaseRow:
    """Keep what a recovery needs, before anything is asked of the relay. BadInput, StoreError."""
    if store.cases.here(sheet.case):
        raise BadInput("this case is here already", reason="already_here")
    paper = await paper_device(ports.crypto, sheet.seed)
    description = Description("recovering", "", "", "", sheet.relay, founded=True)
    row = CaseRow(store.cases.free_number(), sheet.case, description.to_bytes())
    mark = sheet.position.to_bytes(4) + sheet.head
    kept = {secrets.DEVICE: secrets.pack_device(paper), secrets.SHEET: mark}
    await store.write(*await steps_to_add(store, row, kept))
    return row


class Recovering:
    """One recovery under way; `start` it. `done` is awaited once the case is an ordinary one in the store."""

    def __init__(
        self, engine: Engine, mark: bytes, kept: Kept | None, done: Callable[[], Awaitable[None]]
    ) -> None:
        ports = engine.ports
        self._engine, self._mark, self._kept, self._done = engine, mark, kept, done
        self._paper = engine.keys
        self.runner = SyncRunner(engine, ports.network, engine.description.relay, ports.clock, ports.random)
        self._speaking = Speaking(engine, self.runner)
        self._devices = Devices(engine, self._speaking)
        self._rotating = Rotating(engine, self._speaking)
        self._tasks: set[asyncio.Task[None]] = set()
        self._code = ""
        self._working = self._over = False
        self._listeners: list[Listener] = []
        self.opened = asyncio.Event()
        """Set once the case is an ordinary one that is open."""
        engine.on_change(self._look)

    async def start(self) -> None:
        """Go on from what is stored."""
        await self._devices.load()
        self.runner.start()
        self._look()

    async def stop(self) -> None:
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.runner.stop()
        with suppress(StoreError):  # what was durable is, and the rest comes again
            await self._engine.close()

    def subscribe(self, listener: Listener) -> Listener:
        """Hear of every step; returns what ends it."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    @property
    def progress(self) -> RecoveryProgress:
        engine = self._engine
        step: RecoveryStep = "reaching"
        if self._code:
            step = "failed"
        elif self._over:
            step = "done"
        elif self._kept is not None:
            step = "working"
        elif engine.caught_up_once:
            step = "choosing"
        elif engine.ledger.membership.length:
            step = "reading"
        return RecoveryProgress(step, engine.title(), self._others(), self._code)

    @property
    def description(self) -> bytes:
        """What the store says of the case now."""
        return self._engine.description.to_bytes()

    async def choose(self, lost: Collection[str]) -> None:
        """Shut out these of the person's own devices, and go on by a new one and with a new sheet.

        Raises BadInput or StoreError; then nothing was decided. The rest is done by itself.
        """
        if self.progress.step != "choosing" or not set(lost) <= {each.id for each in self._others()}:
            raise BadInput("this cannot be chosen now", field="devices", reason="no_choice")
        crypto = self._engine.ports.crypto
        names = tuple(sorted(bytes.fromhex(each) for each in lost))
        kept = Kept(await new_device(crypto), new_seed(crypto), names)
        store, number = self._engine.store, self._engine.number
        boxes = [await store.keys.seal(number, name, secret) for name, secret in kept.secrets().items()]
        await store.write(*(lambda box=box: store.keys.put(number, box) for box in boxes))
        self._kept = kept
        self._look()

    def _others(self) -> tuple[Device, ...]:
        return tuple(each for each in self._devices.devices if each.yours and not each.here)

    def _look(self) -> None:
        """What follows from what has changed."""
        engine = self._engine
        if not self._over and not self._code:
            self._check()
            if engine.refusal == "bad_login":
                self._turned_away()
            if self._kept is not None and engine.caught_up_once and not (self._working or self._code):
                self._working = True
                self._task(self._run(self._kept))
        for listener in list(self._listeners):
            listener()

    def _check(self) -> None:
        """The log must go as far as the sheet says, and hold what it held then (P7)."""
        position, head = int.from_bytes(self._mark[:4]), self._mark[4:]
        membership = self._engine.ledger.membership
        short = self._engine.caught_up_once and membership.length < position
        if head and (short or (membership.length >= position and membership.head_at(position) != head)):
            self._fail(SheetMismatch.code)

    def _turned_away(self) -> None:
        """The relay knows no such device: an old sheet, or RECOVER was said and its answer was lost."""
        engine = self._engine
        if self._kept is None or engine.keys is not self._paper:
            self._fail(SheetUnknown.code)
        else:
            engine.keys, engine.refusal = self._kept.keys, ""
            self._task(self.runner.reconnect())

    def _fail(self, code: str) -> None:
        self._code = code
        self._task(self.runner.stop())

    async def _run(self, kept: Kept) -> None:
        while not self._code:
            try:
                await self._recover(kept)
                return
            except (NetworkError, StoreError):
                await self._engine.ports.clock.sleep(RETRY_SECONDS)
            except KringError as error:
                self._fail(error.code)
                self._engine.notify()

    async def _recover(self, kept: Kept) -> None:
        engine = self._engine
        if engine.keys is self._paper:
            await self._speaking.append(lambda author: self._freeze(author, kept))
            await self._speaking.runner.settled()
            await self._speaking.append(lambda author: self._say(author, kept))
            engine.keys = kept.keys
            await self.runner.reconnect()
        if kept.keys.id not in engine.ledger.membership.devices:
            raise NetworkError("the log has not come yet")
        # Until there are new epochs, only this device holds the keys: the new sheet is nothing to print yet.
        await self._rotating.clear()
        await self._finish(kept)
        self._over = True
        engine.notify()
        await self._done()

    def _task(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _freeze(self, author: Author, kept: Kept) -> None:
        devices = author.membership.devices
        moving = tuple(each for each in kept.lost if devices[each].active)
        if not moving:
            raise Nothing
        await author.say(Freeze(author.member, moving), self._engine.ports.clock.now())

    async def _say(self, author: Author, kept: Kept) -> None:
        engine, membership = self._engine, author.membership
        if kept.keys.id in membership.devices:
            raise Nothing
        gone = [each for each in kept.lost if membership.devices[each].state != REVOKED]
        if any(membership.devices[each].active for each in gone):
            raise ChainMoved("a freeze was lifted meanwhile")
        member, crypto = author.member, engine.ports.crypto
        cut = cut_of(membership, engine.documents, member, [*gone, self._paper.id])
        paper = await paper_device(crypto, kept.seed)
        await authors.recover(author, kept.keys, paper, gone, cut, engine.ports.clock.now())

    async def _finish(self, kept: Kept) -> None:
        """From now on the new device, in one transaction."""
        engine = self._engine
        membership, member = engine.ledger.membership, engine.ledger.membership.devices[kept.keys.id].member
        kind: CaseKind = "own" if membership.owner == member else "shared"
        engine.keys = kept.keys
        description = dataclasses.replace(
            engine.description,
            kind=kind,
            title=engine.title(),
            name=name_of(engine, member),
            role=membership.members[member].role,
        )
        store, number = engine.store, engine.number
        device = await store.keys.seal(number, secrets.DEVICE, secrets.pack_device(kept.keys))
        paper = await store.keys.seal(number, secrets.PAPER, kept.seed)
        box = await store.cases.seal(engine.case, description.to_bytes())
        await engine.journal.flush()
        await store.write(
            lambda: store.keys.put(number, device),
            lambda: store.keys.put(number, paper),
            *(lambda name=name: store.keys.forget(number, name) for name in (*kept.secrets(), secrets.SHEET)),
            lambda: store.cases.put(number, box),
        )
        engine.description = description


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """What was decided: the new device, the new sheet's seed, and the devices that are lost."""

    keys: DeviceKeys
    seed: bytes = dataclasses.field(repr=False)
    lost: tuple[bytes, ...]

    def secrets(self) -> dict[str, bytes]:
        """By the names under which the store keeps them."""
        return {
            secrets.NEXT: secrets.pack_device(self.keys),
            secrets.NEXT_PAPER: self.seed,
            secrets.LOST: b"\1" + b"".join(self.lost),
        }


async def resume_recovery(
    ports: Ports, store: Store, row: CaseRow, done: Callable[[], Awaitable[None]]
) -> Recovering:
    """The recovery that this row describes; `start` it. Raises StoreCorrupt."""
    boxes = await store.keys.all(row.number)
    kept = None
    if secrets.NEXT in boxes:
        packed = boxes[secrets.LOST][1:]
        lost = tuple(packed[at : at + 16] for at in range(0, len(packed), 16))
        keys = await secrets.unpack_device(ports.crypto, boxes, secrets.NEXT)
        kept = Kept(keys, boxes[secrets.NEXT_PAPER], lost)
    engine = await open_engine(ports, store, row)
    return Recovering(engine, boxes[secrets.SHEET], kept, done)
