"""What a document begins with that takes the place of another: what the other shows now, as fresh changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kring.cases.document import Handles
from kring.cases.engine import Engine
from kring.cases.kinds import FOLLOWS, SHOWS
from kring.documents.crdt import Scalar
from kring.documents.handle import Edit, Handle
from kring.documents.opid import ROOT_ID
from kring.documents.schema import KIND, SCHEMA
from kring.documents.shown import Shown
from kring.documents.trees import Path, Text, Tree, difference, value_at, with_value, write
from kring.domain.clock import Random
from kring.sharing.actor import actor_id

ROOT_KEYS: Final = (KIND, SCHEMA, FOLLOWS, SHOWS)

Rivals = Mapping[Path, tuple[Shown, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """Changes by the actor of one nonce."""

    nonce: bytes
    chunks: tuple[bytes, ...]


class Beginner:
    """Writes the first changes of one document."""

    def __init__(self, handles: Handles, random: Random, document: bytes) -> None:
        self._handles, self._random, self._document = handles, random, document

    def begin(self, tree: Tree, rivals: Rivals, root: Mapping[str, Scalar]) -> list[Part]:
        """`tree` and what stands beside it at the same keys, and last of all `root`, in its order: so that it
        is a document of its kind only once it is whole."""
        rivals = {path: values for path, values in rivals.items() if _fits(tree, path, values)}
        base = _Writer(self._handles, self._random.bytes(16), self._document)
        plain = {key: value for key, value in tree.items() if key not in ROOT_KEYS}
        bare: Tree = plain
        for path in rivals:
            bare = with_value(bare, path, None)
        write(base.handle, difference({}, bare))
        before = list(base.chunks)
        beside = [_Writer(self._handles, nonce, self._document) for nonce in self._nonces(rivals)]
        for place, writer in enumerate(beside):
            writer.handle.receive(before)
            here = bare
            for path, values in rivals.items():
                if place < len(values):
                    here = with_value(here, path, _value(values[place]))
            write(writer.handle, difference(bare, here))
        for writer in beside:
            base.handle.receive(writer.chunks)

        def last(edit: Edit) -> None:
            for key, value in root.items():
                edit.set(ROOT_ID, key, value)

        base.handle.lay(last)
        parts = [Part(base.nonce, tuple(before))]
        parts += [Part(each.nonce, tuple(each.chunks)) for each in beside]
        parts.append(Part(base.nonce, tuple(base.chunks[len(before) :])))
        return [each for each in parts if each.chunks]

    def _nonces(self, rivals: Rivals) -> list[bytes]:
        """Of actors that each say one of the values: what the highest says is shown, so it is first."""
        most = max((len(values) for values in rivals.values()), default=0)
        nonces = [self._random.bytes(16) for _ in range(most)]
        return sorted(nonces, key=self._actor, reverse=True)

    def _actor(self, nonce: bytes) -> bytes:
        return actor_id(self._document, self._handles.device, nonce)


async def begin(
    engine: Engine, document: bytes, tree: Tree, rivals: Rivals, root: Mapping[str, Scalar]
) -> None:
    """Write it into a spare document, in one transaction, so that it is there whole or not at all."""
    parts = Beginner(engine.handles, engine.ports.random, document).begin(tree, rivals, root)
    fresh = engine.documents[document]
    fresh.handle = engine.handles.empty(document, "")
    said = [content for part in parts for content in engine.sender.contents(part.nonce, part.chunks)]
    await engine.sender.adopt(fresh, said, [chunk for part in parts for chunk in part.chunks])
    engine.begun(fresh)


class _Writer:
    """A handle of its own, and the changes that it made."""

    def __init__(self, handles: Handles, nonce: bytes, document: bytes) -> None:
        self.nonce, self.chunks = nonce, list[bytes]()
        self.handle: Handle = handles.anew(nonce).empty(document, "")
        self.handle.on_local = self.chunks.append


def _fits(tree: Tree, path: Path, values: tuple[Shown, ...]) -> bool:
    """Whether these are values that can stand beside each other; of maps only the one that is shown goes."""
    single = all(each.kind != "map" for each in values)
    return single and path[0] not in ROOT_KEYS and not isinstance(value_at(tree, path), Mapping)


def _value(shown: Shown) -> Scalar | Text:
    return Text(shown.value) if shown.kind == "text" else shown.value
