"""The case exactly as another member sees it, to look at only ("bekijk als")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal

from kring.cases.kring_document import KRING, title_in
from kring.cases.shapes import CaseStatus, Invitation, JoinRequest, Listener, Member, QuarantinedEnvelope
from kring.documents.handle import Handle
from kring.errors import NotAllowed

AS: Final = "~"
"""Between the id of a case and that of the member through whose eyes it is seen."""


class Seen:
    """Fulfils what the screens of a case ask, with the documents that `member` may read and nothing else:
    what their own app shows once it is up to date. What it may keep of a right that has ended is not here.

    Nothing can be changed through it: whoever looks is not who they look as.
    """

    def __init__(self, case: Any, member: str) -> None:
        self.real, self.member = case, member

    @property
    def id(self) -> str:
        """That of the case and of the member, so that every address under it is seen with these eyes."""
        return f"{self.real.id}{AS}{self.member}"

    @property
    def name(self) -> str:
        """What the member is called."""
        return self._shown().name

    @property
    def title(self) -> str:
        return title_in(self.real.documents[KRING].view) if KRING in self._now().rights else ""

    @property
    def kind(self) -> Literal["own", "shared"]:
        return "own" if self._now().owner else "shared"

    @property
    def documents(self) -> Mapping[str, Handle]:
        """Only what the member may read, by their rights as they are now; nothing once their time is over."""
        rights = {} if self.over else self._now().rights
        return {kind: handle for kind, handle in self.real.documents.items() if kind in rights}

    @property
    def status(self) -> CaseStatus:
        return CaseStatus("synced")

    @property
    def over(self) -> bool:
        return self._now().over

    @property
    def members(self) -> tuple[Member, ...]:
        """As the member knows them; nothing can be decided about them with borrowed eyes."""
        known: tuple[Member, ...] = self.real.members_seen_by(self.member)
        return tuple(replace(each, yours=False) for each in known)

    @property
    def requests(self) -> tuple[JoinRequest, ...]:
        return ()

    @property
    def invitations(self) -> tuple[Invitation, ...]:
        return ()

    @property
    def quarantine(self) -> tuple[QuarantinedEnvelope, ...]:
        return ()

    @property
    def undo_label(self) -> None:
        return None

    @property
    def redo_label(self) -> None:
        return None

    def may_edit(self, kind: str) -> bool:
        return False

    def subscribe(self, listener: Listener) -> Listener:
        end: Listener = self.real.subscribe(listener)
        return end

    async def dispatch(self, command: object) -> None:
        raise NotAllowed("looking as somebody else")

    def _shown(self) -> Member:
        """The member as whoever looks knows them."""
        return self._one_of(self.real.members)

    def _now(self) -> Member:
        """The member as they stand at this moment; without rights once they are gone."""
        return self._one_of(self.members)

    def _one_of(self, members: tuple[Member, ...]) -> Member:
        return next((each for each in members if each.id == self.member), Member(self.member, "", ""))
