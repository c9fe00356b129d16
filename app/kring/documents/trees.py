"""What a document says as a whole, and the small edits that lead from one such whole to another.

So a document can begin with what another one shows now and with nothing of its history, and an edit that was
made in the one can be made again in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Union

from kring.documents.change import DELETE, decode_change
from kring.documents.crdt import Scalar
from kring.documents.edit import Edit
from kring.documents.handle import Handle
from kring.documents.opid import ROOT_ID, OpId
from kring.documents.text import splices
from kring.domain.text_merge import merge_text
from kring.errors import DocumentError

Path = tuple[str, ...]


class Text(str):
    """The words of a text, which merges by character; a plain `str` is a single value."""


Value = Union[Scalar, Text, "Tree"]
Tree = Mapping[str, Value]

MOST_OPS: Final = 10_000
MOST_BYTES: Final = 64 * 1024
"""Of the edits that go into one change: well within what a change may hold."""

PIECE: Final = 8_000
"""Characters that are put into a text, or taken out of it, at a time."""


@dataclass(frozen=True, slots=True)
class Step:
    """One small edit, and about what it takes in a change."""

    do: Callable[[Edit], object]
    ops: int
    bytes: int


def tree_of(handle: Handle) -> Tree:
    """As `handle.view`, with texts told apart from single values."""
    root: dict[str, Value] = {}
    maps: dict[OpId, dict[str, Value]] = {ROOT_ID: root}
    for obj, entries in handle.shown():
        for key, op, kind, value in entries:
            if kind == "map":
                maps[obj][key] = maps[op] = {}
            else:
                maps[obj][key] = Text(value) if kind == "text" else value
    return root


def value_at(tree: Tree, path: Path) -> Value:
    """What stands there; None where nothing does."""
    found: Value = tree
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def with_value(tree: Tree, path: Path, value: Value) -> Tree:
    """The same with this value at `path`, where the map around it stands; None takes it away."""
    key, rest = path[0], path[1:]
    inner = tree.get(key)
    if rest:
        return {**tree, key: with_value(inner, rest, value)} if isinstance(inner, Mapping) else tree
    return {**{each: tree[each] for each in tree if each != key}, **({} if value is None else {key: value})}


def difference(before: Tree, after: Tree, there: Tree | None = None, path: Path = ()) -> Iterator[Step]:
    """The steps that do to a document which says `there` what made `before` into `after`.

    What is gone there stays gone, and a text keeps what others put in it.
    """
    there = before if there is None else there
    for key in sorted(before.keys() - after.keys()):
        if key in there:
            yield _single(partial(Edit.delete, path=(*path, key)), key)
    for key, value in after.items():
        here, known, standing = (*path, key), before.get(key), there.get(key)
        new = key not in before or _form(known) != _form(value)
        if not new and (key not in there or _form(standing) != _form(value)):
            continue
        if new and key in there and _form(standing) != _form(value):
            yield _single(partial(Edit.delete, path=here), key)
            standing = None
        if isinstance(value, Mapping):
            if not isinstance(standing, Mapping):
                yield _single(partial(Edit.create_map, path=here), key)
            yield from difference(_map(known), value, _map(standing), here)
        elif isinstance(value, Text):
            if not isinstance(standing, Text):
                yield _single(partial(Edit.create_text, path=here), key)
            yield from _writing(here, _words(standing), merge_text(_words(known), value, _words(standing)))
        elif new or type(known) is not type(value) or known != value:
            yield _single(partial(Edit.put, path=here, value=value), key, value)


def write(handle: Handle, steps: Iterable[Step]) -> None:
    """Make these edits, in as few changes as hold them. What has no place there any more is left out."""
    group: list[Step] = []
    ops = size = 0
    for step in steps:
        if group and (ops + step.ops > MOST_OPS or size + step.bytes > MOST_BYTES):
            _write(handle, group)
            group, ops, size = [], 0, 0
        group.append(step)
        ops, size = ops + step.ops, size + step.bytes
    _write(handle, group)


def taken_away(chunks: Iterable[bytes]) -> bool:
    """Whether any of these changes took something out of a map: somebody who was removed, a tie."""
    changes = (decode_change(chunk) for chunk in chunks)
    return any(op.action == DELETE and isinstance(op.key, str) for change in changes for op in change.ops)


def has_past(chunks: Iterable[bytes]) -> bool:
    """Whether anything that these changes said was changed or taken away later."""
    return any(op.pred for chunk in chunks for op in decode_change(chunk).ops)


def _write(handle: Handle, group: list[Step]) -> None:
    try:
        handle.lay(lambda edit: [step.do(edit) for step in group])
    except DocumentError:
        for step in group if len(group) > 1 else ():
            _write(handle, [step])


def _writing(path: Path, before: str, after: str) -> Iterator[Step]:
    """From one text to another by way of texts that differ little enough for one change."""
    words = before
    for at, delete, insert in reversed(splices(before, after)):
        while delete or insert:
            less = min(delete, PIECE)
            words = words[: at + delete - less] + words[at + delete :]
            delete -= less
            part = "" if delete else insert[:PIECE]
            words = words[:at] + part + words[at:]
            at, insert = at + len(part), insert[len(part) :]
            do = partial(Edit.set_text, path=path, text=words)
            yield Step(do, less + len(part) + 1, len(words.encode()))


def _single(do: Callable[[Edit], object], key: str, value: Scalar = None) -> Step:
    size = len(value.encode()) if isinstance(value, str) else len(value) if isinstance(value, bytes) else 8
    return Step(do, 1, len(key.encode()) + size)


def _map(value: Value) -> Tree:
    return value if isinstance(value, Mapping) else {}


def _words(value: Value) -> str:
    return value if isinstance(value, Text) else ""


def _form(value: Value) -> str:
    return "map" if isinstance(value, Mapping) else "text" if isinstance(value, Text) else "value"
