"""Redrive: what failed or was quarantined goes through the scoring function again, safely twice.

Why it is done this way: docs/decisions/2026-11-23-redrive.md.
"""

from operate.redrive.command import main

__all__ = ["main"]
