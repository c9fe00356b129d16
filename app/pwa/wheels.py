"""The browser's Python packages: the wheels named and hashed in wheels.txt, by an ordinary pip."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from pwa.errors import BuildError
from pwa.paths import HERE, Workplace

LIST = HERE / "wheels.txt"
BROWSER = (
    "--platform=pyemscripten_2026_0_wasm32",
    "--implementation=cp",
    "--python-version=3.14",
    "--abi=cp314",
)


def download(place: Workplace) -> list[Path]:
    """Every wheel, checked against its hash. Once fetched, a build needs no network."""
    wanted = hashlib.sha256(LIST.read_bytes()).hexdigest()
    stamp = place.wheels / ".downloaded"
    if not (stamp.is_file() and stamp.read_text() == wanted):
        place.wheels.mkdir(parents=True, exist_ok=True)
        for old in place.wheels.glob("*.whl"):
            old.unlink()
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pick = ["--only-binary=:all:", "--require-hashes", "-r", str(LIST), "-d", str(place.wheels)]
        if subprocess.run([*pip, *pick, *BROWSER], check=False).returncode:
            raise BuildError("pip could not fetch the browser's wheels: is a package index within reach?")
        stamp.write_text(wanted)
    return sorted(place.wheels.glob("*.whl"))
