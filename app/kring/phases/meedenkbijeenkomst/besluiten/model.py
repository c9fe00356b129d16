"""The shape of what is decided together, in privétijd (`besluiten_prive`) and once presented (`besluiten`).

`besluiten` is a map of maps: id → {text, added_by}. `presented`, in what was presented: the privétijd
documents (hex) whose besluiten are in it, each true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kring.documents.trees import Text, Tree

BESLUITEN: Final = "besluiten"
BESLUITEN_PRIVE: Final = "besluiten_prive"
PRESENTED: Final = "presented"
TEXT: Final = "text"
ADDED_BY: Final = "added_by"

EMPTY: Final[Tree] = {BESLUITEN: {}, PRESENTED: {}}
"""What such a document begins with."""


@dataclass(frozen=True, slots=True)
class Besluit:
    """`added_by` is a member id in hex, or ""."""

    id: str
    text: str
    added_by: str = ""


def read(view: Mapping[str, Any]) -> tuple[Besluit, ...]:
    """All of them, by id, whatever else a document made elsewhere holds."""
    inside = view.get(BESLUITEN)
    if not isinstance(inside, Mapping):
        return ()
    return tuple(
        Besluit(key, fields[TEXT], _words(fields.get(ADDED_BY)))
        for key, fields in sorted(inside.items())
        if isinstance(fields, Mapping) and isinstance(fields.get(TEXT), str)
    )


def with_presented(tree: Tree, besluiten: tuple[Besluit, ...], document: str) -> Tree:
    """What was presented before, and these as well, from that document of privétijd."""
    known, marks = tree.get(BESLUITEN), tree.get(PRESENTED)
    added: Tree = {each.id: {TEXT: Text(each.text), ADDED_BY: each.added_by} for each in besluiten}
    return {
        **tree,
        BESLUITEN: {**(known if isinstance(known, Mapping) else {}), **added},
        PRESENTED: {**(marks if isinstance(marks, Mapping) else {}), document: True},
    }


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""
