"""Small edits, gathered as the operations of one change. Nothing is touched until the handle takes them."""

from __future__ import annotations

from kring.documents.change import DELETE, MAKE_MAP, MAKE_TEXT, MAX_INT, MAX_KEY, MAX_OPS, SET, Op
from kring.documents.crdt import CrdtDocument, Scalar
from kring.documents.opid import ROOT_ID, OpId, opid_text, parse_opid
from kring.documents.registers import MapNode, Path, Registers, TextNode, Value
from kring.documents.text import splices
from kring.errors import BadInput, DocumentError

MAX_BYTES = 200 * 1024  # of keys and values in one change: it must fit in a chunk with room to spare
MOST_PREDS = 1_000
"""Values that one operation replaces, so that nobody can put so many at a key that no change would fit."""


class Edit:
    """What a handler does to one document, by path: `("people", pid, "name")`.

    Every method raises DocumentError where the path leads nowhere, BadInput where the value cannot be kept.
    """

    def __init__(self, registers: Registers, engine: CrdtDocument, actor: bytes, start_op: int) -> None:
        self.ops: list[Op] = []
        self._registers = registers
        self._engine = engine
        self._actor = actor
        self._next = start_op
        self._bytes = 0
        self._made: dict[OpId, int] = {}
        self._now: dict[tuple[OpId, str], tuple[OpId, int] | None] = {}
        self._texts: dict[OpId, str] = {}

    def put(self, path: Path, value: Scalar) -> None:
        """Set a single value. What is there already is left alone; a map or a text is never replaced."""
        obj, key = self._place(path)
        found = self._kind_at(obj, key)
        if found is not None and found[1] != SET:
            raise DocumentError("a map or a text stands here")
        self.set(obj, key, value)

    def delete(self, path: Path) -> None:
        """Take away the value, map or text at `path`; nothing where there is none."""
        obj, key = self._place(path)
        self.drop(obj, key)

    def create_map(self, path: Path) -> None:
        """Make an empty map where nothing is yet. No two people may make the same one: use random keys."""
        self._fresh(path, MAKE_MAP)

    def create_text(self, path: Path, text: str = "") -> None:
        """Make a text, which merges by character, where nothing is yet."""
        self._texts[self._fresh(path, MAKE_TEXT)] = text

    def set_text(self, path: Path, text: str) -> None:
        """Make a text read so, by the smallest splices."""
        obj, key = self._place(path)
        found = self._kind_at(obj, key)
        if found is None or found[1] != MAKE_TEXT:
            raise DocumentError("no text here")
        self._texts[found[0]] = text

    def set(self, obj: OpId, key: str, value: Scalar) -> OpId | None:
        """As `put`, by object id, over anything. None where nothing had to be done."""
        self._check(key, value)
        live = self._live(obj, key)
        if (obj, key) not in self._now and len(live) == 1:
            old = live[next(iter(live))]
            if type(old) is type(value) and old == value:
                return None
        return self._add(obj, key, SET, value, live)

    def drop(self, obj: OpId, key: str, only: OpId | None = None) -> None:
        """Delete by object id: all that is live there, or one operation `only`, which leaves the others."""
        live = self._live(obj, key)
        if only is not None:
            live = {only: None} if only in live else {}
        if live:
            self._add(obj, key, DELETE, None, live)

    def make(self, obj: OpId, key: str, action: int, text: str = "") -> OpId:
        """A new map or text by object id, over anything."""
        self._check(key, None)
        made = self._add(obj, key, action, None, self._live(obj, key))
        if action == MAKE_TEXT:
            self._texts[made] = text
        return made

    def write(self, text: OpId, words: str) -> None:
        """As `set_text`, by object id."""
        self._texts[text] = words

    def finish(self) -> list[Op]:
        """All operations, those on the texts last."""
        for text, words in self._texts.items():
            self._spend(words)
            if text in self._made:
                self._insert(text, ROOT_ID, words)
            else:
                self._rewrite(text, words)
        self._texts.clear()
        return self.ops

    def _rewrite(self, text: OpId, words: str) -> None:
        node = self._registers.nodes.get(text)
        if not isinstance(node, TextNode):
            raise DocumentError("no text here")
        for index, delete, insert in splices(node.plain, words):
            start = max(index - 1, 0)
            names = self._engine.elements(opid_text(text), start, index + delete)
            elements = [parse_opid(name) for name in names]
            before = elements[0] if index else ROOT_ID
            for element in elements[len(elements) - delete :] if delete else ():
                self._append(Op(self._id(), text, element, False, DELETE, None, (element,)))
            self._insert(text, before, insert)

    def _insert(self, text: OpId, after: OpId, words: str) -> None:
        for character in words:
            op = Op(self._id(), text, after, True, SET, character, ())
            self._append(op)
            after = op.id

    def _fresh(self, path: Path, action: int) -> OpId:
        obj, key = self._place(path)
        if self._kind_at(obj, key) is not None:
            raise DocumentError("something stands here already")
        return self.make(obj, key, action)

    def _place(self, path: Path) -> tuple[OpId, str]:
        """The map that holds the last step of a path, and that step."""
        if not path:
            raise DocumentError("empty path")
        obj = ROOT_ID
        for key in path[:-1]:
            found = self._kind_at(obj, key)
            if found is None or found[1] != MAKE_MAP:
                raise DocumentError("no map at " + "/".join(path[:-1]))
            obj = found[0]
        return obj, path[-1]

    def _kind_at(self, obj: OpId, key: str) -> tuple[OpId, int] | None:
        """What stands at a key now, this edit included: its operation, and the action that made it."""
        if (obj, key) in self._now:
            return self._now[obj, key]
        node = self._registers.nodes.get(obj)
        found = node.winner(key) if isinstance(node, MapNode) else None
        if found is None:
            return None
        opid, value = found
        if isinstance(value, MapNode):
            return opid, MAKE_MAP
        return opid, MAKE_TEXT if isinstance(value, TextNode) else SET

    def _live(self, obj: OpId, key: str) -> dict[OpId, Value]:
        if (obj, key) in self._now:
            own = self._now[obj, key]
            return {} if own is None else {own[0]: None}
        node = self._registers.nodes.get(obj)
        return node.live.get(key, {}) if isinstance(node, MapNode) else {}

    def _add(self, obj: OpId, key: str, action: int, value: Scalar, live: dict[OpId, Value]) -> OpId:
        pred = sorted(live)[-MOST_PREDS:]
        op = Op(self._id(), obj, key, False, action, value, tuple(pred))
        self._append(op)
        if action in (MAKE_MAP, MAKE_TEXT):
            self._made[op.id] = action
        if action == DELETE and len(pred) < len(self._live(obj, key)):
            return op.id
        self._now[obj, key] = None if action == DELETE else (op.id, action)
        return op.id

    def _append(self, op: Op) -> None:
        if len(self.ops) >= MAX_OPS:
            raise BadInput("too much for one edit", reason="too_long", limit=MAX_OPS)
        self.ops.append(op)

    def _id(self) -> OpId:
        return self._next + len(self.ops), self._actor

    def _check(self, key: str, value: Scalar) -> None:
        if not isinstance(key, str) or len(key) > MAX_KEY:
            raise BadInput("key too long", reason="too_long", limit=MAX_KEY)
        self._spend(key)
        if isinstance(value, str | bytes):
            self._spend(value)
        elif isinstance(value, float):
            if value - value != 0:
                raise BadInput("not a finite number", reason="no_number")
        elif isinstance(value, int):
            if not -MAX_INT <= value <= MAX_INT:
                raise BadInput("number too large", reason="too_large")
        elif value is not None:
            raise BadInput("not a value that a document can keep", reason="no_value")

    def _spend(self, words: str | bytes) -> None:
        """Count against what one change may hold."""
        try:
            self._bytes += len(words if isinstance(words, bytes) else words.encode())
        except UnicodeEncodeError:
            raise BadInput("half a character", reason="no_text") from None
        if self._bytes > MAX_BYTES:
            raise BadInput("too much for one edit", reason="too_long", limit=MAX_BYTES)
