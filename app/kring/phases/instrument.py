"""What an instrument brings along. A new instrument is a folder and a line in `phases/__init__.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kring.documents.schema import Schema
from kring.documents.trees import Tree

Handler = Callable[[Any, Any], None]
"""`handler(context, command)`; see documents/bus.py."""

Start = Callable[[Any, str], None]
"""`start(edit, client_name)`: what a new document holds at first; the owner's device makes it, once."""


Fresh = Callable[[Tree, Mapping[str, Mapping[str, Any]]], Tree]
"""`fresh(tree, views)`: what goes along of a document that begins anew, `views` being what all show now."""


@dataclass(frozen=True)
class Instrument:
    """`kinds`: how each kind of document that it brings begins. `schemas`: their versions and upgrade steps.

    `later`: the kinds that begin in a spare document once there is need of them, and with what.
    `fresh`: the kinds that can begin anew without their history, and what then goes along.
    `strings`: the package in which its nl.json and en.json stand. `routes`: the names of its screens.
    """

    name: str
    handlers: Mapping[type, Handler]
    strings: str
    routes: tuple[str, ...]
    kinds: Mapping[str, Start]
    schemas: tuple[Schema, ...]
    later: Mapping[str, Tree] = field(default_factory=dict)
    fresh: Mapping[str, Fresh] = field(default_factory=dict)
