"""The properties of sharing and sync hold inside a real browser too: its Python, Automerge and crypto."""

from __future__ import annotations

import importlib

import pytest
from playwright.async_api import Page

from tests.e2e.browser import results
from tests.e2e.conftest import Served
from tests.e2e.inside.properties import PROPERTY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

MODULES = [
    f"tests.unit.{name}"
    for name in (
        "cases.test_devices",
        "cases.test_privetijd",
        "cases.test_recovery",
        "cases.test_removing",
        "cases.test_snapshots",
        "sharing.test_attacks",
    )
]


async def test_PWA_25_the_properties_hold_inside(page: Page, served: Served) -> None:
    """All in one page: what a start takes, they need not take each."""
    said = results(page, served.origin, len(MODULES), inside="properties", modules=",".join(MODULES))
    failed = {}
    for module in MODULES:
        outcomes = await anext(said)
        failed |= {f"{module} {run}": trace for run, trace in outcomes.items() if trace}
        there = {each for each in vars(importlib.import_module(module)) if PROPERTY.match(each)}
        assert there
        assert {run.partition("[")[0] for run in outcomes} == there
    assert not failed, "\n".join(f"{run}\n{trace}" for run, trace in failed.items())
