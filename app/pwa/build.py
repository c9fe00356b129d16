"""Build the static bundle: `python -m pwa.build --out build/web`.

Everything the phone gets is made here from pinned packages and this project's sources; the result is a
folder of static files with `headers.json` (how to serve them) and `bundle.json` (version and hashes).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pwa import compress, csp, flet_web, fonts, icons, npm, page, python_bundle, service_worker
from pwa.errors import BuildError
from pwa.paths import APP, PROJECT, Workplace


def build(out: Path, *, main: Path | None = None, with_tests: bool = False, compressed: bool = True) -> str:
    """Make the bundle in `out` (replaced whole); returns its version. Raises BuildError.

    `main` takes the place of app/main.py; `with_tests` adds what tests run inside the browser.
    """
    cache = PROJECT / "build"
    cache.mkdir(exist_ok=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".bundle-", dir=out.parent) as draft:
        fresh = Path(draft) / "web"
        fresh.mkdir()
        version = _fill(Workplace(out=fresh, cache=cache), main, with_tests, compressed)
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    return version


def _fill(place: Workplace, main: Path | None, with_tests: bool, compressed: bool) -> str:
    npm.install(place)
    flet_web.copy(place.out)
    fonts.write(place)
    icons.write(place)
    extra = _test_sources() if with_tests else {}
    if main:
        extra["main.py"] = main
    python = python_bundle.build(place, flet_web.folder() / "pyodide", extra, with_tests=with_tests)
    page.write(place, python=python, with_tests=with_tests)
    csp.write(place.out)
    version = service_worker.write(place)
    if compressed:
        compress.write(place)
    return version


def _test_sources() -> dict[str, Path]:
    """What only the test bundle holds: contract suites, the tests of a case and a relay for them, and the
    entry that runs them."""
    tests = PROJECT / "tests"
    seeded = "kring/platform/memory/crypto.py"
    folders = ("contracts", "compat/vectors", "simulation", "support", "unit/cases", "unit/sharing")
    return {
        "kring_inside": tests / "e2e" / "inside",
        **{f"tests/{each}": tests / each for each in folders},
        "tests/unit/documents/test_saved.py": tests / "unit" / "documents" / "test_saved.py",
        "sync_server": PROJECT / "sync_server",
        seeded: APP / seeded,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pwa.build", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "web")
    parser.add_argument("--with-tests", action="store_true", help="add what tests run inside the browser")
    parser.add_argument("--main", type=Path, help="a Python file to start instead of app/main.py")
    parser.add_argument("--fast", action="store_true", help="do not compress (for a quick look)")
    given = parser.parse_args()
    print("Building the app. The first time takes a few minutes, later ones much less.", file=sys.stderr)
    try:
        version = build(
            given.out.resolve(), main=given.main, with_tests=given.with_tests, compressed=not given.fast
        )
    except BuildError as error:
        print(f"The bundle could not be built: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"version": version, "out": str(given.out)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
