"""P3 to P8: whatever a relay and a member do together, honest people end alike, and lose and leak nothing.

`KRING_SIEGES=500 python -m pytest tests/attacks/test_siege.py` tries that many random sieges instead of the
few that every test run tries.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kring.documents.crdt import Crdt
from tests.attacks.crook import ATTACKS
from tests.attacks.siege import BY_HAND, HONEST, KINDS, Siege
from tests.compat.node_crdt import browser_crdt

T = TypeVar("T")
SIEGES = int(os.environ.get("KRING_SIEGES", "0"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crdt]:
    with browser_crdt(tmp_path_factory.mktemp("bridge")) as crdt:
        yield crdt


class Sieges(RuleBasedStateMachine):
    browser: ClassVar[Crdt]
    done: ClassVar[Counter[str]] = Counter()
    honest = st.sampled_from(HONEST)
    victims = st.lists(st.sampled_from((*HONEST, "Lena")), min_size=1, max_size=3, unique=True)

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.sound = True

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        self.sound, sound = False, self.sound
        done = self.loop.run_until_complete(work)
        self.sound = sound
        return done

    @initialize(seed=st.integers(0, 999))
    def found(self, seed: int) -> None:
        folder = Path(self.folder.name) / "relay"
        self.siege = self._do(Siege.begun(folder, seed, self.browser))

    @rule(name=honest)
    def edit(self, name: str) -> None:
        self._do(self.siege.edit(name))

    @rule(name=honest)
    def change(self, name: str) -> None:
        self._do(self.siege.change(name))

    @rule(seconds=st.sampled_from((0.1, 1.0, 5.0)))
    def pass_time(self, seconds: float) -> None:
        self._do(self.siege.pass_time(seconds))

    @rule(name=honest)
    def crash(self, name: str) -> None:
        self._do(self.siege.crash(name))

    @rule(name=honest)
    def weather(self, name: str) -> None:
        self._do(self.siege.weather(name))

    @rule(
        phone=st.sampled_from((*HONEST, "Lena")),
        attacks=st.lists(st.sampled_from(ATTACKS), min_size=1, max_size=4),
    )
    def cheat(self, phone: str, attacks: list[str]) -> None:
        self._do(self.siege.cheat(phone, attacks))

    @rule(name=honest)
    def release(self, name: str) -> None:
        self._do(self.siege.release(name))

    @rule(
        attacks=st.lists(st.sampled_from(BY_HAND), min_size=1, max_size=4, unique=True),
        kind=st.sampled_from(KINDS),
        victims=victims,
    )
    def by_hand(self, attacks: list[str], kind: str, victims: list[str]) -> None:
        for attack in attacks:
            self._do(self.siege.by_hand(attack, kind, victims))

    @precondition(lambda self: not self.siege.removed)
    @rule()
    def remove(self) -> None:
        self._do(self.siege.remove())

    def teardown(self) -> None:
        try:
            if self.sound:
                self._do(self._end())
        finally:
            self.loop.run_until_complete(_cancelled())
            self.loop.close()
            self.folder.cleanup()

    async def _end(self) -> None:
        self.done.update(await reckoned(self.siege))


async def reckoned(siege: Siege) -> Counter[str]:
    """What was done, once all is well again."""
    await siege.heal()
    await siege.reckon()
    await siege.close()
    return siege.crook.done


async def every_attack(folder: Path, browser: Crdt) -> Counter[str]:
    siege = await Siege.begun(folder, 1, browser)
    await siege.everything()
    return await reckoned(siege)


async def _cancelled() -> None:
    """Nothing goes on after a failure."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.timeout(0 if SIEGES else 600)
def test_P3_P4_P5_P6_P7_P8_whatever_relay_and_member_do_the_honest_end_alike_and_lose_nothing(
    browser: Crdt, tmp_path: Path
) -> None:
    """One siege with each attack in its turn, and then some that Hypothesis thinks of."""
    Sieges.browser, Sieges.done = browser, asyncio.run(every_attack(tmp_path / "relay", browser))
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Sieges,
        settings=settings(
            max_examples=SIEGES or 40,
            stateful_step_count=30,
            derandomize=not SIEGES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        ),
    )
    wanted = (*ATTACKS, *BY_HAND, "after removal", "released")
    missed = [each for each in wanted if not Sieges.done[each]]
    assert not missed, f"nobody tried: {missed}"
