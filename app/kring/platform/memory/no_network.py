"""The Network port of somebody who wants to stay offline."""

from __future__ import annotations

from kring.errors import NetworkError
from kring.sync.network import Link


class NoNetwork:
    async def connect(self, relay: str) -> Link:
        raise NetworkError("offline on purpose")

    def online(self) -> bool:
        return False
