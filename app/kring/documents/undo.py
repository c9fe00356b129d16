"""Undo and redo of this session's own edits, as new changes that take back only what is still one's own.

A value that somebody has replaced since stays theirs; a text loses what was typed by the edit and gets back
what the edit took, around everything that others typed; a map that others have written in is not taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kring.documents.change import DELETE, MAKE_MAP, MAKE_TEXT, Op
from kring.documents.edit import Edit
from kring.documents.opid import OpId
from kring.documents.registers import MapNode, Registers, TextNode, Value
from kring.domain.text_merge import merge_text


@dataclass(frozen=True, slots=True)
class Touch:
    """One key that an edit set: what stood there, and the edit's own operation (None where it deleted)."""

    obj: OpId
    key: str
    before: tuple[OpId, Value] | None
    own: OpId | None


@dataclass(frozen=True, slots=True)
class Step:
    """One edit, enough to take it back. `texts`: object id -> (words before, words after)."""

    label: str
    touches: tuple[Touch, ...]
    texts: dict[OpId, tuple[str, str]] = field(default_factory=dict)


class Recorder:
    """Notes what an edit is about to change. `finish` once it has been made."""

    def __init__(self, label: str, ops: Sequence[Op], registers: Registers) -> None:
        self._label = label
        self._texts: dict[OpId, str] = {}
        self._touches: dict[tuple[OpId, str], Touch] = {}
        made = {op.id for op in ops if op.action in (MAKE_MAP, MAKE_TEXT)}
        for op in ops:
            node = registers.nodes.get(op.obj)
            if op.obj in made or node is None:
                continue
            if isinstance(node, TextNode):
                self._texts.setdefault(op.obj, node.plain)
            elif isinstance(op.key, str):
                earlier = self._touches.get((op.obj, op.key))
                before = earlier.before if earlier else node.winner(op.key)
                own = None if op.action == DELETE else op.id
                self._touches[op.obj, op.key] = Touch(op.obj, op.key, before, own)

    def finish(self, registers: Registers) -> Step:
        texts: dict[OpId, tuple[str, str]] = {}
        for text, before in self._texts.items():
            node = registers.nodes[text]
            if isinstance(node, TextNode):
                texts[text] = (before, node.plain)
        return Step(self._label, tuple(self._touches.values()), texts)


MOST_STEPS: Final = 1_000
"""Edits that can be undone; older ones stay."""


class Undo:
    """The two stacks. Ids of what was made again after a delete are followed, so older steps find it."""

    def __init__(self) -> None:
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self._again: dict[OpId, OpId] = {}

    def record(self, step: Step) -> None:
        """A new edit: what was undone before it cannot be redone."""
        self.done.append(step)
        del self.done[:-MOST_STEPS]
        self.undone.clear()

    def invert(self, step: Step, edit: Edit, registers: Registers) -> None:
        """Write into `edit` what takes `step` back."""
        for touch in reversed(step.touches):
            node = registers.nodes.get(self._now(touch.obj))
            if isinstance(node, MapNode):
                self._touch(touch, node, edit, registers)
        for text, (before, after) in step.texts.items():
            node = registers.nodes.get(self._now(text))
            if isinstance(node, TextNode) and registers.path(node) is not None:
                edit.write(node.id, merge_text(after, before, node.plain))

    def _touch(self, touch: Touch, node: MapNode, edit: Edit, registers: Registers) -> None:
        live = node.live.get(touch.key, {})
        if touch.own is None:
            if not live and touch.before is not None:
                self._put_back(touch.before, node.id, touch.key, edit)
            return
        own = self._now(touch.own)
        if own not in live:
            return
        value = live[own]
        if isinstance(value, MapNode | TextNode) and _others_wrote(value):
            return
        if touch.before is None or len(live) > 1:
            edit.drop(node.id, touch.key, only=own)
        else:
            self._put_back(touch.before, node.id, touch.key, edit)

    def _put_back(self, before: tuple[OpId, Value], obj: OpId, key: str, edit: Edit) -> None:
        """A value as it was; a map or a text made again, with all that it held."""
        waiting = [(before[0], before[1], obj, key)]
        while waiting:
            opid, value, obj, key = waiting.pop()
            if isinstance(value, MapNode):
                made = edit.make(obj, key, MAKE_MAP)
                for inner in sorted(value.live):
                    found = value.winner(inner)
                    if found is not None:
                        waiting.append((found[0], found[1], made, inner))
            elif isinstance(value, TextNode):
                made = edit.make(obj, key, MAKE_TEXT, value.plain)
            else:
                again = edit.set(obj, key, value)
                if again is None:
                    continue
                made = again
            self._again[self._now(opid)] = made

    def _now(self, opid: OpId) -> OpId:
        while opid in self._again:
            opid = self._again[opid]
        return opid


def _others_wrote(node: MapNode | TextNode) -> bool:
    waiting: list[Value] = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, MapNode | TextNode):
            if value.others:
                return True
            if isinstance(value, MapNode):
                waiting += [inner for live in value.live.values() for inner in live.values()]
    return False
