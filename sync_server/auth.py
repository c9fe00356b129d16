"""Login by a signed challenge: one nonce for one try, bound to this relay's own address and to the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kring.sharing.crypto import Crypto
from kring.sharing.membership import ACTIVE, WAITING, Membership
from kring.sync.messages import Login, login_bytes
from sync_server.errors import Refused

NONCE_SIZE = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is at the other end. A joiner is known by an invite, and may read the log and add its one JOIN."""

    case: bytes
    id: bytes
    joiner: bool
    joined: bytes = b""
    """The device that this joiner became on this link, empty before."""


class TurnedAway(Refused):
    """A device that is served no more said truly who it is: told like any other `bad_login`."""

    def __init__(self, identity: Identity) -> None:
        super().__init__("bad_login")
        self.identity = identity


async def check_login(
    crypto: Crypto,
    membership: Membership | None,
    login: Login,
    *,
    nonce: bytes,
    origins: Sequence[str],
    now: int,
    window_ms: int,
) -> Identity:
    """Who logs in. Every way to fail is the same `bad_login`, so that a stranger learns nothing of a case."""
    if membership is None or abs(now - login.time) > window_ms:
        raise Refused("bad_login")
    key, joiner = _key(membership, login.id, now)
    gone = membership.devices.get(login.id) if key is None else None
    key = gone.sign if gone is not None else key
    if key is None:
        raise Refused("bad_login")
    answers = await crypto.verify_many(
        [
            (key, login_bytes(nonce, origin, login.case, login.id, login.time), login.signature)
            for origin in origins
        ]
    )
    if not any(answers):
        raise Refused("bad_login")
    if gone is not None:
        raise TurnedAway(Identity(login.case, login.id, joiner))
    return Identity(login.case, login.id, joiner)


def served(membership: Membership, identity: Identity, now: int) -> bool:
    """Whether this identity, once logged in, may still be served at all."""
    if identity.joined and identity.joined in membership.devices:
        return _key(membership, identity.joined, now)[0] is not None
    return _key(membership, identity.id, now)[0] is not None


def _key(membership: Membership, identity: bytes, now: int) -> tuple[bytes | None, bool]:
    device = membership.devices.get(identity)
    if device is not None:
        served = device.state in (ACTIVE, WAITING)
        return (device.sign if served else None), False
    invite = membership.invites.get(identity)
    if invite is not None and invite.open and now < invite.body.expires:
        return invite.body.invite, True
    return None, False
