"""The code by which two people tell whether the relay shows both the same (docs/protocol.md, Check code)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from kring.sharing import labels
from kring.sharing.membership import Membership

STARTS: Final = 10_000
"""One of the two people draws a number below this, at random, and tells it to the other."""


def shared_documents(membership: Membership, one: bytes, other: bytes) -> tuple[bytes, ...]:
    """The documents that both devices may read now, sorted."""
    readers = map(membership.readers, membership.documents)
    both = zip(membership.documents, readers, strict=True)
    return tuple(sorted(document for document, devices in both if {one, other} <= devices))


def compare_code(membership: Membership, digests: Mapping[bytes, bytes], start: int) -> str:
    """Twelve digits, as 4×3, the same for both only if they have the same log and the same edits.

    `digests` is document → frontier digest (Gate.digest) of each of `shared_documents`; `start` the number
    told. Raises ValueError for a start that is none.
    """
    if not 0 <= start < STARTS:
        raise ValueError("no such start")
    seen = hashlib.sha256(labels.COMPARE + membership.case + start.to_bytes(2))
    seen.update(membership.length.to_bytes(4) + membership.head)
    for document, digest in sorted(digests.items()):
        seen.update(document + digest)
    digits = f"{int.from_bytes(seen.digest()[:8]) % 10**12:012}"
    return " ".join(digits[at : at + 3] for at in range(0, 12, 3))
