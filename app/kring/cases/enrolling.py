"""A copy of a device becomes a device of its own (CAS-8): a restored backup, a profile that was cloned.

Two that write as one device would use a number twice, and one of them would be refused for ever. So whoever
notices makes keys of its own, kept before anything is said; enrols them as another device of the same person,
in the name of the old one; and from then on is that device. Each step can be done again after a crash.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from kring.cases import secrets
from kring.cases.engine import RESTORED, Engine
from kring.errors import KringError, NetworkError, StoreError
from kring.sharing.author import Author, add_device
from kring.sharing.device import DeviceKeys, new_device
from kring.sync.runner import SyncRunner

RETRY_SECONDS: Final = 5.0


class Enrolling:
    """Watches one open case."""

    def __init__(self, engine: Engine, runner: SyncRunner) -> None:
        self._engine, self._runner = engine, runner
        self._task: asyncio.Task[None] | None = None
        engine.on_change(self._look)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _look(self) -> None:
        if self._due and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    @property
    def _due(self) -> bool:
        engine = self._engine
        return engine.link == "online" and (engine.description.restored or engine.refusal == RESTORED)

    async def _run(self) -> None:
        while self._due:
            try:
                await self._enrol()
                return
            except (NetworkError, StoreError):
                await self._engine.ports.clock.sleep(RETRY_SECONDS)
            except KringError as error:
                self._engine.named(error.code)
                return

    async def _enrol(self) -> None:
        engine = self._engine
        if not engine.description.restored:
            await engine.describe(restored=True)
        keys = await self._next()
        if keys.id not in engine.ledger.membership.devices:
            await self._say(keys)
        await engine.become(keys)
        await self._runner.reconnect()

    async def _next(self) -> DeviceKeys:
        """The keys to go on with, durable before anybody hears of them."""
        engine = self._engine
        crypto, boxes, number = engine.ports.crypto, engine.store.keys, engine.number
        kept = await boxes.all(number)
        if secrets.NEXT in kept:
            return await secrets.unpack_device(crypto, kept, secrets.NEXT)
        keys = await new_device(crypto)
        box = await boxes.seal(number, secrets.NEXT, secrets.pack_device(keys))
        await engine.store.write(lambda: boxes.put(number, box))
        return keys

    async def _say(self, keys: DeviceKeys) -> None:
        engine = self._engine

        async def make() -> tuple[int, tuple[bytes, ...]]:
            if keys.id in engine.ledger.membership.devices:
                raise _ThereError
            author = Author(engine.ports.crypto, engine.keys, engine.ledger.membership)
            record = await add_device(author, engine.keyring, keys, paper=False, now=engine.ports.clock.now())
            return record.position, (record.wire,)

        with suppress(_ThereError):
            await self._runner.append(make)


class _ThereError(Exception):
    """What was to be said has arrived before: an answer was lost, or a copy of this copy said it."""
