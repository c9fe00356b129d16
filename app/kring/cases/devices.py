"""A person's own devices: which there are, and letting another one in (docs/protocol.md, Invite).

A new device answers a link as a new member does, and waits until an old one has compared the code. What a
device is called is known only to the one that let it in: the log says no names.
"""

from __future__ import annotations

from typing import Final

from kring.cases import secrets
from kring.cases.engine import Engine
from kring.cases.inviting import DAY_MS
from kring.cases.members import name_of
from kring.cases.secrets import InviteKey, invite_name
from kring.cases.shapes import Device, DeviceRequest, Invitation
from kring.cases.speaking import Nothing, Speaking
from kring.domain.text_input import clean_name
from kring.errors import BadInput, NotAllowed
from kring.sharing.author import Author, confirm_device
from kring.sharing.author import invite as make_invite
from kring.sharing.device import device_id
from kring.sharing.invite import Link, check_code, encode_link
from kring.sharing.membership import ACTIVE, FROZEN, REVOKED, WAITING
from kring.sharing.membership import Device as Known
from kring.sharing.records import DeviceAdd, DeviceRevoke, Genesis, Join, Recover, parse_record
from kring.sharing.rules.common import outranks, written

LINK_DAYS: Final = 1
"""Both devices are in one person's hands, so a link need not stay open for long."""


class Devices:
    """Of one open case. `names` of devices and `times` of their records are found as the log grows."""

    def __init__(self, engine: Engine, speaking: Speaking) -> None:
        self._engine, self._speaking = engine, speaking
        self._keys: dict[bytes, InviteKey] = {}
        self._codes: dict[bytes, str] = {}
        self._times: dict[bytes, int] = {}
        self._read = 0
        self.leaving: set[bytes] = set()
        """Those that somebody here decided to remove, and that the log still has."""
        engine.on_log(self.refresh)

    async def load(self) -> None:
        """Take up the invites made in earlier starts."""
        for name, box in (await self._engine.store.keys.all(self._engine.number)).items():
            if name.startswith(secrets.INVITE):
                self._keys[bytes.fromhex(name.removeprefix(secrets.INVITE))] = InviteKey.from_bytes(box)
        await self.refresh()

    async def refresh(self) -> None:
        """After the log has grown: make the codes of those that wait."""
        engine, membership = self._engine, self._engine.ledger.membership
        for known in self._waiting():
            if known.id not in self._codes:
                invite = membership.invites[known.invite]
                self._codes[known.id] = await check_code(
                    engine.ports.crypto, membership.case, invite.author, invite.id, known.id
                )
                engine.notify()

    @property
    def devices(self) -> tuple[Device, ...]:
        """All that are not revoked and that this member may remove: their own; the owner, everybody's."""
        membership, own = self._engine.ledger.membership, self._engine.member
        self._read_times()
        shown = [
            each
            for each in membership.devices.values()
            if each.state not in (REVOKED, WAITING)
            and membership.members[each.member].state == ACTIVE
            and (each.member == own or outranks(membership, own, each.member))
        ]
        found = [self._shown(each) for each in shown]
        return tuple(sorted(found, key=lambda each: (not each.yours, each.owner, not each.here, each.added)))

    @property
    def requests(self) -> tuple[DeviceRequest, ...]:
        """Own devices that answered a link and wait."""
        return tuple(
            DeviceRequest(each.id.hex(), self._name(each), self._codes[each.id])
            for each in self._waiting()
            if each.id in self._codes
        )

    @property
    def link(self) -> Invitation | None:
        """The newest link for another device that was made here and is open."""
        now = self._engine.ports.clock.now()
        for invite in reversed(self._engine.ledger.membership.invites.values()):
            key = self._keys.get(invite.id)
            mine = bool(invite.body.member) and invite.author in self._engine.selves
            if mine and key is not None and invite.open and invite.body.expires > now:
                link = Link(self._engine.case, invite.author, key.seed, self._engine.description.relay)
                text = encode_link(self._engine.ports.app, link)
                return Invitation(invite.id.hex(), key.name, "", text, invite.body.expires)
        return None

    async def invite(self, name: str) -> Invitation:
        """Make a link for another own device. BadInput, NotAllowed, NetworkError, StoreError."""
        engine, name = self._engine, clean_name(name)
        if engine.description.kind == "example":
            raise NotAllowed("an example is not shared")

        async def speak(author: Author) -> None:
            now = engine.ports.clock.now()
            _, link = await make_invite(
                author, "", {}, now + LINK_DAYS * DAY_MS, engine.description.relay, now
            )
            await self._keep(next(reversed(author.membership.invites)), InviteKey(name, link.seed))

        await self._speaking.append(speak)
        made = self.link
        assert made is not None
        return made

    async def confirm(self, request: str) -> None:
        """Let the device begin, after the codes were compared. BadInput, NotAllowed, NetworkError."""
        device, engine = self._asked(request), self._engine

        async def speak(author: Author) -> None:
            await confirm_device(author, engine.keyring, device, engine.ports.clock.now())

        await self._speaking.append(speak)

    async def decline(self, request: str) -> None:
        """Send a device away that waits. BadInput, NotAllowed, NetworkError."""
        device, now = self._asked(request), self._engine.ports.clock.now()

        async def speak(author: Author) -> None:
            known = author.membership.devices[device]
            if known.state != WAITING:
                raise Nothing
            nothing = {each: {device: ()} for each in written(author.membership, known.member)}
            await author.say(DeviceRevoke(device, nothing), now)

        await self._speaking.append(speak)

    def _waiting(self) -> list[Known]:
        membership, selves = self._engine.ledger.membership, self._engine.selves
        return [
            each
            for each in membership.devices.values()
            if each.state == WAITING and membership.invites[each.invite].author in selves
        ]

    def _shown(self, known: Known) -> Device:
        engine = self._engine
        yours, here = known.member == engine.member, known.id == engine.keys.id
        state = "leaving" if known.id in self.leaving or known.state == FROZEN else "active"
        whose = "" if yours else name_of(engine, known.member)
        return Device(
            known.id.hex(), self._name(known), self._times.get(known.id, 0), known.member.hex(), whose,
            yours=yours, here=here, paper=known.paper, leaving=state == "leaving",
        )  # fmt: skip

    def _name(self, known: Known) -> str:
        key = self._keys.get(known.invite)
        return key.name if key is not None and self._engine.member == known.member else ""

    def _read_times(self) -> None:
        """When each device came in, as the record says that brought it."""
        records = self._engine.ledger.records()
        for wire in records[self._read :]:
            record = parse_record(wire)
            if isinstance(record.body, Genesis | Join):
                self._times[record.author] = record.time
            elif isinstance(record.body, DeviceAdd):
                self._times[device_id(record.body.sign, record.body.kem)] = record.time
            elif isinstance(record.body, Recover):
                body = record.body
                self._times[device_id(body.sign, body.kem)] = record.time
                self._times[device_id(body.paper_sign, body.paper_kem)] = record.time
        self._read = len(records)

    def _asked(self, request: str) -> bytes:
        for each in self.requests:
            if each.id == request:
                return bytes.fromhex(request)
        raise BadInput("no such device waits", field="request", reason="no_choice")

    async def _keep(self, invite: bytes, key: InviteKey) -> None:
        engine = self._engine
        box = await engine.store.keys.seal(engine.number, invite_name(invite), key.to_bytes())
        await engine.store.write(lambda: engine.store.keys.put(engine.number, box))
        self._keys[invite] = key
