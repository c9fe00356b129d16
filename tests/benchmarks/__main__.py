"""`python -m tests.benchmarks [part of a name]`: every `bench_*.py`, each `main()` in its own process."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.report import ROOT, TARGET

HERE = ROOT / "tests" / "benchmarks"
SECONDS = 1800


def main() -> int:
    wanted = sys.argv[1:]
    failed = []
    for file in sorted(HERE.rglob("bench_*.py")):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        if wanted and not any(part in module for part in wanted):
            continue
        print(f"--- {module}", flush=True)
        run = f"import sys; from {module} import main; sys.exit(main() or 0)"
        try:
            code = subprocess.run(
                [sys.executable, "-c", run], cwd=ROOT, timeout=SECONDS, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
        if code:
            failed.append(module)
    print(f"Figures: {TARGET.relative_to(ROOT)}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
