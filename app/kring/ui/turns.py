"""A tap is answered by the screen as it stands after all that was done before it.

Flet hears each event in a task of its own, and draws once all that were waiting have been heard. On a busy
phone the tap on "next" waits behind the last letters of a name, and a second, impatient tap behind the first.
Heard without a drawing in between, the one would be answered by a button that does not know those letters,
the other by a button that does not know it was tapped.
"""

from __future__ import annotations

import asyncio
from typing import Any

import flet as ft

DECIDE = frozenset({"click", "submit", "tap", "select"})
"""What somebody does to have something done. Letters, hovering and dragging may be drawn several at once."""
DRAWN = 4
"""Turns of the loop in which what was heard before starts its work, says that it is busy, and is drawn."""


def answer_in_turn(page: ft.Page) -> None:
    """From now on, events of this page are heard in their order, and those that decide after a drawing."""
    session: Any = page.session
    hear = session.dispatch_event
    order = asyncio.Lock()

    async def in_turn(control: int, name: str, data: Any) -> None:
        async with order:
            if name in DECIDE:
                for _ in range(DRAWN):
                    await asyncio.sleep(0)
        await hear(control, name, data)

    session.dispatch_event = in_turn
