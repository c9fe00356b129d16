"""Kring on a phone as a person meets it: found by the names that screen readers and tests share."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import BrowserContext, Locator, Page

from tests.e2e.browser import PATIENCE, create_vault, unlock

PERSON = re.compile(r"^row-([0-9a-z]+)$")


SPOKEN = """each => each.getAttribute('aria-label') ??
  [...each.querySelectorAll('*')].flatMap((one) => [
    one.getAttribute('aria-label'),
    ...[...one.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data),
  ]).filter(Boolean).join(' ')"""
"""Its own label, or else every label and text inside it, in order."""


LISTENING = """() => {
  document.querySelector('flt-semantics-placeholder')?.click();
  return document.querySelector('flt-semantics') !== null;
}"""
"""Whether the page tells a screen reader what is on it; asked for where it does not yet."""


TOUCHES = 20
"""A field is touched again where a page that was still coming took the keyboard away."""

TAKEN = """(field) => new Promise((taken) => {
  let frames = 0, looks = 0;
  const look = () => {
    frames = document.activeElement === field ? frames + 1 : 0;
    looks += 1;
    if (frames < 30 && looks < 120) return requestAnimationFrame(look);
    field.dataset.kept = "";
    field.addEventListener("blur", () => delete field.dataset.kept, { once: true });
    taken(frames >= 30);
  };
  look();
})"""
"""The field has the keyboard and keeps it for half a second. In less time than a finger needs for a first
key, Flutter takes a field over, puts its own text in it, and lets go of it again where a page still comes."""

KEPT = "field => 'kept' in field.dataset"
"""Since then it never lost it, and is no other field in its place."""


COPIED = """async (words) => {
  for (;;) {
    const text = await navigator.clipboard.readText();
    if (text.includes(words)) return text;
    await new Promise(requestAnimationFrame);
  }
}"""
"""What lies on the clipboard, once it holds these words: Flutter puts it there a moment after the keys."""


READING = """words => {
  const host = document.querySelector('flt-semantics-host');
  const said = [...host.querySelectorAll('[aria-label]')].map((one) => one.getAttribute('aria-label'));
  return [host.textContent, ...said].some((each) => each.includes(words));
}"""
"""Whether these words are on the screen, as a screen reader has it."""


SHOWN = """() => [...document.querySelectorAll('flt-semantics-host *')].flatMap((one) => [
  one.getAttribute('aria-label'),
  ...[...one.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data),
]).filter(Boolean).join(' | ')"""
"""All that a screen reader has of the page, in order."""


class Phone:
    """One browser profile with the app in one page."""

    def __init__(self, context: BrowserContext, page: Page, origin: str) -> None:
        self.context, self.page, self.origin = context, page, origin
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and "Traceback" in text:
            self.faults.append(text)

    async def _may_copy(self) -> None:
        """A browser with a window lets the page that is used write to the clipboard; one without is told."""
        await self.context.grant_permissions(["clipboard-read", "clipboard-write"])

    async def end(self, picture: Path) -> None:
        """Close it. What it showed last is told, which pytest shows where the test failed."""
        if not self.page.is_closed():
            print(f"{picture.stem} showed at {self.page.url}: {await self.page.evaluate(SHOWN)}")
            await self.page.screenshot(path=picture)
        await self.context.close()
        assert not self.faults

    async def first_start(self) -> None:
        """Choose a passphrase and arrive in the app."""
        await create_vault(self.page, self.origin)
        await self.listen()

    async def start(self, address: str = "") -> None:
        """Open the app again (or at an address) and unlock it."""
        await self.page.goto(self.origin + address)
        await unlock(self.page)
        await self.listen()

    async def restart(self) -> None:
        """Reload the page and unlock it: whatever was only in memory is gone."""
        await self.page.reload()
        await unlock(self.page)
        await self.listen()

    async def listen(self) -> None:
        """Ask Flutter for the tree that a screen reader sees, once its engine stands."""
        await self.page.wait_for_function(LISTENING, timeout=PATIENCE)

    def at(self, name: str) -> Locator:
        return self.page.locator(f'[flt-semantics-identifier="{name}"]')

    def beginning(self, start: str) -> Locator:
        return self.page.locator(f'[flt-semantics-identifier^="{start}"]')

    async def tap(self, name: str) -> None:
        found = self.at(name).last
        await found.wait_for(timeout=PATIENCE)
        button = found.locator('[role="button"], button, [flt-tappable]').first
        await self._touch(button if await button.count() else found)

    async def type(self, name: str, words: str) -> None:
        """Put `words` in a field as a person does, key by key, in place of what stood there, and leave it.

        Where the page took the keyboard away in the midst, once more, as somebody does who sees that.
        """
        for _ in range(TOUCHES):
            field = await self._take(name)
            await self.page.keyboard.press("Control+a")
            await self.page.keyboard.type(words)
            if await field.evaluate(KEPT):
                await self.page.keyboard.press("Tab")
                return
        raise AssertionError(f"{name} does not keep the keyboard while somebody types")

    async def _take(self, name: str) -> Locator:
        """Touch a field until it keeps the keyboard."""
        field = self.at(name).locator("input, textarea").last
        for _ in range(TOUCHES):
            await self._touch(field)
            if await field.evaluate(TAKEN):
                return field
        raise AssertionError(f"{name} does not keep the keyboard")

    async def _touch(self, found: Locator) -> None:
        await found.tap(timeout=PATIENCE)

    async def hears(self, name: str) -> str:
        """What a screen reader says of it."""
        found = self.at(name).last
        await found.wait_for(timeout=PATIENCE)
        return str(await found.evaluate(SPOKEN)).strip()

    async def reads(self, words: str) -> None:
        """Wait until these words are on the screen."""
        await self.page.wait_for_function(READING, arg=words, timeout=PATIENCE)

    async def copied(self, wanted: str) -> str:
        """What lies on the clipboard, once it holds these words."""
        found: str = await asyncio.wait_for(self.page.evaluate(COPIED, wanted), PATIENCE / 1000)
        return found

    async def text_of(self, name: str, wanted: str) -> str:
        """All that stands in a field, by selecting and copying it: the page's own field is often empty."""
        await self._may_copy()
        await self._take(name)
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.press("Control+c")
        return await self.copied(wanted)

    async def state(self, *wanted: str) -> None:
        """Wait until the quiet line about saving says one of these."""
        line = self.at("sync-state").filter(has_text=re.compile("|".join(wanted)))
        await line.last.wait_for(timeout=PATIENCE)

    async def offline(self, off: bool) -> None:
        await self.context.set_offline(off)

    async def make_case(self, name: str) -> None:
        await self.tap("new-case")
        await self.type("new-name", name)
        await self.tap("new-next")
        await self.at("way-list").wait_for(timeout=PATIENCE)

    async def add(self, name: str, gives: str = "", receives: str = "", ring: int = 2) -> None:
        """Add a person: the name, the two questions (giving first), the place."""
        await self.tap("add-person")
        await self.type("add-name", name)
        await self.tap("add-next")
        await self.at("gives-E").wait_for(timeout=PATIENCE)  # the next step has a button of the same name
        for kind in gives:
            await self.tap(f"gives-{kind}")
        for kind in receives:
            await self.tap(f"receives-{kind}")
        await self.tap("add-next")
        await self.tap(f"ring-{ring}")
        await self.tap("add-done")
        await self.at("way-list").wait_for(timeout=PATIENCE)

    async def rows(self) -> list[str]:
        """The list of people and ties as a screen reader says it, sorted."""
        await self.tap("way-list")
        await self.beginning("row-").first.wait_for(timeout=PATIENCE)
        return sorted([await self.hears(name) for name in await self.row_names()])

    async def row_names(self) -> Sequence[str]:
        names: list[str] = await self.beginning("row-").evaluate_all(
            "all => all.map(each => each.getAttribute('flt-semantics-identifier'))"
        )
        return names

    async def invite(self, name: str) -> str:
        """Make an invite to contribute; the link, as it lands on the clipboard."""
        await self.tap("sharing")
        await self.tap("invite")
        await self.type("invite-name", name)
        await self.tap("invite-make")
        await self._may_copy()
        await self.tap("invite-copy")
        link = await self.copied("#/join/")
        await self.back()
        return link

    async def ask_to_join(self, link: str, name: str) -> str:
        """Open a link for the first time, choose a passphrase, give a name; the code to compare."""
        await create_vault(self.page, link)
        await self.listen()
        await self.type("join-name", name)
        await self.tap("join-next")
        return await self.hears("check-code")

    async def confirm(self) -> str:
        """Let in who asks; the code that was shown beside the name."""
        request = self.beginning("confirm-").first
        await request.wait_for(timeout=PATIENCE)
        code = await self.hears("check-code")
        await self.tap(str(await request.get_attribute("flt-semantics-identifier")))
        await request.wait_for(state="detached", timeout=PATIENCE)
        return code

    async def open_person(self, name: str) -> None:
        await self.tap("way-list")
        row = self.beginning("row-").filter(has_text=name).first
        await row.wait_for(timeout=PATIENCE)
        await self.tap(str(await row.get_attribute("flt-semantics-identifier")))
        await self.at("person-name").wait_for(timeout=PATIENCE)

    async def back(self) -> None:
        await self._touch(self.page.get_by_role("button", name=re.compile("^(Terug|Back)$")).last)
