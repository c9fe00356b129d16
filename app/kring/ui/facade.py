"""What the screens need of Kring and of an open case, and no more. cases/ fulfils it; tests/ui/memory.py is
the same without a store, for development and for tests.

All ids are lower-case hex. Rights are "lezen", "bijdragen" or "beheren". Times are milliseconds since 1970.
Every method that can fail raises a KringError, which the screens show once, by its code.
`subscribe` listeners are called after any property has changed, without arguments; they return a function
that ends the subscription.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, Protocol

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
    SignedAccount,
    StorageInfo,
    VaultState,
)
from kring.documents.handle import Handle
from kring.store.vault import Vault


class Case(Protocol):
    """An open case."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> Literal["own", "shared", "example"]: ...
    @property
    def documents(self) -> Mapping[str, Handle]:
        """By kind: "kring", "mensen", "relatiekaart", "prive"; only what may be read here."""
        ...

    @property
    def status(self) -> CaseStatus: ...
    @property
    def member(self) -> str:
        """The reader's own member id: what AddPerson is given as `added_by`."""
        ...

    @property
    def members(self) -> tuple[Member, ...]:
        """With the reader among them (`you`), the owner first."""
        ...

    def members_seen_by(self, member: str) -> tuple[Member, ...]:
        """The members as this one of them knows them."""
        ...

    @property
    def requests(self) -> tuple[JoinRequest, ...]: ...
    @property
    def invitations(self) -> tuple[Invitation, ...]: ...
    @property
    def quarantine(self) -> tuple[QuarantinedEnvelope, ...]:
        """What was refused, for the owner; empty for everybody else."""
        ...

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """Who came for what, and who was let in, changed or removed: for the owner, newest first."""
        ...

    async def refresh_happenings(self) -> None: ...
    def draw_start(self) -> str:
        """Four digits to tell somebody with whom one compares the check code."""
        ...

    def compare_code(self, member: str, start: str) -> str:
        """Twelve digits, the same for this member if the relay shows both the same; empty out of step.

        Raises BadInput for a start that is none, NotAllowed where there is nobody to compare with.
        """
        ...

    async def looked(self) -> None:
        """The case is before the reader's eyes: for a professional's own account, told to nobody."""
        ...

    async def professional(self) -> Professional:
        """What the reader typed of themself, for their account, before."""
        ...

    async def account(self, about: Professional) -> SignedAccount:
        """What this device did here, signed, for the organisation of a professional; else NotAllowed."""
        ...

    @property
    def over(self) -> bool:
        """Whether the end of the reader's access has passed: then nothing of the case may show."""
        ...

    @property
    def undo_label(self) -> str | None:
        """Catalogue key of what undo would take back, or None where there is nothing."""
        ...

    @property
    def redo_label(self) -> str | None: ...
    def may_edit(self, kind: str) -> bool: ...
    def new_person_id(self) -> str: ...
    def subscribe(self, listener: Listener) -> Listener:
        """For all but the documents' contents: those have their own `Handle.subscribe`."""
        ...

    async def dispatch(self, command: object) -> None: ...
    async def undo(self) -> None: ...
    async def redo(self) -> None: ...
    async def name_organisation(self, member: str, organisation: str) -> None:
        """Write down for which organisation a member comes."""
        ...

    async def taken_away(self, kinds: Collection[str]) -> bool:
        """Whether anything was taken out of these documents, which their history would show a new reader."""
        ...

    async def invite(
        self,
        name: str,
        role: str,
        offer: Mapping[str, str],
        days: int,
        organisation: str = "",
        history: bool = True,
    ) -> Invitation:
        """Without `history` the documents offered begin anew first: they show what is there now."""
        ...

    async def confirm(self, request: str, seen: str = "") -> None:
        """`seen` of the request: LogChanged where a person must look again."""
        ...

    async def decline(self, request: str) -> None: ...
    async def withdraw(self, invitation: str) -> None: ...
    async def remove(self, member: str) -> None:
        """Take a member out; without a connection it is kept, and `Member.pending` says so."""
        ...

    async def change_rights(self, member: str, rights: Mapping[str, str], until: int, seen: str = "") -> None:
        """Exactly these rights, by kind, until then (0: no end); kept as `remove` is. `seen` as of Member."""
        ...

    async def extend(self, member: str, until: int, seen: str = "") -> None:
        """Another end; with the one that they have, a no to who asked."""
        ...

    async def take_back(self, member: str) -> None:
        """Do not do what was decided about a member and is not final."""
        ...

    async def ask_longer(self, days: int) -> None: ...
    async def adopt(self, entry: str) -> None:
        """Take over what a removed member wrote past the cut, and what came before it there."""
        ...

    async def recovery_sheet(self) -> RecoverySheet: ...
    async def recovery_shares(self, people: Sequence[str]) -> tuple[RecoveryShare, ...]: ...
    @property
    def devices(self) -> tuple[Device, ...]: ...
    @property
    def device_requests(self) -> tuple[DeviceRequest, ...]: ...
    @property
    def device_link(self) -> Invitation | None: ...
    async def add_device(self, name: str) -> Invitation: ...
    async def confirm_device(self, request: str) -> None: ...
    async def decline_device(self, request: str) -> None: ...
    async def remove_device(self, device: str) -> None: ...
    async def transfer(self, member: str) -> None: ...


