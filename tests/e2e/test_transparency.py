"""On a phone: read who did what, look through another's eyes, and compare the code that finds a fork."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from tests.e2e.browser import PATIENCE
from tests.e2e.phone import PERSON, Phone
from tests.support.terminal import Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


async def test_UI_60_UI_61_UI_72_the_owner_sees_who_did_what_and_what_they_see(
    phone: Phone, relay: str, tmp_path: Path
) -> None:
    samira, bas = phone, Person("Bas", tmp_path / "Bas", relay)

    async def says(*words: str) -> str:
        return await asyncio.to_thread(bas.says, *words)

    await samira.first_start()
    await samira.make_case("Samira")
    await samira.add("Fatima", gives="E", ring=1)
    await samira.add("Niet voor Bas", ring=2)
    await samira.open_person("Niet voor Bas")
    await samira.tap("role-mogelijk")
    await samira.reads("van jou alleen")
    await samira.back()
    await samira.state("bijgewerkt")
    link = await samira.invite("Bas")
    await says("join", link, "--name", "Bas")
    await samira.confirm()
    await says("sync")
    await says("person", "add", "Juf Marleen", "--ring", "3")
    await says("sync")
    await says("export", str(tmp_path / "uit"))

    await samira.tap("happenings")
    await samira.reads("Bas veranderde de mensen.")
    await samira.reads("Bas haalde de relatiekaart op.")
    await samira.reads("Samira gaf Bas toegang.")
    await samira.tap("happening-refused")
    await samira.reads("Nog niets om te laten zien.")
    await samira.back()

    change = samira.beginning("change-").first
    await change.wait_for(timeout=PATIENCE)
    await samira.tap(str(await change.get_attribute("flt-semantics-identifier")))
    await samira.tap("see-as")
    await samira.at("as-stop").wait_for(timeout=PATIENCE)
    await samira.tap("way-list")
    await samira.beginning("row-").filter(has_text="Juf Marleen").first.wait_for(timeout=PATIENCE)
    shown = {found[1] for name in await samira.row_names() if (found := PERSON.match(name))}
    has = json.loads((tmp_path / "uit" / "mensen.json").read_text("utf-8"))["view"]["people"]
    assert shown == set(has)
    assert len(shown) == 3
    await samira.tap("as-stop")
    await samira.at("see-as").wait_for(timeout=PATIENCE)
    await samira.back()

    await samira.tap("compare")
    start = re.sub(r"\D", "", await samira.hears("compare-start"))
    theirs = re.search(r"\d{3}( \d{3}){3}", await says("compare", "Samira", "--start", start))
    assert theirs
    assert re.sub(r"\D", "", await samira.hears("compare-code")) == theirs[0].replace(" ", "")
    await samira.tap("compare-same")
    await samira.reads("Bas en jij zien nu hetzelfde")
