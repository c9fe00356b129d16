"""An open case, as screens and the command line use it (ui/facade.py says what they need)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final, Literal

from kring.cases import members
from kring.cases.adopting import Adopting
from kring.cases.authorship import made_in
from kring.cases.carrying import Carrying
from kring.cases.comparing import Comparing
from kring.cases.deeds import Deeds
from kring.cases.devices import Devices
from kring.cases.duties import Duties
from kring.cases.engine import Engine
from kring.cases.enrolling import Enrolling
from kring.cases.fresh_start import FreshStart
from kring.cases.happenings import Happenings
from kring.cases.inviting import Inviting
from kring.cases.keeping import Keeping
from kring.cases.lasting import Lasting
from kring.cases.losing import Losing
from kring.cases.privetijd import Privetijd
from kring.cases.rehearsal import rehearse
from kring.cases.removing import Removing
from kring.cases.rights import Rights
from kring.cases.rotating import Rotating
from kring.cases.shapes import (
    CaseStatus,
    Device,
    DeviceRequest,
    Edits,
    Happening,
    Invitation,
    JoinRequest,
    Listener,
    Member,
    Professional,
    QuarantinedEnvelope,
    RecoveryShare,
    RecoverySheet,
    SignedAccount,
)
from kring.cases.sheets import Sheets
from kring.cases.snapshotting import Snapshotting
from kring.cases.speaking import Speaking
from kring.cases.status import status
from kring.cases.transferring import Transferring
from kring.documents.bus import Bus, Context, Handler
from kring.documents.handle import Handle
from kring.domain.ids import new_person_id
from kring.errors import KringError, NotAllowed
from kring.phases import HANDLERS, LATER, STARTS
from kring.sync.runner import SyncRunner

_HANDLERS: Final[Mapping[type, Handler]] = HANDLERS


class Case:
    """Made by `open_case`; ended by `close`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        ports = engine.ports
        self._context = Context(engine.by_kind, ports.random, ports.clock)
        self._bus = Bus(self._context)
        for command, handler in _HANDLERS.items():
            self._bus.register(command, handler)
        relay = engine.description.relay
        self._runner = SyncRunner(engine, ports.network, relay, ports.clock, ports.random) if relay else None
        if self._runner is not None:
            engine.push = self._runner.push
        self._enrolling = Enrolling(engine, self._runner) if self._runner is not None else None
        speaking = Speaking(engine, self._runner)
        rotating = Rotating(engine, speaking)
        self._fresh = FreshStart(engine, speaking, rotating)
        self._privetijd = Privetijd(engine, speaking)
        self._inviting = Inviting(engine, self._runner, self._fresh)
        self._removing = Removing(engine, speaking, rotating)
        self._rights = Rights(engine, self._removing)
        self._adopting, self._lasting = Adopting(engine), Lasting(engine, speaking)
        self._devices, self._sheets = Devices(engine, speaking), Sheets(engine, speaking)
        self._losing = Losing(engine, speaking, rotating, self._devices)
        self._transferring = Transferring(engine, speaking)
        self._comparing, self._deeds = Comparing(engine), Deeds(engine)
        self._happenings = Happenings(engine, self._runner)
        self._carrying = Carrying(engine)
        chores = (
            self._removing.carry_out,
            self._losing.carry_out,
            self._fresh.carry_out,
            self._privetijd.carry_out,
            rotating.in_turn,
            Keeping(engine).resume,
        )
        self._duties = Duties(engine, *chores, self._happenings.in_turn)
        self._snapshotting = Snapshotting(engine, speaking)
        wholes = self._snapshotting
        self._upkeep = Duties(engine, wholes.prune, wholes.confirm, wholes.make)
        self._bringing = Duties(engine, self._carrying.carry)
        engine.on_kind(self._another)
        engine.on_change(self._look_after)
        self._overdue = 0

    async def start(self) -> None:
        """Take up invites and begin to sync."""
        await self._inviting.load()
        await self._removing.intentions.load()
        await self._devices.load()
        await self._losing.load()
        await self._fresh.load()
        await self._privetijd.load()
        await self._carrying.load()
        with suppress(KringError):  # tried again once something has changed
            await self._carrying.carry()
        await self._adopting.refresh()
        await self._happenings.load()
        await self._deeds.load()
        await self._lasting.watch()
        if self._runner is not None:
            self._runner.start()

    @property
    def id(self) -> str:
        return self._engine.case.hex()

    @property
    def title(self) -> str:
        return self._engine.title()

    @property
    def kind(self) -> Literal["own", "shared", "example"]:
        kind = self._engine.description.kind
        return kind if kind in ("own", "example") else "shared"

    @property
    def documents(self) -> Mapping[str, Handle]:
        """By kind: what may be read here now and has arrived; nothing once this member's time is over."""
        return MappingProxyType({} if self.over else self._engine.by_kind)

    @property
    def over(self) -> bool:
        """Whether the end of this member's access has passed."""
        engine = self._engine
        known = engine.member in engine.ledger.membership.members
        return known and not engine.ledger.membership.in_time(engine.member, engine.ports.clock.now())

    @property
    def status(self) -> CaseStatus:
        return status(self._engine)

    @property
    def member(self) -> str:
        """The reader's own member id."""
        return self._engine.member.hex()

    @property
    def members(self) -> tuple[Member, ...]:
        return members.members(self._engine, self._removing.intentions)

    def members_seen_by(self, member: str) -> tuple[Member, ...]:
        """The members as this one of them knows them."""
        return members.members_seen_by(self._engine, bytes.fromhex(member))

    @property
    def requests(self) -> tuple[JoinRequest, ...]:
        return self._inviting.requests

    @property
    def invitations(self) -> tuple[Invitation, ...]:
        return self._inviting.invitations

    @property
    def devices(self) -> tuple[Device, ...]:
        """The reader's own, and those of others that they may remove: own first, this one before all."""
        return self._devices.devices

    @property
    def device_requests(self) -> tuple[DeviceRequest, ...]:
        """Other devices of the reader that opened a link made here, and wait."""
        return self._devices.requests

    @property
    def device_link(self) -> Invitation | None:
        """The link for another device that was made here and is still open."""
        return self._devices.link

    @property
    def quarantine(self) -> tuple[QuarantinedEnvelope, ...]:
        """What was refused from others, for the owner; empty for everybody else."""
        return self._adopting.entries

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """Who came for what, and who was let in, changed or removed: for the owner, newest first."""
        return self._happenings.entries

    @property
    def undo_label(self) -> str | None:
        return self._bus.undo_label if self._bus.can_undo else None

    @property
    def redo_label(self) -> str | None:
        return self._bus.redo_label if self._bus.can_redo else None

    def may_edit(self, kind: str) -> bool:
        document = self._engine.document_of(kind)
        return document is not None and self._engine.may_edit(document.id)

    def new_person_id(self) -> str:
        return new_person_id(self._engine.ports.random)

    def subscribe(self, listener: Listener) -> Listener:
        """Hear of all but the documents' contents, after any of it has changed."""
        return self._engine.on_change(listener)

    async def dispatch(self, command: object) -> None:
        """Do a command. It shows at once, and is durable when the status no longer says "saving".

        Raises NotAllowed or BadInput, with nothing changed.
        """
        try:
            await self._require_allowed(command)
        except NotAllowed:
            await self._deeds.refused()
            raise
        await self._bus.dispatch(command)
        self._engine.notify()

    async def undo(self) -> None:
        self._require_writable()
        await self._bus.undo()
        self._engine.notify()

    async def redo(self) -> None:
        self._require_writable()
        await self._bus.redo()
        self._engine.notify()

    async def save(self) -> None:
        """Return when every edit so far survives a kill. Raises StoreError."""
        await self._engine.save()

    async def invite(
        self,
        name: str,
        role: str,
        offer: Mapping[str, str],
        days: int,
        organisation: str = "",
        history: bool = True,
    ) -> Invitation:
        """Without `history` the documents offered begin anew first; BadInput where none is left to do so."""
        return await self._inviting.invite(name, role, offer, days, organisation, history)

    async def name_organisation(self, member: str, organisation: str) -> None:
        """Write down for which organisation a member comes."""
        await self._inviting.name_organisation(bytes.fromhex(member), organisation)

    async def taken_away(self, kinds: Collection[str]) -> bool:
        """Whether anything was taken out of these documents, which their history would show a new reader."""
        return await self._fresh.taken_away(kinds)

    async def begin_anew(self, kind: str) -> None:
        """Let the document of this kind go on without its history; kept until it has come about."""
        await self._fresh.decide(kind)

    @property
    def in_privetijd(self) -> bool:
        """Whether a privétijd that this member is in has begun, and nothing of it was presented."""
        return self._privetijd.running

    async def start_privetijd(self, present: Collection[str] | None = None) -> None:
        """Begin one, with these members (by default every netwerklid)."""
        await self._privetijd.start(present)

    async def present(self, readers: Collection[str] | None = None) -> None:
        """End it, and show what was decided to these members (by default all); kept until it is done."""
        await self._privetijd.present(readers)

    @property
    def beginning_anew(self) -> frozenset[str]:
        """The kinds of which that was decided and has not come about."""
        return self._fresh.pending

    async def confirm(self, request: str, seen: str = "") -> None:
        """Let in who asked; `seen` is that of the request. LogChanged where a person must look again."""
        await self._inviting.confirm(request, seen)

    async def decline(self, request: str) -> None:
        await self._inviting.decline(request)

    async def withdraw(self, invitation: str) -> None:
        """Make an open invite worthless."""
        await self._inviting.withdraw(invitation)

    async def remove(self, member: str) -> None:
        """Take a member out; their `pending` says "remove" until that is final."""
        await self._rights.remove(member)

    async def change_rights(self, member: str, rights: Mapping[str, str], until: int, seen: str = "") -> None:
        """Exactly these rights, by kind, until then; their `pending` says "change" until it is final."""
        await self._rights.change(member, rights, until, seen)

    async def extend(self, member: str, until: int, seen: str = "") -> None:
        """Another end for a member, or their own again: a no to who asked for more time."""
        await self._rights.extend(member, until, seen)

    async def take_back(self, member: str) -> None:
        """What was decided about a member and is not final is not to be done."""
        await self._rights.take_back(member)

    async def ask_longer(self, days: int) -> None:
        """Ask the owner for more time."""
        await self._lasting.ask(days)

    async def adopt(self, entry: str) -> None:
        """Take over what a removed member wrote past the cut, and what they wrote before it there."""
        await self._adopting.adopt(entry)

    async def add_device(self, name: str) -> Invitation:
        """A link for another device of the reader; `name` is what they call it, kept on this device only."""
        return await self._devices.invite(name)

    async def confirm_device(self, request: str) -> None:
        """Let a device begin, after the codes were compared."""
        await self._devices.confirm(request)

    async def decline_device(self, request: str) -> None:
        await self._devices.decline(request)

    async def remove_device(self, device: str) -> None:
        """Shut a lost device out; it says `leaving` until that is final."""
        await self._losing.decide(device)

    async def transfer(self, member: str) -> None:
        """Make another member the owner; the reader keeps what they have, `beheren` included."""
        await self._transferring.transfer(member)

    async def recovery_sheet(self) -> RecoverySheet:
        """The sheet to print. Asked for after a restart it is a new one: then NetworkError is possible."""
        return await self._sheets.sheet()

    async def recovery_shares(self, people: Sequence[str]) -> tuple[RecoveryShare, ...]:
        """The same sheet in three parts, for three people; any two parts are enough."""
        return await self._sheets.shares(people)

    async def refresh_happenings(self) -> None:
        """Ask the relay who came since the last time. NetworkError, StoreError."""
        await self._happenings.refresh()

    def draw_start(self) -> str:
        """Four digits to tell somebody with whom one compares the check code."""
        return self._comparing.draw()

    def compare_code(self, member: str, start: str) -> str:
        """Twelve digits, the same for this member if the relay shows both the same; empty out of step."""
        return self._comparing.code(member, start)

    async def looked(self) -> None:
        """The case is before the reader's eyes: for a professional's own account, told to nobody."""
        await (self._deeds.refused() if self.over else self._deeds.opened())

    async def exported(self) -> None:
        """All that the reader may read was written into files: for the same."""
        await self._deeds.exported()

    async def professional(self) -> Professional:
        """What the reader typed of themself, for their account, before."""
        return await self._deeds.professional()

    async def account(self, about: Professional) -> SignedAccount:
        """What this device did here, signed, for the organisation of a professional; else NotAllowed."""
        return await self._deeds.account(about)

    async def made(self) -> tuple[Edits, ...]:
        """Who made which edits when, proved of what was pruned too. StoreError or StoreCorrupt."""
        engine = self._engine
        documents = list(engine.documents.values())
        found = [each for document in documents for each in await made_in(engine, document)]
        return tuple(
            Edits(
                each.time,
                members.name_of(engine, each.author),
                engine.kind_of(each.document),
                len(each.hashes),
            )
            for each in sorted(found, key=lambda each: each.time)
        )

    def wake(self) -> None:
        """The platform says that there is a connection again, or that the device woke up."""
        if self._runner is not None:
            self._runner.wake()

    async def close(self) -> None:
        """Save, stop syncing, and leave things so that the next start is quick. Raises StoreError."""
        await self._stop()
        await self._engine.close()

    async def abandon(self) -> None:
        """Stop at once and save nothing, as when the process is killed."""
        await self._stop()
        await self._engine.sender.abandon()

    async def _stop(self) -> None:
        await self._duties.stop()
        await self._upkeep.stop()
        await self._bringing.stop()
        await self._lasting.stop()
        if self._enrolling is not None:
            await self._enrolling.stop()
        if self._runner is not None:
            await self._runner.stop()

    def _another(self, kind: str) -> None:
        """Another document is the one of this kind now."""
        self._bus.forget(kind)
        self._bringing.poke()

    def _look_after(self) -> None:
        """Begin a snapshot as soon as one is due, and not only at the next record of the log."""
        before, self._overdue = self._overdue, self._snapshotting.overdue()
        if self._overdue > before and self._engine.caught_up_once:
            self._upkeep.poke()

    async def _require_allowed(self, command: object) -> None:
        if self.over:
            raise NotAllowed("the time is over")
        kinds = self.documents.keys() & (STARTS.keys() | LATER.keys())
        writable = {kind for kind in kinds if self.may_edit(kind)}
        if not kinds <= writable:
            await rehearse(self._context, _HANDLERS, writable, command)

    def _require_writable(self) -> None:
        for kind, handle in self.documents.items():
            if (handle.can_undo or handle.can_redo) and not self.may_edit(kind):
                raise NotAllowed("no right to contribute here", document=kind)
