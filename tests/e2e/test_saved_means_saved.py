"""What the screen calls saved is there after the whole browser is killed at that instant (P6).

The relay is gone from the moment that the map stands, so that nothing can come back from there.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import Error, Locator, Playwright, async_playwright

from tests.e2e.browser import ARGUMENTS, PATIENCE, PHONE, executable
from tests.e2e.phone import Phone
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

KILLS = 30
"""Kills at the instant; one that came later is not counted, but what it kept is looked at all the same."""

PHONES = 2
"""How many browsers are killed side by side: they share nothing, and a machine has two cores."""

INSTANT_MS = 1000
"""A kill that is done this soon after the word stood on the screen came at that instant."""

LATE = 45
"""So many kills may come later, on a machine that has more to do."""

UNSAVED = 6
"""Kills before it says saved, of which one has to lose the edit."""

DRAGS = 4
"""A drag that a busy page did not feel is made again."""

NEAR = "heel dichtbij"
INWARD, OUTWARD = (50, 60), (180, 300)
"""How far from the middle of the map somebody is let go, in pixels: inside the first ring, or beyond it."""

UNSEEN_SECONDS = 15
"""After this long without "saving", the line was not seen to say it."""

SIDES = {"Fatima": (-1, -1), "Buurman Henk": (1, -1), "Juf Marleen": (0, 1)}
"""On which side of the middle each stays, so that no circle comes to lie under another or a button."""

NAMES = tuple(SIDES)
NODES = '[flt-semantics-identifier^="node-"]'
WATCH = f"""
globalThis.nodesNow = () =>
  [...document.querySelectorAll('{NODES}')].map((each) => each.ariaLabel ?? each.textContent);
