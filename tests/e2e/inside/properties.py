"""Runs the properties of a case inside the browser, on its own engines, around a relay in the same memory:
`?inside=properties&modules=<name>,...` runs each `test_P…` in them.

pytest needs a loop that it can block, which a browser has not, so what the modules use of it stands in here.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import itertools
import re
import sys
import tempfile
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

PROPERTY = re.compile(r"^test_P\d+_")
ROWS = "rows_of_a_property"


def parametrize(names: str | list[str], rows: Any, **_: object) -> Callable[[Any], Any]:
    """Keep the arguments of each run on the function, as pytest does with a mark."""
    split = [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)

    def mark(function: Any) -> Any:
        given = [dict(zip(split, row if len(split) > 1 else [row], strict=True)) for row in rows]
        setattr(function, ROWS, [*getattr(function, ROWS, []), given])
        return function

    return mark


@contextlib.contextmanager
def raises(kind: type[BaseException], match: str = "") -> Iterator[SimpleNamespace]:
    caught = SimpleNamespace(value=None)
    try:
        yield caught
    except kind as error:
        if not re.search(match, str(error)):
            raise AssertionError(f"{error} does not say {match}") from error
        caught.value = error
        return
    raise AssertionError(f"no {kind.__name__}")


def stand_in() -> ModuleType:
    """What stands for pytest."""
    module = ModuleType("pytest")
    module.mark = SimpleNamespace(parametrize=parametrize)  # type: ignore[attr-defined]
    module.fixture = lambda function: function  # type: ignore[attr-defined]
    module.raises = raises  # type: ignore[attr-defined]
    return module


def runs(function: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The arguments of each run, with a name."""
    for number, row in enumerate(itertools.product(*getattr(function, ROWS, []))):
        given = {key: value for part in row for key, value in part.items()}
        yield f"{function.__name__}[{number}]", given


@contextlib.asynccontextmanager
async def fixtures(wanted: Any, conftest: ModuleType, folder: Path) -> AsyncIterator[dict[str, Any]]:
    """What a function asks for by the names of its parameters, as pytest would give it."""
    numbers = itertools.count()

    def another(name: str) -> Path:
        made = folder / f"{name}{next(numbers)}"
        made.mkdir()
        return made

    found: dict[str, Any] = {}
    async with contextlib.AsyncExitStack() as open_:
        for name in inspect.signature(wanted).parameters:
            make = getattr(conftest, name, None)
            if name == "tmp_path":
                found[name] = another("tmp")
            elif name == "tmp_path_factory":
                found[name] = SimpleNamespace(mktemp=another)
            elif inspect.isasyncgenfunction(make):
                needs = await open_.enter_async_context(fixtures(make, conftest, another(name)))
                found[name] = await open_.enter_async_context(contextlib.asynccontextmanager(make)(**needs))
            elif make is not None:
                found[name] = await make()
        yield found


async def once(function: Any, given: dict[str, Any], conftest: ModuleType) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with fixtures(function, conftest, Path(folder)) as found:
            answer = function(**found, **given)
            if answer is not None:
                await answer


async def run(options: dict[str, str], tell: Callable[..., None]) -> None:
    """Of each module the runs with their tracebacks, empty where the property held."""
    from kring.platform.browser.crdt import BrowserCrdt

    await BrowserCrdt.open()
    sys.modules["pytest"] = stand_in()
    for name in options["modules"].split(","):
        tell(result=await held(importlib.import_module(name)))


async def held(module: ModuleType) -> dict[str, str]:
    conftest = importlib.import_module(module.__name__.rpartition(".")[0] + ".conftest")
    outcomes = {}
    for name, function in list(vars(module).items()):
        if not PROPERTY.match(name):
            continue
        for run_name, given in runs(function):
            try:
                await once(function, given, conftest)
                outcomes[run_name] = ""
            except BaseException:
                outcomes[run_name] = traceback.format_exc()
    return outcomes
