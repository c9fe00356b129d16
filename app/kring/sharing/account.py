"""A professional's account of what one device did in a case, for their organisation (docs/protocol.md).

JSON, signed (statement.py) over "kring/1/account\\0": the fields of `Account`, with bytes as lower-case hex
and each event an object. It holds nothing that is in the case, and no name but the ones that the professional
typed, which nobody vouches for. Whether `sign` is the key of `device` stands in the case's log, which every
other member has.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from kring.errors import ProtocolError
from kring.sharing import deeds, labels
from kring.sharing.crypto import Crypto, KeyPair
from kring.sharing.deeds import Deed, chained, deed_hash, encode_deed
from kring.sharing.statement import check_statement, hex_of, plain, read_fields, sign_statement, typed

READ, CREATE, UPDATE, EXECUTE = "R", "C", "U", "E"
"""What kind of action it was, in the letters of RFC 3881 and DICOM."""
DONE, DENIED = 0, 8
"""How it came out, by the same."""

MADE_BY: Final = "Kring"
DEEDS: Final = {deeds.OPENED: "opened", deeds.REFUSED: "refused", deeds.EXPORTED: "exported"}
_DEEDS: Final = {word: what for what, word in DEEDS.items()}
_SIZES: Final = {"case": 32, "device": 16, "sign": 32, "member": 16, "log_head": 32, "before": 32, "last": 32}


@dataclass(frozen=True, slots=True)
class Event:
    """`event`: "opened", "refused" and "exported" (deeds of the device, with their number in `deed`),
    "changed" (`number` of changes), or of the access: "joined", "granted" (with its end in `until`, 0 for
    none), "asked", "lowered", "frozen", "removed" (with `position` in the log, counted from 1).

    `documents` by kind; `time` in ms. Numbers that do not apply are 0.
    """

    time: int
    event: str
    action: str
    outcome: int
    documents: tuple[str, ...] = ()
    number: int = 0
    until: int = 0
    position: int = 0
    deed: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """`system`: what made it; `role` in the case; `organisation`, `name`, `registration` as they were typed;
    `made` in ms. `before` and `last`: the hashes of the deed before the first that is told, and of the last.
    """

    system: str
    case: bytes
    device: bytes
    sign: bytes
    member: bytes
    role: str
    organisation: str
    name: str
    registration: str
    made: int
    log_length: int
    log_head: bytes
    before: bytes
    last: bytes
    events: tuple[Event, ...]

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What the device noted, in its order. Raises ProtocolError for what is none."""
        told = sorted((each for each in self.events if each.deed), key=lambda each: each.deed)
        return tuple(Deed(each.deed, each.time, _deed(each.event), each.documents) for each in told)


async def sign_account(crypto: Crypto, sign: KeyPair, account: Account) -> str:
    """The account as text to keep."""
    said = plain(asdict(account))
    events = [{**asdict(each), "documents": list(each.documents)} for each in account.events]
    return await sign_statement(crypto, sign, labels.ACCOUNT, {**said, "events": events})


async def check_account(crypto: Crypto, text: str) -> Account:
    """What an account says. Raises ProtocolError where it is none or its deeds do not follow each other,
    CryptoError where it is not signed so.
    """
    account = await check_statement(crypto, text, labels.ACCOUNT, _read, lambda account: account.sign)
    if any(one.number + 1 != other.number for one, other in pairwise(account.deeds)):
        raise ProtocolError("a deed is missing")
    if chained(account.deeds, account.before) != account.last:
        raise ProtocolError("the deeds do not follow each other")
    return account


def follows(later: Account, earlier: Account) -> bool:
    """Whether a later account of the same device goes on where an earlier one ended, with nothing rewritten.

    False, too, where more was done in between than a device keeps.
    """
    same = (later.case, later.device, later.sign) == (earlier.case, earlier.device, earlier.sign)
    at, reached = later.before, later.before == earlier.last
    for deed in later.deeds:
        at = deed_hash(encode_deed(deed, at))
        reached = reached or at == earlier.last
    return same and reached


def _read(raw: Any) -> Account:
    return read_fields(Account, raw, _value)


def _value(name: str, value: Any) -> Any:
    if name == "events":
        return tuple(read_fields(Event, each, _event_value) for each in typed(value, list))
    if name in _SIZES:
        return hex_of(value, _SIZES[name])
    return typed(value, int if name in ("made", "log_length") else str)


def _event_value(name: str, value: Any) -> Any:
    if name == "documents":
        return tuple(typed(each, str) for each in typed(value, list))
    return typed(value, str if name in ("event", "action") else int)


def _deed(event: str) -> int:
    if event not in _DEEDS:
        raise ProtocolError("no such deed")
    return _DEEDS[event]
