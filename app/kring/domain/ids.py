"""New ids for what people make. They carry no meaning, order or time."""

from __future__ import annotations

import base64
import re
from typing import Final

from kring.domain.clock import Random

CLIENT: Final = "klant"
"""The reserved person id of the client, the same in every case."""

_PERSON_ID = re.compile(r"[a-z2-7]{16}")


def new_person_id(random: Random) -> str:
    """80 random bits as 16 letters and digits, so never the reserved id and never a `~` or `/`."""
    return base64.b32encode(random.bytes(10)).decode("ascii").lower()


def is_person_id(text: str) -> bool:
    """Whether `text` could stand for a person: the client, or an id made by `new_person_id`."""
    return text == CLIENT or _PERSON_ID.fullmatch(text) is not None
