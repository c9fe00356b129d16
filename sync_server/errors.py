"""What the relay refuses, as the codes of the wire (docs/protocol.md, Wire)."""

from __future__ import annotations

from kring.errors import KringError
from kring.sync.messages import CODES


class RelayError(KringError):
    """Anything that the relay itself reports."""

    code = "relay"


class Refused(RelayError):
    """A request was refused; `wire` is the code that the device is told, and all that it is told."""

    code = "refused"

    def __init__(self, wire: str) -> None:
        if wire not in CODES:
            raise ValueError(wire)
        super().__init__(wire)
        self.wire = wire


class StoreUnavailable(RelayError):
    """The log store could not keep or read something (disk full, damaged, gone); nothing was acknowledged."""

    code = "store_unavailable"


class StoreTaken(RelayError):
    """Another relay process holds this data folder."""

    code = "store_taken"


class BadBundle(RelayError):
    """The folder with the app to serve is missing, or is no bundle."""

    code = "bad_bundle"
