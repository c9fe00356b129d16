"""Every screen in a state worth looking at: what is shown, where, and what is tapped first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from kring.cases.shapes import (
    CaseStatus,
    CaseSummary,
    Device,
    DeviceRequest,
    Happening,
    Invitation,
    JoinRequest,
    Member,
    Professional,
    QuarantinedEnvelope,
    RecoveryProgress,
    RecoveryStep,
    SyncState,
)
from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.mensen.commands import RenamePerson, SetPersonFields
from kring.phases.netwerkatlas.relatiekaart.commands import SetTieQuality
from tests.ui.memory import JOIN_ROUTE, SHEET, MemoryCase, MemoryKring, MemoryRecovery
from tests.ui.people import fill, fill_example

CASE = "c1" * 32
Prepare = Callable[[MemoryKring, str], Awaitable[str]]
"""Fills a Kring in one language and gives the address to open."""


@dataclass(frozen=True)
class Scene:
    name: str
    prepare: Prepare
    taps: tuple[str, ...] = ()
    pointed: str = ""
    """At whom a mouse points, by the first word of their name."""
    long: bool = False
    """Worth seeing whole, on a page as long as it needs."""


async def own(kring: MemoryKring, name: str = "Noor") -> MemoryCase:
    kring.state = "open"
    return kring.add(MemoryCase(CASE, f"De kring van {name}", name, "own"))


async def example(kring: MemoryKring, language: str) -> MemoryCase:
    case = await own(kring)
    await fill_example(case, language)
    return case


def at(route: str = "") -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        await example(kring, language)
        return f"/case/{CASE}{route}"

    return prepare


def with_people(count: int, hard: bool = False) -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        await fill(await own(kring), count, hard=hard)
        return f"/case/{CASE}"

    return prepare


async def nothing(kring: MemoryKring, language: str) -> str:
    kring.state = "new"
    return "/"


def fresh(route: str) -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        kring.state = "new"
        return route

    return prepare


async def several(kring: MemoryKring, language: str) -> str:
    (await own(kring)).sheet_waits = True
    kring.add(MemoryCase("c2" * 32, "De kring van " + "Wilhelmina van den Broek " * 3, "W", "shared"))
    kring.joining = (CaseSummary("d1" * 32, "", "netwerklid", "joining", "402 918 375"),)
    return "/"


async def locked(kring: MemoryKring, language: str) -> str:
    kring.state = "locked"
    return "/"


async def settings(kring: MemoryKring, language: str) -> str:
    await own(kring)
    await kring.open_example()
    kring.update_ready = True
    return "/settings"


def own_at(route: str) -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        await own(kring)
        return route

    return prepare


async def taken(kring: MemoryKring, language: str) -> str:
    kring.state = "taken"
    return "/"


async def shared(kring: MemoryKring, language: str) -> str:
    case = await example(kring, language)
    both = {"mensen": "bijdragen", "relatiekaart": "bijdragen"}
    case.members = (
        replace(case.members[0], name="Noor"),
        Member("b1" * 16, "Sanne", "netwerklid", both, yours=True, seen="1"),
        Member(
            "b2" * 16,
            "Wilhelmina van den Broek-Oosterhuis",
            "netwerklid",
            {"mensen": "lezen"},
            yours=True,
            seen="2",
        ),
        Member(
            "b3" * 16,
            "Karim",
            "professional",
            {"relatiekaart": "lezen"},
            1_800_000_000_000,
            yours=True,
            seen="3",
            organisation="Jeugdhulp Noord",
        ),
    )
    case.requests = (JoinRequest("f1" * 16, "Ayşe", "netwerklid", "402 918 375", both),)
    case.status = CaseStatus("waiting", unsent=3)
    return f"/case/{CASE}/sharing"


async def happened(kring: MemoryKring, language: str) -> str:
    """Some days of a shared case."""
    await shared(kring, language)
    case = kring.opened[CASE]
    owner, sanne, wilhelmina, karim = case.members
    hour = 3_600_000
    told = (
        ("changed", sanne, None, "mensen", 3),
        ("read", karim, None, "relatiekaart", 41),
        ("opened", karim, None, "", 1),
        ("refused", karim, None, "", 1),
        ("granted", owner, karim, "", 0),
        ("asked", karim, None, "", 0),
        ("read", wilhelmina, None, "mensen", 12),
        ("lowered", owner, wilhelmina, "", 0),
        ("invited", owner, None, "", 0),
    )
    case.happenings = tuple(
        Happening(
            1_795_000_000_000 - number * 7 * hour, what, by.id, by.name, by.role,
            about.id if about else "", about.name if about else "", kind, count, by.organisation,
        )
        for number, (what, by, about, kind, count) in enumerate(told)
    )  # fmt: skip
    return f"/case/{CASE}/sharing/happenings"


def comparing(sync: SyncState = "synced") -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        await shared(kring, language)
        kring.opened[CASE].status = CaseStatus(sync)
        return f"/case/{CASE}/sharing/compare"

    return prepare


async def accounting(kring: MemoryKring, language: str) -> str:
    """A professional on the way to show their organisation what they did."""
    await lasting(kring, language)
    kring.opened[CASE].about = Professional("Stichting Jeugdhulp Noord-Holland en Omstreken", "K. de Wit")
    return f"/case/{CASE}/sharing/account"


def seen_by(name: str) -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        await shared(kring, language)
        found = next(each for each in kring.opened[CASE].members if each.name.startswith(name))
        return f"/case/{CASE}~{found.id}"

    return prepare


async def decided(kring: MemoryKring, language: str) -> str:
    """Without a connection: one is being taken out, one changes, one has to be looked at again."""
    await shared(kring, language)
    case = kring.opened[CASE]
    pending = {"b1" * 16: "remove", "b2" * 16: "change", "b3" * 16: "look_again"}
    case.members = tuple(
        replace(each, pending=pending[each.id]) if each.id in pending else each
        for each in case.members  # type: ignore[arg-type]
    )
    case.requests = ()
    return f"/case/{CASE}/sharing"


async def asked(kring: MemoryKring, language: str) -> str:
    """Somebody asks for time, an invite is open, and somebody who is out wrote on."""
    await shared(kring, language)
    case = kring.opened[CASE]
    case.requests = ()
    case.alter("b3" * 16, asked=1_803_000_000_000)
    case.invitations = (Invitation("aa" * 16, "Ayşe", "netwerklid", "", 1_796_000_000_000),)
    case.quarantine = (
        QuarantinedEnvelope(
            "b9" * 16,
            "mensen",
            "cut",
            "e1" * 32,
            True,
            1_795_000_000_000,
            2,
            ("Oom Jan", "De buurvrouw"),
            "Piet",
        ),
        QuarantinedEnvelope("b1" * 16, "mensen", "change", "e2" * 32),
    )
    return f"/case/{CASE}/sharing"


async def lasting(kring: MemoryKring, language: str) -> str:
    """A professional's own view, with an end."""
    await shared(kring, language)
    case = kring.opened[CASE]
    case.kind, case.requests = "shared", ()
    case.members = tuple(
        replace(each, you=each.id == "b3" * 16, owner=each.role == "klant", yours=False)
        for each in case.members
    )
    return f"/case/{CASE}/sharing"


