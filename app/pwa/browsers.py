"""The browsers that the tests drive: `python -m pwa.browsers` brings those that are missing, or fails.

Debian's packages where this may install them; Playwright's own Chromium otherwise. Firefox and WebKitGTK
come only as packages, so without them and without the right to install, this says so and fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from pwa import npm
from pwa.errors import BuildError
from pwa.paths import PROJECT, Workplace


@dataclass(frozen=True, slots=True)
class Wanted:
    """A program that must be found, and the Debian package that brings it."""

    program: str
    package: str

    @property
    def found(self) -> bool:
        return shutil.which(self.program, path=os.environ["PATH"] + ":/usr/lib/webkit2gtk-4.1") is not None


CHROMIUM = Wanted("chromium-headless-shell", "chromium-headless-shell")
"""The engine without a window: what Playwright brings too, and a fifth less work for the machine."""
BROWSERS = (
    CHROMIUM,
    Wanted("firefox-esr", "firefox-esr"),
    Wanted("WebKitWebDriver", "webkit2gtk-driver"),
    Wanted("xvfb-run", "xvfb"),
)


def missing(wanted: Iterable[Wanted] = BROWSERS) -> list[Wanted]:
    return [each for each in wanted if not each.found]


def _apt(packages: list[str]) -> None:
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qy", "--no-install-recommends"]
    # One after another: one that this Debian does not have must not keep the others out.
    for step in (["apt-get", "update", "-q"], *([*install, each] for each in packages)):
        subprocess.run(step, env=environment, check=False)


def _playwright() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, check=False).returncode == 0


def bring() -> None:
    """Install what is missing. Raises BuildError where that cannot be done here."""
    npm.install(Workplace(out=PROJECT / "build", cache=PROJECT / "build"))
    lacking = missing()
    if lacking:
        _apt([each.package for each in lacking])
        lacking = missing()
    if CHROMIUM in lacking and _playwright():
        lacking.remove(CHROMIUM)
    if lacking:
        names = " ".join(each.package for each in lacking)
        raise BuildError(f"the tests need browsers that are not here: as root, apt-get install {names}")


def main() -> int:
    try:
        bring()
    except BuildError as error:
        print(f"No browsers, no tests: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