globalThis.savedAgain = new Promise((saved) => {{
  let letGo = false, saving = false;
  addEventListener("pointerup", () => (letGo = true), {{ capture: true, once: true }});
  const look = () => {{
    const line = document.querySelector('[flt-semantics-identifier="sync-state"]');
    const words = line?.outerHTML ?? "";
    if (letGo && words.includes("Bezig met opslaan")) saving = true;
    else if (saving && words.includes("Opgeslagen")) saved({{ said: nodesNow(), at: Date.now() }});
  }};
  new MutationObserver(look).observe(
    document, {{ subtree: true, childList: true, characterData: true, attributes: true }},
  );
}});
undefined
"""
"""What the map says, and when, as soon as somebody was let go and the line said saving and then saved."""


@pytest.fixture
def server(app_bundle: Path, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "relay", app_bundle)
    made.start()
    yield made
    made.stop()


class Profile:
    """A phone's browser with a profile on disk, started and killed again and again."""

    def __init__(self, playwright: Playwright, folder: Path, origin: str) -> None:
        self._playwright, self._folder, self._origin = playwright, folder, origin

    @asynccontextmanager
    async def phone(self) -> AsyncIterator[Phone]:
        """The browser, running; what is left of it is closed in the end."""
        context = await self._playwright.chromium.launch_persistent_context(
            self._folder,
            executable_path=executable(),
            args=ARGUMENTS,
            viewport=PHONE,
            locale="nl-NL",
            has_touch=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield Phone(context, context.pages[0], self._origin)
        finally:
            with suppress(Error):
                await context.close()

    def family(self) -> list[int]:
        """The browser and every process that it started."""
        family = _family(self._main())
        assert len(family) > 3
        return family

    def _main(self) -> int:
        """The process that was started with this profile and is nobody's helper."""
        for process in _processes():
            words = _read(process, "cmdline").split(b"\0")
            if f"--user-data-dir={self._folder}".encode() in words and not _is_helper(words):
                return process
        raise AssertionError("no browser runs with this profile")


def kill(family: list[int]) -> float:
    """SIGKILL for all of them; the time at which that was done, in milliseconds since 1970."""
    for process in family:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return time.time() * 1000


def _is_helper(words: list[bytes]) -> bool:
    return any(word.startswith(b"--type=") for word in words)


def _family(first: int) -> list[int]:
    """A process and all that came from it, parents before children."""
    parents = {process: int(stat.rpartition(b")")[2].split()[1]) for process, stat in _stats()}
    family = [first]
    for member in family:
        family += [process for process, parent in parents.items() if parent == member]
    return family


def _stats() -> Iterator[tuple[int, bytes]]:
    for process in _processes():
        stat = _read(process, "stat")
        if stat:
            yield process, stat


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _read(process: int, name: str) -> bytes:
    """Empty for a process that has ended meanwhile."""
    with suppress(OSError):
        return Path(f"/proc/{process}/{name}").read_bytes()
    return b""


async def make_map(profile: Profile) -> str:
    """A case with three people, each in the second ring; the address of its map."""
    async with profile.phone() as phone:
        await phone.first_start()
        await phone.make_case("Samira")
        for name in NAMES:
            await phone.add(name)
        await phone.state("bijgewerkt")
        await phone.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await phone.page.wait_for_function(
            "() => performance.getEntriesByName('kring-snapshot-made').length", timeout=PATIENCE
        )
        address = phone.page.url.removeprefix(phone.origin)
        assert "/case/" in address
        return address


def rings(spoken: Sequence[str]) -> dict[str, str]:
    """Who stands in which ring, from what a screen reader says of the circles."""
    parts = [words.strip().split(", ") for words in spoken]
    return {each[0]: each[1] for each in parts if each[0] in NAMES}


async def middle(found: Locator) -> tuple[float, float]:
    box = await found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def drag(phone: Phone, name: str, far: tuple[int, int]) -> None:
    """Move somebody to this far from the middle, in one gesture."""
    x, y = await middle(phone.at("node-klant"))
    (across, down), (right, under) = far, SIDES[name]
    mouse = phone.page.mouse
    await mouse.move(*await middle(phone.page.locator(NODES).filter(has_text=name)))
    await mouse.down()
    await mouse.move(x + right * across, y + under * down, steps=6)
    await mouse.up()


class Map:
    """The map on a phone that is killed and started again: who stands where, as far as it said saved."""

    def __init__(self, profile: Profile, address: str) -> None:
        self._profile, self._address = profile, address
        self._kept = dict.fromkeys(NAMES, "dichtbij")

    async def nothing_lost(self) -> None:
        async with self._open() as (_, found):
            self._compare(found)

    async def killed_when_saved(self, name: str) -> bool:
        """Find all that was kept; drag somebody to another ring, and kill once it says saved.

        Whether that was at the instant.
        """
        async with self._open() as (phone, found):
            self._compare(found)
            family = self._profile.family()
            said, at = await self._saved_again(phone, name)
            late = kill(family) - at
        assert {each for each in NAMES if said[each] != self._kept[each]} == {name}
        self._kept = said
        return late < INSTANT_MS

    async def killed_before(self, name: str) -> bool:
        """Drag somebody and kill at once; whether the edit is lost."""
        async with self._open() as (phone, found):
            self._compare(found)
            family = self._profile.family()
            await self._drag(phone, name)
            kill(family)
        async with self._open() as (_, found):
            before, self._kept = self._kept, found
            return found == before

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[tuple[Phone, dict[str, str]]]:
        """The map on the screen, with nothing left to save, and who stands where on it."""
        async with self._profile.phone() as phone:
            await phone.start(self._address)
            await phone.page.locator(NODES).nth(len(NAMES)).wait_for(timeout=PATIENCE)
            await phone.state("Opgeslagen")
            await phone.page.evaluate(WATCH)
            yield phone, rings(await phone.page.evaluate("nodesNow()"))

    def _compare(self, found: dict[str, str]) -> None:
        assert found == self._kept

    async def _drag(self, phone: Phone, name: str) -> None:
        await drag(phone, name, OUTWARD if self._kept[name] == NEAR else INWARD)

    async def _saved_again(self, phone: Phone, name: str) -> tuple[dict[str, str], float]:
        """Who stands where at the moment that the line says saved after it said saving, and that moment.

        Where that was too short for a frame of a busy machine: who stands where a while later, and no moment.
        A busy page also lets go too early: within the same ring, which is saved too but tells nothing here.
        """
        for _ in range(DRAGS):
            await phone.page.evaluate(WATCH)
            await self._drag(phone, name)
            said, at = [], 0.0
            with suppress(TimeoutError):
                seen = await asyncio.wait_for(phone.page.evaluate("savedAgain"), UNSEEN_SECONDS)
                said, at = seen["said"], seen["at"]
            if not said:
                await phone.state("Opgeslagen")
                said = await phone.page.evaluate("nodesNow()")
            if (now := rings(said)) != self._kept:
                return now, at
        raise AssertionError(f"{name} cannot be dragged")


async def copies(playwright: Playwright, folder: Path, server: Server) -> list[Map]:
    """Phones that hold the same map, and nothing of each other's from then on. The relay is gone."""
    first = folder / "phone-0"
    address = await make_map(Profile(playwright, first, server.origin))
    server.stop()
    folders = [first, *(folder / f"phone-{number}" for number in range(1, PHONES))]
    for other in folders[1:]:
        shutil.copytree(first, other, symlinks=True)
    return [Map(Profile(playwright, each, server.origin), address) for each in folders]


async def test_P6_killed_the_moment_it_says_saved_and_the_edit_is_there(
    server: Server, tmp_path: Path
) -> None:
    """P6: somebody is dragged to another ring, and nothing lives on after the line says saved."""
    counted = 0

    async def kills(phone: Map, numbers: Iterator[int]) -> None:
        nonlocal counted
        for number in numbers:
            counted += await phone.killed_when_saved(NAMES[number % len(NAMES)])
            if counted >= KILLS:
                break
        await phone.nothing_lost()

    async with async_playwright() as playwright:
        phones = await copies(playwright, tmp_path, server)
        numbers = iter(range(KILLS + LATE))
        await asyncio.gather(*(kills(phone, numbers) for phone in phones))
        assert counted >= KILLS
        lost = False
        for number in range(UNSAVED):
            lost = lost or await phones[0].killed_before(NAMES[number % len(NAMES)])
        assert lost, "a kill before it says saved loses nothing, so the kills above prove nothing"
