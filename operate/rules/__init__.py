"""The team's policy: checked, published, compared, taken back."""

from operate.rules.command import main

__all__ = ["main"]
