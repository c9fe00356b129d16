"""A server under test in a process of its own, and what that process costs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerProcess:
    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Of all its threads, as the scheduler counted them: to the nanosecond, where ticks are 10 ms."""
        spent = (each.read_text().split()[0] for each in Path(f"/proc/{self.pid}/task").glob("*/schedstat"))
        return sum(map(int, spent)) / 1e9

    def memory_kib(self) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise RuntimeError("no memory figure")


@contextmanager
def running(command: Sequence[str], cwd: Path) -> Iterator[ServerProcess]:
    """Start it; it prints its port on its first line."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield ServerProcess(process.pid, int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(30)
