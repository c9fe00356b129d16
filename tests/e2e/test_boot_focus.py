"""PWA-21, UI-35: the focus while Kring starts, and what is typed on the screen at which it opens."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, TimeoutError

from kring.sharing.invite import Link, encode_link
from tests.e2e.browser import PASSPHRASE, create_vault
from tests.e2e.conftest import Served
from tests.e2e.phone import Phone

pytestmark = pytest.mark.browser

MOMENT = 3_000
"""Milliseconds in which a field that takes the focus would have done so."""


async def test_PWA_21_starting_takes_no_focus_from_the_passphrase(page: Page, served: Served) -> None:
    await page.goto(served.origin)
    await page.locator("#passphrase").press_sequentially(PASSPHRASE[:6])
    await page.locator('#stage[data-word="stage.ready"]').wait_for()
    await page.locator("flutter-view").wait_for(state="attached")
    await page.keyboard.type(PASSPHRASE[6:])
    assert await page.locator("#passphrase").input_value() == PASSPHRASE
    await page.keyboard.press("Tab")
    assert await page.locator("#boot :focus").count() == 1


async def test_UI_35_a_screen_reader_turned_on_at_the_first_screen_writes_in_its_field(
    context: BrowserContext, relay: str
) -> None:
    """At a link: the only screen with a field that most people open Kring at."""
    link = encode_link(relay, Link(bytes(32), bytes(16), bytes(range(32)), relay))
    phone = Phone(context, await context.new_page(), relay)
    await create_vault(phone.page, link)
    with pytest.raises(TimeoutError):
        await phone.page.locator(".flt-text-editing").wait_for(state="attached", timeout=MOMENT)
    await phone.listen()
    await phone.type("join-name", "Leila")
    assert await phone.text_of("join-name", "Leila") == "Leila"
