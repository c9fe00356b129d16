"""The app as a web page without a bundle: the same screens on CPython, with documents in memory.

python -m tests.ui.serve [port] [people]: with the example, or with so many made-up people.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import flet as ft

from kring.i18n.translator import Translator
from kring.phases import STRINGS
from kring.ui.app import show
from tests.ui.memory import MemoryKring
from tests.ui.people import fill_example

NOW = 1_795_000_000_000


def words(language: str) -> Translator:
    return Translator.of(language, (*STRINGS, "kring.ui"))


def serve(port: int, make: Any) -> None:
    """`make(page)` gives the MemoryKring of one visitor."""

    def main(page: ft.Page) -> None:
        show(page, make(page), words, lambda: NOW)

    ft.run(
        main,
        view=ft.AppView.WEB_BROWSER,
        host="127.0.0.1",
        port=port,
        no_cdn=True,
        web_renderer=ft.WebRenderer.CANVAS_KIT,
        route_url_strategy=ft.RouteUrlStrategy.HASH,
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8660, lambda page: MemoryKring(fill_example))
