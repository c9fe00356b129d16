"""PWA-22: a passphrase is rated by one measure, which knows Dutch words, on the boot page and in the app."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import PASSPHRASE, inside
from tests.e2e.conftest import Served

pytestmark = pytest.mark.browser
WEAK = ["wachtwoord123", "moederdochter", "Sanne1987!", "kaasboerderij"]
"""Good enough for who knows no Dutch."""


async def test_PWA_22_the_first_page_refuses_dutch_words_that_are_easy_to_guess(
    page: Page, served: Served
) -> None:
    await page.goto(served.origin)
    for words in WEAK:
        await page.get_by_label("Sleutelzin", exact=True).fill(words)
        await page.get_by_label("Nog een keer").fill(words)
        await page.get_by_role("button", name="Begin").click()
        await expect(page.locator("#fault")).to_contain_text("makkelijk te raden")
    await page.get_by_label("Sleutelzin", exact=True).fill(PASSPHRASE)
    await expect(page.locator("#strength-text")).to_have_text("Heel sterk")


async def test_PWA_22_the_app_rates_by_the_same_measure(page: Page, served: Served) -> None:
    rated = await inside(page, served.origin, inside="strength", passphrases="|".join([*WEAK, PASSPHRASE]))
    assert max(rated[:-1]) < 3
    assert rated[-1] == 4
