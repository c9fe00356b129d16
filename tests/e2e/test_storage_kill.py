"""PWA-11: what `durable` confirmed is there after the browser process is killed at that instant."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Error, async_playwright

from tests.e2e.browser import ARGUMENTS, LISTEN, executable, mail
from tests.e2e.conftest import Served

pytestmark = pytest.mark.browser
KILLS = 3


def _main_process(profile: Path) -> int:
    """The browser's own process: the one that was started with this profile and has no type."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            main = not any(part.startswith(b"--type=") for part in line)
            if main and f"--user-data-dir={profile}".encode() in line:
                return int(entry.name)
    raise AssertionError("no browser runs with this profile")


@pytest.mark.parametrize("form", ["opfs", "indexeddb"])
async def test_PWA_11_survives_a_kill_right_after_durable(tmp_path: Path, served: Served, form: str) -> None:
    seeded = random.Random(11)
    profile = tmp_path / "profile"
    confirmed = 0
    options = urlencode({"inside": "writer", "form": form, "name": "kill.sqlite"})
    async with async_playwright() as playwright:
        for _ in range(KILLS + 1):
            context = await playwright.chromium.launch_persistent_context(
                profile, executable_path=executable(), args=ARGUMENTS
            )
            page = await context.new_page()
            await page.add_init_script(LISTEN)
            await page.goto(f"{served.origin}/?{options}")
            found = (await mail(page, 0))["found"]
            assert found[:confirmed] == list(range(1, confirmed + 1))
            message = await mail(page, seeded.randrange(5, 40))
            os.kill(_main_process(profile), signal.SIGKILL)
            confirmed = message["durable"]
            with contextlib.suppress(Error):
                await context.close()
    assert confirmed > KILLS
