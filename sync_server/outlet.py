"""The way out of the relay to one device, whatever carries it: a WebSocket or HTTP."""

from __future__ import annotations

import struct
from functools import cached_property
from typing import Protocol

from kring.sync import messages
from kring.sync.messages import ServerFrame

_FINAL_BINARY = 0x82


class Parcel:
    """One frame for any number of devices, encoded once for all of them."""

    def __init__(self, frame: ServerFrame) -> None:
        self.bytes = messages.encode(frame)

    @cached_property
    def websocket(self) -> bytes:
        """The whole WebSocket message (RFC 6455, 5.2): a server does not mask, so it is the same for all."""
        size = len(self.bytes)
        if size < 126:
            return bytes((_FINAL_BINARY, size)) + self.bytes
        if size < 1 << 16:
            return struct.pack("!BBH", _FINAL_BINARY, 126, size) + self.bytes
        return struct.pack("!BBQ", _FINAL_BINARY, 127, size) + self.bytes


class Outlet(Protocol):
    """Sending never waits: what cannot go yet is kept, and `congested` says when that is too much."""

    @property
    def congested(self) -> bool: ...
    def send(self, parcel: Parcel) -> None: ...
    def close(self) -> None:
        """Close after what was sent."""
        ...

    def probe(self) -> None:
        """Make the device show that it is there, where that can be asked."""
        ...

    def pause(self) -> None:
        """Take no more frames from the device until `resume`."""
        ...

    def resume(self) -> None: ...
