"""What the person register brings along."""

from __future__ import annotations

from typing import Final

from kring.documents.schema import Schema
from kring.phases.instrument import Instrument
from kring.phases.netwerkatlas.mensen import model
from kring.phases.netwerkatlas.mensen.handlers import HANDLERS

INSTRUMENT: Final = Instrument(
    name="mensen",
    handlers=HANDLERS,
    strings="kring.phases.netwerkatlas.mensen",
    routes=("mensen", "persoon"),
    kinds={model.MENSEN: model.start, model.PRIVE: model.start_private},
    schemas=(Schema(model.MENSEN), Schema(model.PRIVE)),
    fresh={model.MENSEN: lambda tree, views: tree},
)
