"""Kring itself: the vault of this device, and the cases in it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Coroutine, Sequence
from contextlib import suppress

from kring.cases.case import Case
from kring.cases.description import CaseKind, Description
from kring.cases.engine import open_engine
from kring.cases.erasing import erase_case, finish_erasing
from kring.cases.founding import found_case
from kring.cases.idle import Idle
from kring.cases.joining import Joining, begin_join, resume_join
from kring.cases.ports import Ports
from kring.cases.recovering import Recovering, begin_recovery, resume_recovery
from kring.cases.secrets import PAPER
from kring.cases.shapes import (
    CaseSummary,
    Erasure,
    InvitePreview,
    Listener,
    Preferences,
    StorageInfo,
    VaultState,
)
from kring.domain.text_input import clean_line, clean_name
from kring.errors import BadInput, InviteExpired, LinkBroken, StoreError, StoreTaken
from kring.phases.voorbeeld.making import client_name, make_example
from kring.phases.voorbeeld.making import title as example_title
from kring.sharing.invite import decode_link
from kring.sharing.recovery import read_sheet
from kring.store.cases import CaseRow
from kring.store.store import Store, open_store
from kring.store.vault import Vault

_PREFERENCES = "preferences"


class Kring:
    """Make with `Kring(ports)`, then `look`; open with `create_vault`, `unlock` or `open_with`."""

    def __init__(self, ports: Ports, language: str = "nl") -> None:
        self.ports = ports
        self._state: VaultState = "locked"
        self._store: Store | None = None
        self._guest: Store | None = None
        self._guests: set[str] = set()
        self._rows: dict[str, CaseRow] = {}
        self._open: dict[str, Case] = {}
        self._joining: dict[str, Joining] = {}
        self._recovering: dict[str, Recovering] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: list[Listener] = []
        self._preferences = Preferences(language)
        self._idle: Idle | None = None
        self.update_ready = False
        self._link = ""

    @property
    def state(self) -> VaultState:
        return self._state

    @property
    def vault(self) -> Vault:
        """To change how it opens."""
        return self.ports.vault

    @property
    def version(self) -> str:
        return self.ports.version

    @property
    def preferences(self) -> Preferences:
        return self._preferences

    @property
    def cases(self) -> tuple[CaseSummary, ...]:
        """In the order in which they came to this device."""
        found = []
        for name, row in self._rows.items():
            known = Description.from_bytes(row.description)
            case = self._open.get(name)
            title = case.title if case is not None else known.title
            joining = self._joining.get(name)
            problem = joining.problem if joining is not None else ""
            device = joining is not None and joining.device
            store = None if name in self._guests else self._store  # none while it is being locked
            waits = known.kind == "own" and store is not None and store.keys.has(row.number, PAPER)
            found.append(CaseSummary(name, title, known.role, known.kind, known.code, problem, device, waits))
        return tuple(found)

    def subscribe(self, listener: Listener) -> Listener:
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    async def strength(self, passphrase: str) -> int:
        """0 (guessed at once) to 4 (strong)."""
        return await self.ports.strength(passphrase)

    async def look(self) -> None:
        """Find out whether there is a vault. Raises StoreError."""
        self._state = await self.ports.vault.state()
        self._notify()

    async def create_vault(self, passphrase: str) -> None:
        """Set the passphrase of a new device. Raises BadInput, StoreError.

        Where somebody looks around as a guest on a device that has a vault, this opens that vault.
        """
        vault = self.ports.vault
        new = await vault.state() == "new"
        await self.open_with(await (vault.create(passphrase) if new else vault.unlock(passphrase)))

    def lock_when_idle(self) -> None:
        """For a platform that tells of people (`touched`) and of waking up (`wake`): lock as preferred."""
        self._idle = Idle(self.ports.clock, self.lock)

    def touched(self) -> None:
        """Somebody is here."""
        if self._idle is not None:
            self._idle.touch()

    def update_arrived(self) -> None:
        """A new version of the app is here and will be used at the next start."""
        self.update_ready = True
        self._notify()

    def visit(self) -> None:
        """Look around as a guest: the vault stays closed, and the example is kept in memory only."""
        self._state = "new"
        self._notify()

    async def unlock(self, passphrase: str) -> None:
        """Raises WrongPassphrase, StoreError; then nothing is open."""
        await self.open_with(await self.ports.vault.unlock(passphrase))

    async def open_with(self, vault_key: bytes) -> None:
        """Open the store with a vault key that has been opened already, and go on with what was under way."""
        if self._store is not None:
            return
        await self._send_guests_home()
        try:
            self._store = await open_store(await self.ports.file(), self.ports.crypto, vault_key)
            await finish_erasing(self._store)
            self._rows = {row.id.hex(): row for row in await self._store.cases.all()}
            kept = await self._store.meta.get(_PREFERENCES)
            self._preferences = _read_preferences(kept, self._preferences)
        except StoreTaken:
            self._state = "taken"
            self._notify()
            raise
        except BaseException:
            await self._shut()
            raise
        self._state = "open"
        self._watch()
        for name in list(self._rows):
            if self._described(name).kind == "joining":
                await self._resume(name)
            elif self._described(name).kind == "recovering":
                await self._resume_recovery(name)
        self._notify()

    async def lock(self) -> None:
        """Save, close everything and forget the keys."""
        async with self._turn:
            for task in list(self._tasks):
                task.cancel()
            for pending in self._pending:
                await pending.stop()
            self._joining.clear()
            self._recovering.clear()
            for case in self._open.values():
                with suppress(StoreError):
                    await case.close()
            self._open.clear()
            await self._send_guests_home()
            with suppress(StoreError):  # what was durable is, and the keys go all the same
                await self._shut()
            self._rows = {}
            self._state = "locked"
            self._watch()
        self._notify()
        await self.ports.left()

    async def abandon(self) -> None:
        """Stop at once and save nothing, as when the process is killed."""
        for task in list(self._tasks):
            task.cancel()
        for pending in self._pending:
            await pending.stop()
        for case in self._open.values():
            await case.abandon()
        self._joining.clear()
        self._recovering.clear()
        self._open.clear()
        self._store = None

    async def take_over(self) -> None:
        """Make the other tab or process let go of the store; then unlock as usual."""
        await self.ports.take_over()
        await self.look()

    async def set_preferences(self, preferences: Preferences) -> None:
        """Keep them; a guest's only until the end of the visit."""
        if self._store is None:
            self._prefer(preferences)
            return
        store = self._store
        sealed = await store.meta.seal(_PREFERENCES, json.dumps(dataclasses.asdict(preferences)).encode())
        await store.write(lambda: store.meta.put(sealed))
        self._prefer(preferences)

    async def create_case(self, title: str, name: str) -> str:
        """A new case of this person; its id. Raises BadInput, StoreError."""
        title = clean_line(title, field="title", required=True)
        row = await found_case(self.ports, self._opened(), title, clean_name(name), "own", self.ports.relay)
        self._rows[row.id.hex()] = row
        self._notify()
        return row.id.hex()

    async def open_example(self) -> str:
        """The example, made where it is not there yet; its id."""
        for name in self._rows:
            if self._described(name).kind == "example":
                return name
        language = self._preferences.language
        store = self._store or await self._visitors()
        row = await found_case(
            self.ports, store, example_title(language), client_name(language), "example", ""
        )
        self._rows[row.id.hex()] = row
        if store is self._guest:
            self._guests.add(row.id.hex())
        case = await self.open_case(row.id.hex())
        await make_example(case.dispatch, self.ports.random, language)
        await case.save()
        self._notify()
        return row.id.hex()

    async def throw_away_example(self) -> None:
        """Erase the example."""
        for name in list(self._rows):
            if self._described(name).kind == "example":
                await self._forget(name)

    async def erase(self, case: str) -> Erasure:
        """Erase a case, or a join that waits, here and nowhere else. Raises BadInput, StoreError."""
        async with self._turn:
            row, store = self._row(case), self._home(case)
            joining, opened = self._joining.pop(case, None), self._open.pop(case, None)
            recovering = self._recovering.pop(case, None)
            for pending in (joining, recovering):
                if pending is not None:
                    await pending.stop()
            if opened is not None:
                await opened.abandon()
            erasure = await erase_case(self.ports, store, row)
            self._guests.discard(case)
            del self._rows[case]
        self._notify()
        return erasure

    async def open_case(self, case: str) -> Case:
        """The same object until `lock`. Raises BadInput for a case that is not here, StoreCorrupt."""
        async with self._turn:
            if case in self._open:
                return self._open[case]
            row = self._row(case)
            if self._described(case).kind in ("joining", "recovering"):
                raise BadInput("not confirmed yet", reason="joining")
            engine = await open_engine(self.ports, self._home(case), row)
            opened = self._open[case] = Case(engine)

            told = engine.description

            def follow() -> None:
                nonlocal told
                if engine.description is not told:
                    told = engine.description
                    self._rows[case] = CaseRow(row.number, row.id, told.to_bytes())
                    self._notify()

            engine.on_change(follow)
            await opened.start()
            return opened

    def link_arrived(self, link: str) -> None:
        """A link was opened in this app: its screen takes it with `take_link`."""
        self._link = link
        self._notify()

    def take_link(self) -> str:
        """The link with which Kring was opened, from its `#` on, once; empty where there was none."""
        link, self._link = self._link, ""
        return link

    def read_link(self, link: str) -> InvitePreview:
        """LinkBroken where the link is no invite."""
        read = decode_link(link)
        return InvitePreview(read.case.hex(), read.relay)

    async def join(self, link: str, name: str) -> str:
        """Ask to be let in; the case's id. Without a connection it is asked as soon as there is one.

        Raises LinkBroken, InviteExpired or BadInput; then nothing is kept.
        """
        row = await begin_join(self.ports, self._opened(), link, name)
        case = row.id.hex()
        self._rows[case] = row
        await self._resume(case)
        joining = self._joining[case]
        try:
            await joining.asked()
        except (LinkBroken, InviteExpired):
            await self._forget(case)
            raise
        self._notify()
        return case

    async def give_up(self, case: str) -> None:
        """Forget a join or a recovery that is under way. Raises BadInput where it is none, StoreError."""
        if self._described(case).kind not in ("joining", "recovering"):
            raise BadInput("not a join", reason="no_such_case")
        await self._forget(case)

    def read_sheet(self, parts: Sequence[str], place: str = "", relay: str = "") -> None:
        """LinkBroken where this is no recovery sheet; see `recover`."""
        read_sheet(parts, place, relay or self.ports.relay)

    async def recover(self, parts: Sequence[str], place: str = "", relay: str = "") -> str:
        """Begin to restore a case by its recovery sheet; the case's id, for `recovery`.

        `parts`: what was scanned or typed of one sheet, or of two shares of one. `place` and `relay` stand on
        paper beside what is typed. Raises LinkBroken, BadInput or StoreError; then nothing is kept.
        """
        sheet = read_sheet(parts, place, relay or self.ports.relay)
        row = await begin_recovery(self.ports, self._opened(), sheet)
        case = row.id.hex()
        self._rows[case] = row
        await self._resume_recovery(case)
        self._notify()
        return case

    def recovery(self, case: str) -> Recovering | None:
        """The recovery of this case that is under way here."""
        return self._recovering.get(case)

    async def storage(self) -> StorageInfo:
        report = await self.ports.storage()
        return StorageInfo(report.used, report.persisted, report.place)

    def wake(self) -> None:
        """The platform says that there is a connection again, or that the device woke up."""
        if self._idle is not None:
            self._idle.check()
        for case in self._open.values():
            case.wake()
        for pending in self._pending:
            pending.runner.wake()

    async def joined(self, case: str) -> None:
        """Return once the owner has confirmed this join; at once where there is nothing to wait for."""
        joining = self._joining.get(case)
        if joining is not None:
            await joining.confirmed.wait()
        while case in self._rows and self._described(case).kind == "joining":
            await asyncio.gather(*self._tasks)

    async def _resume(self, case: str) -> None:
        async def granted() -> None:
            self._task(self._enter(case))

        joining = await resume_join(self.ports, self._opened(), self._row(case), granted, self._notify)
        self._joining[case] = joining
        await joining.start()

    async def _enter(self, case: str) -> None:
        """The owner has confirmed: from now on it is a case like others."""
        joining = self._joining.pop(case)
        await joining.stop()
        row, store = self._row(case), self._opened()
        known = self._described(case)
        kind: CaseKind = "own" if joining.owner else "shared"
        description = dataclasses.replace(known, kind=kind, role=joining.role, code="").to_bytes()
        box = await store.cases.seal(row.id, description)
        await store.write(lambda: store.cases.put(row.number, box))
        self._rows[case] = dataclasses.replace(row, description=description)
        await self.open_case(case)
        self._notify()

    async def _resume_recovery(self, case: str) -> None:
        async def done() -> None:
            self._task(self._recovered(case))

        recovering = await resume_recovery(self.ports, self._opened(), self._row(case), done)
        self._recovering[case] = recovering
        await recovering.start()

    async def _recovered(self, case: str) -> None:
        """By the new device: from now on it is a case like others."""
        recovering = self._recovering[case]
        await recovering.stop()
        self._rows[case] = dataclasses.replace(self._row(case), description=recovering.description)
        await self.open_case(case)
        self._recovering.pop(case)
        recovering.opened.set()
        self._notify()

    async def _forget(self, case: str) -> None:
        recovering = self._recovering.pop(case, None)
        if recovering is not None:
            await recovering.stop()
        joining, opened = self._joining.pop(case, None), self._open.pop(case, None)
        if joining is not None:
            await joining.stop()
        if opened is not None:
            await opened.close()
        store, row = self._home(case), self._rows.pop(case)
        self._guests.discard(case)
        await store.write(lambda: store.cases.delete(row.number))
        self._notify()

    @property
    def _pending(self) -> list[Joining | Recovering]:
        return [*self._joining.values(), *self._recovering.values()]

    def _row(self, case: str) -> CaseRow:
        if case not in self._rows:
            raise BadInput("no such case here", reason="no_such_case")
        return self._rows[case]

    def _described(self, case: str) -> Description:
        return Description.from_bytes(self._row(case).description)

    def _home(self, case: str) -> Store:
        return self._guest if self._guest is not None and case in self._guests else self._opened()

    async def _visitors(self) -> Store:
        if self._guest is None:
            crypto = self.ports.crypto
            self._guest = await open_store(self.ports.scratch(), crypto, crypto.random(32))
        return self._guest

    async def _send_guests_home(self) -> None:
        for case in list(self._guests):
            await self._forget(case)
        guest, self._guest = self._guest, None
        if guest is not None:
            await guest.close()

    def _prefer(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self.ports.prefer("language", preferences.language)
        self.ports.prefer("theme", preferences.theme)
        self.ports.prefer("scale", str(preferences.text_scale))
        self._watch()
        self._notify()

    def _watch(self) -> None:
        minutes = self._preferences.auto_lock if self._state == "open" else 0
        if self._idle is not None:
            self._idle.watch(minutes)
            self.ports.prefer("lock", str(minutes))

    def _opened(self) -> Store:
        if self._store is None:
            raise BadInput("the vault is locked", reason="locked")
        return self._store

    async def _shut(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            await store.close()

    def _task(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener()


def _read_preferences(data: bytes | None, default: Preferences) -> Preferences:
    """What was kept; `default` where nothing was, or where a newer Kring kept something else."""
    if data is not None:
        with suppress(ValueError, TypeError):
            return Preferences(**json.loads(data))
    return default