async def over(kring: MemoryKring, language: str) -> str:
    await lasting(kring, language)
    case = kring.opened[CASE]
    case.over = True
    case.alter("b3" * 16, over=True)
    return f"/case/{CASE}"


async def several_devices(kring: MemoryKring, language: str) -> str:
    await shared(kring, language)
    case = kring.opened[CASE]
    case.devices = (
        *case.devices,
        Device("f3" * 16, "De oude tablet", 1_785_000_000_000, case.member),
        Device("f4" * 16, "", 1_785_000_000_000, case.member, leaving=True),
        Device("f5" * 16, "", 1_786_000_000_000, "b1" * 16, "Sanne", yours=False),
    )
    return f"/case/{CASE}/devices"


async def device_linked(kring: MemoryKring, language: str) -> str:
    await own(kring)
    await kring.opened[CASE].add_device("Mijn tablet")
    return f"/case/{CASE}/devices"


async def device_asks(kring: MemoryKring, language: str) -> str:
    await own(kring)
    kring.opened[CASE].device_requests = (DeviceRequest("f6" * 16, "Mijn tablet", "402 918 375"),)
    return f"/case/{CASE}/devices"


def recovering(step: RecoveryStep, code: str = "") -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        devices = (
            Device("f1" * 16, "", 1_780_000_000_000, "00" * 16),
            Device("f2" * 16, "", 1_785_000_000_000, "00" * 16, paper=True),
        )
        kring.recovering = MemoryRecovery(RecoveryProgress(step, "De kring van Noor", devices, code))
        return "/recover"

    return prepare


def handing_over(name: str) -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        return f"{await of_member(name)(kring, language)}/transfer"

    return prepare


def of_member(name: str) -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        await shared(kring, language)
        found = next(each for each in kring.opened[CASE].members if each.name.startswith(name))
        return f"/case/{CASE}/sharing/member/{found.id}"

    return prepare


async def clash(kring: MemoryKring, language: str) -> str:
    """Somebody else and this reader rename the same person and judge the same tie, both offline."""
    case = await own(kring)
    person = (await fill(case, 5))[0]
    other = case.remote(1)
    heads = {kind: handle.heads for kind, handle in case.documents.items()}
    sent: list[tuple[str, bytes]] = []
    for kind, handle in other.documents.items():
        handle.on_local = lambda chunk, kind=kind: sent.append((kind, chunk))  # type: ignore[misc]
    await other.bus.dispatch(RenamePerson(person, "Tante Annie"))
    await other.bus.dispatch(SetTieQuality(CLIENT, person, "gespannen"))
    await case.bus.dispatch(RenamePerson(person, "Ans"))
    await case.bus.dispatch(SetTieQuality(CLIENT, person, "sterk"))
    await case.bus.dispatch(SetPersonFields(person, emoji="🌻"))
    for kind, chunk in sent:
        case.documents[kind].receive([chunk])
    assert any(handle.heads != heads[kind] for kind, handle in case.documents.items())
    return f"/case/{CASE}/person/{person}"


