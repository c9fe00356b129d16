"""Kring as the screens see it, with real documents and commands, and no store, keys or relay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from kring.cases.shapes import (
    CaseStatus,
    CaseSummary,
    Device,
    DeviceRequest,
    Erasure,
    Happening,
    Invitation,
    InvitePreview,
    JoinRequest,
    Listener,
    Member,
    Preferences,
    Professional,
    QuarantinedEnvelope,
    RecoveryProgress,
    RecoveryShare,
    RecoverySheet,
    RecoveryStep,
    SignedAccount,
    StorageInfo,
    VaultState,
)
from kring.documents.bus import Bus, Context
from kring.documents.handle import Handle
from kring.domain.clock import Random
from kring.domain.ids import new_person_id
from kring.errors import BadInput, KringError, NetworkError, PasskeyFailed, WrongPassphrase
from kring.phases import HANDLERS, STARTS
from kring.phases.voorbeeld.making import client_name, title
from kring.platform.cpython.crdt import CpythonCrdt
from kring.platform.memory.clock import MemoryClock, SeededRandom
from kring.sharing.account import Account, Event
from kring.sharing.invite import Link, decode_link, encode_link
from kring.sharing.recovery import Sheet, encode_place, encode_seed, encode_sheet, read_sheet
from kring.store.vault import PasskeyState

WORDS = "appel boom cirkel dak eend fiets gras huis ijs jas kaas lamp maan noot oever pad"
RELAY = "https://kring.example"
PROOF = '{\n "case": "c1c1c1c1",\n "signature": "00"\n}'
LINK = encode_link(RELAY, Link(b"\xc1" * 32, b"\xc2" * 16, b"\xc3" * 32, RELAY))
RECOVERED = "c9" * 32
SHEET = encode_sheet(RELAY, Sheet(b"\xc4" * 20, b"\xc9" * 32, RELAY, 21, b"\xc5" * 32))
CODE = encode_seed(b"\xc4" * 20)
PLACE = encode_place(b"\xc9" * 32)
JOIN_ROUTE = LINK.partition("#")[2]
"""The address that the link opens."""


class Heard:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Listener:
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def changed(self) -> None:
        for listener in list(self._listeners):
            listener()


class MemoryCase(Heard):
    def __init__(
        self, case: str, title: str, name: str, kind: Literal["own", "shared", "example"], seed: int = 1
    ) -> None:
        super().__init__()
        self.id, self.title, self.kind = case, title, kind
        self.random: Random = SeededRandom(f"{case}{seed}")
        self.crdt = CpythonCrdt()
        self.documents: Mapping[str, Handle] = {
            each: Handle.create(
                self.crdt,
                each,
                self.random.bytes(16),
                lambda edit, start=start: start(edit, name),  # type: ignore[misc]
            )
            for each, start in STARTS.items()
        }
        self.bus = Bus(Context(self.documents, self.random, MemoryClock()))
        for command, handler in HANDLERS.items():
            self.bus.register(command, handler)
        self.status = CaseStatus("saved")
        self.member = "00" * 16
        self.members: tuple[Member, ...] = (Member(self.member, name, "klant", owner=True, you=True),)
        self.requests: tuple[JoinRequest, ...] = ()
        self.invitations: tuple[Invitation, ...] = ()
        self.quarantine: tuple[QuarantinedEnvelope, ...] = ()
        self.happenings: tuple[Happening, ...] = ()
        self.over = False
        self.looks = 0
        self.about = Professional()
        self.offline = False
        self.dispatched: list[object] = []
        self.calls: list[tuple[Any, ...]] = []
        self.read_only: frozenset[str] = frozenset()
        self.taken: frozenset[str] = frozenset()
        self.sheet_waits = False
        self.histories: list[bool] = []
        self.refusal: KringError | None = None
        self.devices: tuple[Device, ...] = (
            Device("f1" * 16, "", 1_780_000_000_000, self.member, here=True),
            Device("f2" * 16, "", 1_780_000_000_000, self.member, paper=True),
        )
        self.device_requests: tuple[DeviceRequest, ...] = ()
        self.device_link: Invitation | None = None

    @property
    def undo_label(self) -> str | None:
        return self.bus.undo_label if self.bus.can_undo else None

    @property
    def redo_label(self) -> str | None:
        return self.bus.redo_label if self.bus.can_redo else None

    def members_seen_by(self, member: str) -> tuple[Member, ...]:
        mine = next((each.rights for each in self.members if each.id == member), {})
        return tuple(
            replace(
                each,
                rights={kind: right for kind, right in each.rights.items() if kind in mine},
                you=each.id == member,
                yours=False,
            )
            for each in self.members
        )

    def may_edit(self, kind: str) -> bool:
        return kind in self.documents and kind not in self.read_only

    def new_person_id(self) -> str:
        return new_person_id(self.random)

    async def dispatch(self, command: object) -> None:
        self.dispatched.append(command)
        if self.refusal is not None:
            raise self.refusal
        await self.bus.dispatch(command)
        self.changed()

    async def undo(self) -> None:
        await self.bus.undo()
        self.changed()

    async def redo(self) -> None:
        await self.bus.redo()
        self.changed()

    async def looked(self) -> None:
        self.looks += 1

    async def professional(self) -> Professional:
        return self.about

    async def account(self, about: Professional) -> SignedAccount:
        self.calls.append(("account", about))
        self.about = about
        key, day = bytes(32), 86_400_000
        events = (
            Event(1_794_000_000_000, "granted", "U", 0, until=1_800_000_000_000, position=5),
            Event(1_794_000_000_000 + day, "opened", "R", 0, ("mensen", "relatiekaart"), deed=1),
            Event(1_794_000_000_000 + 2 * day, "changed", "U", 0, ("mensen",), number=3),
        )
        role = next(each.role for each in self.members if each.you)
        made = Account(
            "Kring 0.1.0", bytes.fromhex(self.id), bytes(16), key, bytes.fromhex(self.member), role,
            about.organisation, about.name, about.registration, 1_795_000_000_000, 9, key, key, key, events,
        )  # fmt: skip
        return SignedAccount(made, '{"signature": "00"}')

    def draw_start(self) -> str:
        return "4821"

    def compare_code(self, member: str, start: str) -> str:
        if not (len(start) == 4 and start.isdecimal()):
            raise BadInput("no start", reason="no_start")
        if self.status.sync != "synced":
            return ""
        return f"{int(start) % 1000:03} {int(member[:2], 16):03} 789 012"

    async def refresh_happenings(self) -> None:
        if self.offline:
            raise NetworkError("no connection")

    async def name_organisation(self, member: str, organisation: str) -> None:
        self.calls.append(("name_organisation", member, organisation))
        self.alter(member, organisation=organisation)

    async def taken_away(self, kinds: Collection[str]) -> bool:
        return bool(self.taken & set(kinds))

    async def invite(
        self,
        name: str,
        role: str,
        offer: Mapping[str, str],
        days: int,
        organisation: str = "",
        history: bool = True,
    ) -> Invitation:
        said = (organisation,) if organisation else ()
        self.calls.append(("invite", name, role, dict(offer), days, *said))
        self.histories.append(history)
        made = Invitation("aa" * 16, name, role, LINK, 1_790_000_000_000, offer)
        self.invitations = (*self.invitations, made)
        self.changed()
        return made

    async def confirm(self, request: str, seen: str = "") -> None:
        self.calls.append(("confirm", request))
        asked = next(each for each in self.requests if each.id == request)
        self.requests = tuple(each for each in self.requests if each.id != request)
        self.members = (*self.members, Member("bb" * 16, asked.name, asked.role, asked.offer))
        self.changed()

    async def decline(self, request: str) -> None:
        self.calls.append(("decline", request))
        self.requests = tuple(each for each in self.requests if each.id != request)
        self.changed()

    async def withdraw(self, invitation: str) -> None:
        self.calls.append(("withdraw", invitation))
        self.invitations = tuple(each for each in self.invitations if each.id != invitation)
        self.changed()

    async def remove(self, member: str) -> None:
        self.calls.append(("remove", member))
        if self.offline:
            self.alter(member, pending="remove")
            return
        self.members = tuple(each for each in self.members if each.id != member)
        self.changed()

    async def change_rights(self, member: str, rights: Mapping[str, str], until: int, seen: str = "") -> None:
        self.calls.append(("change_rights", member, dict(rights), until, seen))
        if self.offline:
            self.alter(member, pending="change")
        else:
            self.alter(member, rights=rights, until=until)

    async def extend(self, member: str, until: int, seen: str = "") -> None:
        self.calls.append(("extend", member, until))
        self.alter(member, until=until, asked=0)

    async def take_back(self, member: str) -> None:
        self.calls.append(("take_back", member))
        self.alter(member, pending="")

    async def ask_longer(self, days: int) -> None:
        self.calls.append(("ask_longer", days))
        you = next(each for each in self.members if each.you)
        self.alter(you.id, asked=you.until + days * 86_400_000)

    async def adopt(self, entry: str) -> None:
        self.calls.append(("adopt", entry))
        self.quarantine = tuple(each for each in self.quarantine if each.id != entry)
        self.changed()

    def alter(self, member: str, **changes: Any) -> None:
        """The same members, with one of them changed."""
        self.members = tuple(replace(each, **changes) if each.id == member else each for each in self.members)
        self.changed()

    async def recovery_sheet(self) -> RecoverySheet:
        self.sheet_waits = False
        return RecoverySheet(
            self.title, tuple(CODE.split()), SHEET, self.id, 1_790_000_000_000, tuple(PLACE.split()), RELAY
        )

    async def recovery_shares(self, people: Sequence[str]) -> tuple[RecoveryShare, ...]:
        self.calls.append(("recovery_shares", tuple(people)))
        if not all(people):
            raise BadInput("a share is for one person each", reason="empty")
        words, place = (
            tuple(["duckling", "enlarge", "academic", "academic", "agency"] * 4),
            tuple(PLACE.split()),
        )
        return tuple(
            RecoveryShare(each, words, f"{RELAY}/#/share/{'q' * 300}", place, RELAY, 1_790_000_000_000)
            for each in people
        )

    async def add_device(self, name: str) -> Invitation:
        self.calls.append(("add_device", name))
        if not name.strip():
            raise BadInput("no name", reason="empty")
        self.device_link = Invitation("ab" * 16, name, "", LINK, 1_790_000_000_000)
        self.changed()
        return self.device_link

    async def confirm_device(self, request: str) -> None:
        self.calls.append(("confirm_device", request))
        asked = next(each for each in self.device_requests if each.id == request)
        self.device_requests, self.device_link = (), None
        self.devices = (*self.devices, Device(asked.id, asked.name, 1_790_000_000_000, self.member))
        self.changed()

    async def decline_device(self, request: str) -> None:
        self.calls.append(("decline_device", request))
        self.device_requests, self.device_link = (), None
        self.changed()

    async def remove_device(self, device: str) -> None:
        self.calls.append(("remove_device", device))
        left = [replace(each, leaving=True) if each.id == device else each for each in self.devices]
        self.devices = tuple(each for each in left if self.offline or not each.leaving)
        self.changed()

    async def transfer(self, member: str) -> None:
        self.calls.append(("transfer", member))
        self.members = tuple(replace(each, owner=each.id == member) for each in self.members)
        self.changed()

    def remote(self, seed: int) -> MemoryCase:
        """The same case on somebody else's device: `give` takes its changes back here."""
        other = MemoryCase.__new__(MemoryCase)
        Heard.__init__(other)
        other.__dict__.update(self.__dict__)
        other._listeners = []
        other.random = SeededRandom(f"remote{seed}")
        other.documents = {
            kind: Handle.restore(self.crdt, handle.snapshot(), other.random.bytes(16))
            for kind, handle in self.documents.items()
        }
        other.bus = Bus(Context(other.documents, other.random, MemoryClock()))
        for command, handler in HANDLERS.items():
            other.bus.register(command, handler)
        other.dispatched = []
        return other


