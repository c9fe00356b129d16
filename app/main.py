"""The entry of the app: choose the platform, put Kring together, show it.

In a browser everything runs in the worker that this starts in. Elsewhere (`flet run app/main.py`) the same
app keeps its data in the folder that KRING_DATA names.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import flet as ft

from kring import bootstrap
from kring.i18n.translator import Translator
from kring.phases import STRINGS
from kring.ui import addresses
from kring.ui.app import show

IN_BROWSER = sys.platform == "emscripten"
DATA = Path.home() / ".kring"
RELAY = "http://localhost:8000"


def words(language: str) -> Translator:
    return Translator.of(language, (*STRINGS, "kring.ui"))


async def main(page: ft.Page) -> None:
    if IN_BROWSER:
        from kring.platform.browser.clock import BrowserClock
        from kring.platform.browser.unlock import shown

        kring = await bootstrap.browser()
        if kring.state == "new" and not (page.route or "").startswith(addresses.LINKED):
            page.route = addresses.EXAMPLE  # who looks around came for this
        show(page, kring, words, BrowserClock().now)
        shown()
    else:
        from kring.platform.cpython.clock import SystemClock

        data = Path(os.environ.get("KRING_DATA", DATA))
        kring = bootstrap.cpython(data, os.environ.get("KRING_RELAY", RELAY))
        await kring.look()
        show(page, kring, words, SystemClock().now)


ft.run(main, no_cdn=True, route_url_strategy=ft.RouteUrlStrategy.HASH)
