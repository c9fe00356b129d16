"""Letting people in: invites, the requests that they lead to, and the owner's answer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from kring.cases import secrets
from kring.cases.engine import Engine
from kring.cases.fresh_start import FreshStart
from kring.cases.kring_document import (
    KRING,
    NAMING,
    name_in,
    name_member,
    name_organisation,
    organisation_in,
)
from kring.cases.members import name_of
from kring.cases.secrets import InviteKey, invite_name
from kring.cases.shapes import Invitation, JoinRequest
from kring.cases.standing import standing
from kring.domain.rights import Right, right_named
from kring.domain.role import MemberRole
from kring.domain.text_input import clean_line, clean_name
from kring.errors import (
    BadInput,
    CryptoError,
    DocumentError,
    LogChanged,
    NetworkError,
    NotAllowed,
    ProtocolError,
)
from kring.sharing import rights
from kring.sharing.author import Author, grant, joiner_name
from kring.sharing.author import invite as make_invite
from kring.sharing.invite import Link, check_code, encode_link
from kring.sharing.membership import ACTIVE
from kring.sharing.records import Record, Revoke, Withdraw
from kring.sync.runner import SyncRunner

DAY_MS: Final = 24 * 60 * 60 * 1000
MOST_DAYS: Final = 365
ACCESS_DAYS: Final = 90
"""How long a procesbegeleider or professional keeps access, unless the client renews it."""

PRIVATE: Final = "prive"


class Inviting:
    """For one open case. `runner` is None where the case has no relay."""

    def __init__(self, engine: Engine, runner: SyncRunner | None, fresh: FreshStart) -> None:
        self._engine, self._runner, self._fresh = engine, runner, fresh
        self._keys: dict[bytes, InviteKey] = {}
        self._names: dict[bytes, str] = {}
        self._codes: dict[bytes, str] = {}
        engine.on_log(self.refresh)

    async def load(self) -> None:
        """Take up the invites made in earlier starts."""
        boxes = await self._engine.store.keys.all(self._engine.number)
        for name, box in boxes.items():
            if name.startswith(secrets.INVITE):
                invite = bytes.fromhex(name.removeprefix(secrets.INVITE))
                self._keys[invite] = InviteKey.from_bytes(box)
        await self.refresh()

    async def refresh(self) -> None:
        """After the log has grown: read new requests, and write down the names of who was let in."""
        engine, membership = self._engine, self._engine.ledger.membership
        for device, joined in membership.joins.items():
            invite, member = membership.invites[joined.invite], joined.member
            if invite.author not in engine.selves or invite.body.member or member in self._codes:
                continue
            self._codes[member] = await check_code(
                engine.ports.crypto, membership.case, invite.author, invite.id, device
            )
            try:
                keys = engine.selves[invite.author]
                name = await joiner_name(engine.ports.crypto, keys, membership, device)
                self._names[member] = clean_name(name)
            except (CryptoError, ProtocolError, BadInput):
                self._names[member] = ""
        self._write_names()
        engine.notify()

    @property
    def invitations(self) -> tuple[Invitation, ...]:
        """Made by this device, unanswered and not expired."""
        engine = self._engine
        now = engine.ports.clock.now()
        found = []
        for invite in engine.ledger.membership.invites.values():
            if invite.author not in engine.selves or not invite.open or invite.body.expires < now:
                continue
            if invite.body.member:
                continue
            key = self._keys.get(invite.id)
            link = self._link(invite.author, key.seed) if key is not None else ""
            name = key.name if key is not None else ""
            offer = self._words(invite.body.offer)
            found.append(
                Invitation(invite.id.hex(), name, invite.body.role, link, invite.body.expires, offer)
            )
        return tuple(found)

    @property
    def requests(self) -> tuple[JoinRequest, ...]:
        """Who answered an invite of this device and waits."""
        membership = self._engine.ledger.membership
        return tuple(
            JoinRequest(
                member.id.hex(),
                self._names.get(member.id, ""),
                member.role,
                self._codes[member.id],
                self._words(membership.invites[member.invite].body.offer),
                standing(membership, member.id),
            )
            for member in membership.pending()
            if member.id in self._codes
        )

    async def invite(
        self,
        name: str,
        role: str,
        offer: Mapping[str, str],
        days: int,
        organisation: str = "",
        history: bool = True,
    ) -> Invitation:
        """Make an invite and tell the relay of it; `organisation`: for which a professional comes.

        Without `history` what is offered begins anew first; nobody is invited before that has come about.
        Raises BadInput, NotAllowed, NetworkError, StoreError.
        """
        engine, runner = self._engine, self._online()
        name, given = clean_name(name), self._offered(offer)
        organisation = clean_line(organisation, field="organisation")
        if role not in rights.ROLES:
            raise BadInput("no such role", field="role", reason="no_choice")
        if not 1 <= days <= MOST_DAYS:
            raise BadInput("no such time", field="days", reason="no_choice")
        if not history:
            await self._fresh.begin([kind for kind in offer if kind != KRING])
            given = self._offered(offer)
        made: list[Link] = []

        async def make() -> tuple[int, tuple[bytes, ...]]:
            now = engine.ports.clock.now()
            author = self._author()
            record, link = await make_invite(
                author, role, given, now + days * DAY_MS, engine.description.relay, now
            )
            key = InviteKey(name, link.seed, organisation)
            made[:] = [link]
            await self._keep(next(reversed(author.membership.invites)), key)
            return _wire(record)

        await runner.append(make)
        link = self._link(made[0].owner, made[0].seed)
        return next(each for each in self.invitations if each.link == link)

    async def confirm(self, request: str, seen: str = "") -> None:
        """Let somebody in, after the codes were compared; `seen` is what the request said of how they stand.

        Raises BadInput, NotAllowed, NetworkError, and LogChanged where they stand otherwise by now: a GRANT
        lifts what somebody else may have decided meanwhile.
        """
        engine, runner = self._engine, self._online()
        member = self._asked(request)
        seen = seen or standing(engine.ledger.membership, member)

        async def make() -> tuple[int, tuple[bytes, ...]]:
            now, membership = engine.ports.clock.now(), engine.ledger.membership
            if standing(membership, member) != seen:
                raise LogChanged
            invite = membership.invites[membership.members[member].invite]
            ends = MemberRole(invite.body.role).ends_by_default
            until = now + ACCESS_DAYS * DAY_MS if ends else 0
            # Where another document took the place of one offered, that is the one they get.
            given = {engine.now(each): right for each, right in invite.body.offer.items()}
            return _wire(await grant(self._author(), engine.keyring, member, given, until, now))

        await runner.append(make)
        self._write_names()
        await engine.save()

    async def decline(self, request: str) -> None:
        """Send somebody away who asked to be let in. Raises BadInput, NotAllowed, NetworkError."""
        engine, runner = self._engine, self._online()
        member = self._asked(request)

        async def make() -> tuple[int, tuple[bytes, ...]]:
            return _wire(await self._author().say(Revoke(member, {}, {}), engine.ports.clock.now()))

        await runner.append(make)

    async def withdraw(self, invitation: str) -> None:
        """Make an invite that nobody has answered worthless. Raises BadInput, NotAllowed, NetworkError."""
        engine, runner = self._engine, self._online()
        if not any(each.id == invitation for each in self.invitations):
            raise BadInput("no such invite", field="invitation", reason="no_choice")
        name = bytes.fromhex(invitation)

        async def make() -> tuple[int, tuple[bytes, ...]]:
            if not engine.ledger.membership.invites[name].open:
                raise LogChanged
            return _wire(await self._author().say(Withdraw(name), engine.ports.clock.now()))

        await runner.append(make)
        self._keys.pop(name, None)
        await engine.store.write(lambda: engine.store.keys.forget(engine.number, invite_name(name)))

    async def name_organisation(self, member: bytes, organisation: str) -> None:
        """Write down for which organisation a member comes. Raises BadInput, NotAllowed, StoreError."""
        engine, said = self._engine, clean_line(organisation, field="organisation")
        document = engine.document_of(KRING)
        if document is None or document.handle is None or not engine.may_edit(document.id):
            raise NotAllowed("no right to write down who is who")
        if said != organisation_in(document.handle.view, member):
            document.handle.change(NAMING, name_organisation(member, said))
            await engine.save()

    def _write_names(self) -> None:
        """Names of confirmed members that the document `kring` does not have yet (CAS-10)."""
        engine = self._engine
        document = engine.document_of(KRING)
        if document is None or document.handle is None or not engine.may_edit(document.id):
            return
        for member, name in self._names.items():
            known = engine.ledger.membership.members[member]
            if known.state == ACTIVE and name and not name_in(document.handle.view, member):
                with suppress(DocumentError):  # somebody made it something else: then there is no name
                    key = self._keys.get(known.invite)
                    said = name_member(member, name, known.role, key.organisation if key else "")
                    document.handle.change(NAMING, said)

    def _offered(self, offer: Mapping[str, str]) -> dict[bytes, int]:
        """By document; whoever is let in anywhere also reads `kring`, which says who is who."""
        if not offer:
            raise BadInput("nothing is offered", field="offer", reason="required")
        if offer.keys() & {PRIVATE}:
            raise NotAllowed("what is private stays private")
        given = {}
        for kind, word in {**offer, KRING: offer.get(KRING, Right.LEZEN.word)}.items():
            document, right = self._engine.document_of(kind), right_named(word)
            if document is None or right is None:
                raise BadInput("no such document or right", field="offer", reason="no_choice")
            given[document.id] = int(right)
        return given

    def _words(self, offer: Mapping[bytes, int]) -> dict[str, str]:
        kinds = ((self._engine.kind_of(document), right) for document, right in offer.items())
        return {kind: Right(right).word for kind, right in kinds if kind and kind != KRING}

    def _link(self, inviter: bytes, seed: bytes) -> str:
        engine = self._engine
        link = Link(engine.case, inviter, seed, engine.description.relay)
        return encode_link(engine.ports.app, link)

    def _asked(self, request: str) -> bytes:
        for each in self.requests:
            if each.id == request:
                return bytes.fromhex(request)
        raise BadInput("nobody asks that", field="request", reason="no_choice")

    def _author(self) -> Author:
        engine = self._engine
        return Author(engine.ports.crypto, engine.keys, engine.ledger.membership)

    def _online(self) -> SyncRunner:
        if not self._engine.member:
            raise NotAllowed("not a member")
        if self._engine.description.kind == "example":
            raise NotAllowed("an example is not shared")
        if self._runner is None:
            raise NetworkError("no relay")
        return self._runner

    async def _keep(self, invite: bytes, key: InviteKey) -> None:
        engine = self._engine
        box = await engine.store.keys.seal(engine.number, invite_name(invite), key.to_bytes())
        await engine.store.write(lambda: engine.store.keys.put(engine.number, box))
        self._keys[invite] = key

    def called(self, member: bytes) -> str:
        """The name of a member, also of one who only asked."""
        return name_of(self._engine, member) or self._names.get(member, "")


def _wire(record: Record) -> tuple[int, tuple[bytes, ...]]:
    return record.position, (record.wire,)
