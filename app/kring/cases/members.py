"""Who is in a case and what each of them sees, as the log and the document `kring` say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kring.cases.engine import Engine
from kring.cases.intentions import Intention, Intentions
from kring.cases.kring_document import KRING, name_in, organisation_in
from kring.cases.shapes import Member, Pending
from kring.cases.standing import standing
from kring.domain.rights import Right
from kring.sharing.membership import ACTIVE
from kring.sharing.rules.common import outranks


def name_of(engine: Engine, member: bytes) -> str:
    """What this member is called; empty where it is not known here (yet)."""
    handle = engine.by_kind.get(KRING)
    name = name_in(handle.view, member) if handle is not None else ""
    return name or (engine.description.name if member == engine.member else "")


def organisation_of(engine: Engine, member: bytes) -> str:
    """For which organisation this member comes; empty where it is not known here."""
    handle = engine.by_kind.get(KRING)
    return organisation_in(handle.view, member) if handle is not None else ""


def pending(intention: Intention | None) -> Pending:
    """What was decided about a member and has not come about."""
    if intention is None:
        return ""
    if intention.stale:
        return "look_again"
    return "remove" if intention.rights is None else "change"


def members(engine: Engine, intentions: Intentions) -> tuple[Member, ...]:
    """All who have been confirmed, as this device's member knows them: the owner first, then by name.

    Rights only in documents known here; who may only read one whose place another took, reads that one.
    Whose end has passed shows to themself and to who may give them more time.
    """
    return _known_to(engine, engine.member, _kinds(engine), lambda member: pending(intentions.of(member)))


def members_seen_by(engine: Engine, reader: bytes) -> tuple[Member, ...]:
    """The same as another member's own app has it: rights and names only from what they may read."""
    granted = engine.ledger.membership.granted
    kinds = {each: kind for each, kind in _kinds(engine).items() if granted.get((reader, each))}
    return _known_to(engine, reader, kinds, lambda _: "")


def _kinds(engine: Engine) -> dict[bytes, str]:
    """The documents that are known here, and what they are."""
    return {
        document: kind
        for document in engine.ledger.membership.documents
        if (kind := engine.kind_of(document))
    }


def _known_to(
    engine: Engine, reader: bytes, kinds: Mapping[bytes, str], decided: Callable[[bytes], Pending]
) -> tuple[Member, ...]:
    membership, now = engine.ledger.membership, engine.ports.clock.now()
    found = []
    named = KRING in kinds.values()
    for member in membership.members.values():
        owner, you = member.id == membership.owner, member.id == reader
        yours = not you and outranks(membership, reader, member.id)
        over = not membership.in_time(member.id, now)
        if member.state != ACTIVE or (over and not you and not yours):
            continue
        given = {}
        for document in sorted(kinds, key=lambda each: engine.now(each) == each):
            if right := membership.granted.get((member.id, document), 0):
                given[kinds[document]] = Right(right).word
        found.append(
            Member(
                member.id.hex(),
                name_of(engine, member.id) if you or named else "",
                member.role,
                given,
                member.until,
                owner,
                you,
                asked=member.asked,
                over=over,
                pending=decided(member.id),
                frozen=membership.frozen(member.id),
                yours=yours,
                seen=standing(membership, member.id),
                organisation=organisation_of(engine, member.id) if named else "",
            )
        )
    return tuple(sorted(found, key=lambda each: (not each.owner, each.name.casefold(), each.id)))
