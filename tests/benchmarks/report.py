"""Figures of the benchmarks, kept together in build/bench.json."""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "build" / "bench.json"


def versions(*packages: str, **others: str) -> dict[str, str]:
    """What a figure was measured with: Python, the named packages, and others by name."""
    found = {"python": platform.python_version(), "cores": str(_cores())}
    return {**found, **{name: version(name) for name in packages}, **others}


def record(key: str, value: float, unit: str, how: str, used: Mapping[str, str]) -> None:
    """Put one figure into build/bench.json, in place of an older one of the same key."""
    TARGET.parent.mkdir(exist_ok=True)
    with (TARGET.parent / "bench.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        figures = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else {}
        figures[key] = {"value": round(value, 4), "unit": unit, "how": how, "versions": dict(used)}
        part = TARGET.with_suffix(".part")
        part.write_text(
            json.dumps(dict(sorted(figures.items())), indent=2, ensure_ascii=False) + "\n", "utf-8"
        )
        part.replace(TARGET)
    print(f"{key} = {value:.4g} {unit}  ({how})", flush=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0))
