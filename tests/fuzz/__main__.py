"""`python -m tests.fuzz --seconds N [TARGET...]`: each target in turn, in a process of its own.

What is found lies in build/fuzz/TARGET, beside the corpus that a run has grown and the next one goes on from.
A crash is also what takes too much time or memory for its few bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

from tests.fuzz.targets import TARGETS

FOLDER = Path("build/fuzz")
SECONDS_EACH = 20
MOST_MIB = 1024
RUNS = 500_000
"""After so many inputs a fresh process goes on. Of each that it refuses, cbor2 5 keeps some hundred bytes for
good (agronholm/cbor2#257): nothing for a damaged document on a phone, a balloon after a million of them."""


def fuzz(name: str, seconds: int) -> bool:
    """Whether nothing was found."""
    target, folder = TARGETS[name], FOLDER / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / sha256(seed).hexdigest()[:40]).write_bytes(seed)
    ends, inputs, found = time.monotonic() + seconds, 0, False
    while not found and (left := round(ends - time.monotonic())) > 0:
        options = (
            f"-max_total_time={left}", f"-runs={RUNS}", f"-timeout={SECONDS_EACH}",
            f"-rss_limit_mb={MOST_MIB}", f"-max_len={target.longest}", f"-artifact_prefix={folder}/",
            "-print_final_stats=1",
        )  # fmt: skip
        command = [sys.executable, "-m", "tests.fuzz.run", name, *options, str(corpus)]
        with (folder / "log").open("w") as log:
            done = subprocess.run(command, stderr=subprocess.STDOUT, stdout=log, check=False)
        lines = (folder / "log").read_text(errors="replace").splitlines()
        inputs += next((int(line.split()[-1]) for line in lines if "number_of_executed_units" in line), 0)
        found = done.returncode != 0
    print(f"{name}: {inputs} inputs, {f'see {folder}' if found else 'nothing found'}", flush=True)
    return not found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--seconds", type=int, default=1800)
    asked = parser.parse_args()
    found = [name for name in asked.targets or TARGETS if not fuzz(name, asked.seconds)]
    sys.exit(bool(found))
