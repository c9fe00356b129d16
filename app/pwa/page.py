"""The page itself: index.html, its style, the boot page's scripts, the manifest and the icons."""

from __future__ import annotations

import json
import shutil

from pwa import flet_web, npm
from pwa.paths import HERE, Workplace

SOURCES = HERE / "web"
STATIC = ("index.html", "boot.css", "dark.css", "manifest.webmanifest", "away.js", "memo.html")
ENTRIES = ("boot.js", "worker.js", "kdf.js")


def write(place: Workplace, *, python: str, with_tests: bool) -> None:
    """`python` names the Python in the bundle; a test bundle starts its own entry first."""
    for name in STATIC:
        shutil.copyfile(SOURCES / name, place.out / name)
    npm.esbuild(
        place,
        [SOURCES / name for name in ENTRIES],
        place.out,
        "--splitting",
        "--chunk-names=parts/[name]-[hash]",
        "--external:./pyodide/*",
        "--loader:.json=json",
        f"--define:__FLUTTER_BUILD__={json.dumps(flet_web.build_config())}",
        f"--define:__LOCK_INFO__={json.dumps(flet_web.lock_info())}",
        f"--define:__ENTRY__={json.dumps('kring_inside.entry' if with_tests else 'main')}",
        f"--define:__INSIDE__={json.dumps(with_tests)}",
        f"--define:__PYTHON__={json.dumps(python)}",
    )
    modules = npm.install(place)
    shutil.copyfile(modules / "@automerge/automerge/dist/automerge.wasm", place.out / "automerge.wasm")
