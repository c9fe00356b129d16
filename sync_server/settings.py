"""What can be set on a relay, with the values that fit one small server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `burst` at once, then `per_second`."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep one device or address from taking what is everybody's."""

    frames_per_device: Rate = Rate(100, 2_000)
    bytes_per_device: Rate = Rate(2 * MIB, 128 * MIB)
    links_per_address: Rate = Rate(5, 300)
    creates_per_address: Rate = Rate(1 / 60, 100)
    case_quota: int = 512 * MIB
    """Bytes of envelopes and records that one case may hold."""
    records_per_case: int = 20_000
    links: int = 10_000
    """Open links at once."""
    outgoing: int = 4 * MIB
    """Unsent bytes on one link, past which it is caught up from the log instead of fed live."""
    incoming: int = 8 * MIB
    """Bytes of one link that wait to be stored, past which the relay stops reading from it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One relay. `origins` are the addresses under which people reach it ("https://kring.example")."""

    data: Path
    origins: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    behind_proxy: bool = False
    """Take the last address of X-Forwarded-For for the device's: only where a proxy always writes it."""
    login_window_ms: int = 24 * 3600 * 1000
    """How far a device's clock may be off. Wide, because phones are set by hand; the nonce stops a replay."""
    gather_ms: float = 2.0
    """Under load, how long the writer gathers for one transaction."""
    silence_s: float = 45.0
    """A link that says nothing for this long is asked, and after as long again closed."""
    http_wait_s: float = 20.0
