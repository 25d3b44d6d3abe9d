"""Checks of the console: its code, its types, its tests, and that what it is shipped with is what the lock gives."""
