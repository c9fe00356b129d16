"""Small checks that turn a decoded CBOR value into a typed one, or raise ProtocolError."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from kring.errors import ProtocolError
from kring.sharing.codec import Value

T = TypeVar("T")
Shape = Callable[[Value], T]

MAX_TIME: Final = 2**53
"""Milliseconds since 1970; what JavaScript can count."""


def exact(length: int) -> Shape[bytes]:
    def check(value: Value) -> bytes:
        if type(value) is not bytes or len(value) != length:
            raise ProtocolError(f"expected {length} bytes")
        return value

    return check


def blob(longest: int) -> Shape[bytes]:
    def check(value: Value) -> bytes:
        if type(value) is not bytes or len(value) > longest:
            raise ProtocolError(f"expected at most {longest} bytes")
        return value

    return check


def uint(low: int, high: int) -> Shape[int]:
    def check(value: Value) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ProtocolError(f"expected an integer from {low} to {high}")
        return value

    return check


def one_of(words: tuple[str, ...]) -> Shape[str]:
    def check(value: Value) -> str:
        if type(value) is not str or value not in words:
            raise ProtocolError("unknown word")
        return value

    return check


def text(longest: int) -> Shape[str]:
    """At most `longest` bytes of UTF-8. What a person pasted may hold half a character, which has none."""

    def check(value: Value) -> str:
        try:
            if type(value) is str and len(value.encode()) <= longest:
                return value
        except UnicodeEncodeError:
            pass
        raise ProtocolError(f"expected text of at most {longest} bytes")

    return check


def flag(value: Value) -> bool:
    if type(value) is not bool:
        raise ProtocolError("expected true or false")
    return value


def listing(item: Shape[T], low: int, high: int) -> Shape[tuple[T, ...]]:
    def check(value: Value) -> tuple[T, ...]:
        if type(value) is not list or not low <= len(value) <= high:
            raise ProtocolError(f"expected {low} to {high} items")
        return tuple(item(each) for each in value)

    return check


def by_id(item: Shape[T], most: int) -> Shape[Mapping[bytes, T]]:
    """A map with at most `most` 16-byte ids as keys."""

    def check(value: Value) -> Mapping[bytes, T]:
        if type(value) is not dict or len(value) > most:
            raise ProtocolError(f"expected a map of at most {most} ids")
        return {_ID(key): item(each) for key, each in value.items()}

    return check


def time(value: Value) -> int:
    return uint(0, MAX_TIME)(value)


_ID: Final = exact(16)
