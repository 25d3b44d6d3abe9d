"""Doctor: is this machine fit, is the stack; what is wrong, and what to do about it."""

from operate.doctor.command import main

__all__ = ["main"]
