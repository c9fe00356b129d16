"""Two people, two phones, one map: made offline, shared by a link, edited apart, and one again (L1, L2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.e2e.browser import PATIENCE, profile
from tests.e2e.phone import Phone
from tests.support.canary import traces

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest_asyncio.fixture
async def phones(browser: Browser, relay: str, tmp_path: Path) -> AsyncIterator[tuple[Phone, Phone]]:
    """Two profiles that share nothing but the address of the relay."""
    contexts = [await profile(browser) for _ in range(2)]
    pair = [Phone(context, await context.new_page(), relay) for context in contexts]
    yield pair[0], pair[1]
    for number, phone in enumerate(pair):
        await phone.end(tmp_path / f"phone-{number}.png")


async def settled(*phones: Phone) -> None:
    for phone in phones:
        await phone.state("bijgewerkt")


async def test_P1_P6_P7_a_map_made_apart_becomes_one_with_no_word_lost_or_left_at_the_relay(
    phones: tuple[Phone, Phone], tmp_path: Path
) -> None:
    """P1: of all that was typed nothing can be read in what the relay keeps. UI-16: names stay as typed."""
    samira, leila = phones
    await samira.first_start()
    await samira.make_case("Samira el Amrani")
    await settled(samira)

    await samira.offline(True)
    await samira.add("Fatima", gives="EG", receives="M", ring=1)
    await samira.add("Buurman Henk van den Berg", receives="A", ring=2)
    before = await samira.rows()
    await samira.restart()
    assert await samira.rows() == before
    assert [row.split(",")[0] for row in before] == [
        "Buurman Henk van den Berg",
        "Fatima",
        "Samira el Amrani",
    ]

    await samira.offline(False)
    await settled(samira)
    link = await samira.invite("Leila")
    code = await leila.ask_to_join(link, "Leila")
    assert await samira.confirm() == code
    await samira.back()
    await leila.tap("join-open")
    await settled(leila)
    assert [row.split(",")[0] for row in await leila.rows()] == [
        "Buurman Henk van den Berg",
        "Fatima",
        "Samira el Amrani",
    ]

    for phone in phones:
        await phone.offline(True)
    await samira.add("Oom Karim", gives="E", ring=3)
    await samira.open_person("Fatima")
    await samira.type("person-name", "Fatima Y.")
    await samira.type("person-note", "Belt elke zondag.")
    await samira.back()
    await leila.add("Juf Marleen", receives="A", ring=3)
    await leila.open_person("Fatima")
    await leila.type("person-name", "Fatma")
    await leila.type("person-note", "Woont in Zwolle.")
    await leila.back()
    assert not any("Oom Karim" in row for row in await leila.rows())

    for phone in phones:
        await phone.offline(False)
    for phone in phones:
        await phone.tap("way-list")
        for name in ("Oom Karim", "Juf Marleen"):
            await phone.beginning("row-").filter(has_text=name).first.wait_for(timeout=PATIENCE)
    await settled(*phones)

    one, other = await samira.rows(), await leila.rows()
    assert one == other
    assert len(one) == 5
    for phone in phones:
        await phone.open_person("Fat")
        kept = {await phone.hears(f"clash-name-{index}") for index in (0, 1)}
        assert any("Fatima Y." in words for words in kept)
        assert any("Fatma" in words for words in kept)
        assert "Woont in Zwolle." in await phone.text_of("person-note", "Belt elke zondag.")

    kept = b"".join(file.read_bytes() for file in (tmp_path / "relay").rglob("*") if file.is_file())
    assert len(kept) > 10_000
    # Long enough that no chance makes them: of five letters, base64 leaves four that can be looked for.
    for words in ("Samira el Amrani", "Buurman Henk", "Juf Marleen", "Belt elke zondag", "Woont in Zwolle"):
        assert traces(kept, words) == []
