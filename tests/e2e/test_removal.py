"""On a phone: let somebody in, give them less, take them out; they keep what they had, and no more (P5)."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.e2e.browser import PATIENCE, PHONE
from tests.e2e.phone import Phone
from tests.support.terminal import Person

OVER_THE_BAR = (PHONE["width"] - 48, PHONE["height"] - 48)
"""Where a pointer lies over the end of the bar that tells what was done (UI-37)."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


async def test_P5_a_phone_gives_less_and_then_takes_somebody_out(
    phone: Phone, relay: str, tmp_path: Path
) -> None:
    samira, bas = phone, Person("Bas", tmp_path / "Bas", relay)

    async def says(*words: str, fails: bool = False) -> str:
        return await asyncio.to_thread(bas.says, *words, fails=fails)

    async def change() -> None:
        """Open the screen on which Bas's rights stand."""
        await samira.tap("sharing")
        found = samira.beginning("change-").first
        await found.wait_for(timeout=PATIENCE)
        await samira.tap(str(await found.get_attribute("flt-semantics-identifier")))

    await samira.first_start()
    await samira.make_case("Samira")
    await samira.add("Fatima", gives="E", ring=1)
    await samira.state("bijgewerkt")
    link = await samira.invite("Bas")
    await says("join", link, "--name", "Bas")
    await samira.confirm()
    await samira.back()
    await says("sync")
    await says("person", "add", "Juf Marleen", "--ring", "3")
    await says("sync")

    await change()
    for kind in ("mensen", "relatiekaart"):
        await samira.tap(f"right-{kind}-lezen")
    await samira.tap("member-save")
    await samira.at("invite").wait_for(timeout=PATIENCE)
    await samira.page.mouse.move(*OVER_THE_BAR)
    await samira.back()
    await samira.add("Oom Karim", gives="G", ring=2)
    await samira.state("bijgewerkt")
    await says("sync")
    read = await says("map")
    assert "Oom Karim" in read
    assert "Juf Marleen" in read
    await says("person", "add", "Mag niet", fails=True)

    await change()
    await samira.tap("remove")
    await samira.at("remove-sure").wait_for(timeout=PATIENCE)
    assert "niet terughalen" in await samira.page.locator("flt-semantics-host").inner_text()
    await samira.tap("remove-sure")
    await samira.at("invite").wait_for(timeout=PATIENCE)
    await samira.beginning("change-").first.wait_for(state="detached", timeout=PATIENCE)
    await samira.back()
    await samira.add("Geheim", gives="G", ring=2)
    await samira.state("bijgewerkt")
    assert not re.search("verwijderd|weggehaald|eruit", await says("sync", fails=True))
    kept = await says("map")
    assert "Fatima" in kept
    assert "Geheim" not in kept
    names = " ".join(await samira.rows())
    for name in ("Fatima", "Juf Marleen", "Oom Karim", "Geheim"):
        assert name in names, name
