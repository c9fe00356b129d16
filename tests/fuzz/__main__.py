"""`python -m tests.fuzz --seconds N [TARGET...]`: each target in turn, in a process of its own.

What is found lies in build/fuzz/TARGET, beside the corpus that a run has grown and the next one goes on from.
A crash is also what takes too much time or memory for its few bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from tests.fuzz.targets import TARGETS

FOLDER = Path("build/fuzz")
SECONDS_EACH = 20


def fuzz(name: str, seconds: int) -> bool:
    """Whether nothing was found."""
    target, folder = TARGETS[name], FOLDER / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / sha256(seed).hexdigest()[:40]).write_bytes(seed)
    options = (
        f"-max_total_time={seconds}", f"-timeout={SECONDS_EACH}", f"-rss_limit_mb={target.most_mib}",
        f"-max_len={target.longest}", f"-artifact_prefix={folder}/", "-print_final_stats=1",
    )  # fmt: skip
    command = [sys.executable, "-m", "tests.fuzz.run", name, *options, str(corpus)]
    with (folder / "log").open("w") as log:
        done = subprocess.run(command, stderr=subprocess.STDOUT, stdout=log, check=False)
    lines = (folder / "log").read_text(errors="replace").splitlines()
    counted = next((line.split()[-1] for line in lines if "number_of_executed_units" in line), "?")
    print(
        f"{name}: {counted} inputs, {'nothing found' if done.returncode == 0 else f'see {folder}'}",
        flush=True,
    )
    return done.returncode == 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--seconds", type=int, default=1800)
    asked = parser.parse_args()
    found = [name for name in asked.targets or TARGETS if not fuzz(name, asked.seconds)]
    sys.exit(bool(found))
