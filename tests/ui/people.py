"""Maps of every size to look at and to measure: the example, and made-up people with names that are hard."""

from __future__ import annotations

from kring.domain.ids import CLIENT
from kring.domain.person import GROUPS
from kring.domain.tie import QUALITIES, SUPPORT_KINDS
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport, SetTieQuality
from kring.phases.voorbeeld.making import make_example
from kring.platform.memory.clock import SeededRandom
from tests.ui.memory import MemoryCase

_NAMES = (
    "Anna Bo Carlijn Daan Els Fatima Gijs Hanneke Ibrahim Jasmijn Karel Lotte Mohammed Nadia Otto Petra "
    "Quinten Rosa Sjoerd Tineke Umut Vera Wim Xandra Yusuf Zeynep"
)
NAMES = _NAMES.split()
EMOJI = ["👩", "👨", "🧑🏽", "👧", "👦🏿", "👵", "👴🏽", "🧔", "👩\u200d🦰", "🧕", "🐶", "⭐"]
HARD_NAMES = (
    "Wilhelmina Johanna van den Broek-Oosterhuis van der Meulen tot Lichtenberg",
    "محمد عبد الرحمن",
    "Анастасия Александровна",
    "שרה לוי",
    "Łukasz Żółć",
    "İpek Şahin",
    "👩‍👩‍👧‍👦 de buurtjes",
    "N" * 500,
    "Oma",
)


async def fill_example(case: MemoryCase, language: str = "nl") -> None:
    await make_example(case.dispatch, case.random, language)


async def fill(case: MemoryCase, count: int, ties: int | None = None, hard: bool = False) -> list[str]:
    """`count` people with ties to the client, and `ties` between others. Deterministic."""
    random = SeededRandom(f"people{count}")
    ids: list[str] = []
    for index in range(count):
        person = case.new_person_id()
        ids.append(person)
        dice = random.bytes(6)
        name = HARD_NAMES[index % len(HARD_NAMES)] if hard else NAMES[index % len(NAMES)]
        if not hard and index >= len(NAMES):
            name += f" {NAMES[(index * 7) % len(NAMES)][0]}."
        await case.dispatch(
            AddPerson(
                person,
                name,
                emoji=EMOJI[dice[0] % len(EMOJI)] if dice[1] % 3 == 0 else "",
                groups=(GROUPS[dice[2] % len(GROUPS)],),
                ring=1 + dice[3] % 3 if count > 3 else 1,
                gives=tuple(kind for bit, kind in enumerate(SUPPORT_KINDS) if dice[4] >> bit & 3 == 3),
                receives=tuple(kind for bit, kind in enumerate(SUPPORT_KINDS) if dice[5] >> bit & 3 == 3),
            )
        )
        if dice[3] % 5:
            await case.dispatch(SetTieQuality(CLIENT, person, QUALITIES[dice[0] % 4]))
    for _ in range(count // 2 if ties is None else ties):
        dice = random.bytes(3)
        first = ids[dice[0] % count] if count else CLIENT
        second = ids[(dice[0] + 1 + dice[1]) % count] if count else CLIENT
        if first != second:
            await case.dispatch(SetTieQuality(first, second, QUALITIES[dice[2] % 4]))
            if dice[2] % 3 == 0:
                await case.dispatch(SetSupport("E", first, second, True))
    return ids