class MemoryRecovery(Heard):
    """A recovery that moves when a test says so."""

    def __init__(self, progress: RecoveryProgress) -> None:
        super().__init__()
        self.progress = progress
        self.chosen: tuple[str, ...] | None = None

    def move(self, step: RecoveryStep, code: str = "") -> None:
        self.progress = replace(self.progress, step=step, code=code)
        self.changed()

    async def choose(self, lost: Collection[str]) -> None:
        self.chosen = tuple(lost)
        self.move("working")


class MemoryVault:
    """Opens with the passphrase of the MemoryKring."""

    def __init__(self, kring: MemoryKring) -> None:
        self._kring = kring
        self.ways: PasskeyState = "off"
        self.declines = False

    async def state(self) -> Literal["new", "locked"]:
        return "locked" if self._kring.passphrase else "new"

    async def create(self, passphrase: str) -> bytes:
        self._kring.passphrase = passphrase
        return bytes(32)

    async def unlock(self, passphrase: str) -> bytes:
        if passphrase != self._kring.passphrase:
            raise WrongPassphrase()
        return bytes(32)

    async def change(self, old: str, new: str) -> None:
        await self.unlock(old)
        self._kring.passphrase = new

    async def passkey(self) -> PasskeyState:
        return self.ways

    async def add_passkey(self, passphrase: str) -> None:
        await self.unlock(passphrase)
        if self.declines:
            raise PasskeyFailed()
        self.ways = "on"

    async def remove_passkey(self) -> None:
        self.ways = "off"


