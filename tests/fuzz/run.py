"""One target under atheris: `python -m tests.fuzz.run NAME [libFuzzer's options and folders]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["kring", "shamir_mnemonic"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    target.run(b"")  # what is made once is made before anything is counted
    atheris.Setup(sys.argv, target.run)
    atheris.Fuzz()
