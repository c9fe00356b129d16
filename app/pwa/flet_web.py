"""The Flutter engine and Pyodide, copied from the installed flet-web package and made to stay at home."""

from __future__ import annotations

import json
import re
import shutil
from importlib import resources
from pathlib import Path

from pwa.errors import BuildError

PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
FILES = ("flutter.js", "main.dart.js", "canvaskit/canvaskit.js", "canvaskit/canvaskit.wasm",
         "canvaskit/chromium/canvaskit.js", "canvaskit/chromium/canvaskit.wasm",
         "assets/AssetManifest.bin", "assets/AssetManifest.bin.json", "assets/NOTICES",
         "assets/shaders/ink_sparkle.frag", "assets/shaders/stretch_effect.frag")  # fmt: skip
RIVE = re.compile(r"https://cdn\.jsdelivr\.net/npm/@rive-app/flutter-native-wasm@[\d.]+/")
RIVE_FILES = ("wasm/rive_native.js", "wasm_compatibility/rive_native.js")
# Kring draws no Rive animations; the engine asks for this script at start and waits for it quietly.
RIVE_ABSENT = "globalThis.RiveNative = () => new Promise(() => {});\n"


def folder() -> Path:
    """Where flet-web keeps its browser files."""
    return Path(str(resources.files("flet_web"))) / "web"


def _copy(name: str, out: Path) -> None:
    target = out / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder() / name, target)


def _without_rive(out: Path) -> None:
    program = out / "main.dart.js"
    text, found = RIVE.subn("rive/", program.read_text(encoding="utf-8"))
    if not found:
        raise BuildError("main.dart.js no longer asks for Rive where it used to: look at flet_web.py")
    program.write_text(text, encoding="utf-8")
    for name in RIVE_FILES:
        target = out / "rive" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(RIVE_ABSENT, encoding="utf-8")


def build_config() -> dict[str, object]:
    """Flutter's own description of this build, for the loader; only the renderer that is shipped."""
    text = (folder() / "flutter_bootstrap.js").read_text(encoding="utf-8")
    found = re.search(r"_flutter\.buildConfig = (\{.*?\});", text)
    if not found:
        raise BuildError("flutter_bootstrap.js holds no build configuration: look at flet_web.py")
    config: dict[str, object] = json.loads(found[1])
    builds = config["builds"]
    assert isinstance(builds, list)
    config["builds"] = [build for build in builds if build["renderer"] == "canvaskit"]
    return config


def lock_info() -> dict[str, str]:
    """What this Pyodide says of itself; its list of packages to download is left out."""
    lock = json.loads((folder() / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    info: dict[str, str] = lock["info"]
    return info


def copy(out: Path) -> None:
    """Flutter with the CanvasKit renderer, and Pyodide, as files of the bundle."""
    for name in FILES:
        _copy(name, out)
    for name in PYODIDE:
        _copy(f"pyodide/{name}", out)
    flutter = out / "flutter.js"
    flutter.write_text(re.sub(r"//# sourceMappingURL=.*", "", flutter.read_text(encoding="utf-8")))
    _without_rive(out)
