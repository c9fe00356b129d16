"""Kring's relay as it is, with limits wide enough for a benchmark. Prints its port."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

from sync_server.app import make_app
from sync_server.compose import open_relay
from sync_server.server import Server, configured
from sync_server.settings import Limits, Rate, Settings

WIDE = Rate(1e12, 1e12)


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    port = listener.getsockname()[1]
    limits = Limits(WIDE, WIDE, WIDE, WIDE, case_quota=2**40)
    settings = Settings(Path(sys.argv[1]), (f"http://127.0.0.1:{port}",), limits=limits)
    signal.signal(signal.SIGTERM, lambda *_: None)
    print(port, flush=True)
    Server(configured(make_app(open_relay(settings), None))).run(sockets=[listener])


main()
