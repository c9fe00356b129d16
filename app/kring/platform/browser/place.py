"""Where the app was loaded from."""

from __future__ import annotations

from js import location


def origin() -> str:
    """The origin that serves the app, and with it the relay ("https://kring.example")."""
    return str(location.origin)
