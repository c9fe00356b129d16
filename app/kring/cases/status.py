"""How a case stands, in one word for the screen."""

from __future__ import annotations

from typing import Final

from kring.cases.engine import RESTORED, Engine
from kring.cases.shapes import CaseStatus
from kring.errors import StoreFull

UNSERVED: Final = ("bad_login", "not_allowed")
"""What the relay answers to whom it does not serve, whatever the reason."""


def status(engine: Engine) -> CaseStatus:
    """The first that holds: not durable, being saved, refused, alone, and then how far it was sent."""
    unsent = engine.sender.unsent
    error = engine.journal.error or engine.sender.problem
    if error is not None:
        return CaseStatus("store_full" if isinstance(error, StoreFull) else "problem", unsent, error.code)
    if not engine.sender.saved:
        return CaseStatus("saving", unsent)
    if engine.description.restored and engine.refusal in ("", RESTORED):
        return CaseStatus("waiting" if engine.link == "offline" else "connecting", unsent, RESTORED)
    if engine.refusal in UNSERVED and not engine.description.restored:
        return CaseStatus("unable", unsent)
    if engine.refusal:
        return CaseStatus("problem", unsent, engine.refusal)
    if not engine.description.relay:
        return CaseStatus("saved")
    if engine.link == "online" and engine.caught_up_once and not unsent:
        return CaseStatus("synced")
    return CaseStatus("connecting" if engine.link != "offline" else "waiting", unsent)
