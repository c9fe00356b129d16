"""How a member stands in the log, as one word: to compare what a person saw with what holds now."""

from __future__ import annotations

import hashlib

from kring.sharing.membership import Membership


def standing(membership: Membership, member: bytes) -> str:
    """Equal only where state, rights, end and devices (with what holds them) are; empty for nobody."""
    known = membership.members.get(member)
    if known is None:
        return ""
    rights = sorted(
        (document, right) for (name, document), right in membership.granted.items() if name == member
    )
    devices = sorted((each.id, each.state) for each in membership.devices_of(member))
    said = repr((known.state, known.role, known.until, rights, devices))
    return hashlib.sha256(said.encode()).hexdigest()
