"""Tokens for producers who hold card numbers: a column of a file replaced by keyed hashes."""

from operate.tokens.command import main

__all__ = ["main"]
