"""Where the bundle's ingredients stand: this package's sources, the app, and what a build fetches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
APP = HERE.parent
PROJECT = APP.parent
ASSETS = PROJECT / "assets"


@dataclass(frozen=True, slots=True)
class Workplace:
    """Folders of one build. `cache` outlives a build and may be thrown away at any time."""

    out: Path
    cache: Path

    @property
    def npm(self) -> Path:
        return self.cache / "npm"

    @property
    def wheels(self) -> Path:
        return self.cache / "wheels"

    @property
    def compressed(self) -> Path:
        return self.cache / "compressed"
