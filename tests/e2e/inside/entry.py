"""The entry of a test bundle: `?inside=<module>&...` runs `kring_inside.<module>.run(options)`;
`?page=<module>` shows another page of Flet; else the app.

What `run` returns, or the traceback, goes out as JSON on the BroadcastChannel `kring.inside`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import runpy
import traceback
from urllib.parse import parse_qsl, urlparse

import flet_js
from js import BroadcastChannel

options = dict(parse_qsl(urlparse(flet_js.documentUrl).query))
channel = BroadcastChannel.new("kring.inside")


def tell(**message: object) -> None:
    channel.postMessage(json.dumps(message))


async def run(name: str) -> None:
    try:
        module = importlib.import_module(f"kring_inside.{name}")
        tell(result=await module.run(options, tell))
    except BaseException:
        tell(fault=traceback.format_exc())


async def no_screen(_to_flutter: object) -> None:
    pass


if "inside" in options:
    flet_js.start_connection = no_screen
    running = asyncio.get_running_loop().create_task(run(options["inside"]))
else:
    page = f"kring_inside.{options['page']}" if "page" in options else "main"
    runpy.run_module(page, run_name="__main__")
