"""The Network port: one two-way link to a relay that carries binary frames (docs/protocol.md, Wire)."""

from __future__ import annotations

from typing import Protocol


class Link(Protocol):
    """One connection. `send` and `receive` raise NetworkError once it is gone."""

    async def send(self, frame: bytes) -> None: ...
    async def receive(self) -> bytes: ...
    async def close(self) -> None: ...


class Network(Protocol):
    async def connect(self, relay: str) -> Link:
        """Reach the relay at this origin ("https://..."), by WebSocket or else by HTTP. NetworkError."""
        ...

    def online(self) -> bool:
        """False where the platform knows that there is no connection."""
        ...
