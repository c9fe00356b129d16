"""The Python that the browser runs, in the form that starts fastest: one zip of compiled modules.

Standard library, packages and app stand in a single uncompressed zip (the transfer compresses it) of
sourceless bytecode, which Python imports from as it is: nothing is unpacked and nothing is compiled on
the phone. The bytecode is made by the very Python that will run it, under node.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from pwa import npm, wheels
from pwa.errors import BuildError
from pwa.paths import APP, HERE, Workplace

# Parts of the standard library that no module of the app or its packages can reach in a browser.
UNUSED_STDLIB = (
    "_aix_support.py", "_android_support.py", "_apple_support.py", "_ios_support.py", "_osx_support.py",
    "_pydatetime.py", "_pydecimal.py", "_pyio.py", "_pylong.py", "_pyrepl", "antigravity.py",
    "asyncio/proactor_events.py", "asyncio/tools.py", "asyncio/windows_events.py", "asyncio/windows_utils.py",
    "bdb.py", "cProfile.py", "cmd.py", "code.py", "compileall.py", "ctypes", "curses", "dbm",
    "doctest.py", "ensurepip", "filecmp.py", "fileinput.py", "ftplib.py", "http/cookiejar.py",
    "http/cookies.py", "http/server.py", "idlelib", "imaplib.py", "lib2to3", "mailbox.py", "mailcap.py",
    "modulefinder.py", "multiprocessing", "netrc.py", "nntplib.py", "nturl2path.py", "optparse.py", "pdb.py",
    "pickletools.py", "poplib.py", "profile.py", "profiling", "pstats.py", "pty.py", "pyclbr.py", "pydoc.py",
    "pydoc_data", "rlcompleter.py", "sched.py", "shelve.py", "smtplib.py", "socketserver.py",
    "sqlite3/__main__.py", "symtable.py", "tabnanny.py", "telnetlib.py", "this.py", "timeit.py", "trace.py",
    "turtle.py", "turtledemo", "unittest", "venv", "wave.py", "wsgiref", "xml/dom", "xml/etree",
    "xml/sax/expatreader.py", "xmlrpc", "zipapp.py",
)  # fmt: skip
KEPT_ENCODINGS = {
    "__init__", "aliases", "ascii", "charmap", "cp1252", "cp437", "hex_codec", "idna", "latin_1", "punycode",
    "raw_unicode_escape", "unicode_escape", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_8",
    "utf_8_sig",
}  # fmt: skip
UNUSED_PACKAGES = (
    "dateutil/zoneinfo", "flet/auth/providers", "flet/cli.py", "flet/fastapi", "flet/testing",
    "flet/pytest_plugin.py", "flet/messaging/flet_dart_bridge_server.py",
    "flet/messaging/flet_socket_server.py", "click_default_group.py", "shamir_mnemonic/cli.py",
    "sqlite_utils/cli.py", "tabulate",
)  # fmt: skip
NOT_FOR_THE_BROWSER = ("kring/platform/cpython", "kring/cli", "kring/platform/memory/crypto.py")
KEPT_SUFFIXES = (".py", ".json", ".so", "/METADATA", "/entry_points.txt", "shamir_mnemonic/wordlist.txt")


def _within(name: str, parts: Iterable[str]) -> bool:
    return any(name == part or name.startswith(part + "/") for part in parts)


def _odd_encoding(name: str) -> bool:
    return name.startswith("encodings/") and name[10:].removesuffix(".py") not in KEPT_ENCODINGS


def _unpack(archive: Path, target: Path, unused: tuple[str, ...]) -> None:
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            name = entry.filename
            if entry.is_dir() or _odd_encoding(name) or _within(name, unused):
                continue
            if name.endswith(KEPT_SUFFIXES):
                packed.extract(entry, target)


def _inline_words(tree: Path) -> None:
    """Put the word list of SLIP-0039 into its module: in a zip, that cannot open the file beside it."""
    module = tree / "shamir_mnemonic" / "wordlist.py"
    source = module.read_text(encoding="utf-8")
    opening = 'open(os.path.join(os.path.dirname(__file__), "wordlist.txt"), "r")'
    if opening not in source:
        raise BuildError("shamir_mnemonic reads its words in another way than this build knows")
    words = module.with_name("wordlist.txt")
    inline = source.replace(opening, f"io.StringIO({words.read_text(encoding='ascii')!r})")
    module.write_text(f"import io\n{inline}", encoding="utf-8")
    words.unlink()


def _copy_app(target: Path) -> None:
    shutil.copyfile(HERE / "python" / "kring_start.py", target / "kring_start.py")
    for source in [*APP.glob("main.py"), *sorted((APP / "kring").rglob("*"))]:
        name = source.relative_to(APP).as_posix()
        if source.is_file() and "__pycache__" not in name and not _within(name, NOT_FOR_THE_BROWSER):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def stage(place: Workplace, tree: Path, pyodide: Path, extra: dict[str, Path]) -> None:
    """All sources in one tree. `extra` adds folders or files (tests, another entry) under given names."""
    _unpack(pyodide / "python_stdlib.zip", tree, UNUSED_STDLIB)
    for wheel in wheels.download(place):
        _unpack(wheel, tree, UNUSED_PACKAGES)
    _inline_words(tree)
    _copy_app(tree)
    for name, source in extra.items():
        if source.is_dir():
            shutil.copytree(
                source, tree / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
            )
        else:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, tree / name)


def build(place: Workplace, pyodide: Path, extra: dict[str, Path], *, with_tests: bool = False) -> str:
    """Write `python.zip` (imported from as it stands), `native/` and, for tests, `inside.zip`.

    Returns a name of exactly this Python with exactly these modules, 16 hex digits.
    """
    command = [*npm.tool("node", place.cache), str(HERE / "node" / "compile.mjs")]
    with TemporaryDirectory(prefix="python-", dir=place.cache) as tree:
        stage(place, Path(tree), pyodide, extra)
        given = [str(pyodide), tree, str(place.out), *(["with-tests"] if with_tests else [])]
        if subprocess.run([*command, *given], check=False).returncode:
            raise BuildError("the browser's Python could not compile the app, or misses a module it needs")
    parts = ("python.zip", "native/_cmsgpack.so", "pyodide/pyodide.asm.wasm", "pyodide/pyodide.asm.mjs")
    digest = hashlib.sha256()
    for name in parts:
        digest.update(hashlib.sha256((place.out / name).read_bytes()).digest())
    return digest.hexdigest()[:16]
