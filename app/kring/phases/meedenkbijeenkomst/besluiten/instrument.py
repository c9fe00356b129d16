"""What deciding together brings along."""

from __future__ import annotations

from typing import Final

from kring.documents.schema import Schema
from kring.phases.instrument import Instrument
from kring.phases.meedenkbijeenkomst.besluiten import model
from kring.phases.meedenkbijeenkomst.besluiten.handlers import HANDLERS

INSTRUMENT: Final = Instrument(
    name="besluiten",
    handlers=HANDLERS,
    strings="kring.phases.meedenkbijeenkomst.besluiten",
    routes=(),
    kinds={},
    schemas=(Schema(model.BESLUITEN_PRIVE), Schema(model.BESLUITEN)),
    later={model.BESLUITEN_PRIVE: model.EMPTY, model.BESLUITEN: model.EMPTY},
)
