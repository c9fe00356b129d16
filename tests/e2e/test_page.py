"""The page around the app: what a person sees before Python runs, and what a start asks of the network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.e2e.browser import PASSPHRASE, create_vault, profile, unlock
from tests.e2e.conftest import Served

pytestmark = pytest.mark.browser


async def test_PWA_1_a_start_asks_nothing_of_another_origin_and_PWA_2_breaks_no_rule_of_a_strict_policy(
    context: BrowserContext, served: Served
) -> None:
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await context.new_page()
    page.on("console", lambda message: said.append(message.text))
    await create_vault(page, served.origin)
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((served.origin, "blob:", "data:"))] == []
    assert [text for text in said if "Content Security Policy" in text] == []
    policy = json.loads((served.site.bundle / "headers.json").read_text())["Content-Security-Policy"]
    script = re.search(r"script-src ([^;]*)", policy)
    assert script is not None
    assert script[1].split() == ["'self'", "'wasm-unsafe-eval'"]
    html = (served.site.bundle / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []


async def test_PWA_3_starts_without_a_network_and_PWA_17_from_a_picture_of_memory(
    page: Page, context: BrowserContext, served: Served
) -> None:
    await create_vault(page, served.origin)
    made = "performance.getEntriesByName('kring-snapshot-made').length"
    for _ in range(300):
        if await page.evaluate(made):
            break
        await page.wait_for_timeout(100)
    assert await page.evaluate(made) == 1
    assert len(await page.evaluate("caches.open('kring-python').then((cache) => cache.keys())")) == 1
    await context.set_offline(True)
    for _ in range(2):
        await page.reload()
        await unlock(page)


@pytest.mark.parametrize(
    ("locale", "title"), [("nl-NL", "Maak een sleutelzin"), ("en-GB", "Make a passphrase")]
)
async def test_PWA_7_a_page_to_act_on_stands_before_python_does(
    browser: Browser, served: Served, locale: str, title: str
) -> None:
    context = await profile(browser, locale)
    page = await context.new_page()
    await page.goto(served.origin)
    await page.get_by_role("heading", name=title).wait_for()
    await page.locator("input#passphrase").wait_for()
    assert await page.evaluate("performance.getEntriesByName('kring-python').length") == 0
    await context.close()


async def test_PWA_8_a_wrong_passphrase_is_told_and_changes_nothing(page: Page, served: Served) -> None:
    await create_vault(page, served.origin)
    record = "new Promise((done) => { const open = indexedDB.open('kring'); open.onsuccess = () => { "
    record += "open.result.transaction('vault').objectStore('vault').get('vault').onsuccess = "
    record += "(event) => done(event.target.result); }; })"
    before = await page.evaluate(record)
    await page.reload()
    await page.get_by_label("Sleutelzin", exact=True).fill("niet de goede zin")
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.get_by_role("alert").filter(has_text="klopt niet").wait_for()
    assert await page.evaluate(record) == before
    await unlock(page)
    kept = json.loads(before)
    assert (kept["v"], kept["kdf"], kept["memory_kib"], kept["passes"]) == (1, "argon2id", 65536, 3)
    assert PASSPHRASE not in before


@pytest.mark.parametrize("change", [{"passes": 1}, {"memory_kib": 1024}, {"memory_kib": 2**24}, {"v": 2}])
async def test_PWA_9_a_vault_that_cannot_be_believed_is_refused(
    page: Page, served: Served, change: dict[str, int]
) -> None:
    await page.goto(served.origin)
    await page.locator("input#passphrase").wait_for()
    box = "A" * 80
    record = {"v": 1, "kdf": "argon2id", "memory_kib": 65536, "passes": 3, "salt": "A" * 22}
    text = json.dumps({**record, "wraps": [{"kind": "passphrase", "box": box}], **change})
    put = "(text) => new Promise((done) => { const open = indexedDB.open('kring'); open.onsuccess = () => { "
    put += "const all = open.result.transaction('vault', 'readwrite'); all.oncomplete = done; "
    put += "all.objectStore('vault').put(text, 'vault'); }; })"
    await page.evaluate(put, text)
    await page.reload()
    await page.get_by_label("Sleutelzin", exact=True).fill(PASSPHRASE)
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.get_by_text("beschadigd of van een nieuwere versie").wait_for()


async def test_PWA_13_a_language_that_is_no_tag_does_not_stop_the_start(
    context: BrowserContext, served: Served
) -> None:
    await context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'language', { get: () => 'C', configurable: true });"
        "Object.defineProperty(Navigator.prototype, 'languages', { get: () => ['C'], configurable: true });"
    )
    page = await context.new_page()
    await create_vault(page, served.origin)


async def test_PWA_15_the_example_opens_without_a_passphrase(page: Page, served: Served) -> None:
    await page.goto(served.origin)
    await page.get_by_role("button", name="Bekijk een voorbeeld").click()
    await page.locator("#boot").wait_for(state="hidden")


async def test_PWA_6_one_tab_holds_the_store_and_another_can_take_over(
    context: BrowserContext, served: Served
) -> None:
    first = await context.new_page()
    await create_vault(first, served.origin)
    second = await context.new_page()
    await second.goto(served.origin)
    await second.get_by_role("heading", name="Kring staat al open").wait_for()
    assert "undefined" not in await second.locator("#boot").inner_text()
    await second.get_by_role("button", name="Hier verdergaan").click()
    await first.get_by_role("heading", name="Kring is ergens anders open").wait_for()
    await unlock(second)


async def test_PWA_6_a_page_that_was_left_is_no_other_tab(context: BrowserContext, served: Served) -> None:
    """Its lock may outlive it for a moment: then nobody answers for it."""
    left, page = await context.new_page(), await context.new_page()
    await left.goto(f"{served.origin}/manifest.webmanifest")
    await left.evaluate("navigator.locks.request('kring.store', () => new Promise((go) => (letGo = go))), 0")
    await page.goto(served.origin)
    await page.wait_for_function(
        "() => navigator.locks.query().then(({ pending, held }) => held.length && pending.length)"
    )
    await left.evaluate("letGo()")
    await page.get_by_label("Sleutelzin", exact=True).wait_for()


async def test_PWA_6_a_page_kept_for_the_back_button_lets_go(page: Page, served: Served) -> None:
    await page.goto(served.origin)
    await page.get_by_label("Sleutelzin", exact=True).wait_for()
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    await page.wait_for_function("() => navigator.locks.query().then(({ held }) => !held.length)")
    async with page.expect_navigation():
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await page.get_by_label("Sleutelzin", exact=True).wait_for()


async def test_weak_short_and_different_passphrases_are_told_in_words(page: Page, served: Served) -> None:
    await page.goto(served.origin)
    first, again = page.get_by_label("Sleutelzin", exact=True), page.get_by_label("Nog een keer")
    for chosen, repeated, said in [
        ("kort", "kort", "minstens 10 tekens"),
        ("password123", "password123", "makkelijk te raden"),
        (PASSPHRASE, PASSPHRASE + "!", "niet hetzelfde"),
    ]:
        await first.fill(chosen)
        await again.fill(repeated)
        await page.get_by_role("button", name="Begin").click()
        await page.locator("#fault", has_text=said).wait_for()
    assert await page.locator("[aria-invalid=true]").count() >= 1


def test_PWA_18_equal_files_give_an_equal_version(tmp_path: Path) -> None:
    from pwa.service_worker import files, version

    (tmp_path / "index.html").write_text("a")
    (tmp_path / "x.js").write_text("b")
    first = version(files(tmp_path), b"h")
    assert version(files(tmp_path), b"h") == first
    assert version(files(tmp_path), b"other headers") != first
    (tmp_path / "x.js").write_text("c")
    assert version(files(tmp_path), b"h") != first