class Recovery(Protocol):
    """A recovery under way."""

    @property
    def progress(self) -> RecoveryProgress: ...
    def subscribe(self, listener: Listener) -> Listener: ...
    async def choose(self, lost: Collection[str]) -> None: ...


class Kring(Protocol):
    """The vault and the cases in it."""

    @property
    def state(self) -> VaultState: ...
    @property
    def cases(self) -> tuple[CaseSummary, ...]: ...
    @property
    def preferences(self) -> Preferences: ...
    @property
    def version(self) -> str:
        """The version and the hash of the code that runs."""
        ...

    @property
    def update_ready(self) -> bool:
        """A new version is here and will be used at the next start."""
        ...

    def subscribe(self, listener: Listener) -> Listener: ...
    async def strength(self, passphrase: str) -> int:
        """0 (guessed at once) to 4 (strong)."""
        ...

    async def create_vault(self, passphrase: str) -> None: ...
    async def unlock(self, passphrase: str) -> None: ...
    async def lock(self) -> None: ...
    async def take_over(self) -> None:
        """Make the other tab let go of the store."""
        ...

    async def set_preferences(self, preferences: Preferences) -> None: ...
    async def create_case(self, title: str, name: str) -> str:
        """A new case of this person; `name` is the client's. Returns its id."""
        ...

    async def open_example(self) -> str:
        """The fictional case, made where it is not there yet; never leaves the device. Returns its id."""
        ...

    async def throw_away_example(self) -> None: ...
    async def open_case(self, case: str) -> Case:
        """The same object until it is closed by `lock`."""
        ...

    def read_link(self, link: str) -> InvitePreview:
        """BadInput where the link is no invite."""
        ...

    async def join(self, link: str, name: str) -> str:
        """Ask to be let in; the case then stands in `cases` as "joining". Returns its id."""
        ...

    async def give_up(self, case: str) -> None:
        """Forget a join or a recovery that is under way."""
        ...

    def take_link(self) -> str:
        """The link with which Kring was opened, from its `#` on, once; empty where there was none."""
        ...

    def read_sheet(self, parts: Sequence[str], place: str = "", relay: str = "") -> None:
        """LinkBroken where this is no recovery sheet."""
        ...

    async def recover(self, parts: Sequence[str], place: str = "", relay: str = "") -> str:
        """Begin to bring a case back; it then stands in `cases` as "recovering". Returns its id."""
        ...

    def recovery(self, case: str) -> Recovery | None: ...
    async def storage(self) -> StorageInfo: ...
    @property
    def vault(self) -> Vault:
        """To change how it opens."""
        ...

    async def erase(self, case: str) -> Erasure:
        """Erase a case, or a join that waits, on this device."""
        ...
