"""The registered models: versions, approval, figures, and which one scores."""

from operate.models.command import main

__all__ = ["main"]
