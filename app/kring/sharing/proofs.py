"""What is signed inside a record by another key than its author's, and how an invite is named."""

from __future__ import annotations

import hashlib

from kring.sharing import labels

Check = tuple[bytes, bytes, bytes]
"""(public key, message, signature), as Crypto.verify_many takes them."""


def join_message(case: bytes, invite: bytes, member: bytes, device: bytes) -> bytes:
    """What the invite key signs in JOIN."""
    return labels.JOIN + case + invite + member + device


def device_message(case: bytes, member: bytes, device: bytes) -> bytes:
    """What the new device signs in DEVICE_ADD."""
    return labels.DEVICE_ADD + case + member + device


def invite_id(public: bytes) -> bytes:
    return hashlib.sha256(labels.INVITE + public).digest()[:16]
