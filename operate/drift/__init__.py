"""The last measurement of drift, as a table."""

from operate.drift.command import main

__all__ = ["main"]
