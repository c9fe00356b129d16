"""Members who mean harm: they hold true keys, and build records, changes and envelopes by hand."""

from __future__ import annotations

from collections.abc import Sequence

from kring.cases.case import Case
from kring.documents.change import Op
from kring.documents.change_encoder import encode_change
from kring.sharing.actor import actor_id
from kring.sharing.envelope import NOTHING, Content, pack_content, parse_envelope, seal
from kring.sharing.gate import Last
from kring.sharing.membership import Membership
from kring.sharing.writing import write


class Mallory:
    """A contributor's device whose app was replaced: it holds the true keys and writes what it likes."""

    def __init__(self, case: Case, kind: str) -> None:
        self.case, self.engine = case, case._engine
        document = self.engine.document_of(kind)
        assert document is not None
        self.document, self.nonce = document, self.engine.ports.crypto.random(16)
        self.actor = self.actor_of(self.nonce)

    def actor_of(self, nonce: bytes) -> bytes:
        return actor_id(self.document.id, self.engine.keys.id, nonce)

    @property
    def next_op(self) -> int:
        return self.document.vetting.max_op + 1

    def chunk(self, ops: Sequence[Op], seq: int = 1, deps: Sequence[bytes] | None = None) -> bytes:
        return encode_change(self.actor, seq, self.document.vetting.heads if deps is None else deps, ops)

    async def envelope(self, *chunks: bytes) -> bytes:
        engine = self.engine
        content = Content(engine.keys.id, self.nonce, engine.ports.clock.now(), chunks)
        written = await write(
            engine.ports.crypto,
            engine.keys,
            engine.ledger.membership,
            engine.keyring,
            self.document.gate,
            content,
        )
        self.document.gate.admit(*written)
        return written.envelope.wire

    async def forge(
        self, *chunks: bytes, at: Membership | None = None, device: bytes = b"", **fields: int | bytes
    ) -> bytes:
        """Any envelope that these keys can make, of which this device's own gate hears nothing.

        By itself it is the next in its chain. `at`: what the log says where it claims to be written;
        `device`: whose changes it says they are; `fields`: of the header, and `plaintext`.
        """
        engine, name, at = self.engine, self.document.id, at or self.engine.ledger.membership
        epoch = int(fields.get("epoch", at.last_epoch(name)))
        last = self.document.gate.last(engine.keys.id, epoch)
        said = Content(device or engine.keys.id, self.nonce, engine.ports.clock.now(), chunks)
        header: dict[str, int | bytes] = {
            "case": at.case,
            "document": name,
            "epoch": epoch,
            "seq": last.seq + 1,
            "previous": last.hash,
            "log_position": at.length,
            "log_head": at.head,
            "frontier": self.document.gate.digest(),
            "plaintext": pack_content(said.following(last.history)),
        }
        secret = engine.keyring.secret(name, epoch)
        assert secret is not None
        made = await seal(engine.ports.crypto, engine.keys, secret, **(header | fields))  # type: ignore[arg-type]
        return made.wire

    def count(self, wire: bytes, history: bytes = NOTHING) -> None:
        """Go on from this envelope."""
        envelope = parse_envelope(wire)
        self.document.gate.rewind(
            (self.engine.keys.id, envelope.header.epoch), Last(envelope.header.seq, envelope.hash, 0, history)
        )

    async def tell(self, other: Case, *wires: bytes) -> None:
        await other._engine.take_events(self.document.id, 0, wires)
