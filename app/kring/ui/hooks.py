"""How a component stays in step with what is outside it: the vault, a case, documents, the page's size."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import flet as ft

from kring.cases.shapes import Listener
from kring.cases.viewing import AS, Seen
from kring.documents.handle import Handle
from kring.errors import KringError
from kring.phases.netwerkatlas.mensen import view_model as mensen
from kring.phases.netwerkatlas.mensen.model import MENSEN, PRIVE
from kring.phases.netwerkatlas.relatiekaart import view_model as relatiekaart
from kring.phases.netwerkatlas.relatiekaart.model import RELATIEKAART
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView
from kring.ui.context import Ui
from kring.ui.facade import Case
from kring.ui.reactive import Box, none_of, use_box, use_state

T = TypeVar("T")
KINDS = (MENSEN, RELATIEKAART, PRIVE)
"""The documents that a map is made from."""


def use_listener(subscribe: Callable[[Listener], Listener], heard: Listener, key: object) -> None:
    """Call `heard` after each change, from whichever task it came, until the component goes."""
    ending: Box[Any] = use_box(lambda: None)

    def start() -> None:
        here = contextvars.copy_context()
        ending.current = subscribe(lambda: here.copy().run(heard))

    def stop() -> None:
        if ending.current is not None:
            ending.current()
            ending.current = None

    ft.use_effect(start, [key], cleanup=stop)


def use_value(subscribe: Callable[[Listener], Listener], read: Callable[[], T], key: object) -> T:
    """`read()` now and after every change; the component renders again only where the value differs."""
    kept, keep = use_state(read())
    latest: Box[Any] = use_box(lambda: None)
    latest.current = read
    use_listener(subscribe, lambda: keep(lambda _: latest.current()), key)
    fresh = read()
    return kept if kept == fresh else fresh


@dataclass(frozen=True, eq=False)
class Opened:
    """A case that is open."""

    case: Case


def use_case(ui: Ui, case_id: str) -> tuple[Case | None, KringError | None]:
    """The open case, or None while it opens; an error where it does not."""
    known = ui.opened.get(case_id)
    first = Opened(known) if known is not None else none_of(Opened)
    found, keep = use_state((first, none_of(KringError), case_id if known is not None else ""))

    async def load() -> None:
        try:
            case = await open_as(ui, case_id)
            if ui.opened.get(case_id) is not case or known is not case:
                ui.opened[case_id] = case
                keep((Opened(case), None, case_id))
        except KringError as error:
            keep((None, error, case_id))

    ft.use_effect(load, [case_id])
    opened, error, of = found
    return (opened.case if opened else None, error) if of == case_id else (None, None)


async def open_as(ui: Ui, case_id: str) -> Case:
    """The case with this id; seen as a member sees it, where the id names one (cases/viewing.py)."""
    name, _, member = case_id.partition(AS)
    case = await ui.kring.open_case(name)
    if not member:
        return case
    known = ui.opened.get(case_id)
    return known if isinstance(known, Seen) and known.real is case else cast(Case, Seen(case, member))


def use_map(case: Case) -> RelatiekaartView:
    """The relatiekaart of an open case, kept up to date; unchanged parts stay the same objects.

    The component renders again, too, where what this reader may change is another.
    """
    last: Box[Any] = use_box(lambda: None)

    def read() -> tuple[RelatiekaartView, frozenset[str]]:
        last.current = projected = read_map(case, last.current)
        return projected[1], _editable(case)

    return use_value(lambda listener: subscribe_documents(case, listener), read, case.id)[0]


def _editable(case: Case) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if case.may_edit(kind))


Projected = tuple[mensen.MensenView, RelatiekaartView]


def read_map(case: Case, previous: Projected | None = None) -> Projected:
    views = {kind: handle.view for kind, handle in case.documents.items()}
    conflicts = {kind: handle.conflicts for kind, handle in case.documents.items()}
    people = mensen.project(views, conflicts, previous[0] if previous else None)
    return people, relatiekaart.project(people, views, conflicts, previous[1] if previous else None)


def subscribe_documents(case: Case, listener: Listener) -> Listener:
    """Hear of every document that may be read, those too that arrive or go later, and of changed rights."""
    heard: dict[Handle, Listener] = {}
    known = _editable(case)

    def follow() -> bool:
        """Whether a document came or went."""
        here = set(case.documents.values())
        for handle in heard.keys() - here:
            heard.pop(handle)()
        fresh = here - heard.keys()
        for handle in fresh:
            heard[handle] = handle.subscribe(lambda *_: listener())
        return bool(fresh)

    def changed() -> None:
        nonlocal known
        rights, known = known, _editable(case)
        before = len(heard)
        if follow() or len(heard) != before or rights != known:
            listener()

    follow()
    ending = case.subscribe(changed)

    def end() -> None:
        ending()
        for stop in heard.values():
            stop()

    return end
