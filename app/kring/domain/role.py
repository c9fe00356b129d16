"""The role in which a member takes part in a case. Names of the method, kept Dutch."""

from __future__ import annotations

from enum import StrEnum


class MemberRole(StrEnum):
    KLANT = "klant"
    NETWERKLID = "netwerklid"
    PROCESBEGELEIDER = "procesbegeleider"
    PROFESSIONAL = "professional"

    @property
    def ends_by_default(self) -> bool:
        """Whether access gets an end date unless the client decides otherwise."""
        return self in (MemberRole.PROCESBEGELEIDER, MemberRole.PROFESSIONAL)
