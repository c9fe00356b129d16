"""`python -m sync_server`: the app and the relay, one process on one port, data in one folder."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from sync_server import logs
from sync_server.app import make_app
from sync_server.compose import open_relay
from sync_server.errors import BadBundle, StoreTaken, StoreUnavailable
from sync_server.server import Server, configured
from sync_server.settings import Settings
from sync_server.sqlite import SqliteLogStore
from sync_server.static import Bundle

FROM_A_PHONE = """\
From a phone: browsers give encryption and offline use only to HTTPS or to localhost. So either start it
with CERT=chain.pem KEY=key.pem, or put a proxy or tunnel with HTTPS in front (and --origin its address),
or use a cable: adb reverse tcp:{port} tcp:{port}, and open http://localhost:{port} on the phone."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sync_server", description="Serve Kring and its blind sync server.")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder for all that is kept")
    parser.add_argument("--bundle", type=Path, help="folder with the built app; without it, only sync")
    parser.add_argument("--cert", type=Path, help="certificate chain (PEM), for HTTPS")
    parser.add_argument("--key", type=Path, help="its private key (PEM)")
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        help="an address under which people reach it; may be repeated",
    )
    parser.add_argument("--behind-proxy", action="store_true", help="trust the last X-Forwarded-For")
    options = parser.parse_args(arguments)
    if bool(options.cert) != bool(options.key):
        parser.error("--cert and --key go together")
    return options


def local_names() -> list[str]:
    """The names and addresses by which this machine may be reached, its own first."""
    names = ["localhost", "127.0.0.1", "[::1]", socket.gethostname().lower()]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a datagram socket sends nothing; it only picks the address that leads outside.
        probe.connect(("192.0.2.1", 9))
        names.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        names += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return list(dict.fromkeys(names))


def origins(names: Sequence[str], port: int, secure: bool) -> list[str]:
    """The origins of these names, written as a browser writes them."""
    scheme, usual = ("https", 443) if secure else ("http", 80)
    return [f"{scheme}://{name}" + ("" if port == usual else f":{port}") for name in names]


def greeting(addresses: Sequence[str], secure: bool, bundled: bool) -> str:
    """What is printed at the start: where it is, and how a phone gets there."""
    lines = [f"{'Kring' if bundled else 'The sync server of Kring'} is at {addresses[0]}"]
    outside = [each for each in addresses if _leads_outside(each)]
    if secure and outside:
        lines.append(
            f"On a phone in the same network: {outside[0]} (with a certificate that the phone trusts)."
        )
    elif not secure:
        lines.append(FROM_A_PHONE.format(port=addresses[0].rpartition(":")[2]))
    return "\n".join([*lines, "Stop it with Ctrl+C."])


def _leads_outside(origin: str) -> bool:
    host = origin.partition("://")[2].rpartition(":")[0]
    with contextlib.suppress(ValueError):
        return not ipaddress.ip_address(host).is_loopback
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(sys.argv[1:] if arguments is None else arguments)
    logs.configure()
    try:
        bundle = Bundle(options.bundle) if options.bundle else None
        listener = socket.create_server((options.host, options.port), backlog=2048)
    except BadBundle as error:
        return _give_up(f"No app to serve in {error}: build it first (make bundle).")
    except OSError as error:
        return _give_up(f"Cannot listen on {options.host} port {options.port}: {error.strerror}.")
    secure = options.cert is not None
    port = listener.getsockname()[1]
    addresses = [*options.origin, *origins(local_names(), port, secure)]
    settings = Settings(options.data, tuple(addresses), behind_proxy=options.behind_proxy)
    try:
        store = SqliteLogStore(options.data)
    except (StoreTaken, StoreUnavailable) as error:
        return _give_up(f"Cannot use the data folder {options.data}: {error}.")
    app = make_app(open_relay(settings, store), bundle)
    # uvicorn raises the signal that stopped it again when it is done: a graceful stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    print(greeting(addresses, secure, bundle is not None), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        Server(configured(app, options.cert, options.key)).run(sockets=[listener])
    return 0


def _give_up(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
