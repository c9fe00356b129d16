"""Real devices, cases and a real relay for tests: every record and envelope here is signed and sealed."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TypeVar

from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing import author
from kring.sharing.author import Author, Founding
from kring.sharing.device import DeviceKeys, new_device
from kring.sharing.envelope import Content, Envelope, pack_content, parse_envelope, seal
from kring.sharing.invite import Link as InviteLink
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership
from kring.sharing.proofs import invite_id
from kring.sharing.records import Record
from kring.sync import messages
from kring.sync.messages import ServerFrame
from kring.sync.network import Link
from sync_server.app import make_app
from sync_server.compose import open_relay
from sync_server.outlet import Parcel
from sync_server.relay import Relay
from sync_server.server import Server, configured
from sync_server.settings import Limits, Settings
from sync_server.static import Bundle

F = TypeVar("F")
NOW = 1_795_000_000_000
CRYPTO = CpythonCrypto()
KINDS = ("kring", "mensen", "relatiekaart", "prive")


@dataclasses.dataclass
class Device:
    """One device in one case, with what it would keep: keys, log, keyring, its place in each chain."""

    keys: DeviceKeys
    membership: Membership
    ring: Keyring
    tails: dict[tuple[bytes, int], tuple[int, bytes]] = dataclasses.field(default_factory=dict)

    async def write(
        self, document: bytes, /, changes: Sequence[bytes] = (b"change",), **other: object
    ) -> Envelope:
        """The next envelope; `other` overrides fields of its header before it is sealed and signed."""
        membership = self.membership
        epoch = membership.epoch_at(document, membership.length)
        seq, previous = self.tails.get((document, epoch), (0, bytes(32)))
        values: dict[str, object] = {
            "case": membership.case,
            "document": document,
            "epoch": epoch,
            "seq": seq + 1,
            "previous": previous,
            "log_position": membership.length,
            "log_head": membership.head,
            "frontier": bytes(32),
            "plaintext": pack_content(Content(self.keys.id, bytes(16), NOW, tuple(changes))),
        }
        values.update(other)
        secret = self.ring.secret(document, epoch) or bytes(32)
        envelope = await seal(CRYPTO, self.keys, secret, **values)  # type: ignore[arg-type]
        if not other:
            self.tails[document, epoch] = (envelope.header.seq, envelope.hash)
        return envelope

    def author(self) -> Author:
        return Author(CRYPTO, self.keys, self.membership)


@dataclasses.dataclass
class World:
    """A founded case and its owner's device."""

    founding: Founding
    owner: Device

    @property
    def case(self) -> bytes:
        return self.founding.membership.case

    @property
    def documents(self) -> dict[str, bytes]:
        return dict(self.founding.documents)

    @property
    def records(self) -> tuple[bytes, ...]:
        return tuple(record.wire for record in self.founding.records)


async def found(now: int = NOW) -> World:
    keys, paper = await new_device(CRYPTO), await new_device(CRYPTO)
    founding = await author.found(CRYPTO, keys, paper, KINDS, now)
    return World(founding, Device(keys, founding.membership, founding.keyring))


@dataclasses.dataclass
class Invited:
    """Somebody on the way in: the records to append, by whom, in order."""

    invite: Record
    link: InviteLink
    join: Record
    grant: Record
    device: Device

    @property
    def invite_id(self) -> bytes:
        return self.invite.body.invite and invite_id(self.invite.body.invite)  # type: ignore[union-attr]


async def invite(world: World, given: dict[bytes, int], now: int = NOW, name: str = "Noor") -> Invited:
    """Invite, join and grant; the owner's membership moves along."""
    owner = world.owner
    speaking = owner.author()
    invited, link = await author.invite(
        speaking, "netwerklid", given, now + 7 * 24 * 3600 * 1000, "http://relay.test", now
    )
    joining = Author(CRYPTO, await new_device(CRYPTO), speaking.membership)
    joined = await author.join(joining, link, name, now)
    granting = Author(CRYPTO, owner.keys, joining.membership)
    member = joining.membership.devices[joining.keys.id].member
    granted = await author.grant(granting, owner.ring, member, given, 0, now)
    owner.membership = granting.membership
    ring = Keyring()
    for document in given:
        epoch = granting.membership.last_epoch(document)
        secret = owner.ring.secret(document, epoch)
        assert secret is not None
        ring.add(document, epoch, secret)
    return Invited(invited, link, joined, granted, Device(joining.keys, granting.membership, ring))


