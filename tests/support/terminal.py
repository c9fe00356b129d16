"""Somebody who uses Kring on the command line: a process of its own for every command."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

from kring.cli import main
from tests.support.server import ROOT

PATIENCE = 120
FORKS = multiprocessing.get_context("forkserver")
"""Each process comes from one that has read the program already: half of a command's time is reading it."""
FORKS.set_forkserver_preload(["tests.support.terminal", "kring.platform.cpython.network"])


class Person:
    """Somebody at a terminal, with a folder of their own and the address of a relay."""

    def __init__(self, name: str, folder: Path, origin: str) -> None:
        self.name, self.folder = name, folder
        self.environment = {
            "KRING_DATA": str(folder),
            "KRING_RELAY": origin,
            "KRING_PASSPHRASE": f"{name} fietst graag door de polder",
            "LANG": "nl_NL.UTF-8",
            "LC_ALL": "nl_NL.UTF-8",
        }

    def says(self, *words: str, fails: bool = False) -> str:
        """What one command prints; on standard error where it is meant to fail."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            process = FORKS.Process(target=_command, args=(words, self.environment, out, err))
            process.start()
            process.join(PATIENCE)
            assert process.exitcode is not None, f"{words} takes too long"
            said, complaint = out.read_text("utf-8"), err.read_text("utf-8")
        assert "Traceback" not in complaint, complaint
        assert (process.exitcode != 0) == fails, said + complaint
        return complaint if fails else said


def _command(words: tuple[str, ...], environment: dict[str, str], out: Path, err: Path) -> None:
    for stream, number, file in ((sys.stdout, 1, out), (sys.stderr, 2, err)):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), number)
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.exit(main(words))
