"""Inviting: the link, what it proves, and the code that two people compare (docs/protocol.md, Invite)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from kring.errors import InviteExpired, LinkBroken, ProtocolError
from kring.sharing import labels, shape
from kring.sharing.crypto import Crypto
from kring.sharing.link import origin, pack_link, unpack_link
from kring.sharing.membership import Membership

MARK: Final = "#/join/"
CODE_MEMORY_KIB: Final = 64 * 1024
CODE_PASSES: Final = 3


@dataclass(frozen=True, slots=True)
class Link:
    """What a link holds: no document key. `seed` is that of the invite key; `owner` the inviting device."""

    case: bytes
    owner: bytes
    seed: bytes = field(repr=False)
    relay: str


def encode_link(app: str, link: Link) -> str:
    """The whole link, for people whose app is served at the origin `app`."""
    return pack_link(app, MARK, [1, link.case, link.owner, link.seed, link.relay])


def decode_link(text: str) -> Link:
    """The link in what a person pasted or scanned. Raises LinkBroken."""
    _, case, owner, seed, relay = unpack_link(text, MARK, 5)
    try:
        return Link(shape.exact(32)(case), shape.exact(16)(owner), shape.exact(32)(seed), origin(relay))
    except ProtocolError as error:
        raise LinkBroken("the link holds something else") from error


def require_open(membership: Membership, invite: bytes, now: int) -> None:
    """Raise LinkBroken where the log has no such invite or it was used, InviteExpired after its date."""
    found = membership.invites.get(invite)
    if found is None or not found.open:
        raise LinkBroken("the invite is not there, or was used")
    if now > found.body.expires:
        raise InviteExpired()


async def check_code(crypto: Crypto, case: bytes, owner: bytes, invite: bytes, joiner: bytes) -> str:
    """Nine digits, as 3×3, that both people see if no one stands between them: "123 456 789".

    `owner` and `joiner` are device ids. Argon2id makes each try cost about a quarter of a second, because
    whoever holds a leaked link could otherwise try device keys until the code fits.
    """
    salt = crypto.sha256(labels.CODE + case + owner + invite)
    tag = await crypto.argon2id(labels.CODE + joiner, salt, CODE_MEMORY_KIB, CODE_PASSES, 32)
    digits = f"{int.from_bytes(tag) % 10**9:09}"
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
