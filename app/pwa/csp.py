"""The response headers that the bundle must be served with, written into it as `headers.json`.

The server sends these with every file of the bundle; the service worker keeps them with what it caches.
"""

from __future__ import annotations

import json
from pathlib import Path

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self'",
    "connect-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # Flutter writes its few rules into a style element
    "img-src": "'self' blob: data:",
    "font-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "base-uri": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), "
    "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def write(out: Path) -> None:
    (out / "headers.json").write_text(json.dumps(HEADERS, indent=2) + "\n", encoding="utf-8")
