"""The labels of `kring/1`: first bytes of every hash, signature and KDF input (docs/protocol.md).

No label is the beginning of another, because each ends in its only zero byte; so no input of one purpose can
be read as an input of another.
"""

from __future__ import annotations

from typing import Final

CASE: Final = b"kring/1/case\0"
DEVICE: Final = b"kring/1/device\0"
DEVICE_ADD: Final = b"kring/1/device-add\0"
INVITE: Final = b"kring/1/invite\0"
JOIN: Final = b"kring/1/join\0"
NAME: Final = b"kring/1/name\0"
CODE: Final = b"kring/1/code\0"
ACTOR: Final = b"kring/1/actor\0"
RECORD: Final = b"kring/1/record\0"
LOG: Final = b"kring/1/log\0"
WRAP: Final = b"kring/1/wrap\0"
EPOCH: Final = b"kring/1/epoch\0"
EARLIER: Final = b"kring/1/earlier\0"
FRONTIER: Final = b"kring/1/frontier\0"
ENVELOPE: Final = b"kring/1/envelope\0"
ENVELOPE_KEY: Final = b"kring/1/envelope-key\0"
ENVELOPE_HASH: Final = b"kring/1/envelope-hash\0"
HISTORY: Final = b"kring/1/history\0"
COMPARE: Final = b"kring/1/compare\0"
ACCESS: Final = b"kring/1/access\0"
LOGIN: Final = b"kring/1/login\0"
PAPER_SIGN: Final = b"kring/1/paper-sign\0"
PAPER_KEM: Final = b"kring/1/paper-kem\0"
SHEET: Final = b"kring/1/sheet\0"
PLACE: Final = b"kring/1/place\0"
ERASURE: Final = b"kring/1/erasure\0"
DEED: Final = b"kring/1/deed\0"
ACCOUNT: Final = b"kring/1/account\0"
