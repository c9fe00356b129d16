"""PWA-10: text of many scripts is drawn, offline, with what stands in the bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from playwright.async_api import BrowserContext, Page

from tests.e2e.browser import create_vault, unlock
from tests.e2e.conftest import Served

pytestmark = pytest.mark.browser
PAIRS = 17
WIDTH, HEIGHT = 100, 42
PATIENCE_MS = 60_000


async def _cell(page: Page, row: int, column: int) -> bytes:
    clip = {"x": column * WIDTH, "y": row * HEIGHT, "width": WIDTH, "height": HEIGHT}
    return await page.screenshot(clip=clip)  # type: ignore[arg-type]


async def _alike(page: Page) -> list[int]:
    """Rows whose two different letters look the same: boxes for letters that no font has, or nothing yet."""
    return [row for row in range(PAIRS) if await _cell(page, row, 0) == await _cell(page, row, 1)]


async def test_PWA_10_every_script_is_drawn_without_a_network_and_PWA_23_no_font_is_asked_for_in_vain(
    page: Page, context: BrowserContext, served: Served
) -> None:
    await create_vault(page, f"{served.origin}/?page=scripts")
    await _asked_for_no_missing_font(page, context)
    await context.set_offline(True)
    await page.reload()
    await unlock(page)
    alike = await _alike(page)
    for _ in range(PATIENCE_MS // 500):
        if not alike:
            break
        await page.wait_for_timeout(500)
        alike = await _alike(page)
    assert alike == []
    assert await _cell(page, PAIRS + 2, 0) == await _cell(page, PAIRS + 2, 1)  # an empty row is no difference


async def _asked_for_no_missing_font(page: Page, context: BrowserContext) -> None:
    """At a later start, with the network there."""
    failed: list[str] = []
    asked: list[str] = []
    context.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    context.on("request", lambda request: asked.append(request.url))
    await page.reload()
    await unlock(page)
    for _ in range(PATIENCE_MS // 500):
        if any("/fonts/notosanssc/" in url or "/fonts/notosanstc/" in url for url in asked):
            break
        await page.wait_for_timeout(500)
    else:
        raise AssertionError(f"Flutter never looked for the letter that no font here has: {asked}")
    assert failed == []


def test_PWA_10_bold_words_have_a_bold_font_of_their_own(app_bundle: Path) -> None:
    assets = app_bundle / "assets"
    families = {
        each["family"]: each["fonts"] for each in json.loads((assets / "FontManifest.json").read_text())
    }
    fonts = {each["weight"]: TTFont(assets / each["asset"]) for each in families["Roboto"]}
    assert {weight: font["OS/2"].usWeightClass for weight, font in fonts.items()} == {400: 400, 600: 600}
    assert fonts[400].getBestCmap().keys() == fonts[600].getBestCmap().keys()
