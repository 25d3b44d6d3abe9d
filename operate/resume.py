"""Resume: what pause stopped goes on, exactly as it was."""

from operate.pausing.command import resume_main as main

__all__ = ["main"]
