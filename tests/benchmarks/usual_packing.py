"""The same app packed the usual way, to compare a start with: Flet's own page and worker, a tar.gz of
sources and packages, the standard library as it comes. Only what makes it run offline here is added."""

from __future__ import annotations

import io
import json
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

from flet.controls.types import RouteUrlStrategy, WebRenderer
from flet_web.patch_index import patch_font_manifest_json, patch_index_html

from pwa import csp, flet_web, npm, service_worker, wheels
from pwa.paths import APP, PROJECT, Workplace

HERE = Path(__file__).parent
UNUSED = (
    "*.symbols",
    "skwasm*",
    "wimp*",
    "experimental_webparagraph",
    "main.dart.wasm",
    "main.dart.mjs",
    "*.map",
)
REGISTER = 'self.pyodide.registerJsModule("flet_js", flet_js);'


def _archive(place: Workplace) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for source in [APP / "main.py", *sorted((APP / "kring").rglob("*"))]:
            if source.is_file() and "__pycache__" not in source.parts:
                archive.add(source, source.relative_to(APP).as_posix())
        for wheel in wheels.download(place):
            with zipfile.ZipFile(wheel) as files:
                for name in files.namelist():
                    member = tarfile.TarInfo(f"__pypackages__/{name}")
                    member.size = len(data := files.read(name))
                    archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def _replace(file: Path, pattern: str, by: str) -> None:
    text, found = re.subn(pattern, lambda _: by, file.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
    assert found, f"{file.name} is not as it was"
    file.write_text(text, encoding="utf-8")


def build_usual(out: Path) -> None:
    """Write the bundle into `out`."""
    shutil.copytree(flet_web.folder(), out, ignore=shutil.ignore_patterns(*UNUSED))
    place = Workplace(out=out, cache=PROJECT / "build")
    npm.install(place)
    patch_index_html(
        str(out / "index.html"),
        base_href="/",
        pyodide=True,
        pyodide_script_path="main.py",
        app_package_url="app.tgz",
        web_renderer=WebRenderer.CANVAS_KIT,
        route_url_strategy=RouteUrlStrategy.HASH,
        no_cdn=True,
    )
    patch_font_manifest_json(str(out / "assets" / "FontManifest.json"))
    (out / "app.tgz").write_bytes(_archive(place))
    npm.esbuild(place, [HERE / "usual_bridge.js", HERE / "usual_page.js"], out)
    modules = npm.install(place)
    shutil.copyfile(modules / "@automerge/automerge/dist/automerge.wasm", out / "automerge.wasm")
    _replace(out / "index.html", "</head>", '<script type="module" src="usual_page.js"></script></head>')
    _replace(out / "flutter_bootstrap.js", r"serviceWorkerSettings: \{.*?\},", "")
    worker = out / "python-worker.js"
    _replace(worker, re.escape(REGISTER), REGISTER + "\nkring.attach(self.pyodide, kring.module);")
    worker.write_text('import * as kring from "./usual_bridge.js";\n' + worker.read_text("utf-8"), "utf-8")
    headers = {name: value for name, value in csp.HEADERS.items() if name != "Content-Security-Policy"}
    (out / "headers.json").write_text(json.dumps(headers))
    service_worker.write(place)
