"""What the relatiekaart brings along."""

from __future__ import annotations

from typing import Final

from kring.documents.schema import Schema
from kring.phases.instrument import Instrument
from kring.phases.netwerkatlas.relatiekaart import model
from kring.phases.netwerkatlas.relatiekaart.handlers import HANDLERS

INSTRUMENT: Final = Instrument(
    name="relatiekaart",
    handlers=HANDLERS,
    strings="kring.phases.netwerkatlas.relatiekaart",
    routes=("relatiekaart",),
    kinds={model.RELATIEKAART: model.start},
    schemas=(Schema(model.RELATIEKAART),),
    fresh={model.RELATIEKAART: model.of_people},
)
