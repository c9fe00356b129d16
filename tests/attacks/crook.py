"""A relay that cheats: the real one, with somebody between it and the phones who bends what is said.

What it takes it keeps, as the true relay behind it does; so a crook can come clean. An attack is armed for
one phone, and carried out on the next frame that it fits. `done` says what has really happened.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable

from kring.sync.messages import (
    Ack,
    ClientFrame,
    Error,
    Events,
    Log,
    LogOk,
    Pong,
    Put,
    ServerFrame,
    Welcome,
    encode,
    parse_from_client,
    parse_from_server,
)
from sync_server.outlet import Parcel
from tests.simulation.air import Air, AirLink, Noise, Station

BY_HAND = 2**52
"""The request number of what is put by hand: its answer is not for the app."""
Cheat = Callable[["Crook", str, ServerFrame], list[ServerFrame] | None]
"""What becomes of a frame to a phone; None where the attack does not fit it."""


class Crook:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"crook-{seed}")
        self.armed: dict[str, list[str]] = defaultdict(list)
        self.late: dict[str, list[ServerFrame]] = defaultdict(list)
        self.held: dict[str, list[ServerFrame]] = defaultdict(list)
        self.seen: list[bytes] = []
        self.done: Counter[str] = Counter()

    def arm(self, phone: str, attack: str) -> None:
        if attack not in self.armed[phone]:
            self.armed[phone].append(attack)

    def come_clean(self) -> None:
        """Cheat no more. What was held back is in the true relay, which tells it to who asks."""
        self.armed.clear()
        self.late.clear()
        self.held.clear()

    def down(self, phone: str, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Ack | Error) and frame.request == BY_HAND:
            return []
        if isinstance(frame, Events):
            self.seen += frame.envelopes
        late, self.late[phone] = self.late[phone], []
        for attack in self.armed[phone]:
            cheat = CHEATS.get(attack)
            said = cheat(self, phone, frame) if cheat else None
            if said is not None:
                self.armed[phone].remove(attack)
                self.done[attack] += 1
                return [*said, *late]
        return [frame, *late]

    def up(self, phone: str, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, Put) and "swallow" in self.armed[phone]:
            self.armed[phone].remove("swallow")
            self.done["swallow"] += 1
            return []
        return [frame]

    def release(self, phone: str) -> list[ServerFrame]:
        """What was held back, in any order."""
        held, self.held[phone] = self.held[phone], []
        self.random.shuffle(held)
        self.done["released"] += bool(held)
        return held

    def bent(self, wire: bytes) -> bytes:
        at = self.random.randrange(len(wire))
        return wire[:at] + bytes([wire[at] ^ 1 << self.random.randrange(8)]) + wire[at + 1 :]

    def made_up(self, wire: bytes) -> bytes:
        """Like an envelope, and by nobody."""
        at = self.random.randrange(2, len(wire) - 40)
        return wire[:at] + self.random.randbytes(32) + wire[at + 32 :]


def _events(
    change: Callable[[Crook, Events], list[ServerFrame]],
) -> Cheat:
    def cheat(crook: Crook, _: str, frame: ServerFrame) -> list[ServerFrame] | None:
        return change(crook, frame) if isinstance(frame, Events) and frame.envelopes else None

    return cheat


def _log(change: Callable[[Crook, Log], list[ServerFrame]]) -> Cheat:
    def cheat(crook: Crook, _: str, frame: ServerFrame) -> list[ServerFrame] | None:
        return change(crook, frame) if isinstance(frame, Log) and frame.records else None

    return cheat


def _instead(crook: Crook, frame: Events, other: bytes) -> list[ServerFrame]:
    at = crook.random.randrange(len(frame.envelopes))
    wires = (*frame.envelopes[:at], other, *frame.envelopes[at + 1 :])
    return [Events(frame.document, frame.cursor, wires)]


def _hold(crook: Crook, phone: str, frame: ServerFrame) -> list[ServerFrame] | None:
    if not isinstance(frame, Events | Log | Ack):
        return None
    crook.held[phone].append(frame)
    return []


def _overtake(crook: Crook, phone: str, frame: ServerFrame) -> list[ServerFrame] | None:
    if not isinstance(frame, Events | Log | Ack | Pong):
        return None
    crook.late[phone].append(frame)
    return []


def _lie(code: str) -> Cheat:
    def cheat(_: Crook, __: str, frame: ServerFrame) -> list[ServerFrame] | None:
        return [Error(frame.request, code)] if isinstance(frame, Ack | LogOk) else None

    return cheat


def _set_back(_: Crook, __: str, frame: ServerFrame) -> list[ServerFrame] | None:
    if isinstance(frame, Welcome):
        return [Welcome(frame.length - 1, frame.time)]
    return [Events(frame.document, 0, ())] if isinstance(frame, Events) else None


CHEATS: dict[str, Cheat] = {
    "drop": lambda _, __, frame: [] if isinstance(frame, Events | Log | Ack) else None,
    "hold": _hold,
    "overtake": _overtake,
    "repeat": lambda _, __, frame: [frame, frame, frame],
    "reverse": _events(lambda _, f: [Events(f.document, f.cursor, f.envelopes[::-1])]),
    "leave out": _events(lambda _, f: [Events(f.document, f.cursor - 1, f.envelopes[1:])]),
    "bend": _events(lambda crook, f: _instead(crook, f, crook.bent(f.envelopes[-1]))),
    "swap": _events(lambda crook, f: _instead(crook, f, crook.random.choice(crook.seen))),
    "make up": _events(lambda crook, f: [f, Events(f.document, 0, (crook.made_up(f.envelopes[0]), b"junk"))]),
    "elsewhere": _events(lambda crook, f: [f, Events(f.document, 0, (crook.random.choice(crook.seen),))]),
    "jump": _events(lambda _, f: [Events(f.document, f.cursor + 7, f.envelopes)]),
    "shorten log": _log(lambda _, f: [Log(f.start, f.records[:-1], f.length - 1)]),
    "bend record": _log(
        lambda crook, f: [Log(f.start, (*f.records[:-1], crook.bent(f.records[-1])), f.length)]
    ),
    "promise records": _log(lambda _, f: [Log(f.start, (), f.length + 3)]),
    "set back": _set_back,
    "say sequence": _lie("sequence"),
    "say stale": _lie("stale_epoch"),
    "say moved": _lie("log_moved"),
    "say bad": _lie("bad_envelope"),
}
TO_WRITERS = ("say sequence", "say stale", "say moved", "say bad", "swallow")
"""What is done to who sends something."""
ATTACKS = (*CHEATS, "swallow")


class CrookedLink(AirLink):
    def __init__(self, air: CrookedAir, station: Station, noise: Noise) -> None:
        self.air = air
        super().__init__(station, noise, air)

    async def send(self, frame: bytes) -> None:
        for each in self.air.crook.up(self.air.phone, parse_from_client(frame)):
            await super().send(encode(each))

    def post(self, parcel: Parcel) -> None:
        for each in self.air.crook.down(self.air.phone, parse_from_server(parcel.bytes)):
            super().post(Parcel(each))

    def say(self, frame: ServerFrame) -> None:
        """To the phone, past all other cheating."""
        super().post(Parcel(frame))


class CrookedAir(Air):
    """The network of one phone, through the crook."""

    def __init__(self, station: Station, noise: Noise, crook: Crook, phone: str) -> None:
        super().__init__(station, noise)
        self.crook, self.phone = crook, phone

    def _link(self) -> AirLink:
        return CrookedLink(self, self._station, self._noise)

    def say(self, frame: ServerFrame) -> bool:
        """Whether there was anyone to hear it."""
        links = [each for each in self.links if isinstance(each, CrookedLink)]
        for each in links:
            each.say(frame)
        return bool(links)

    def put(self, *wires: bytes) -> None:
        """As this phone, whatever its app makes of the answer."""
        for each in list(self.links):
            if each._session is not None:
                each._session.receive(encode(Put(BY_HAND, wires)))
