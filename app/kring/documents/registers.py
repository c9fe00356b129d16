"""What a document says now, kept up to date by the operations themselves, and which values clash.

For each key of each map it holds the live operations: the ones that no other has replaced. The greatest is
the winner (Automerge's own rule), more than one is a conflict. The plain view shares all that did not change
with the view before; a plain map is never changed once it has been shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kring.documents.change import DELETE, MAKE_MAP, MAKE_TEXT, Op
from kring.documents.crdt import CrdtDocument, Plain, Scalar
from kring.documents.opid import ROOT_ID, OpId, opid_text
from kring.documents.shown import Shown, ShownMap, from_engine

Path = tuple[str, ...]


class MapNode:
    """One map. `live` has the live operations of each key, `plain` what is shown."""

    __slots__ = ("id", "key", "live", "others", "parent", "plain")

    def __init__(self, opid: OpId, parent: MapNode | None, key: str) -> None:
        self.id = opid
        self.parent = parent
        self.key = key
        self.others = False
        self.live: dict[str, dict[OpId, Value]] = {}
        self.plain: dict[str, Plain] = {}

    def winner(self, key: str) -> tuple[OpId, Value] | None:
        live = self.live.get(key)
        if not live:
            return None
        opid = max(live) if len(live) > 1 else next(iter(live))
        return opid, live[opid]


class TextNode:
    """One text. `others` tells that somebody else has written in it since it was opened."""

    __slots__ = ("id", "key", "others", "parent", "plain")

    def __init__(self, opid: OpId, parent: MapNode, key: str, plain: str = "") -> None:
        self.id = opid
        self.parent = parent
        self.key = key
        self.others = False
        self.plain = plain


Value = Scalar | MapNode | TextNode
Live = tuple[OpId, str, dict[OpId, tuple[str, Scalar]]]  # object, key, operation -> (kind, scalar)


class Registers:
    """The live state of one document."""

    def __init__(self) -> None:
        self.root = MapNode(ROOT_ID, None, "")
        self.nodes: dict[OpId, MapNode | TextNode] = {ROOT_ID: self.root}
        self._clashes: dict[tuple[OpId, str], MapNode] = {}
        self._conflicts: Mapping[Path, tuple[Scalar, ...]] = {}
        self._stale = False

    @classmethod
    def read(
        cls, engine: CrdtDocument, clashes: Iterable[Live], shown: Iterable[ShownMap] | None = None
    ) -> Registers:
        """From what the engine holds, and the clashes that a snapshot remembered, and what it showed.

        The engine only tells who won, and takes longer for it than a snapshot does. A map that lost is read
        too: it may win yet, with clashes of its own; its id is later than that of the map around it, so the
        order of ids puts the outer one first.
        """
        registers = cls()
        registers._load(from_engine(engine.dump()) if shown is None else shown)
        for obj, key, live in sorted(clashes, key=lambda clash: clash[0]):
            node = registers.nodes.get(obj)
            if isinstance(node, MapNode):
                registers._remember(node, key, live, engine)
        return registers

    @property
    def view(self) -> Mapping[str, Plain]:
        return self.root.plain

    @property
    def conflicts(self) -> Mapping[Path, tuple[Scalar, ...]]:
        """Each path with two or more different values; the winner first, then the latest."""
        if self._stale:
            self._stale = False
            found: dict[Path, tuple[Scalar, ...]] = {}
            for (_, key), node in self._clashes.items():
                path = self.path(node)
                values = _differing(node.live[key])
                if path is not None and len(values) > 1:
                    found[(*path, key)] = values
            if found != self._conflicts:
                self._conflicts = dict(sorted(found.items()))
        return self._conflicts

    def rivals(self) -> Mapping[Path, tuple[Shown, ...]]:
        """Of each path with two or more different values all of them, the winner first."""
        found: dict[Path, tuple[Shown, ...]] = {}
        for (_, key), node in self._clashes.items():
            path = self.path(node)
            seen: dict[tuple[str, type, Scalar], Shown] = {}
            for opid in sorted(node.live[key], reverse=True):
                kind, value = _written(node.live[key][opid])
                seen.setdefault((kind, type(value), value), Shown(key, opid, kind, value))
            if path is not None and len(seen) > 1:
                found[(*path, key)] = tuple(seen.values())
        return found

    def clashes(self) -> list[Live]:
        """For a snapshot: everything that is live beside another."""
        return [
            (obj, key, {opid: _written(value) for opid, value in node.live[key].items()})
            for (obj, key), node in sorted(self._clashes.items(), key=lambda item: item[0])
        ]

    def shown(self) -> Iterator[ShownMap]:
        """For a snapshot: the winning values, each map before what is in it."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            entries: list[Shown] = []
            for key in sorted(node.live):
                found = node.winner(key)
                if found is not None:
                    entries.append(Shown(key, found[0], *_written(found[1])))
                    if isinstance(found[1], MapNode):
                        waiting.append(found[1])
            yield node.id, entries

    def path(self, node: MapNode | TextNode) -> Path | None:
        """Where a node is shown; None where it is deleted or lost to another."""
        keys: list[str] = []
        while node.parent is not None:
            found = node.parent.winner(node.key)
            if found is None or found[1] is not node:
                return None
            keys.append(node.key)
            node = node.parent
        return tuple(reversed(keys)) if node is self.root else None

    def texts(self, ops: Iterable[Op]) -> list[OpId]:
        """The texts that `ops` write in and that are held here, or make, each once."""
        found: dict[OpId, None] = {}
        for op in ops:
            if isinstance(op.key, tuple):
                if op.obj in self.nodes or op.obj in found:
                    found[op.obj] = None
            elif op.action == MAKE_TEXT:
                found[op.id] = None
        return list(found)

    def apply(self, ops: Iterable[Op], words: Mapping[OpId, str], own: bytes) -> None:
        """Take in operations that the engine has merged; `words` are the touched texts as they are now."""
        touched: dict[tuple[OpId, str], MapNode] = {}
        moved = False
        for op in ops:
            node = self.nodes.get(op.obj)
            if node is None:
                continue
            node.others |= op.id[1] != own
            if isinstance(node, MapNode) and isinstance(op.key, str):
                moved |= self._set(node, op.key, op)
                touched[op.obj, op.key] = node
        for opid, text in words.items():
            node = self.nodes.get(opid)
            if isinstance(node, TextNode) and node.parent is not None:
                node.plain = text
                touched[node.parent.id, node.key] = node.parent
        fresh: set[OpId] = set()
        for (obj, key), node in touched.items():
            live = node.live.get(key)
            if live is None:
                continue
            if len(live) > 1:
                self._clashes[obj, key] = node
                self._stale = True
            elif self._clashes.pop((obj, key), None) is not None:
                self._stale = True
            if not live:
                del node.live[key]
            self._show(node, key, fresh)
        self._stale |= moved and bool(self._clashes)

    def _set(self, node: MapNode, key: str, op: Op) -> bool:
        """Whether a map or a text came or went, and so the place of what is in it."""
        live = node.live.get(key)
        if live is None:
            live = node.live[key] = {}
        moved = op.action in (MAKE_MAP, MAKE_TEXT)
        for opid in op.pred:
            moved |= isinstance(live.pop(opid, None), MapNode | TextNode)
        if op.action == DELETE:
            return moved
        if op.action == MAKE_MAP:
            live[op.id] = self.nodes[op.id] = MapNode(op.id, node, key)
        elif op.action == MAKE_TEXT:
            live[op.id] = self.nodes[op.id] = TextNode(op.id, node, key)
        else:
            live[op.id] = op.value
        return moved

    def _show(self, node: MapNode, key: str, fresh: set[OpId]) -> None:
        """Put the winner of `key` in the plain view, and new maps all the way up to the root."""
        found = node.winner(key)
        if node.id not in fresh:
            node.plain = node.plain.copy()
            fresh.add(node.id)
        if found is None:
            node.plain.pop(key, None)
        else:
            value = found[1]
            node.plain[key] = value.plain if isinstance(value, MapNode | TextNode) else value
        while node.parent is not None:
            parent = node.parent
            shown = parent.winner(node.key)
            if shown is None or shown[1] is not node:
                return
            if parent.plain.get(node.key) is node.plain:
                return
            if parent.id not in fresh:
                parent.plain = parent.plain.copy()
                fresh.add(parent.id)
            parent.plain[node.key] = node.plain
            node = parent

    def _load(self, maps: Iterable[ShownMap]) -> None:
        for obj, entries in maps:
            node = self.nodes[obj]
            if not isinstance(node, MapNode):
                continue
            live, plain = node.live, node.plain
            for key, opid, kind, scalar in entries:
                value: Value = scalar
                if kind == "map":
                    value = self.nodes[opid] = MapNode(opid, node, key)
                    plain[key] = value.plain
                elif kind == "text":
                    value = self.nodes[opid] = TextNode(opid, node, key, str(scalar))
                    plain[key] = value.plain
                else:
                    plain[key] = scalar
                live[key] = {opid: value}

    def _remember(
        self, node: MapNode, key: str, clash: Mapping[OpId, tuple[str, Scalar]], engine: CrdtDocument
    ) -> None:
        live = node.live.get(key)
        if live is None:
            return
        for opid, (kind, scalar) in clash.items():
            if opid in live:
                continue
            if kind == "map":
                live[opid] = self.nodes[opid] = MapNode(opid, node, key)
                self._load(from_engine(engine.dump(opid_text(opid))))
            elif kind == "text":
                live[opid] = self.nodes[opid] = TextNode(opid, node, key, str(scalar))
            else:
                live[opid] = scalar
        self._clashes[node.id, key] = node
        self._stale = True


def _written(value: Value) -> tuple[str, Scalar]:
    if isinstance(value, MapNode):
        return "map", None
    if isinstance(value, TextNode):
        return "text", value.plain
    return "scalar", value


def _differing(live: Mapping[OpId, Value]) -> tuple[Scalar, ...]:
    values: list[Scalar] = []
    seen: set[tuple[type, Scalar]] = set()
    for opid in sorted(live, reverse=True):
        value = live[opid]
        scalar = value.plain if isinstance(value, TextNode) else value
        if isinstance(scalar, MapNode) or (type(scalar), scalar) in seen:
            continue
        seen.add((type(scalar), scalar))
        values.append(scalar)
    return tuple(values)
