"""Own edits that were never sent and built on what a cut undid: said anew once they can follow (CAS-24)."""

from __future__ import annotations

from kring.cases.contents import contents
from kring.cases.document import CaseDocument
from kring.cases.engine import Engine
from kring.cases.receiving import vet
from kring.errors import NotAllowed
from kring.sharing.actor import actor_id


class Keeping:
    """For one open case."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def resume(self) -> None:
        """Say what has come to follow on its document. Raises StoreError, StoreCorrupt."""
        for document in list(self._engine.documents.values()):
            while document.kept and document.handle is not None and await self._say_first(document):
                pass

    async def _say_first(self, document: CaseDocument) -> bool:
        engine, first = self._engine, document.kept[0]
        (content,) = await contents(engine.ports.crypto, engine.keyring, [first])
        actor = actor_id(document.id, content.device, content.actor_nonce)
        changes = vet(content.changes, actor, document.trial(), owner=engine.owner)
        if not isinstance(changes, list) or document.kept[:1] != [first]:
            return False
        if changes:
            try:
                await engine.sender.adopt(document, [content], changes)
            except NotAllowed:
                return False
        number, held = engine.number, engine.store.held
        await engine.store.write(lambda: held.released(number, [first.hash]))
        document.kept = [each for each in document.kept if each is not first]
        return True
