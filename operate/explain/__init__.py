"""Explain: the score of any decision, computed again from what was kept of it, to the bit."""

from operate.explain.command import main

__all__ = ["main"]
