"""The precache list: which files make a whole app, in the order in which a first start wants them."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pwa import fonts, npm
from pwa.paths import HERE, Workplace

NOT_CACHED = ("sw.js", "headers.json", "bundle.json", "assets/NOTICES")
ONLY_TO_INSTALL = "icons/kring-"
ONLY_FOR = {"canvaskit/chromium/": "chromium", "canvaskit/": "other"}


@dataclass(frozen=True, slots=True)
class Precached:
    """One file: URL path, bytes, SHA-256 (base64) and the kind of browser that needs it ("" for all)."""

    path: str
    size: int
    digest: str
    condition: str


def _condition(name: str) -> str:
    return next((kind for prefix, kind in ONLY_FOR.items() if name.startswith(prefix)), "")


def files(out: Path) -> list[Precached]:
    """Every file of the bundle that an offline start can need."""
    found = []
    for file in sorted(out.rglob("*")):
        name = file.relative_to(out).as_posix()
        left_out = name in NOT_CACHED or name.startswith(ONLY_TO_INSTALL) or file.suffix in (".br", ".gz")
        if left_out or not file.is_file():
            continue
        data = file.read_bytes()
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        path = "/" if name == "index.html" else f"/{name}"
        found.append(Precached(path, len(data), digest, _condition(name)))
    return found


def version(listed: list[Precached], headers: bytes) -> str:
    """The bundle's version: equal files and headers, equal version. 16 hex digits."""
    summary = json.dumps([(file.path, file.digest) for file in listed]).encode()
    return hashlib.sha256(summary + headers).hexdigest()[:16]


def write(place: Workplace) -> str:
    """Write `sw.js` and `bundle.json`; returns the version."""
    listed = files(place.out)
    number = version(listed, (place.out / "headers.json").read_bytes())
    rows = [[file.path, file.size, file.digest, file.condition] for file in listed]
    npm.esbuild(
        place,
        [HERE / "web" / "sw.js"],
        place.out,
        f"--define:__VERSION__={json.dumps(number)}",
        f"--define:__FILES__={json.dumps(rows)}",
        f"--define:__ALIASES__={json.dumps(fonts.ALIASES)}",
    )
    described = {"version": number, "files": {file.path: [file.size, file.digest] for file in listed}}
    (place.out / "bundle.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    return number
