"""`python -m tests.mutants [--jobs N] [mutants]`: break the rules in small ways; a test must notice each.

mutmut looks for sources in the root, in `src` or in `source`, and ours stand in `app`. So it runs in a folder
of its own in build/, where `src/kring` is a link to `app/kring`. Its configuration stands in pyproject.toml.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "build" / "mutants"
LINKS = {"src/kring": "app/kring", "tests": "tests", "pyproject.toml": "pyproject.toml"}
MUTMUT = Path(sys.executable).with_name("mutmut")
CAUGHT = ("killed", "timeout")
"""A mutant that never ends was noticed too."""


def stage() -> None:
    """Anew each time: mutmut runs a mutant again where its function changed, not where a test did."""
    shutil.rmtree(HERE, ignore_errors=True)
    for link, target in LINKS.items():
        (HERE / link).parent.mkdir(parents=True, exist_ok=True)
        (HERE / link).symlink_to(ROOT / target)


def asked_of_mutmut(*arguments: str) -> str:
    return subprocess.run(
        [MUTMUT, *arguments], cwd=HERE, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def results() -> dict[str, str]:
    """mutant → what became of it."""
    lines = asked_of_mutmut("results", "--all", "true").splitlines()
    return dict(line.strip().rsplit(": ", 1) for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("mutants", nargs="*", help='for instance "kring.sharing.gate.*"')
    asked = parser.parse_args()
    stage()
    subprocess.run([MUTMUT, "run", "--max-children", str(asked.jobs), *asked.mutants], cwd=HERE, check=True)
    found = {name: state for name, state in results().items() if not asked.mutants or state != "not checked"}
    slipped = [name for name, state in found.items() if state not in CAUGHT]
    for name in slipped:
        print(asked_of_mutmut("show", name))
    print(f"{len(found)} mutants:", ", ".join(f"{n} {state}" for state, n in Counter(found.values()).items()))
    return 1 if slipped or not found else 0


if __name__ == "__main__":
    sys.exit(main())
