"""A statement that a device signs for people to keep, as JSON.

Signed are a label of its own and the same object without `signature`: keys sorted, without spaces, in UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from kring.errors import CryptoError, ProtocolError
from kring.sharing.crypto import Crypto, KeyPair

T = TypeVar("T")
_NO_JSON = (ValueError, TypeError, AttributeError, KeyError, RecursionError)


def signed_bytes(label: bytes, said: Mapping[str, Any]) -> bytes:
    return label + json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


async def sign_statement(crypto: Crypto, sign: KeyPair, label: bytes, said: Mapping[str, Any]) -> str:
    """The statement as text to keep."""
    signature = await crypto.sign(sign.private, signed_bytes(label, said))
    return json.dumps({**said, "signature": signature.hex()}, indent=1, sort_keys=True, ensure_ascii=False)


async def check_statement(
    crypto: Crypto, text: str, label: bytes, read: Callable[[Any], T], key: Callable[[T], bytes]
) -> T:
    """What a statement says, by `read`. Raises ProtocolError where it is none, or CryptoError where it is not
    signed by the `key` that it names.
    """
    try:
        raw: Any = json.loads(text)
        signature = bytes.fromhex(raw.pop("signature"))
        said, signed = read(raw), signed_bytes(label, raw)
    except _NO_JSON as error:
        raise ProtocolError("not a statement of this kind") from error
    if not (await crypto.verify_many([(key(said), signed, signature)]))[0]:
        raise CryptoError("the signature of the statement does not hold")
    return said


def read_fields(kind: type[T], raw: Any, value: Callable[[str, Any], Any]) -> T:
    """The dataclass with exactly these fields. ValueError or TypeError where it is none."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # a dataclass
    if type(raw) is not dict or raw.keys() != set(names):
        raise ValueError("not the fields")
    return kind(**{name: value(name, raw[name]) for name in names})


def hex_of(value: Any, size: int) -> bytes:
    """Bytes from lower-case hex. ValueError or TypeError where these are none."""
    data = bytes.fromhex(value)
    if len(data) != size or data.hex() != value:
        raise ValueError("not so many bytes")
    return data


def typed(value: Any, kind: type[T]) -> T:
    """TypeError where the value is no `kind`."""
    if type(value) is not kind:
        raise TypeError(kind.__name__)
    return value


def plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """With bytes as lower-case hex."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in said.items()}