class MemoryKring(Heard):
    def __init__(self, fill: Callable[[MemoryCase], Any] | None = None, state: VaultState = "open") -> None:
        super().__init__()
        self.state: VaultState = state
        self.preferences = Preferences()
        self.version = "0.1.0 (3f9a1c)"
        self.update_ready = False
        self.opened: dict[str, MemoryCase] = {}
        self.joining: tuple[CaseSummary, ...] = ()
        self.recovering: MemoryRecovery | None = None
        self.link = ""
        self.calls: list[tuple[Any, ...]] = []
        self.passphrase = ""
        self.vault = MemoryVault(self)
        self.erasure = Erasure("", 1_790_000_000_000, 3, 128, 5, 1, RELAY, PROOF)
        self._fill = fill

    @property
    def cases(self) -> tuple[CaseSummary, ...]:
        return (
            *(
                CaseSummary(case.id, case.title, "klant", case.kind, sheet_waits=case.sheet_waits)
                for case in self.opened.values()
            ),
            *self.joining,
            *([CaseSummary(RECOVERED, "", "", "recovering")] if self.recovering else []),
        )

    def add(self, case: MemoryCase) -> MemoryCase:
        self.opened[case.id] = case
        self.changed()
        return case

    def set_state(self, state: VaultState) -> None:
        self.state = state
        self.changed()

    async def strength(self, passphrase: str) -> int:
        return min(4, len(passphrase) // 5)

    async def create_vault(self, passphrase: str) -> None:
        self.passphrase = passphrase
        self.set_state("open")

    async def unlock(self, passphrase: str) -> None:
        self.calls.append(("unlock", passphrase))
        if passphrase != self.passphrase:
            raise WrongPassphrase()
        self.set_state("open")

    async def lock(self) -> None:
        self.calls.append(("lock",))
        self.set_state("locked")

    async def take_over(self) -> None:
        self.calls.append(("take_over",))
        self.set_state("open")

    async def set_preferences(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.changed()

    def prefer(self, **change: Any) -> None:
        self.preferences = replace(self.preferences, **change)
        self.changed()

    async def create_case(self, title: str, name: str) -> str:
        self.calls.append(("create_case", title, name))
        return self.add(MemoryCase("c1" * 32, title, name, "own")).id

    async def open_example(self) -> str:
        found = next((case for case in self.opened.values() if case.kind == "example"), None)
        if found is None:
            found = MemoryCase("e0" * 32, title("nl"), client_name("nl"), "example")
            if self._fill is not None:
                await self._fill(found)
            self.add(found)
        return found.id

    async def throw_away_example(self) -> None:
        self.calls.append(("throw_away_example",))
        self.opened = {key: case for key, case in self.opened.items() if case.kind != "example"}
        self.changed()

    async def erase(self, case: str) -> Erasure:
        self.calls.append(("erase", case))
        self.opened = {key: each for key, each in self.opened.items() if key != case}
        self.joining = tuple(each for each in self.joining if each.id != case)
        self.changed()
        return replace(self.erasure, case=case)

    async def open_case(self, case: str) -> MemoryCase:
        if case not in self.opened:
            raise BadInput("no such case", reason="no_such_case")
        return self.opened[case]

    def read_link(self, link: str) -> InvitePreview:
        read = decode_link(link)
        return InvitePreview(read.case.hex(), read.relay)

    async def join(self, link: str, name: str) -> str:
        self.calls.append(("join", link, name))
        self.joining = (CaseSummary("d1" * 32, "", "netwerklid", "joining", "402 918 375"),)
        self.changed()
        return "d1" * 32

    async def give_up(self, case: str) -> None:
        self.calls.append(("give_up", case))
        self.recovering = None
        self.joining = tuple(each for each in self.joining if each.id != case)
        self.changed()

    def take_link(self) -> str:
        link, self.link = self.link, ""
        return link

    def read_sheet(self, parts: Sequence[str], place: str = "", relay: str = "") -> None:
        read_sheet(parts, place, relay or RELAY)

    async def recover(self, parts: Sequence[str], place: str = "", relay: str = "") -> str:
        self.calls.append(("recover", tuple(parts), place, relay))
        self.recovering = MemoryRecovery(RecoveryProgress("reaching"))
        self.changed()
        return RECOVERED

    def recovery(self, case: str) -> MemoryRecovery | None:
        return self.recovering if case == RECOVERED else None

    def recovered(self, case: MemoryCase) -> None:
        """What was recovered is an ordinary case now."""
        self.recovering = None
        self.add(case)

    async def storage(self) -> StorageInfo:
        return StorageInfo(2_300_000, True, "memory" if self.state == "new" else "opfs")
