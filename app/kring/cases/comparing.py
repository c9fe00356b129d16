"""The code that two people compare to learn whether the relay shows both the same (docs/protocol.md)."""

from __future__ import annotations

from typing import Final

from kring.cases.engine import Engine
from kring.cases.status import status
from kring.errors import BadInput, NotAllowed
from kring.sharing.compare import STARTS, compare_code, shared_documents

DIGITS: Final = len(str(STARTS - 1))


class Comparing:
    """For one open case."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def draw(self) -> str:
        """A start, of four digits, to tell the other: nobody can have known it beforehand."""
        drawn = int.from_bytes(self._engine.ports.random.bytes(8)) % STARTS
        return f"{drawn:0{DIGITS}}"

    def code(self, member: str, start: str) -> str:
        """Twelve digits to compare with this member; empty while this device is not in step with the relay.

        Raises BadInput for a start that is none, NotAllowed where there is nobody to compare with.
        """
        if not (len(start) == DIGITS and start.isascii() and start.isdecimal()):
            raise BadInput("no start", field="start", reason="no_start")
        engine, membership = self._engine, self._engine.ledger.membership
        other = next(membership.active_devices_of(bytes.fromhex(member)), None)
        if other is None or other.member == engine.member:
            raise NotAllowed("nobody to compare with")
        if status(engine).sync != "synced":
            return ""
        both = shared_documents(membership, engine.keys.id, other.id)
        digests = {each: engine.documents[each].gate.digest() for each in both}
        return compare_code(membership, digests, int(start))
