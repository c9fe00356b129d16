"""The properties of sharing and sync hold inside a real browser too: its Python, Automerge and crypto."""

from __future__ import annotations

import importlib

import pytest
from playwright.async_api import Page

from tests.e2e.browser import inside
from tests.e2e.conftest import Served
from tests.e2e.inside.properties import PROPERTY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MODULES = (
    "cases.test_devices",
    "cases.test_privetijd",
    "cases.test_recovery",
    "cases.test_removing",
    "cases.test_snapshots",
    "sharing.test_attacks",
)


@pytest.mark.parametrize("name", MODULES)
async def test_PWA_25_the_properties_hold_inside(page: Page, served: Served, name: str) -> None:
    module = f"tests.unit.{name}"
    outcomes = await inside(page, served.origin, inside="properties", module=module)
    failed = {run: trace for run, trace in outcomes.items() if trace}
    assert not failed, "\n".join(f"{run}\n{trace}" for run, trace in failed.items())
    there = {each for each in vars(importlib.import_module(module)) if PROPERTY.match(each)}
    assert there
    assert {run.partition("[")[0] for run in outcomes} == there
