"""A join under way: from an opened link until the owner has confirmed (CAS-9).

The joiner logs in by the invite, reads the log, appends one JOIN, and from then on logs in as a device that
waits. It follows no document and holds no key until a GRANT gives it both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from kring.cases import secrets
from kring.cases.description import Description
from kring.cases.founding import steps_to_add
from kring.cases.journal import Journal
from kring.cases.ledger import Ledger
from kring.cases.ports import Ports
from kring.domain.text_input import clean_name
from kring.errors import BadInput, InviteExpired, KringError, LinkBroken, NetworkError, ProtocolError
from kring.sharing.author import Author
from kring.sharing.author import join as make_join
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.invite import Link, check_code, decode_link, encode_link, require_open
from kring.sharing.membership import ACTIVE, PENDING, WAITING
from kring.sharing.proofs import invite_id
from kring.store.cases import CaseRow
from kring.store.store import Store
from kring.sync.client import Outgoing
from kring.sync.messages import Snapshot, login_bytes
from kring.sync.runner import Connection, SyncRunner


async def begin_join(ports: Ports, store: Store, text: str, name: str) -> CaseRow:
    """Keep what a join needs, before anything is asked of the relay. LinkBroken, BadInput, StoreError."""
    link, name = decode_link(text), clean_name(name)
    if store.cases.here(link.case):
        raise BadInput("this case is here already", reason="already_here")
    crypto = ports.crypto
    keys = await new_device(crypto)
    invite = invite_id((await crypto.sign_key(link.seed)).public)
    code = await check_code(crypto, link.case, link.owner, invite, keys.id)
    description = Description(
        "joining", "", name, "", link.relay, founded=True,
        owner=link.owner.hex(), invite=invite.hex(), code=code,
    )  # fmt: skip
    row = CaseRow(store.cases.free_number(), link.case, description.to_bytes())
    kept = {secrets.DEVICE: secrets.pack_device(keys), secrets.LINK: encode_link(link.relay, link).encode()}
    await store.write(*await steps_to_add(store, row, kept))
    return row


class Joining:
    """The Host of a join's SyncRunner. `granted` is awaited once the owner has confirmed; `told` is called
    when the log has grown, or it has turned out that this invite lets nobody in any more: `problem` is then
    the error's code.
    """

    def __init__(
        self,
        ports: Ports,
        store: Store,
        row: CaseRow,
        keys: DeviceKeys,
        link: Link,
        granted: Callable[[], Awaitable[None]],
        told: Callable[[], None],
    ) -> None:
        self._ports, self._store, self._row = ports, store, row
        self._keys, self._link = keys, link
        self._description = Description.from_bytes(row.description)
        self._journal = Journal(store)
        self._ledger = Ledger(ports.crypto, row.id, row.number, store, self._journal)
        self._granted, self._told = granted, told
        self.problem = ""
        self._asking: asyncio.Task[None] | None = None
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._as_device = self._unasked = False
        self.confirmed = asyncio.Event()
        self.runner = SyncRunner(self, ports.network, link.relay, ports.clock, ports.random)

    @property
    def case(self) -> bytes:
        return self._row.id

    @property
    def joining(self) -> bool:
        return True

    @property
    def login_id(self) -> bytes:
        return self._keys.id if self._known else bytes.fromhex(self._description.invite)

    @property
    def _known(self) -> bool:
        """Whether to log in as the device: its JOIN is in the log, or may be there unheard."""
        return bool(self._state) or self._as_device

    @property
    def _state(self) -> str:
        """How this device stands: pending until it is confirmed; empty until its JOIN stands in the log."""
        membership = self._ledger.membership
        device = membership.devices.get(self._keys.id)
        if device is None:
            return ""
        state = membership.members[device.member].state
        return PENDING if state == ACTIVE and device.state == WAITING else state

    async def start(self) -> None:
        """Go on from what is stored."""
        await self._ledger.load()
        if self._state:
            self._answer()
        if self._state == ACTIVE:
            await self._let_in()
        else:
            self.runner.start()

    @property
    def role(self) -> str:
        """The role that the invite gave."""
        device = self._ledger.membership.devices[self._keys.id]
        return self._ledger.membership.members[device.member].role

    @property
    def device(self) -> bool:
        """Whether this is to be another device of somebody who is in the case already."""
        invite = self._ledger.membership.invites.get(bytes.fromhex(self._description.invite))
        return invite is not None and bool(invite.body.member)

    @property
    def owner(self) -> bool:
        """Whether that is the owner."""
        return self._ledger.membership.is_owner(self._keys.id)

    async def asked(self) -> None:
        """Return once the JOIN stands in the log, or as soon as it is clear that it cannot be sent now.

        Raises LinkBroken or InviteExpired where it never can. To be called once, when a join has just begun.
        """
        self._unasked = True
        with suppress(NetworkError):
            await asyncio.shield(self._answered)

    async def stop(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        await self.runner.stop()
        self._fail(NetworkError("given up"))

    def founding(self) -> tuple[bytes, ...]:
        return ()

    def log_tail(self) -> tuple[int, bytes]:
        return self._ledger.tail()

    def cursors(self) -> Mapping[bytes, int]:
        return {}

    def outgoing(self) -> Sequence[Outgoing]:
        return ()

    async def sign_login(self, nonce: bytes, time: int) -> bytes:
        seed = self._keys.sign.private if self._known else self._link.seed
        message = login_bytes(nonce, self._link.relay, self.case, self.login_id, time)
        return await self._ports.crypto.sign(seed, message)

    async def take_log(self, start: int, records: tuple[bytes, ...]) -> None:
        await self._ledger.take(start, records)
        await self._journal.flush()
        self._told()
        if self._state:
            self._answer()
        if self._state == ACTIVE and not self.confirmed.is_set():
            await self._let_in()

    async def caught_up(self) -> tuple[bytes, ...]:
        return ()  # never said to a joiner, who follows no document

    def connection(self, state: Connection) -> None:
        asking = self._asking is not None and not self._asking.done()
        if state == "online" and not (self._state or asking or self.problem):
            self._asking = asyncio.create_task(self._ask())
        elif state == "offline":
            self._fail(NetworkError("the relay could not be reached"))

    def named(self, code: str) -> None:
        """The relay does not let a link in that it does not know, that was used, or that is too old.

        It may have been used by this very device, whose JOIN was stored while the answer got lost, perhaps
        before a restart: so the next login is the device's, and the one after that the invite's again.
        """
        if code == "bad_login" and not self._state:
            refused_twice, self._as_device = self._as_device, not self._as_device
            if refused_twice or self._unasked:
                self._fail(InviteExpired("the relay does not know this invite"))

    async def take_events(self, document: bytes, cursor: int, envelopes: tuple[bytes, ...]) -> None:
        """Nothing is followed, so nothing of this is for us."""

    async def take_snapshot(self, frame: Snapshot) -> None:
        """Nothing is followed, so nothing of this is for us."""

    async def founded(self) -> None:
        """Never said to a joiner."""

    async def acked(self, hashes: tuple[bytes, ...]) -> None:
        """Never said to a joiner."""

    def refused(self, envelope: Outgoing, code: str) -> None:
        """Never said to a joiner."""

    async def _ask(self) -> None:
        try:
            await self.runner.append(self._make)
            self._answer()
        except InviteExpired as error:
            self._fail(error)
        except (ProtocolError, BadInput) as error:
            self._fail(LinkBroken(str(error)))
        except KringError as error:
            self._fail(error)

    async def _make(self) -> tuple[int, tuple[bytes, ...]]:
        now, membership = self._ports.clock.now(), self._ledger.membership
        require_open(membership, bytes.fromhex(self._description.invite), now)
        author = Author(self._ports.crypto, self._keys, membership)
        record = await make_join(author, self._link, self._description.name, now)
        self._unasked = False
        return record.position, (record.wire,)

    async def _let_in(self) -> None:
        self.confirmed.set()
        await self._granted()

    def _answer(self) -> None:
        if not self._answered.done():
            self._answered.set_result(None)

    def _fail(self, error: KringError) -> None:
        if isinstance(error, LinkBroken | InviteExpired) and not self.problem:
            self.problem = error.code
            self._told()
        if not self._answered.done():
            self._answered.set_exception(error)
            self._answered.exception()  # seen: nobody need be waiting for it


async def resume_join(
    ports: Ports,
    store: Store,
    row: CaseRow,
    granted: Callable[[], Awaitable[None]],
    told: Callable[[], None],
) -> Joining:
    """The join that this row describes; `start` it. Raises StoreCorrupt."""
    boxes = await store.keys.all(row.number)
    keys = await secrets.unpack_device(ports.crypto, boxes)
    link = decode_link(boxes.get(secrets.LINK, b"").decode())
    return Joining(ports, store, row, keys, link, granted, told)
