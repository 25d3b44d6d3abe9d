"""The command `python -m local scenario`."""

from local.scenarios.command import main

__all__ = ["main"]
