"""Operation ids: (counter, actor bytes). As tuples they sort in Automerge's own order, last one wins.

The root object is written as the id (0, b""), which no operation has.
"""

from __future__ import annotations

from kring.documents.crdt import ROOT

OpId = tuple[int, bytes]
ROOT_ID: OpId = (0, b"")


def opid_text(opid: OpId) -> str:
    """As the Crdt port writes ids: "_root" or "<counter>@<actor hex>"."""
    return ROOT if opid == ROOT_ID else f"{opid[0]}@{opid[1].hex()}"


def parse_opid(text: str) -> OpId:
    """The inverse of `opid_text`. Raises ValueError."""
    if text == ROOT:
        return ROOT_ID
    counter, _, actor = text.partition("@")
    return int(counter), bytes.fromhex(actor)
