"""What a person decided about a member and the log does not say yet: kept, sealed, until it does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kring.cases.engine import Engine
from kring.errors import StoreCorrupt

PREFIX: Final = "removing/"
MOST_SEEN: Final = 8


@dataclass(frozen=True, slots=True)
class Intention:
    """`rights` is document → right, or None to remove; `until` as in GRANT.

    `seen`: how the member may stand when a step is taken: as the person saw it, or as an own step left it.
    `stale`: they stood otherwise, so a person has to look again.
    """

    member: bytes
    rights: Mapping[bytes, int] | None = None
    until: int = 0
    seen: tuple[str, ...] = ()
    stale: bool = False

    def to_bytes(self) -> bytes:
        rights = None if self.rights is None else {each.hex(): right for each, right in self.rights.items()}
        said = {"rights": rights, "until": self.until, "seen": self.seen[-MOST_SEEN:], "stale": self.stale}
        return json.dumps(said).encode()

    @classmethod
    def from_bytes(cls, member: bytes, data: bytes) -> Intention:
        """Raises StoreCorrupt."""
        try:
            raw = json.loads(data)
            given = raw["rights"]
            rights = (
                None if given is None else {bytes.fromhex(each): int(right) for each, right in given.items()}
            )
            return cls(member, rights, int(raw["until"]), tuple(map(str, raw["seen"])), bool(raw["stale"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreCorrupt("what was decided about a member cannot be read") from error


class Intentions:
    """Of one case, by member."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[bytes, Intention] = {}

    async def load(self) -> None:
        """Take up those of earlier starts. Raises StoreCorrupt."""
        for name, box in (await self._engine.store.keys.all(self._engine.number)).items():
            if name.startswith(PREFIX):
                member = bytes.fromhex(name.removeprefix(PREFIX))
                self._kept[member] = Intention.from_bytes(member, box)

    def of(self, member: bytes) -> Intention | None:
        return self._kept.get(member)

    def all(self) -> tuple[Intention, ...]:
        return tuple(self._kept.values())

    async def keep(self, intention: Intention) -> None:
        """Durably. Raises StoreError."""
        store, number = self._engine.store, self._engine.number
        box = await store.keys.seal(number, PREFIX + intention.member.hex(), intention.to_bytes())
        await store.write(lambda: store.keys.put(number, box))
        self._kept[intention.member] = intention
        self._engine.notify()

    async def forget(self, member: bytes) -> None:
        """It has been done, or taken back. Raises StoreError."""
        store, number = self._engine.store, self._engine.number
        await store.write(lambda: store.keys.forget(number, PREFIX + member.hex()))
        self._kept.pop(member, None)
        self._engine.notify()
