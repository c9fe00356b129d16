"""The rooms of the method. All that is known about the instruments follows from this tuple."""

from __future__ import annotations

from typing import Final

from kring.documents.schema import Schema
from kring.documents.trees import Tree
from kring.phases.instrument import Fresh, Handler, Instrument, Start
from kring.phases.meedenkbijeenkomst.besluiten.instrument import INSTRUMENT as BESLUITEN
from kring.phases.netwerkatlas.mensen.instrument import INSTRUMENT as MENSEN
from kring.phases.netwerkatlas.relatiekaart.instrument import INSTRUMENT as RELATIEKAART

INSTRUMENTS: Final[tuple[Instrument, ...]] = (MENSEN, RELATIEKAART, BESLUITEN)

HANDLERS: Final[dict[type, Handler]] = {
    command: handler for each in INSTRUMENTS for command, handler in each.handlers.items()
}

STARTS: Final[dict[str, Start]] = {kind: start for each in INSTRUMENTS for kind, start in each.kinds.items()}
"""How each kind of document begins: in the owner's first change, and never again."""

LATER: Final[dict[str, Tree]] = {kind: tree for each in INSTRUMENTS for kind, tree in each.later.items()}
"""What the kinds begin with that a case has not from the start."""

FRESH: Final[dict[str, Fresh]] = {kind: fresh for each in INSTRUMENTS for kind, fresh in each.fresh.items()}
"""The kinds of document that can begin anew without their history, and what then goes along."""

SCHEMAS: Final[dict[str, Schema]] = {schema.kind: schema for each in INSTRUMENTS for schema in each.schemas}

STRINGS: Final[tuple[str, ...]] = tuple(each.strings for each in INSTRUMENTS)
"""The packages whose catalogues the instruments bring."""
