"""Chromium as the tests drive it, and how a test talks to Python inside the page."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from pwa.browsers import CHROMIUM

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 412, "height": 915}
PATIENCE = 180_000
"""Milliseconds: a shared machine may be busy; nothing here is a measurement."""
PASSPHRASE = "paarse olifant danst tango"
LISTEN = """
globalThis.insideMail = [];
globalThis.insideWaiting = [];
new BroadcastChannel("kring.inside").onmessage = ({ data }) => {
  insideMail.push(data);
  insideWaiting.splice(0).forEach((wake) => wake());
};
globalThis.insideAt = async (index) => {
  while (insideMail.length <= index) await new Promise((wake) => insideWaiting.push(wake));
  return insideMail[index];
};
"""


def executable() -> str | None:
    """Chromium without a window, as Debian packs it, where there is one; else Playwright's own."""
    return shutil.which(CHROMIUM.program)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def profile(browser: Browser, locale: str = "nl-NL") -> BrowserContext:
    """A phone that has never seen Kring."""
    found = await browser.new_context(viewport=PHONE, locale=locale, has_touch=True, reduced_motion="reduce")
    found.set_default_timeout(PATIENCE)
    return found


async def mail(page: Page, index: int, seconds: float = 240) -> dict[str, Any]:
    """The message with this number from Python inside the page. AssertionError with the page's traceback."""
    message: dict[str, Any] = json.loads(
        await asyncio.wait_for(page.evaluate(f"insideAt({index})"), timeout=seconds)
    )
    assert "fault" not in message, message["fault"]
    return message


async def inside(page: Page, origin: str, **options: str) -> Any:
    """Run a module of tests/e2e/inside in a fresh page; its result."""
    return await anext(results(page, origin, 1, **options))


async def results(page: Page, origin: str, number: int, **options: str) -> AsyncIterator[Any]:
    """The same, of a module that tells of so many results one after another."""
    await page.add_init_script(LISTEN)
    await page.goto(f"{origin}/?{urlencode(options)}")
    for index in range(number):
        yield (await mail(page, index))["result"]


async def create_vault(page: Page, origin: str) -> None:
    """First start: choose the passphrase, and wait for the first screen."""
    await page.goto(origin)
    await page.get_by_label("Sleutelzin", exact=True).fill(PASSPHRASE)
    await page.get_by_label("Nog een keer").fill(PASSPHRASE)
    await page.get_by_role("button", name="Begin").click()
    await page.locator("#boot").wait_for(state="hidden", timeout=PATIENCE)


async def unlock(page: Page) -> None:
    """A later start, on a page that has just been opened."""
    await page.get_by_label("Sleutelzin", exact=True).fill(PASSPHRASE)
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.locator("#boot").wait_for(state="hidden", timeout=PATIENCE)
