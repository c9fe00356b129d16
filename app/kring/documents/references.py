"""Which operations a document holds, so that a change that refers to nothing is found in time.

An engine takes such a change and then saves what it cannot load. A restored document fills this the first
time that something refers to an operation that the live state does not know, by one reading of its own
saved bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from kring.documents.change import DELETE, MAKE_MAP, MAKE_TEXT, DecodedChange, Op
from kring.documents.opid import ROOT_ID, OpId
from kring.documents.registers import MapNode, Registers

IN_TEXT = None
MAX_DEPTH = 8
"""Maps around a map or a text, the root included; the documents of Kring need three."""
Place = tuple[OpId, str | None]  # object and key; no key for a character of a text


class Unknown(NamedTuple):
    """An operation that a change refers to and that has not arrived."""

    op: OpId


class References:
    """The place of every operation that made or set something. `earlier` gives those before a restore."""

    def __init__(self, earlier: Callable[[], Iterable[tuple[OpId, Place, int]]] | None = None) -> None:
        self._places: dict[OpId, Place] = {}
        self._kinds: dict[OpId, int] = {ROOT_ID: MAKE_MAP}
        self._earlier = earlier

    def check(self, change: DecodedChange, registers: Registers) -> Unknown | str | None:
        """None where everything that it refers to is there; else what is missing, or why it never can be."""
        start, actor = change.start_op, change.actor
        own = change.ops
        if len(own) > 1 and _twice(own):
            return "two_values"
        obj: OpId | None = None
        in_map = False
        before: Op | None = None
        for op in own:
            if op.obj != obj:
                obj = op.obj
                kind = self._kind(obj, own, start, actor, registers)
                if kind is None and self._place_of(obj) is None:
                    return Unknown(obj)
                if kind not in (MAKE_MAP, MAKE_TEXT):
                    return "wrong_object"
                in_map = kind == MAKE_MAP
                before = None
            key = op.key
            if isinstance(key, str) != in_map:
                return "wrong_object"
            if in_map:
                if op.action in (MAKE_MAP, MAKE_TEXT) and self._too_deep(obj, own, start, actor, registers):
                    return "too_deep"
                place: Place = (obj, key)  # type: ignore[assignment]  # a str, or it is a text
                referred = op.pred
            elif before is not None and key == before.id and before.insert:
                before = op  # typed on after the character before: most of what is written
                continue
            else:
                place, referred = (obj, IN_TEXT), (key,)  # type: ignore[assignment]  # no str in a text
            before = op
            for opid in referred:
                if opid == ROOT_ID:
                    continue
                if opid[1] == actor and start <= opid[0] < op.id[0]:
                    found: Place | None = _place(own[opid[0] - start])
                else:
                    found = self._find(opid, op, registers)
                    if found is None:
                        return Unknown(opid)
                if found != place:
                    return "wrong_reference"
        return None

    def _too_deep(
        self, obj: OpId, own: tuple[Op, ...], start: int, actor: bytes, registers: Registers
    ) -> bool:
        """Whether a map or a text in `obj` would stand deeper than MAX_DEPTH."""
        for _ in range(MAX_DEPTH):
            if obj == ROOT_ID:
                return False
            if obj[1] == actor and start <= obj[0] < start + len(own):
                obj = own[obj[0] - start].obj
                continue
            place, node = self._place_of(obj), registers.nodes.get(obj)
            if place is None and node is not None and node.parent is not None:
                obj = node.parent.id
                continue
            if place is None and self._complete():
                place = self._place_of(obj)
            if place is None:
                return True
            obj = place[0]
        return True

    def draft(self) -> ReferencesDraft:
        """A layer on top that can be filled and thrown away, or committed."""
        return ReferencesDraft(self)

    def admit(self, ops: Iterable[Op]) -> None:
        places, kinds = self._places, self._kinds
        shared: dict[Place, Place] = {}
        for op in ops:
            place = _place(op)
            if place is not None:
                places[op.id] = shared.setdefault(place, place)
                if op.action in (MAKE_MAP, MAKE_TEXT):
                    kinds[op.id] = op.action

    def _kind(
        self, obj: OpId, own: tuple[Op, ...], start: int, actor: bytes, registers: Registers
    ) -> int | None:
        kind = self._kind_of(obj)
        if kind is not None:
            return kind
        node = registers.nodes.get(obj)
        if node is not None:
            return MAKE_MAP if isinstance(node, MapNode) else MAKE_TEXT
        if obj[1] == actor and start <= obj[0] < start + len(own):
            return own[obj[0] - start].action
        return self._kind_of(obj) if self._complete() else None

    def _find(self, opid: OpId, op: Op, registers: Registers) -> Place | None:
        place = self._place_of(opid)
        if place is not None:
            return place
        node = registers.nodes.get(op.obj)
        if isinstance(node, MapNode) and isinstance(op.key, str) and opid in node.live.get(op.key, ()):
            return op.obj, op.key
        return self._place_of(opid) if self._complete() else None

    def _place_of(self, opid: OpId) -> Place | None:
        return self._places.get(opid)

    def _kind_of(self, obj: OpId) -> int | None:
        return self._kinds.get(obj)

    def _complete(self) -> bool:
        """Whether something was read that was not there before."""
        if self._earlier is None:
            return False
        earlier, self._earlier = self._earlier, None
        for opid, place, action in earlier():
            self._places[opid] = place
            if action in (MAKE_MAP, MAKE_TEXT):
                self._kinds[opid] = action
        return True


class ReferencesDraft(References):
    """A layer on top, for changes on trial."""

    def __init__(self, base: References) -> None:
        super().__init__()
        self._base = base

    def commit(self) -> None:
        self._base._places.update(self._places)
        self._base._kinds.update(self._kinds)

    def _place_of(self, opid: OpId) -> Place | None:
        return self._places.get(opid) or self._base._place_of(opid)

    def _kind_of(self, obj: OpId) -> int | None:
        kind = self._kinds.get(obj)
        return self._base._kind_of(obj) if kind is None else kind

    def _complete(self) -> bool:
        return self._base._complete()


def _twice(ops: Iterable[Op]) -> bool:
    """Whether one change leaves two values at one key.

    Kring never does. At two bytes a value they would come by the thousand, and an engine needs time by the
    square of their number.
    """
    last: dict[tuple[OpId, str], OpId] = {}
    for op in ops:
        if isinstance(op.key, str):
            before = last.get((op.obj, op.key))
            if before is not None and before not in op.pred:
                return True
            if op.action == DELETE:
                last.pop((op.obj, op.key), None)
            else:
                last[op.obj, op.key] = op.id
    return False


def _place(op: Op) -> Place | None:
    """Where an operation stands that others can refer to; a delete is referred to by none."""
    if op.action == DELETE:
        return None
    return op.obj, op.key if isinstance(op.key, str) else IN_TEXT
