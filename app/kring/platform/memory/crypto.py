"""Real crypto with random bytes from a seed, so that a simulation can be run again."""

from __future__ import annotations

import random
import sys

if sys.platform == "emscripten":
    from kring.platform.browser.crypto import BrowserCrypto as PlatformCrypto
else:
    from kring.platform.cpython.crypto import CpythonCrypto as PlatformCrypto


class SeededCrypto(PlatformCrypto):
    """For tests only. HPKE still draws its own randomness, so its boxes differ from run to run."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._source = random.Random(seed)

    def random(self, length: int) -> bytes:
        return self._source.randbytes(length)