class Client:
    """Typed frames over a Link."""

    def __init__(self, link: Link, origin: str, nonce: bytes) -> None:
        self.link = link
        self.origin = origin
        self.nonce = nonce
        self.pushed: list[ServerFrame] = []
        self._request = 0

    @classmethod
    async def open(cls, link: Link, origin: str) -> Client:
        hello = messages.parse_from_server(await link.receive())
        assert isinstance(hello, messages.Hello)
        return cls(link, origin, hello.nonce)

    async def send(self, frame: messages.ClientFrame) -> None:
        await self.link.send(messages.encode(frame))

    async def next(self) -> ServerFrame:
        return messages.parse_from_server(await asyncio.wait_for(self.link.receive(), 20))

    async def expect(self, kind: type[F]) -> F:
        """The next frame of this kind; others that come before it are kept in `pushed`."""
        for frame in self.pushed:
            if isinstance(frame, kind):
                self.pushed.remove(frame)
                return frame
        while True:
            frame = await self.next()
            if isinstance(frame, kind):
                return frame
            assert not isinstance(frame, messages.Error), frame
            self.pushed.append(frame)

    async def refusal(self) -> str:
        return (await self.expect(messages.Error)).code

    async def create(self, world: World) -> None:
        await self.send(messages.Create(world.records))
        await self.expect(messages.Created)

    async def login(
        self,
        device: Device,
        *,
        time: int = NOW,
        origin: str | None = None,
        nonce: bytes | None = None,
    ) -> None:
        case, name = device.membership.case, device.keys.id
        signed = messages.login_bytes(nonce or self.nonce, origin or self.origin, case, name, time)
        signature = await CRYPTO.sign(device.keys.sign.private, signed)
        await self.send(messages.Login(case, name, time, signature))

    async def enter(self, device: Device, *, time: int = NOW) -> None:
        await self.login(device, time=time)
        await self.expect(messages.Welcome)

    async def enter_by(self, invited: Invited, *, time: int = NOW) -> None:
        """Log in as a joiner, by the link."""
        case, name = invited.link.case, invited.invite_id
        signed = messages.login_bytes(self.nonce, self.origin, case, name, time)
        signature = await CRYPTO.sign(invited.link.seed, signed)
        await self.send(messages.Login(case, name, time, signature))
        await self.expect(messages.Welcome)

    def request(self) -> int:
        self._request += 1
        return self._request

    async def put(self, *envelopes: Envelope | bytes) -> int:
        number = self.request()
        wires = tuple(each.wire if isinstance(each, Envelope) else each for each in envelopes)
        await self.send(messages.Put(number, wires))
        return number

    async def stored(self, *envelopes: Envelope) -> None:
        """Put, and wait for the acknowledgement of all."""
        number = await self.put(*envelopes)
        ack = await self.expect(messages.Ack)
        assert ack == messages.Ack(number, tuple(each.hash for each in envelopes))

    async def append(self, *records: Record) -> None:
        number = self.request()
        wires = tuple(record.wire for record in records)
        await self.send(messages.LogAppend(number, records[0].position, wires))
        answer = await self.expect(messages.LogOk)
        assert (answer.request, answer.head) == (number, records[-1].chain_hash)

    async def follow(self, cursors: dict[bytes, int], count: int) -> list[Envelope]:
        """Subscribe and take in envelopes until there are `count`."""
        await self.send(messages.Subscribe(cursors))
        return await self.events(count)

    async def events(self, count: int) -> list[Envelope]:
        envelopes: list[Envelope] = []
        while len(envelopes) < count:
            frame = await self.expect(messages.Events)
            envelopes += [parse_envelope(wire) for wire in frame.envelopes]
        return envelopes

    async def flushed(self) -> None:
        """Return when the relay has dealt with all that was sent before, puts apart."""
        number = self.request()
        await self.send(messages.Ping(number))
        assert await self.expect(messages.Pong) == messages.Pong(number)

    async def close(self) -> None:
        await self.link.close()


Connect = Callable[[], Awaitable[Client]]
"""Opens a link that has been greeted and no more."""
Enter = Callable[[Device], Awaitable[Client]]
"""Opens a link and logs a device in."""


class LinkOutlet:
    """The relay's way out over a Link of any kind."""

    congested = False

    def __init__(self) -> None:
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue()

    def send(self, parcel: Parcel) -> None:
        self.frames.put_nowait(parcel.bytes)

    def close(self) -> None:
        self.frames.put_nowait(None)

    def probe(self) -> None:
        """Nobody is silent in memory."""

    def pause(self) -> None:
        """A simulation sends little."""

    def resume(self) -> None:
        """See `pause`."""


async def serve_link(relay: Relay, link: Link, address: str = "test") -> None:
    """Serve one device over `link` until either end goes: the `serve` of a MemoryNetwork."""
    outlet = LinkOutlet()
    session = relay.connect(outlet, address)

    async def up() -> None:
        try:
            while True:
                session.receive(await link.receive())
        finally:
            outlet.close()

    task = asyncio.create_task(up())
    try:
        while (frame := await outlet.frames.get()) is not None:
            await link.send(frame)
    finally:
        task.cancel()
        await asyncio.wait((task,))
        session.close()


class FixedClock:
    """Wall time stands still until it is moved; the other clock runs on, because sockets need it."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    def seconds(self) -> float:
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def serving(
    folder: Path,
    *,
    limits: Limits | None = None,
    clock: FixedClock | None = None,
    bundle: Bundle | None = None,
    **other: object,
) -> AsyncIterator[str]:
    """A real relay on a free port of this machine; gives its origin."""
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(folder, (origin,), limits=limits or Limits(), **other)  # type: ignore[arg-type]
    app = make_app(open_relay(settings, clock=clock or FixedClock()), bundle)
    server = Server(configured(app))
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0)
    try:
        yield origin
    finally:
        server.should_exit = True
        await task
