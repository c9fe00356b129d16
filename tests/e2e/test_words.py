"""The language and the colours that were chosen go along to the first page and back (PWA-24, PWA-26)."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.browser import PASSPHRASE, PATIENCE
from tests.e2e.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
DARK_ON_LIGHT, LIGHT_ON_DARK, DARK_PAPER = "rgb(43, 36, 32)", "rgb(243, 235, 227)", "rgb(27, 24, 22)"


async def test_PWA_24_the_language_goes_from_the_app_to_the_first_page_and_back(
    page: Page, context: BrowserContext, relay: str
) -> None:
    phone = Phone(context, page, relay)
    await phone.first_start()
    await phone.tap("settings")
    await phone.tap("language-en")
    await page.get_by_role("button", name="Lock now").wait_for(timeout=PATIENCE)
    await page.reload()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible(timeout=PATIENCE)
    await page.get_by_role("button", name="Nederlands").click()
    await page.get_by_label("Sleutelzin", exact=True).fill(PASSPHRASE)
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.locator("#boot").wait_for(state="hidden", timeout=PATIENCE)
    await phone.listen()
    await page.get_by_role("button", name="Nu op slot").wait_for(timeout=PATIENCE)


async def test_PWA_26_light_or_dark_goes_from_the_app_to_the_first_page_and_the_quick_exit(
    page: Page, context: BrowserContext, relay: str
) -> None:
    await page.emulate_media(color_scheme="light")
    phone = Phone(context, page, relay)
    await phone.first_start()
    away = page.locator("#away")
    await expect(away).to_have_css("background-color", DARK_ON_LIGHT)
    await phone.tap("settings")
    await phone.tap("theme-dark")
    await expect(away).to_have_css("background-color", LIGHT_ON_DARK, timeout=PATIENCE)
    await page.reload()
    await expect(page.locator("#boot")).to_have_css("background-color", DARK_PAPER, timeout=PATIENCE)
    await page.emulate_media(color_scheme="dark")
    await phone.restart()
    await phone.tap("theme-light")
    await expect(away).to_have_css("background-color", DARK_ON_LIGHT, timeout=PATIENCE)
