"""What the worker asks of Python around a start; runs only in the browser (app/pwa/web/worker.js)."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import random
import runpy
import sys
from types import ModuleType

NATIVE = "/native"


def _extension(name: str, file: str) -> ModuleType:
    loader = importlib.machinery.ExtensionFileLoader(name, file)
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def use_native() -> None:
    """Let msgpack, which every message to the screen passes, use its compiled half.

    A package inside a zip cannot find it, and a memory snapshot cannot hold it.
    """
    import msgpack  # type: ignore[import-untyped]  # it ships no types

    compiled = _extension("msgpack._cmsgpack", f"{NATIVE}/_cmsgpack.so")
    for name in ("Packer", "Unpacker", "unpackb"):
        setattr(msgpack, name, getattr(compiled, name))


def run(entry: str) -> None:
    """Start the app as a program."""
    random.seed()  # a snapshot holds the state of the moment it was made
    use_native()
    runpy.run_module(entry, run_name="__main__")


def loaded() -> list[str]:
    """The modules that this start has imported so far."""
    return sorted(sys.modules)


def preload(names: list[str]) -> int:
    """Import what a start needs and the browser's side is not asked for; returns how many that were."""
    count = 0
    for name in names:
        if name in sys.modules or name in ("__main__", "main") or name.startswith(("tests.", "kring_inside")):
            continue
        try:
            importlib.import_module(name)
            count += 1
        except Exception:  # whatever does not load alone, loads later with its browser side
            sys.modules.pop(name, None)
    return count
