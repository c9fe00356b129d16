"""Removing a device that is lost: one's own, or as the owner somebody's (docs/protocol.md, Removing).

What was decided is kept before anything is said; each step looks at the log as it has become. So without a
connection, or after a crash, it is not final yet and goes on by itself.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from kring.cases.cutting import STEPS, UNSEEN, cut_of, stepped_back
from kring.cases.devices import Devices
from kring.cases.engine import Engine
from kring.cases.rotating import Rotating
from kring.cases.speaking import Nothing, Speaking
from kring.errors import BadInput, ChainMoved, KringError, NetworkError, NotAllowed, StoreError
from kring.sharing.author import Author
from kring.sharing.membership import REVOKED
from kring.sharing.records import DeviceRevoke, Freeze
from kring.sharing.rules.common import outranks

PREFIX: Final = "losing/"


class Losing:
    """For one open case."""

    def __init__(self, engine: Engine, speaking: Speaking, rotating: Rotating, devices: Devices) -> None:
        self._engine, self._speaking, self._rotating = engine, speaking, rotating
        self._devices = devices
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Take up what was decided in earlier starts."""
        for name in await self._engine.store.keys.all(self._engine.number):
            if name.startswith(PREFIX):
                self._devices.leaving.add(bytes.fromhex(name.removeprefix(PREFIX)))

    async def decide(self, name: str) -> None:
        """Keep it and do it; without a connection it is done as soon as there is one.

        Raises BadInput, NotAllowed or StoreError; then nothing was decided.
        """
        device = self._named(name)
        await self._keep(device)
        try:
            await self._carry(device)
        except (NetworkError, StoreError):
            return
        except KringError:
            await self._forget(device)
            raise

    async def carry_out(self) -> None:
        """Go on with all that was decided. Raises NetworkError or StoreError."""
        for device in sorted(self._devices.leaving):
            try:
                await self._carry(device)
            except (NetworkError, StoreError):
                raise
            except KringError:
                await self._forget(device)

    async def _carry(self, device: bytes) -> None:
        async with self._turn:
            if device not in self._devices.leaving:
                return
            for back in STEPS:
                await self._speaking.append(lambda author: self._freeze(author, device))
                await self._speaking.runner.settled()
                try:
                    await self._speaking.append(partial(self._revoke, device=device, back=back))
                except ChainMoved:
                    continue
                await self._rotating.clear()
                await self._forget(device)
                return
        raise NetworkError(UNSEEN)

    async def _freeze(self, author: Author, device: bytes) -> None:
        known = author.membership.devices[device]
        if not known.active:
            raise Nothing
        await author.say(Freeze(known.member, (device,)), self._engine.ports.clock.now())

    async def _revoke(self, author: Author, device: bytes, back: int) -> None:
        membership = author.membership
        known = membership.devices[device]
        if known.state == REVOKED:
            raise Nothing
        if known.active:
            raise ChainMoved("a freeze was lifted meanwhile")
        engine = self._engine
        earlier = stepped_back(membership, back, partial(engine.store.envelopes.at, engine.number))
        cut = cut_of(membership, engine.documents, known.member, [device], earlier=earlier)
        await author.say(DeviceRevoke(device, cut), engine.ports.clock.now())

    def _named(self, name: str) -> bytes:
        membership, engine = self._engine.ledger.membership, self._engine
        known = next((each for each in membership.devices.values() if each.id.hex() == name), None)
        if known is None or known.state == REVOKED:
            raise BadInput("no such device", field="device", reason="no_choice")
        own = known.member == engine.member
        if known.id == engine.keys.id or not (own or outranks(membership, engine.member, known.member)):
            raise NotAllowed("not this device's to remove")
        assert self._speaking.runner is not None
        return known.id

    async def _keep(self, device: bytes) -> None:
        store, number = self._engine.store, self._engine.number
        box = await store.keys.seal(number, PREFIX + device.hex(), b"\1")
        await store.write(lambda: store.keys.put(number, box))
        self._devices.leaving.add(device)
        self._engine.notify()

    async def _forget(self, device: bytes) -> None:
        """It has been done, or cannot be."""
        store, number = self._engine.store, self._engine.number
        await store.write(lambda: store.keys.forget(number, PREFIX + device.hex()))
        self._devices.leaving.discard(device)
        self._engine.notify()
