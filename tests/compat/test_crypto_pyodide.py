"""The Crypto contract in Pyodide: the real `pyodide.ffi` and the browser's Python, on node's WebCrypto."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import cbor2
import flet_web
import pytest

from pwa import npm
from pwa.paths import APP, HERE, PROJECT, Workplace
from tests.compat.node_crypto import bundle
from tests.contracts.crypto_suite import CASES

SCRIPT = Path(__file__).with_name("pyodide_crypto.mjs")


def test_SHR_1_crypto_in_pyodide(tmp_path: Path) -> None:
    found = sorted(Path(flet_web.__file__).parent.rglob("pyodide.mjs"))
    if not found:
        pytest.skip("no Pyodide in flet-web")
    packages = tmp_path / "packages"
    shutil.copytree(Path(cbor2.__file__).parent, packages / "cbor2")
    place = Workplace(out=tmp_path, cache=HERE.parent.parent / "build")
    script = bundle(tmp_path)
    paths = (SCRIPT, found[0].parent, script, APP, PROJECT, packages)
    command = [*npm.tool("node", place.cache), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout.splitlines()[-1])
    assert sorted(outcomes) == sorted(name for name, _ in CASES)
    assert not any(outcomes.values()), "\n".join(outcomes.values())
