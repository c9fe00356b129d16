"""Pictures of every screen, to be looked at: sizes × light and dark × nl and en × large text.

python -m tests.ui.screenshots [--only map person] [--sizes 360x740] [--themes light] [--languages nl]
[--scales 1 2] [--bundle build/web]: into build/screens, with an index.html. The fonts are those of a bundle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import flet as ft
from playwright.async_api import Browser, Page, Route, async_playwright

from kring.cases.shapes import Preferences
from kring.ui.app import WIDE, show
from tests.e2e.browser import ARGUMENTS, executable
from tests.ui.memory import MemoryKring
from tests.ui.scenes import SCENES, Scene
from tests.ui.serve import NOW, words

OUT = Path("build/screens")
SIZES = ("360x740", "412x915", "1280x800")
LONG = 2200
"""Height of the page on which a scrolling screen is seen whole."""

PAGE = Path("app/pwa/web")
EXIT = re.compile(r'<button type="button" id="away".*?</button>', re.DOTALL)
"""The quick exit, which is not Flutter's but the page's."""

SETTLE = 700
CALM = 2
FEW = 3
"""At rest: as many labelled parts, and more than these few, as so many looks ago, each so long apart (ms)."""


@dataclass(frozen=True)
class Shot:
    scene: Scene
    width: int
    height: int
    theme: str
    language: str
    scale: float

    @property
    def name(self) -> str:
        size = f"{self.width}x{self.height}"
        return f"{self.scene.name}-{size}-{self.theme}-{self.language}-{int(self.scale * 100)}"


def shots(options: argparse.Namespace) -> Iterator[Shot]:
    for scene in SCENES:
        if options.only and not any(scene.name.startswith(each) for each in options.only):
            continue
        for size, theme, language, scale in product(
            options.sizes, options.themes, options.languages, options.scales
        ):
            width, height = (int(each) for each in size.split("x"))
            if scene.long and options.long:
                height = LONG
            yield Shot(scene, width, height, theme, language, scale)


async def take(browser: Browser, shot: Shot, address: str, bundle: Path) -> list[str]:
    """Save one picture; returns what the browser complained about."""
    complaints: list[str] = []
    context = await browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=2,
        color_scheme="dark" if shot.theme == "dark" else "light",
    )
    page = await context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    async def font(route: Route) -> None:
        name = "fonts/" + route.request.url.partition("/assets/fonts/")[2]
        every = bundle / "fonts" / ("emoji.woff2" if "emoji" in name else "symbols.woff2")
        places = (bundle / "assets" / name, bundle / name, every)
        await route.fulfill(path=next(file for file in places if file.is_file()))

    async def manifest(route: Route) -> None:
        await route.fulfill(path=bundle / "assets" / "FontManifest.json")

    await page.route("**/assets/fonts/**", font)
    await page.route("**/assets/FontManifest.json", manifest)
    await page.route("https://**", lambda route: route.abort())
    await page.goto(address)
    await page.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=60_000)
    await page.wait_for_timeout(SETTLE)
    await page.evaluate("document.querySelector('flt-semantics-placeholder')?.click()")
    await show_exit(page, shot.language, shot.theme)
    await at_rest(page)
    for tap in shot.scene.taps:
        if tap == "way-list" and shot.width >= WIDE:
            continue  # the list is there already
        await page.locator(f'[flt-semantics-identifier="{tap}"]').first.click(timeout=10_000)
        await at_rest(page)
    if shot.scene.pointed:
        node = page.locator('flt-semantics[flt-semantics-identifier^="node-"]')
        box = await node.filter(has_text=shot.scene.pointed).first.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await at_rest(page)
    await page.screenshot(path=OUT / f"{shot.name}.png")
    await context.close()
    return [each for each in complaints if "Failed to load" not in each]


async def show_exit(page: Page, language: str, theme: str) -> None:
    """Put the page's own button where the bundle has it."""
    found = EXIT.search((PAGE / "index.html").read_text("utf-8"))
    assert found is not None
    word = json.loads((PAGE / "words" / f"{language}.json").read_text("utf-8"))["away"]
    for sheet in ("boot.css", "dark.css")[: 2 if theme == "dark" else 1]:
        await page.add_style_tag(path=PAGE / sheet)
    await page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", found[0])
    await page.evaluate("word => { document.querySelector('#away span').textContent = word }", word)


async def at_rest(page: Page) -> None:
    """Wait until nothing has come or gone for a while: on a busy machine a map takes seconds."""
    before, same = -1, 0
    while same < CALM:
        await page.wait_for_timeout(SETTLE)
        count = await page.evaluate("document.querySelectorAll('flt-semantics').length")
        before, same = count, same + 1 if count == before and count > FEW else 0


def index(names: list[str]) -> str:
    figures = "".join(
        f'<figure><img src="{name}.png" loading="lazy"><figcaption>{name}</figcaption></figure>'
        for name in names
    )
    style = "body{display:flex;flex-wrap:wrap;gap:8px;font:12px sans-serif}figure{margin:0}img{height:600px}"
    return f"<!doctype html><meta charset=utf-8><title>Kring</title><style>{style}</style>{figures}"


async def run(options: argparse.Namespace) -> None:
    os.environ["FLET_FORCE_WEB_SERVER"] = "true"
    current: dict[str, Shot] = {}

    async def main(page: ft.Page) -> None:
        shot = current["shot"]
        kring = MemoryKring()
        kring.preferences = Preferences(shot.language, shot.theme, shot.scale)  # type: ignore[arg-type]  # from the command line
        route = await shot.scene.prepare(kring, shot.language)
        page.route = route
        show(page, kring, words, lambda: NOW)

    server = asyncio.create_task(
        ft.run_async(
            main,
            view=ft.AppView.WEB_BROWSER,
            host="127.0.0.1",
            port=options.port,
            no_cdn=True,
            web_renderer=ft.WebRenderer.CANVAS_KIT,
            route_url_strategy=ft.RouteUrlStrategy.HASH,
        )
    )
    await asyncio.sleep(2)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        for shot in shots(options):
            current["shot"] = shot
            try:
                complaints = await take(browser, shot, f"http://127.0.0.1:{options.port}/", options.bundle)
            except Exception as error:  # one broken screen must not hide the others
                complaints = [str(error)[:300]]
            print(shot.name, *complaints[:3], flush=True)
        await browser.close()
    server.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--sizes", nargs="*", default=SIZES)
    parser.add_argument("--themes", nargs="*", default=("light", "dark"))
    parser.add_argument("--languages", nargs="*", default=("nl", "en"))
    parser.add_argument("--scales", nargs="*", type=float, default=(1.0, 2.0))
    parser.add_argument("--long", action="store_true", help="scrolling screens whole")
    parser.add_argument("--bundle", type=Path, default=Path("build/web"))
    parser.add_argument("--port", type=int, default=8670)
    logging.basicConfig(level=logging.WARNING)
    OUT.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(parser.parse_args()))
    pictures = sorted(path.stem for path in OUT.glob("*.png"))
    (OUT / "index.html").write_text(index(pictures), encoding="utf-8")
