"""The one place where the relay meets its engines: crypto of CPython, SQLite, the system's clock."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kring.platform.cpython.crypto import CpythonCrypto
from sync_server.clock import Clock, SystemClock
from sync_server.log_store import LogStore
from sync_server.relay import Relay
from sync_server.settings import Settings
from sync_server.sqlite import SqliteLogStore


@asynccontextmanager
async def open_relay(
    settings: Settings, store: LogStore | None = None, clock: Clock | None = None
) -> AsyncIterator[Relay]:
    """A running relay on `settings.data`. Raises StoreTaken, StoreUnavailable."""
    held = store or SqliteLogStore(settings.data)
    relay = Relay(held, CpythonCrypto(), settings, clock or SystemClock(), os.urandom)
    relay.start()
    try:
        yield relay
    finally:
        await relay.close()
