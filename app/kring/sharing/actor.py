"""The Automerge actor of a device in a document: bound to both, and new at every start."""

from __future__ import annotations

import hashlib

from kring.sharing import labels


def actor_id(document: bytes, device: bytes, nonce: bytes) -> bytes:
    """16 bytes. `nonce`: 16 random ones, new each time that the device starts and after every restore."""
    return hashlib.sha256(labels.ACTOR + document + device + nonce).digest()[:16]
