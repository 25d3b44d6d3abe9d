"""Pause: what costs while idle is stopped, and remembered."""

from operate.pausing.command import pause_main as main

__all__ = ["main"]