def person_named(name: str, route: str = "") -> Prepare:
    async def prepare(kring: MemoryKring, language: str) -> str:
        case = await example(kring, language)
        return f"/case/{CASE}/person/{find(case, name)}{route}"

    return prepare


async def between(kring: MemoryKring, language: str) -> str:
    case = await example(kring, language)
    tie = next(
        key.partition("/")[0]
        for key in case.documents["relatiekaart"].view["ties"]  # type: ignore[union-attr, call-overload]
        if CLIENT not in key and "quality" in key
    )
    first, second = tie.split("~")
    return f"/case/{CASE}/person/{first}/tie/{second}"


def find(case: MemoryCase, name: str) -> str:
    people = case.documents["mensen"].view["people"]
    return next(
        person
        for person, fields in people.items()  # type: ignore[union-attr]
        if str(fields["name"]).startswith(name)  # type: ignore[index, call-overload]
    )


SCENES: tuple[Scene, ...] = (
    Scene("home-empty", nothing),
    Scene("home-several", several),
    Scene("new", fresh("/new")),
    Scene("join", fresh("/join")),
    Scene("join-link", fresh(JOIN_ROUTE)),
    Scene("unlock", locked),
    Scene("taken", taken),
    Scene("map-example", at()),
    Scene("map-pointed", at(), pointed="Sanne"),
    Scene("map-legend", at(), ("legend",)),
    Scene("map-empty", with_people(0)),
    Scene("map-1", with_people(1)),
    Scene("map-12", with_people(12)),
    Scene("map-60", with_people(60)),
    Scene("map-60-near", with_people(60), ("zoom-in", "zoom-in")),
    Scene("map-hard-names", with_people(9, hard=True)),
    Scene("list-example", at(), ("way-list",), long=True),
    Scene("list-hard-names", with_people(9, hard=True), ("way-list",), long=True),
    Scene("person", person_named("Sanne"), long=True),
    Scene("person-emoji", person_named("Sanne"), ("person-picture",)),
    Scene("person-client", at(f"/person/{CLIENT}"), long=True),
    Scene("person-clash", clash, long=True),
    Scene("person-gone", at("/person/aaaaaaaaaaaaaaaa")),
    Scene("tie", between, long=True),
    Scene("add", at("/add")),
    Scene("sharing-alone", at("/sharing"), long=True),
    Scene("sharing", shared, long=True),
    Scene("sharing-decided", decided, long=True),
    Scene("sharing-asked", asked, long=True),
    Scene("sharing-lasting", lasting, long=True),
    Scene("access-over", over),
    Scene("member", of_member("Karim"), long=True),
    Scene("member-remove", of_member("Wilhelmina"), ("remove",), long=True),
    Scene("invite-professional", at("/sharing/invite"), ("invite-role-professional",), long=True),
    Scene("invite", at("/sharing/invite"), long=True),
    Scene("recovery", at("/recovery")),
    Scene("recovery-sheet", at("/recovery"), ("recovery-show",), long=True),
    Scene("recovery-shares", at("/recovery"), ("recovery-shares",), long=True),
    Scene("recover", fresh("/recover"), long=True),
    Scene("recover-shares", fresh("/recover"), ("recover-way-shares",), long=True),
    Scene("recover-link", fresh(SHEET.partition("#")[2])),
    Scene("recover-reading", recovering("reading")),
    Scene("recover-choose", recovering("choosing"), long=True),
    Scene("recover-failed", recovering("failed", "sheet_mismatch")),
    Scene("devices", several_devices, long=True),
    Scene("devices-lost", several_devices, ("lost-" + "f3" * 16,), long=True),
    Scene("devices-link", device_linked, long=True),
    Scene("devices-request", device_asks, long=True),
    Scene("transfer", handing_over("Wilhelmina"), long=True),
    Scene("settings", settings, long=True),
    Scene("change-passphrase", own_at("/settings/passphrase")),
    Scene("passkey", own_at("/settings/passkey")),
    Scene("erase", own_at("/erase/" + CASE)),
    Scene("happenings", happened, long=True),
    Scene("compare", comparing(), long=True),
    Scene(
        "compare-different",
        comparing(),
        ("compare-different",),
        long=True,
    ),
    Scene("compare-waiting", comparing("waiting"), ("compare-way-theirs",), long=True),
    Scene("account", accounting, long=True),
    Scene("account-made", accounting, ("account-make",), long=True),
    Scene("seen-as-reader", seen_by("Karim")),
    Scene("seen-as-contributor", seen_by("Sanne")),
    Scene("erase-done", own_at("/erase/" + CASE), ("erase-sure", "erase-do"), long=True),
    Scene("settings-visitor", fresh("/settings"), long=True),
    Scene("example-coming", fresh("/example")),
    Scene("not-found", fresh("/nowhere")),
)
