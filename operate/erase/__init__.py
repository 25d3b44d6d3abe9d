"""Erasure on request: a card's data leaves tables and objects, and what cannot be rewritten is named.

What is kept where and for how long, whoever asks: docs/retention.md.
"""

from operate.erase.command import main

__all__ = ["main"]
