"""Leaving at once, locking, the passkey, the passphrase and erasing, in a real browser (SAF-1 to SAF-10)."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import BrowserContext, Page

from tests.e2e.browser import LISTEN, PASSPHRASE, PATIENCE, mail, unlock
from tests.e2e.conftest import Served
from tests.e2e.phone import Phone
from tests.support.canary import traces

pytestmark = pytest.mark.browser

MEMO = re.compile(r"/memo\.html$")
NEW = "groene kikker zingt blues"
CANARY = "Zilverreiger"
LATER = "setTimeout(() => history.%s(), 0), undefined"
"""Not while it is being asked: the page that would answer goes away."""
ASKS = """
globalThis.asked = [];
for (const [where, name] of [[globalThis.Notification, "requestPermission"],
    [globalThis.PushManager?.prototype, "subscribe"],
    [globalThis.ServiceWorkerRegistration?.prototype, "showNotification"]]) {
  if (where) where[name] = async () => { asked.push(name); return "denied"; };
}
"""
KEPT = """
globalThis.given = [];
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest) {
  if (message?.vaultKey) given.push(message.vaultKey);
  return post.call(this, message, ...rest);
};
"""
STORED = """async () => {
  const text = [];
  const root = await navigator.storage.getDirectory();
  const walk = async (folder) => {
    for await (const [name, entry] of folder) {
      if (entry.kind === "directory") await walk(entry);
      else {
        const bytes = new Uint8Array(await (await entry.getFile()).arrayBuffer());
        text.push(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
      }
    }
  };
  await walk(root);
  return text.join("");
}"""


async def gone(page: Page) -> None:
    """Where nothing of Kring is left to see or to reach."""
    await page.wait_for_url(MEMO)
    assert await page.title() == "Memo"
    assert page.workers == []
    shown = await page.evaluate("document.documentElement.outerHTML + document.cookie")
    assert not re.search("kring|canvas|flutter|script", shown, re.IGNORECASE)
    assert await page.evaluate("globalThis.ofTheApp") is None


async def test_SAF_5_SAF_6_the_button_leaves_nothing_and_no_way_back(phone: Phone) -> None:
    page = phone.page
    await page.add_init_script(KEPT)
    await phone.first_start()
    assert await page.evaluate("given.map((key) => key.length)") == [0]
    await phone.make_case("Samira")
    await phone.add("Fatima")
    await phone.state("bijgewerkt")
    await page.evaluate("globalThis.ofTheApp = 1")
    entries = await page.evaluate("history.length")
    assert entries > 3

    await phone.offline(True)
    await page.get_by_role("button", name="Snel weg").click()
    await gone(page)
    for _ in range(entries - 2):
        async with page.expect_event("load"):
            await page.evaluate(LATER % "back")
        await gone(page)
    async with page.expect_event("load"):
        await page.evaluate(LATER % "forward")
    await gone(page)

    await page.goto(phone.origin)
    await page.locator("#passphrase").wait_for()
    await unlock(page)
    await phone.listen()
    await phone.tap(str(await phone.beginning("case-").first.get_attribute("flt-semantics-identifier")))
    assert any("Fatima" in row for row in await phone.rows())


async def test_SAF_5_it_works_before_python_and_by_the_keyboard_alone(phone: Phone) -> None:
    page = phone.page
    await page.goto(phone.origin)
    await page.locator("#passphrase").press_sequentially("geheim")
    for _ in range(2):
        await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await page.keyboard.press("Escape")
    assert not MEMO.search(page.url)
    for _ in range(2):
        await page.keyboard.press("Escape")
    await gone(page)
    await page.goto(phone.origin)
    await page.locator("#away").focus()
    await page.keyboard.press("Enter")
    await gone(page)
    phone.faults.clear()  # a start that finds its page wiped complains on its way out


async def test_SAF_5_python_in_the_midst_of_its_work_stops_at_once(
    context: BrowserContext, served: Served
) -> None:
    watcher, page = await context.new_page(), await context.new_page()
    await watcher.add_init_script(LISTEN)
    await watcher.goto(f"{served.origin}/memo.html")
    await page.goto(f"{served.origin}/?inside=busy")
    assert (await mail(watcher, 0))["result"] == "busy"
    await page.locator("#away").click()
    await gone(page)
    assert (await mail(watcher, 1))["result"] == "stopped"


async def test_SAF_4_a_page_that_comes_back_too_late_is_covered_and_locked(phone: Phone) -> None:
    page = phone.page
    await page.clock.install()
    await phone.first_start()
    await phone.make_case(CANARY)
    await phone.state("bijgewerkt")
    page_hides = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true });"
    back = page_hides % "false" + "document.dispatchEvent(new Event('visibilitychange'));"
    back += "[document.querySelector('#boot').hidden, document.querySelector('#panel').innerText]"
    await page.clock.fast_forward(4 * 60_000)
    assert (await page.evaluate(back))[0] is True
    await page.clock.fast_forward(5 * 60_000)
    covered, words = await page.evaluate(back)
    assert covered is False
    assert "Kring gaat op slot" in words
    await page.clock.fast_forward(6_000)
    await page.locator("#passphrase").wait_for(timeout=PATIENCE)
    await page.clock.resume()
    await unlock(page)
    await phone.listen()
    await phone.at("way-list").or_(phone.beginning("case-")).first.wait_for(timeout=PATIENCE)


async def test_SAF_1_SAF_2_SAF_3_the_passkey_and_a_new_passphrase_open_it(phone: Phone) -> None:
    page = phone.page
    devtools = await phone.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "hasPrf": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    which = {"authenticatorId": made["authenticatorId"]}
    await phone.first_start()
    assert await page.locator("#passkey").count() == 0
    await phone.tap("settings")
    await phone.tap("passkey")
    await phone.type("passkey-passphrase", PASSPHRASE)
    await phone.tap("passkey-add")
    await phone.at("passkey-remove").wait_for(timeout=PATIENCE)
    assert len((await devtools.send("WebAuthn.getCredentials", which))["credentials"]) == 1

    await page.goto(f"{phone.origin}/#/settings/passphrase")
    await page.reload()
    await page.get_by_role("button", name="Open met vingerafdruk of gezicht").click()
    await page.locator("#boot").wait_for(state="hidden", timeout=PATIENCE)
    await phone.listen()
    await phone.type("passphrase-old", PASSPHRASE)
    await phone.tap("change-next")
    await phone.type("passphrase-first", NEW)
    await phone.type("passphrase-second", NEW)
    await phone.tap("passphrase-done")
    await phone.at("change-back").wait_for(timeout=PATIENCE)

    await page.reload()
    await devtools.send("WebAuthn.setUserVerified", {**which, "isUserVerified": False})
    await page.locator("#passkey").click()
    await page.get_by_role("alert").filter(has_text="Dat lukte niet").wait_for(timeout=PATIENCE)
    await page.get_by_label("Sleutelzin", exact=True).fill(PASSPHRASE)
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.get_by_role("alert").filter(has_text="klopt niet").wait_for(timeout=PATIENCE)
    await page.get_by_label("Sleutelzin", exact=True).fill(NEW)
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.locator("#boot").wait_for(state="hidden", timeout=PATIENCE)

    await page.goto(f"{phone.origin}/#/settings/passkey")
    await phone.listen()
    await phone.tap("passkey-remove")
    await phone.at("passkey-add").wait_for(timeout=PATIENCE)
    await page.reload()
    await page.locator("#passphrase").wait_for()
    assert await page.locator("#passkey").count() == 0


async def test_P2_SAF_8_SAF_10_an_erased_case_leaves_no_byte_and_nothing_was_ever_announced(
    phone: Phone,
) -> None:
    """P2: every file of this origin's own storage, while the app runs."""
    page = phone.page
    await page.add_init_script(ASKS)
    await phone.first_start()
    await phone.make_case(CANARY)
    await phone.add("Fatima")
    await phone.state("bijgewerkt")
    case = re.search(r"/case/([0-9a-f]{64})", page.url)
    assert case is not None
    await page.goto(f"{phone.origin}/#/erase/{case[1]}")
    await phone.listen()
    await phone.at("erase-sure").get_by_role("switch").click(timeout=PATIENCE)
    before = await stored(page)
    assert case[1] in before
    await phone.tap("erase-do")
    async with page.expect_download() as saving:
        await phone.tap("erase-save")
    proof = (await (await saving.value).path()).read_text()
    assert f'"case": "{case[1]}"' in proof
    after = await stored(page)
    assert case[1] not in after
    pieces = {before[at : at + 48] for at in range(0, len(before) - 48, 48)}
    schema = bytes.fromhex(after)
    assert traces(schema, CANARY) == []
    assert sum(piece in after for piece in pieces) < len(pieces) / 10
    await phone.tap("erase-home")
    await phone.at("new-case").wait_for(timeout=PATIENCE)
    assert await phone.beginning("case-").count() == 0
    assert await page.evaluate("asked") == []
    assert await page.evaluate("Notification.permission") != "granted"


async def stored(page: Page) -> str:
    """Every byte in the origin's private file system, as hex."""
    found: str = await asyncio.wait_for(page.evaluate(STORED), 60)
    assert len(found) > 10_000
    return found
