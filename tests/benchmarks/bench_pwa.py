"""What a start of the PWA costs: time against an empty page and against the usual packing, and bytes.

Starts are warm and offline, in Chromium, and end when the first screen has replaced the boot page. The
three bundles take turns, so that a busy machine slows all of them alike; the medians are compared.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page

from pwa.build import build
from tests.benchmarks.report import record, versions
from tests.benchmarks.usual_packing import build_usual
from tests.e2e.browser import PHONE, chromium
from tests.e2e.conftest import BUILD, INSIDE, Served

ROUNDS = 7
SNAPSHOT_S = 60
SHOWN = "performance.getEntriesByName('kring-shown')[0]?.startTime"
MB = 1_000_000


async def _until(page: Page, expression: str, seconds: float) -> float:
    """The first value of `expression` that is not empty."""
    for _ in range(int(seconds * 20)):
        value = await page.evaluate(expression)
        if value:
            return float(value)
        await page.wait_for_timeout(50)
    raise AssertionError(f"never came: {expression}")


async def _example(page: Page, usual: bool) -> float:
    """Milliseconds from the navigation to the first screen, with the example and so without Argon2id."""
    if not usual:
        await page.locator(".example button").click()
    return await _until(page, SHOWN, 180)


async def _prepare(browser: Browser, origin: str, usual: bool) -> tuple[BrowserContext, Page]:
    """A profile in which the bundle has started once and is complete for offline starts."""
    context = await browser.new_context(viewport=PHONE, locale="nl-NL")
    page = await context.new_page()
    await page.goto(origin)
    await _example(page, usual)
    if usual:
        await _until(page, "navigator.serviceWorker.ready.then((all) => Boolean(all.active))", SNAPSHOT_S)
    else:
        await _until(page, "performance.getEntriesByName('kring-snapshot-made').length", SNAPSHOT_S)
    await context.set_offline(True)
    return context, page


async def _warm_start(page: Page, usual: bool) -> float:
    await page.reload()
    return await _example(page, usual)


def transfer(bundle: Path) -> int:
    """Bytes that one kind of browser fetches for a first start: all it needs offline, as sent."""
    listed = json.loads((bundle / "bundle.json").read_text())["files"]
    total = 0
    for path in [*listed, "/sw.js"]:
        if path.startswith("/canvaskit/") and not path.startswith("/canvaskit/chromium/"):
            continue
        file = bundle / (path.lstrip("/") or "index.html")
        packed = file.with_name(file.name + ".br")
        total += (packed if packed.is_file() else file).stat().st_size
    return total


async def starts(bundles: dict[str, Path]) -> dict[str, list[float]]:
    """For each bundle the warm starts, in milliseconds; the bundles take turns."""
    taken: dict[str, list[float]] = {name: [] for name in bundles}
    sites = {name: Served(bundle) for name, bundle in bundles.items()}
    for site in sites.values():
        site.__enter__()
    try:
        async with chromium() as browser:
            pages = {}
            for name, site in sites.items():
                _, pages[name] = await _prepare(browser, site.origin, name == "usual")
            for _ in range(ROUNDS):
                for name, page in pages.items():
                    taken[name].append(await _warm_start(page, name == "usual"))
    finally:
        for site in sites.values():
            site.__exit__()
    return taken


async def measure() -> None:
    work = Path(tempfile.mkdtemp(prefix="bench-", dir=BUILD))
    try:
        bundles = {name: work / name for name in ("app", "empty", "usual")}
        build(bundles["app"])
        build(bundles["empty"], main=INSIDE / "empty.py", compressed=False)
        build_usual(bundles["usual"])
        taken = await starts(bundles)
        middle = {name: statistics.median(times) for name, times in taken.items()}
        used = versions("flet", "flet-web", "playwright")
        said = ", ".join(f"{name} {value:.0f} ms" for name, value in middle.items())
        how = f"warm offline start to the first screen in Chromium, median of {ROUNDS}, in turns: {said}"
        record("pwa.start_vs_empty", middle["app"] / middle["empty"], "ratio", how, used)
        record("pwa.start_vs_flet_publish", middle["app"] / middle["usual"], "ratio", how, used)
        sent = transfer(bundles["app"]) / MB
        record("pwa.transfer_mb", sent, "MB", "brotli bytes of the whole app as Chromium precaches it", used)
    finally:
        shutil.rmtree(work)


def main() -> None:
    asyncio.run(measure())
