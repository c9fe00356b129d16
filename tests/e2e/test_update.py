"""A new version of the app: whole or not at all, and at the next start."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Error, Page

from pwa import service_worker
from pwa.paths import PROJECT, Workplace
from tests.e2e.browser import create_vault, unlock
from tests.e2e.conftest import Served

pytestmark = pytest.mark.browser
STARTS = 6
TRIES = 900
"""Of a tenth of a second each: a shared machine may be busy, and nothing here is a measurement."""
MARK = '<meta name="version-under-test" content="second" />'
SECOND = f"document.head.innerHTML.includes({MARK[:-3]!r})"


@pytest.fixture
def second_version(test_bundle: Path, tmp_path: Path) -> Path:
    """The same bundle with another page and another style."""
    out = tmp_path / "second"
    shutil.copytree(test_bundle, out)
    page = out / "index.html"
    page.write_text(page.read_text().replace("</head>", f"{MARK}</head>"))
    with (out / "boot.css").open("a") as style:
        style.write("/* second */\n")
    service_worker.write(Workplace(out=out, cache=PROJECT / "build"))
    return out


@pytest.fixture
def site(test_bundle: Path) -> Iterator[Served]:
    with Served(test_bundle) as served:
        yield served


async def worker_states(page: Page) -> list[str]:
    """What the registration holds: installing, waiting, active."""
    found: list[str] = await page.evaluate(
        "navigator.serviceWorker.getRegistration().then((all) => "
        "['installing', 'waiting', 'active'].filter((state) => all[state]))"
    )
    return found


async def until(page: Page, states: list[str]) -> None:
    for _ in range(TRIES):
        with contextlib.suppress(Error):  # the page may start itself again at this very moment
            if await worker_states(page) == states:
                return
        await page.wait_for_timeout(100)
    raise AssertionError(await worker_states(page))


async def until_second(page: Page) -> None:
    """It takes over at a start, or at the next one where the page that was left had not gone yet."""
    for _ in range(STARTS):
        for _ in range(TRIES // STARTS):
            with contextlib.suppress(Error):
                if await page.evaluate(SECOND):
                    return
            await page.wait_for_timeout(100)
        await page.reload()
    raise AssertionError("the new version never took over")


async def test_PWA_4_and_PWA_5_an_update_is_whole_or_not_at_all(
    page: Page, context: BrowserContext, site: Served, second_version: Path
) -> None:
    await create_vault(page, site.origin)

    site.site.bundle = second_version
    site.site.broken = {"/boot.css"}
    await page.reload()
    await unlock(page)
    await until(page, ["active"])
    assert not await page.evaluate(SECOND)
    await context.set_offline(True)
    await page.reload()
    await unlock(page)
    await context.set_offline(False)

    site.site.broken = set()
    site.site.requests.clear()
    await page.reload()
    await until(page, ["waiting", "active"])
    assert not await page.evaluate(SECOND)
    await page.locator("#notice").filter(has_text="nieuwe versie").wait_for()
    assert "/python.zip" not in site.site.requests
    assert "/boot.css" in site.site.requests
    await unlock(page)

    await page.reload()
    await until_second(page)
    await until(page, ["active"])
    await context.set_offline(True)
    await page.reload()
    await unlock(page)
    assert await page.evaluate(SECOND)
