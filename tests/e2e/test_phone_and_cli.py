"""One map between a phone and a command line: invited, joined, edited on both, and nothing lost (L2)."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.e2e.browser import PATIENCE
from tests.e2e.phone import Phone
from tests.support.terminal import Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def digits(words: str) -> str:
    """The code itself: a screen reader is given each digit apart."""
    return re.sub(r"\D", "", words)


async def test_P7_a_phone_and_a_command_line_share_a_map(phone: Phone, relay: str, tmp_path: Path) -> None:
    samira, bas = phone, Person("Bas", tmp_path / "Bas", relay)

    async def says(*words: str) -> str:
        return await asyncio.to_thread(bas.says, *words)

    await samira.first_start()
    await samira.make_case("Samira")
    await samira.add("Fatima", gives="E", receives="M", ring=1)
    await samira.state("bijgewerkt")
    link = await samira.invite("Bas")

    code = re.search(r"\d{3} \d{3} \d{3}", await says("join", link, "--name", "Bas"))
    assert code
    assert digits(await samira.confirm()) == digits(code[0])
    await samira.back()
    await says("sync")
    assert "Fatima" in await says("map")
    assert "Samira" in await says("members")

    await says("person", "add", "Juf Marleen", "--ring", "3")
    await says("tie", "Fatima", "Juf Marleen", "--quality", "sterk", "--gives", "A")
    await says("sync")
    await samira.tap("way-list")
    await samira.beginning("row-").filter(has_text="Juf Marleen").first.wait_for(timeout=PATIENCE)
    between = samira.beginning("row-").filter(has_text="Fatima").filter(has_text="Juf Marleen")
    await between.first.wait_for(timeout=PATIENCE)

    await samira.open_person("Juf Marleen")
    await samira.type("person-name", "Juf Marleen de Wit")
    await samira.type("person-note", "Belt op dinsdag.")
    await samira.back()
    await samira.add("Oom Karim", gives="G", ring=2)
    await samira.state("bijgewerkt")
    await says("sync")
    told = await says("map")
    for words in ("Fatima", "Oom Karim", "Juf Marleen de Wit", "Belt op dinsdag."):
        assert words in told, words
    assert "Samira" in await says("list")
    between_them = [line for line in told.splitlines() if "Fatima" in line and "Juf Marleen de Wit" in line]
    assert any("Sterke band" in line for line in between_them), told

    rows = await samira.rows()
    assert len(rows) == 5, rows
    await samira.restart()
    assert await samira.rows() == rows
