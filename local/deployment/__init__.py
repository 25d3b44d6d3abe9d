"""Bringing the real template into the embedded AWS with the real SAM CLI, and looking at what became of it."""
