"""The engines that the tests of a case run on: CPython's, or inside a browser that browser's own."""

from __future__ import annotations

import sys

if sys.platform == "emscripten":  # where `BrowserCrdt.open` has to be waited for first
    from kring.platform.browser.crdt import BrowserCrdt as PlatformCrdt
    from kring.platform.browser.crypto import BrowserCrypto as PlatformCrypto
else:
    from kring.platform.cpython.crdt import CpythonCrdt as PlatformCrdt
    from kring.platform.cpython.crypto import CpythonCrypto as PlatformCrypto

__all__ = ["PlatformCrdt", "PlatformCrypto"]
