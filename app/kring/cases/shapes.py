"""What a running Kring shows of itself: plain frozen values, made anew when something has changed.

All ids are lower-case hex. Rights are "lezen", "bijdragen" or "beheren". Times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kring.sharing.account import Account

Listener = Callable[[], None]

VaultState = Literal["new", "locked", "open", "taken"]
"""new: no passphrase yet; locked: ask for it; open; taken: another tab or process holds the store."""

SyncState = Literal["saved", "saving", "waiting", "connecting", "synced", "unable", "store_full", "problem"]
"""saved: durable here and nobody to share with; waiting: durable here, no connection; synced: the relay
has everything; unable: the relay does not serve this device now, and does not say why; store_full: not
durable, tried again; problem: see `CaseStatus.code`."""


@dataclass(frozen=True)
class CaseSummary:
    """A case in the list. `title` is empty until it is known (a join that waits).

    `code`, while joining: the check code, 9 digits as "123 456 789". `problem`, while joining: the code of
    the error that keeps it from ever coming about, or empty. `device`, while joining: as another device of
    somebody who is in it already. "recovering": a recovery sheet was opened, and not all is done yet.
    `sheet_waits`: the recovery sheet that was made with the case was never looked at.
    """

    id: str
    title: str
    role: str
    kind: Literal["own", "shared", "example", "joining", "recovering"]
    code: str = ""
    problem: str = ""
    device: bool = False
    sheet_waits: bool = False


@dataclass(frozen=True)
class CaseStatus:
    """`unsent`: edits saved here and not yet at the relay. `code`: what holds things up, or empty."""

    sync: SyncState
    unsent: int = 0
    code: str = ""


@dataclass(frozen=True)
class Edits:
    """What one member made at one moment in the document of this kind: so many changes, each proved."""

    time: int
    name: str
    kind: str
    changes: int


Pending = Literal["", "remove", "change", "look_again"]
"""What was decided about a member and is not final; look_again: they stand otherwise now, so decide again."""


@dataclass(frozen=True)
class Member:
    """`rights`: document kind to right; a kind that is absent cannot be read. `until`: 0 for no end.

    `asked`: until when they would like access, 0 where they did not ask. `over`: their end has passed.
    `frozen`: held still. `yours`: the reader may change or remove them. `seen`: how they stand, to be given
    back with a decision, so that nothing is decided on what was never looked at. `organisation`: for which
    they come, as the owner wrote it down.
    """

    id: str
    name: str
    role: str
    rights: Mapping[str, str] = field(default_factory=dict)
    until: int = 0
    owner: bool = False
    you: bool = False
    asked: int = 0
    over: bool = False
    pending: Pending = ""
    frozen: bool = False
    yours: bool = False
    seen: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class JoinRequest:
    """Somebody opened an invite and waits; the owner compares the code and decides. `seen` as of a Member."""

    id: str
    name: str
    role: str
    code: str
    offer: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""


@dataclass(frozen=True)
class Invitation:
    """An invite that has not been answered. `link` holds a secret; empty where it is no longer known."""

    id: str
    name: str
    role: str
    link: str
    expires: int
    offer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Device:
    """A device of the reader (`yours`), or of another member of whom they may remove it: `owner` by name.

    `name` is empty where it is not known here; `added` in ms; `here`: this one; `paper`: a recovery sheet;
    `leaving`: somebody decided to remove it, and that is not final yet.
    """

    id: str
    name: str
    added: int
    member: str
    owner: str = ""
    yours: bool = True
    here: bool = False
    paper: bool = False
    leaving: bool = False


@dataclass(frozen=True)
class DeviceRequest:
    """Another device of the reader's own that opened a link and waits."""

    id: str
    name: str
    code: str


@dataclass(frozen=True)
class InvitePreview:
    """What a link says before anybody is asked anything."""

    case: str
    relay: str


@dataclass(frozen=True)
class RecoverySheet:
    """What is printed, and kept nowhere else. `qr` is the text of the QR code; `made` when it was.

    `words` are the secret, `place` (in the same groups of four) says which case, `relay` where it is kept:
    what to type without a camera.
    """

    title: str
    words: tuple[str, ...]
    qr: str
    case: str
    made: int
    place: tuple[str, ...] = ()
    relay: str = ""


@dataclass(frozen=True)
class RecoveryShare:
    """One of three parts of a sheet, for one person; any two are enough. Printed, and kept nowhere else."""

    person: str
    words: tuple[str, ...]
    qr: str
    place: tuple[str, ...]
    relay: str
    made: int


RecoveryStep = Literal["reaching", "reading", "choosing", "working", "done", "failed"]
"""reaching: no answer from the relay yet; reading: taking everything in; choosing: a person says which
devices are lost; working: those are shut out; done: an ordinary case again; failed: see `code`."""


@dataclass(frozen=True)
class RecoveryProgress:
    """How far a recovery is. `devices`: the person's others, to choose from; `code`: of the error, if any."""

    step: RecoveryStep
    title: str = ""
    devices: tuple[Device, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Erasure:
    """A case that was erased on this device: how much it held, and the signed proof to keep.

    `others`: how many people had the case too; `relay` the origin that may keep sealed envelopes, or empty.
    `proof` is JSON (sharing/erasure.py), empty where the case was too damaged to sign it.
    """

    case: str
    time: int
    documents: int
    edits: int
    keys: int
    others: int
    relay: str
    proof: str


@dataclass(frozen=True)
class Happening:
    """Something that happened in a case: `name` (of `member`, in their `role`, for their `organisation`) did
    it, at `time` in ms. `member` and `name` are empty where only a link is known.

    `what`: "opened" (what follows within the hour is the same visit), "link_opened", "read", "changed" or
    "refused" (in the document `kind`, `number` of edits), or of the people: "invited", "withdrawn", "asked",
    "granted", "asked_longer", "frozen", "lowered", "removed", "device_added", "device_removed", "recovered",
    "transferred"; `about_name` (of `about`) is whom it concerned, where that is somebody else.
    """

    time: int
    what: str
    member: str
    name: str
    role: str
    about: str = ""
    about_name: str = ""
    kind: str = ""
    number: int = 0
    organisation: str = ""


@dataclass(frozen=True)
class Professional:
    """What somebody who is there for an organisation typed of themself; kept on their device only."""

    organisation: str = ""
    name: str = ""
    registration: str = ""


@dataclass(frozen=True)
class SignedAccount:
    """What this device did in a case, for the reader's organisation; `text` is the signed file."""

    account: Account
    text: str


@dataclass(frozen=True)
class StorageInfo:
    """`used` in bytes. `persisted`: the platform promised not to clear it. `place`: opfs, indexeddb, ..."""

    used: int
    persisted: bool
    place: str


@dataclass(frozen=True)
class Preferences:
    """Of this device; kept in the vault. `auto_lock`: after so many minutes without anybody, 0 for never."""

    language: str = "nl"
    theme: Literal["system", "light", "dark"] = "system"
    text_scale: float = 1.0
    auto_lock: int = 5


@dataclass(frozen=True)
class QuarantinedEnvelope:
    """An envelope that was refused: by which member (empty where unknown), in what, and why.

    `adoptable`: written past a cut, and it opens: the owner may take it over. `time` is the writer's clock;
    `words` some of what it would put into the document; `edits` how many changes it holds; `name` what the
    member is or was called.
    """

    member: str
    kind: str
    reason: str
    id: str = ""
    adoptable: bool = False
    time: int = 0
    edits: int = 0
    words: tuple[str, ...] = ()
    name: str = ""
