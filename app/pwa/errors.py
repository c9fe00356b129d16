"""What can go wrong while building a bundle."""

from __future__ import annotations


class BuildError(Exception):
    """The bundle could not be made; the text says what to do about it."""
