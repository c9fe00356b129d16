"""The app's icon in the sizes that phones ask for, drawn from assets/*.svg at build time."""

from __future__ import annotations

import shutil
import subprocess

from pwa import npm
from pwa.errors import BuildError
from pwa.paths import ASSETS, HERE, Workplace

SIZES = (
    ("kring.svg", "kring-180.png", 180),
    ("kring.svg", "kring-192.png", 192),
    ("kring.svg", "kring-512.png", 512),
    ("kring-maskable.svg", "kring-maskable-512.png", 512),
)


def write(place: Workplace) -> None:
    folder = place.out / "icons"
    folder.mkdir()
    shutil.copyfile(ASSETS / "kring.svg", folder / "kring.svg")
    jobs = [part for svg, png, size in SIZES for part in (str(ASSETS / svg), str(folder / png), str(size))]
    command = [*npm.tool("node", place.cache), str(HERE / "node" / "icons.mjs"), str(npm.install(place))]
    if subprocess.run([*command, *jobs], check=False).returncode:
        raise BuildError("the icons could not be drawn")
