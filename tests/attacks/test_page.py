"""docs/attacks.md tells what is true: each line is a test that is there, and no property is left out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.attacks.hand import ENVELOPES, RECORDS

PROJECT = Path(__file__).parents[2]
LINE = re.compile(
    r"\| (?P<attack>[^|]+) \| (?P<property>P\d+) \| [^|]+ \| "
    r"(?P<file>\S+\.py)::(?P<test>\w+)(\[(?P<row>.+)\])? \|"
)
LEAST = 40


@cache
def lines() -> tuple[re.Match[str], ...]:
    said = (PROJECT / "docs" / "attacks.md").read_text().splitlines()
    found = [LINE.fullmatch(each) for each in said if each.startswith("| ") and " | P" in each]
    assert None not in found
    return tuple(each for each in found if each)


@cache
def _names_in(file: str) -> frozenset[str]:
    tree = ast.parse((PROJECT / file).read_text())
    return frozenset(
        each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_each_attack_that_is_told_of_is_a_test() -> None:
    missing = [each["test"] for each in lines() if each["test"] not in _names_in(each["file"])]
    assert not missing


def test_every_attack_made_by_hand_is_told_of_and_no_other() -> None:
    assert [each["row"] for each in lines() if each["row"]] == [*RECORDS, *ENVELOPES]


def test_P1_to_P12_are_all_attacked_in_forty_ways_or_more() -> None:
    assert {each["property"] for each in lines()} == {f"P{number}" for number in range(1, 13)}
    names = [each["attack"] for each in lines()]
    assert len(set(names)) == len(names) >= LEAST
