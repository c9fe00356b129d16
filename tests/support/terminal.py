"""Somebody who uses Kring on the command line: a real process for every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.server import ROOT


class Person:
    """Somebody at a terminal, with a folder of their own and the address of a relay."""

    def __init__(self, name: str, folder: Path, origin: str) -> None:
        self.name, self.folder = name, folder
        self.environment = {
            **os.environ,
            "KRING_DATA": str(folder),
            "KRING_RELAY": origin,
            "KRING_PASSPHRASE": f"{name} fietst graag door de polder",
            "LANG": "nl_NL.UTF-8",
            "LC_ALL": "nl_NL.UTF-8",
            "PYTHONIOENCODING": "utf-8",
        }

    def says(self, *words: str, fails: bool = False) -> str:
        """What one command prints; on standard error where it is meant to fail."""
        done = subprocess.run(
            [sys.executable, "-m", "kring.cli", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout
