"""The proof that a device erased its copy of a case (SAF-11), signed by its key of that case just before.

JSON: the fields of `Erased` with bytes as lower-case hex, and `signature`, Ed25519 over "kring/1/erasure\\0"
and the same object without `signature`, its keys sorted, without spaces. It says nothing of names or
contents. Whether `sign` is the key of `device` stands in the case's log, which every other member has.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from kring.sharing import labels
from kring.sharing.crypto import Crypto, KeyPair
from kring.sharing.statement import check_statement, hex_of, plain, read_fields, sign_statement, typed

_SIZES: Final = {"case": 32, "device": 16, "sign": 32, "log_head": 32}


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased on one device. `time` in ms; the counts are of rows and keys that were here.

    `members`: how many people had the case then, by this device's log, this one included. `relay` is the
    origin of the relay that may hold sealed envelopes still; empty where the case never had one.
    """

    case: bytes
    device: bytes
    sign: bytes
    time: int
    documents: int
    envelopes: int
    snapshots: int
    keys: int
    records: int
    log_head: bytes
    members: int
    relay: str


async def sign_erasure(crypto: Crypto, sign: KeyPair, erased: Erased) -> str:
    """The proof, as text to keep."""
    return await sign_statement(crypto, sign, labels.ERASURE, plain(asdict(erased)))


async def check_erasure(crypto: Crypto, proof: str) -> Erased:
    """What a proof says. Raises ProtocolError where it is none, CryptoError where it is not signed so."""
    return await check_statement(crypto, proof, labels.ERASURE, _read, lambda erased: erased.sign)


def _read(raw: Any) -> Erased:
    return read_fields(Erased, raw, _value)


def _value(name: str, value: Any) -> Any:
    if name in _SIZES:
        return hex_of(value, _SIZES[name])
    return typed(value, str if name == "relay" else int)
