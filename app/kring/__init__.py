"""Kring: a person's own people and plan, local first and end-to-end encrypted."""

__version__ = "0.1.0"
