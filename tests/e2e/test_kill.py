"""The process killed in the middle of writing: what it had said to be saved is there (P6)."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from kring import bootstrap
from tests.e2e.keeps_writing import CHEAP

KILLS = 10


def killed_after(folder: Path, count: int) -> set[str]:
    """Let a process write, kill it after `count` saved edits; all that it called saved."""
    command = [sys.executable, "-m", "tests.e2e.keeps_writing", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(count)]
        process.kill()
        lines += process.stdout.readlines()
    return {line.strip() for line in lines if line.endswith("\n")}


async def test_P6_killed_while_writing_keeps_all_that_it_called_saved(tmp_path: Path) -> None:
    """P6: kill -9 after some random number of saved edits, again and again on the same store."""
    chance = random.Random(6)
    saved: set[str] = set()
    for _ in range(KILLS):
        saved |= killed_after(tmp_path, chance.randint(1, 25))
    kring = bootstrap.cpython(tmp_path, "http://localhost:1", offline=True, policy=CHEAP)
    await kring.unlock("geheim")
    case = await kring.open_case(kring.cases[0].id)
    assert len(saved) > KILLS
    assert saved <= set(case.documents["mensen"].view["people"])  # type: ignore[arg-type]
    await kring.lock()
