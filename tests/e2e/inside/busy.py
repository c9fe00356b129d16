"""Python in the midst of something that has no end: `?inside=busy`. Says when it was stopped."""

from __future__ import annotations

from collections.abc import Callable


async def run(_options: dict[str, str], tell: Callable[..., None]) -> str:
    tell(result="busy")
    try:
        while True:
            pass
    except KeyboardInterrupt:
        return "stopped"
