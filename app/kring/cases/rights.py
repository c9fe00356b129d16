"""What the owner, or who has `beheren`, decides about a member: out, other rights, another end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kring.cases.engine import Engine
from kring.cases.intentions import Intention
from kring.cases.kring_document import KRING
from kring.cases.lowering import granted
from kring.cases.removing import Removing
from kring.cases.standing import standing
from kring.domain.rights import Right, right_named
from kring.errors import BadInput, LogChanged, NotAllowed
from kring.phases import LATER

PRIVATE: Final = "prive"


class Rights:
    """For one open case."""

    def __init__(self, engine: Engine, removing: Removing) -> None:
        self._engine, self._removing = engine, removing

    async def remove(self, member: str) -> None:
        """Take a member out. Without a connection it is kept, and done at the next one. Raises NotAllowed."""
        await self._removing.decide(Intention(bytes.fromhex(member)))

    async def change(self, member: str, rights: Mapping[str, str], until: int, seen: str = "") -> None:
        """Give a member exactly these rights, by kind, until then (ms, 0 for no end). Kept as `remove` is.

        `seen` as of Member: LogChanged where they stand otherwise by now. Raises BadInput, NotAllowed.
        """
        name = bytes.fromhex(member)
        wanted = self._wanted(name, rights)
        if until and until <= self._engine.ports.clock.now():
            raise BadInput("an end that has passed", field="until", reason="no_choice")
        await self._decide(name, wanted, until, seen)

    async def extend(self, member: str, until: int, seen: str = "") -> None:
        """The same rights until then; with the end that they have, an answer to who asked for more: no."""
        name = bytes.fromhex(member)
        await self._decide(name, self._granted(name), until, seen)

    async def take_back(self, member: str) -> None:
        """What was decided and is not final is not to be done (any further)."""
        await self._removing.take_back(bytes.fromhex(member))

    async def _decide(self, member: bytes, wanted: Mapping[bytes, int], until: int, seen: str) -> None:
        now = standing(self._engine.ledger.membership, member)
        if seen and seen != now:
            raise LogChanged
        await self._removing.decide(Intention(member, dict(wanted), until, (now,)))

    def _wanted(self, member: bytes, rights: Mapping[str, str]) -> dict[bytes, int]:
        """By document. Names of members stay readable, and what has no kind here stays as it is; so does what
        they keep of a document whose place another took, for as long as they may read that one, and what has
        its own moment to be given, as privétijd has."""
        if not rights:
            raise BadInput("nothing is left; remove them instead", field="rights", reason="required")
        if PRIVATE in rights:
            raise NotAllowed("what is private stays private")
        engine = self._engine
        wanted = {
            each: right
            for each, right in self._granted(member).items()
            if self._stays(engine.kind_of(each), each, rights)
        }
        for kind, word in {**rights, KRING: rights.get(KRING, Right.LEZEN.word)}.items():
            document, right = engine.document_of(kind), right_named(word)
            if document is None or right is None:
                raise BadInput("no such document or right", field="rights", reason="no_choice")
            wanted[document.id] = int(right)
        return wanted

    def _stays(self, kind: str, document: bytes, rights: Mapping[str, str]) -> bool:
        """Whether nothing was decided about it."""
        if not kind or (kind in LATER and kind not in rights):
            return True
        return kind in rights and self._engine.now(document) != document

    def _granted(self, member: bytes) -> dict[bytes, int]:
        return granted(self._engine.ledger.membership, member)
