"""`kring`: the same client without a screen."""

from kring.cli.main import main

__all__ = ["main"]
