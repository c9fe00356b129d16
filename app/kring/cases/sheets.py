"""The recovery sheet of a member: made once, shown once, kept nowhere (docs/protocol.md, Recovery sheet)."""

from __future__ import annotations

from collections.abc import Sequence

from kring.cases import secrets
from kring.cases.engine import Engine
from kring.cases.shapes import RecoveryShare, RecoverySheet
from kring.cases.speaking import Speaking
from kring.domain.text_input import clean_name
from kring.errors import BadInput
from kring.sharing.author import Author, add_device
from kring.sharing.recovery import (
    Sheet,
    encode_place,
    encode_seed,
    encode_share,
    encode_sheet,
    new_seed,
    paper_device,
)
from kring.sharing.shares import SHARES, split


class Sheets:
    """For one open case. The seed is in memory from when it is asked for until the case is closed."""

    def __init__(self, engine: Engine, speaking: Speaking) -> None:
        self._engine, self._speaking = engine, speaking
        self._seed = b""
        self._shares: tuple[str, ...] = ()

    async def sheet(self) -> RecoverySheet:
        """The sheet to print; its seed is forgotten here as soon as it has been asked for.

        Asked for again after a restart, it is a new sheet, of which the log must hear: NetworkError.
        """
        engine, sheet = self._engine, await self._current()
        words = tuple(encode_seed(sheet.seed).split())
        text = encode_sheet(engine.ports.app, sheet)
        return RecoverySheet(
            engine.title(), words, text, engine.case.hex(), engine.ports.clock.now(),
            tuple(encode_place(sheet.case).split()), sheet.relay,
        )  # fmt: skip

    async def shares(self, people: Sequence[str]) -> tuple[RecoveryShare, ...]:
        """The same seed in three parts, any two of which are enough: one for each of these people.

        Raises BadInput where they are not three different names; NetworkError as `sheet` does.
        """
        names = [clean_name(each) for each in people]
        if len(names) != SHARES or len({each.casefold() for each in names}) != SHARES:
            raise BadInput("a share is for one person each", field="people", reason="no_choice")
        engine, sheet = self._engine, await self._current()
        self._shares = self._shares or split(sheet.seed)
        place = tuple(encode_place(sheet.case).split())
        return tuple(
            RecoveryShare(
                name, tuple(words.split()), encode_share(engine.ports.app, words, sheet), place, sheet.relay,
                engine.ports.clock.now(),
            )
            for name, words in zip(names, self._shares, strict=True)
        )  # fmt: skip

    async def _current(self) -> Sheet:
        engine = self._engine
        if not self._seed:
            kept = (await engine.store.keys.all(engine.number)).get(secrets.PAPER)
            self._seed = kept or await self._new()
            await engine.store.write(lambda: engine.store.keys.forget(engine.number, secrets.PAPER))
        membership = engine.ledger.membership
        relay = engine.description.relay or engine.ports.relay
        return Sheet(self._seed, engine.case, relay, membership.length, membership.head)

    async def _new(self) -> bytes:
        engine = self._engine
        seed = new_seed(engine.ports.crypto)
        paper = await paper_device(engine.ports.crypto, seed)

        async def speak(author: Author) -> None:
            await add_device(author, engine.keyring, paper, paper=True, now=engine.ports.clock.now())

        await self._speaking.append(speak)
        return seed
