"""Flet's component functions with the types that they have: keys, memo and refs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import flet as ft

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Box(Protocol[T]):
    """A value that outlives a render and does not cause one."""

    current: T


def keyed(key: str, component: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A component with an identity among its siblings, so that its state stays with it."""
    return cast("Callable[..., R]", component)(*args, key=key, **kwargs)


def memo(component: Callable[P, R]) -> Callable[P, R]:
    """Renders again only where an argument differs."""
    wrapped: Any = ft.memo
    return cast("Callable[P, R]", wrapped(component))


def use_box(make: Callable[[], T]) -> Box[T]:
    """`make` is called once, at the first render."""
    return cast("Box[T]", ft.use_ref(make))


def use_state(first: T) -> tuple[T, Callable[[T | Callable[[T], T]], None]]:
    """A value and its setter; setting a different one renders the component again."""
    return cast("tuple[T, Callable[[T | Callable[[T], T]], None]]", ft.use_state(first))


def none_of(kind: type[T]) -> T | None:
    """Nothing yet, of this type."""
    return None
