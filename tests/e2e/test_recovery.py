"""A phone is lost; its owner brings everything back on another by the sheet of paper (P11, UI-53, UI-55)."""

from __future__ import annotations

from pathlib import Path

import pytest

from pwa.paths import PROJECT
from tests.e2e.browser import PATIENCE, create_vault
from tests.e2e.phone import Phone
from tests.support.terminal import Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


async def test_P11_UI_55_a_sheet_opened_on_an_empty_profile_brings_everything_back(
    phone: Phone, relay: str, tmp_path: Path
) -> None:
    """The lost one is a command line: another machine, with the same core."""
    lost = Person("Anna", tmp_path / "Anna", relay)
    lost.says("create", "De kring van Anna", "--name", "Anna")
    lost.says("person", "add", "Oma Truus", "--ring", "1")
    link = lost.says("sheet").strip().splitlines()[-1]
    secret = link.partition("#/recover/")[2]

    await create_vault(phone.page, link)
    await phone.listen()
    await phone.at("recover-next").wait_for(timeout=PATIENCE)
    await phone.page.screenshot(path=PROJECT / "build" / "e2e" / "recover.png")
    assert phone.page.url == f"{relay}/#/recover"
    await phone.tap("recover-next")
    await phone.tap("recover-go")
    await phone.tap("recover-open")
    assert any("Oma Truus" in row for row in await phone.rows())
    await phone.state("bijgewerkt")
    visited = await phone.page.evaluate("[location.href, document.referrer, JSON.stringify(history.state)]")
    assert secret not in " ".join(visited)
    lost.says("person", "add", "Van de dief", "--ring", "2")
    lost.says("--wait", "3", "sync", fails=True)
    assert not any("Van de dief" in row for row in await phone.rows())
