"""What the device knows of a case before it is opened; sealed in the store."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from kring.errors import StoreCorrupt

CaseKind = Literal["own", "shared", "example", "joining", "recovering"]


@dataclass(frozen=True, slots=True)
class Description:
    """`title` repeats the one in the document `kring`; `name` is what this person called themself.

    `founded`: the relay is known to hold the case. `restored`: this device is an older copy of itself and
    must not write. `owner`, `invite` and `code` are of a join: the inviting device, the invite's id, and the
    check code.
    """

    kind: CaseKind
    title: str
    name: str
    role: str
    relay: str
    founded: bool = False
    restored: bool = False
    owner: str = ""
    invite: str = ""
    code: str = ""

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Description:
        """Raises StoreCorrupt."""
        try:
            return cls(**json.loads(data))
        except (ValueError, TypeError) as error:
            raise StoreCorrupt("a case's description cannot be read") from error
