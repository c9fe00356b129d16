"""The documents that a case has from the start and that nothing has been written in yet."""

from __future__ import annotations

from kring.cases.engine import Engine


def spare(engine: Engine, skip: int = 0) -> bytes | None:
    """One that is the owner's alone and empty, after `skip` others that are spoken for; None without."""
    membership = engine.ledger.membership
    given = {
        document
        for (member, document), right in membership.granted.items()
        if right and member != membership.owner
    }
    found = [
        name
        for name in membership.documents
        if (document := engine.documents.get(name)) is not None
        and document.handle is None
        and not document.gate.frontier
        and not document.waiting
        and name not in given | membership.private
    ]
    return found[skip] if len(found) > skip else None
